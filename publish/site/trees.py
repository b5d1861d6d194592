"""Pages as trees, read and written as browsers do, by lexbor: other parsers lose the letters' case in pictures.

When Sphinx has written the site, its pages are read once, handed to all that concerns several of them by the event
`site-written`, and written again.
"""

import json
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

from selectolax.lexbor import LexborHTMLParser


def setup(app):
    """Add the event."""
    app.add_event("site-written")
    app.connect("build-finished", change_pages, priority=900)  # after the theme


def change_pages(app, exception):
    """Let all pages be changed together: a dict of trees by name."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    files = {file.relative_to(site).with_suffix("").as_posix(): file for file in sorted(site.rglob("*.html"))}
    pages = {name: parse(file.read_text(encoding="utf-8")) for name, file in files.items()}
    app.emit("site-written", pages)
    for name, tree in pages.items():
        file = site / f"{name}.html"
        file.parent.mkdir(exist_ok=True)
        file.write_text(tree.html, encoding="utf-8")


def parse(html):
    """Return the tree of a page."""
    return LexborHTMLParser(html)


def piece(html):
    """Return the one element of a piece of HTML, to be put into a tree."""
    return parse(html).body.child


def content(element):
    """Return what is in an element as a tree of its own, in a `div`: rows and cells stand in tables alone."""
    return piece(f"<div>{element.inner_html}</div>")


def in_script(value):
    """Return a value as JSON that may stand inside a script element."""
    return json.dumps(value, ensure_ascii=False).replace("</", r"<\/")


def lead(page, href):
    """Return the name of the page, and the id in it, that a link on a page leads to."""
    address, part = urldefrag(urljoin(f"{page}.html", href))
    return unquote(address).removesuffix(".html"), unquote(part)


def renamed(element, prefix):
    """Begin the ids in an element, and what refers to them there, with a prefix; return the element."""
    known = {part.id for part in element.css("[id]")}
    for part in [element, *element.css("*")]:
        for name, value in part.attributes.items():
            if name == "id":
                part.attrs[name] = prefix + value
            elif name == "href" and value.startswith("#") and value[1:] in known:
                part.attrs[name] = f"#{prefix}{value[1:]}"
            elif "url(#" in (value or ""):
                part.attrs[name] = value.replace("url(#", f"url(#{prefix}")
    return element
