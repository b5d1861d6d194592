"""SVG pictures made fit to stand inside a page, whose parts share ids and styles."""

import re
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
ElementTree.register_namespace("", SVG.strip("{}"))

STYLED = re.compile(r"(url\(#)([^)]+)")  # a color may begin with # too, but not in a link
LINKED = re.compile(r"^(#)(.+)")


def inline(svg, *, label, prefix):
    """Rewrite a picture for use inside an HTML page.

    Ids that nothing refers to are dropped, and the others become unique in the page.

    Parameters
    ----------
    svg : str
        The picture, a complete SVG document.
    label : str
        What the picture shows, for readers who do not see it.
    prefix : str
        What every id begins with; another one for each picture of a page.

    Returns
    -------
    str
        An ``<svg>`` element.

    Raises
    ------
    ValueError
        If `svg` is not SVG, or has a style sheet, which would style the whole page.
    """
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise ValueError(f"a picture is not SVG: {error}") from None
    if root.tag != f"{SVG}svg":
        raise ValueError(f"a picture is not SVG: its root is {root.tag!r}")
    if root.find(f".//{SVG}style") is not None:
        raise ValueError("a picture has a style sheet, which would style the whole page")
    _modernize_links(root)
    _rename_ids(root, prefix)
    root.set("role", "img")
    root.set("aria-label", label)
    return ElementTree.tostring(root, encoding="unicode")


def _modernize_links(root):
    for element in root.iter():
        if link := element.attrib.pop(f"{XLINK}href", None):
            element.set("href", link)


def _reference(attribute):
    return LINKED if attribute == "href" else STYLED


def _rename_ids(root, prefix):
    pairs = [pair for element in root.iter() for pair in element.attrib.items()]
    referenced = dict.fromkeys(m[2] for name, value in pairs for m in _reference(name).finditer(value))
    names = {found: f"{prefix}{number}" for number, found in enumerate(referenced, start=1)}
    for element in root.iter():
        identifier = element.attrib.pop("id", None)
        for name, value in element.items():
            element.set(name, _reference(name).sub(lambda match: match[1] + names[match[2]], value))
        if identifier in referenced:
            element.set("id", names[identifier])
