"""Sphinx extension: names of the package in the code of the pages lead to their reference."""

import re
from html import escape, unescape

from publish.site import names, package

# Names, punctuation and space are colored as what has no color: their spans change nothing.
TOKEN = re.compile(r'<span class="[npw]">(?P<plain>[^<]*)</span>|<span[^>]*>([^<]*)</span>|([^<]+)|<[^>]*>')


def setup(app):
    """Register the extension with Sphinx."""
    app.add_css_file("reference.css")
    app.connect("site-written", link)


def link(app, pages):
    """Link where each piece of code first names a thing of the packages; the pieces of a page are one program."""
    for page, tree in pages.items():
        reader = names.Reader(str(app.confdir))
        for code in tree.css(".highlight pre"):
            language, tags = code.parent.parent.attributes.get("class") or "", {}
            for start, end, item in reader.read(code.text()) if "python" in language else ():
                address = package.reference_address(app, page, item) or package.source_address(app, page, item)
                tags |= {start: f'<a href="{escape(address)}" title="{escape(package.summary(item))}">', end: "</a>"}
            code.inner_html = tagged(code.inner_html, tags)


def tagged(html, tags):
    """Put tags into highlighted code, and leave out the spans that change nothing.

    Parameters
    ----------
    html : str
        Highlighted code: spans side by side, and text.
    tags : dict of int to str
        Tags by the byte of the code before which they stand, which is the first one of a span or a text.

    Returns
    -------
    str
    """
    place = 0

    def preceded(token):
        nonlocal place
        text = "".join(filter(None, token.groups()))
        before, place = tags.get(place, "") if text else "", place + len(unescape(text).encode())
        return before + (token[0] if token["plain"] is None else text)

    return TOKEN.sub(preceded, html)
