"""Sphinx extension: names of the package in the code of the pages lead to their reference."""

import re
from html import escape, unescape

from publish.site import names, package

CODE = "div[class^=highlight-] pre"
PYTHON = "div[class^=highlight-][class*=python] pre"
TOKEN = re.compile(r"<span[^>]*>([^<]*)</span>|([^<]+)|<[^>]*>")
PLAIN = re.compile(r'<span class="[npw]">([^<]*)</span>')  # names, punctuation, space: colored as what has no color


def setup(app):
    """Register the extension with Sphinx."""
    app.add_css_file("reference.css")
    app.connect("site-written", link)


def link(app, pages):
    """Link where each piece of code first names a thing of the package; a notebook's cells are read as one program."""
    packages = package.read(str(app.confdir))
    for page in app.env.found_docs:
        notebook = names.Reader(packages)
        cells = {cell.mem_id for cell in pages[page].css(f".cell_input {PYTHON}")}
        for code in pages[page].css(PYTHON):
            reader = notebook if code.mem_id in cells else names.Reader(packages)
            first = {use.path: use for use in reversed(reader.read(code.text()))}
            found = [(use, package.find(packages, path)) for path, use in first.items()]
            links = [(use.start, use.end, address(app, page, item), package.summary(item)) for use, item in found]
            code.inner_html = linked(code.inner_html, links)
        for code in pages[page].css(CODE):
            code.inner_html = light(code.inner_html)


def address(app, page, item):
    """Return the address of what explains an object, as seen from a page: its reference, else its source."""
    return package.reference_address(app, page, item) or package.source_address(app, page, item)


def light(html):
    """Return highlighted code without the spans that change nothing: of what a page shows as code, most."""
    return PLAIN.sub(r"\1", html)


def linked(html, links):
    """Wrap parts of highlighted code in links.

    Parameters
    ----------
    html : str
        Highlighted code: spans side by side, and text.
    links : list of tuple
        Start and end of a part, counted in characters of the code, address and title.

    Returns
    -------
    str
    """
    starts = {start: f'<a href="{escape(address)}" title="{escape(title)}">' for start, _, address, title in links}
    ends = {end: "</a>" for _, end, *_ in links}
    place = 0

    def wrapped(token):
        nonlocal place
        start, place = place, place + len(unescape(token[1] or token[2] or ""))
        return token[0] if start == place else f"{starts.get(start, '')}{token[0]}{ends.get(place, '')}"

    return TOKEN.sub(wrapped, html)
