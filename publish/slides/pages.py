"""Pieces of the site's pages, made fit to stand on a page in another folder."""

import re
from posixpath import dirname, join, normpath

from publish.site.trees import piece

FOLDER = "slides"
CONTROLS = "button, input, .headerlink, .check-verdict, .check-tolerance, .admonition-title"
ADDRESS = re.compile(r'(href=")([^":]*?)(#[^"]*)?(")')
NAMED = re.compile(r'( id="|url\(#|href="#)([^")]+)')


def taken(pages, page, name, prefix):
    """Return what bears an id on a page: its title, and its HTML for a page in `slides/`.

    Parameters
    ----------
    pages : dict of str to selectolax.lexbor.LexborHTMLParser
        Those of the site, by name.
    page : str
        Such as `theorems/overthinking`.
    name : str
        Id of a statement, a figure or an exercise.
    prefix : str
        What the ids in it begin with.
    """
    found = pages[page].css_first(f"[id='{name}']")
    if found is None:
        raise ValueError(f"nothing bears the id {name!r} on the page {page}")
    element = piece(found.html)
    title = element.css_first(".admonition-title, figcaption")
    words = title.text().replace("#", " ").strip() if title and found.tag != "figure" else ""
    for form in element.css("form.check"):
        form.replace_with(piece(question(form)))
    for useless in element.css(CONTROLS):
        useless.decompose()
    del element.attrs["id"]
    # reveal.js takes a section in a section for a slide below another.
    html = re.sub(r"(</?)section\b", r"\1div", element.html)
    return words, inside(html, page, prefix)


def question(form):
    """Return a question with its options, without the means to answer it and without its answer."""
    words = form.css_first("legend") or form.css_first("label")
    options = "".join(f"<li>{label.css_first('span').inner_html}</li>" for label in form.css("fieldset > label"))
    return f"<div><p>{words.inner_html}</p>{f'<ol>{options}</ol>' if options else ''}</div>"


def inside(html, page, prefix):
    """Return HTML of a page as it may stand on a page in `slides/`: links lead on, ids are unique."""
    known = set(re.findall(r' id="([^"]+)"', html))

    def renamed(found):
        return f"{found[1]}{prefix}{found[2]}" if found[2] in known else found[0]

    def moved(found):
        path, name = found[2], found[3] or ""
        if name[1:] in known and not path:
            return found[0]
        target = normpath(join(dirname(page), path)) if path else f"{page}.html"
        return f"{found[1]}../{target}{name}{found[4]}"

    html = ADDRESS.sub(moved, html)
    return NAMED.sub(renamed, html)
