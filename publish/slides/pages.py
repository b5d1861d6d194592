"""Pieces of the site's pages, made fit to stand on a page in another folder."""

import re
from urllib.parse import urljoin, urlsplit

from publish.site.trees import piece, renamed

FOLDER = "slides"
CONTROLS = "button, input, .headerlink, .check-verdict, .check-tolerance, .admonition-title"


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
    return words, re.sub(r"(</?)section\b", r"\1div", inside(element, page, prefix).html)


def question(form):
    """Return a question with its options, without the means to answer it and without its answer."""
    words = form.css_first("legend") or form.css_first("label")
    options = "".join(f"<li>{label.css_first('span').inner_html}</li>" for label in form.css("fieldset > label"))
    return f"<div><p>{words.inner_html}</p>{f'<ol>{options}</ol>' if options else ''}</div>"


def inside(element, page, prefix):
    """Let a piece of a page stand on a page in `slides/`: links lead on, ids are unique."""
    known = {f"#{part.id}" for part in element.css("[id]")}
    for link in element.css("[href]"):
        if (address := link.attributes["href"]) not in known:
            target = urljoin(f"{page}.html", address)
            link.attrs["href"] = target if urlsplit(target).scheme else f"../{target}"
    return renamed(element, prefix)
