"""What the pages of the site weigh, by kind of content.

A page's weight is everything that opening it loads, uncompressed, apart from MathJax, from
typefaces, which all pages share, and from the files that the theme and its extensions bring,
which do not depend on the book: so the page itself, the book's own scripts, styles and pictures,
and whatever is made of the book's text, such as the search index. Typefaces are measured beside
it, and not in the sum. 1 kB is 1000 bytes.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

ADDRESS = re.compile(r"""url\(["']?([^"')]+)["']?\)""")
STATIC = Path(__file__).parent / "static"
MADE_OF_TEXT = {"searchindex.js"}
KINDS = {
    "pictures": ".picture:not(.widget-still) > svg",
    "stills": ".widget-still > svg",
    "code": "div.highlight",
    "formulas": ".math",
    "widgets": 'script[type="application/vnd.jupyter.widget-state+json"]',
    "navigation": ".bd-sidebar-primary, .bd-sidebar-secondary, .bd-header, .bd-header-article, footer",
}
TOTAL = "all"
FILES = "files"
TEXT = "text"
FONTS = "typefaces"


def weigh(path):
    """Bytes of a page, by kind.

    Parameters
    ----------
    path : pathlib.Path
        A page of the built site.

    Returns
    -------
    dict of str to int
        Bytes for each name in `KINDS`, for `TEXT` (the rest of the page), `FILES` (what else
        it loads of the book's own), `TOTAL`, and `FONTS`, which are no part of the total.
    """
    source = path.read_text(encoding="utf-8")
    page = BeautifulSoup(source, "html.parser")
    kinds = {kind: sum(_bytes(part) for part in _outermost(page, selector)) for kind, selector in KINDS.items()}
    kinds[TEXT] = len(source.encode()) - sum(kinds.values())
    sizes = {file: file.stat().st_size for file in own_files(path, page)}
    fonts = sum(size for file, size in sizes.items() if file.suffix == ".woff2")
    kinds[FILES] = sum(sizes.values()) - fonts
    return kinds | {TOTAL: sum(kinds.values()), FONTS: fonts}


def own_files(path, page):
    """Files of the book's own that a page loads, each once.

    Parameters
    ----------
    path : pathlib.Path
        The page.
    page : bs4.BeautifulSoup
        Its content.

    Returns
    -------
    set of pathlib.Path
    """
    own = {file.name for file in STATIC.rglob("*") if file.is_file()} | MADE_OF_TEXT
    links = [link["href"] for link in page.find_all("link", href=True) if set(link["rel"]) & {"stylesheet", "icon"}]
    links += [element["src"] for element in page.find_all(["script", "img"], src=True)]
    pages = {urlsplit(link).path for link in links}
    files = {(path.parent / link).resolve() for link in pages if not re.match(r"\w+:|//", link)}
    found = {file for file in files if file.name in own or file.parent.name == "_images"}
    return found | {file for style in found if style.suffix == ".css" for file in _named_in(style)}


def _named_in(style):
    """Files that a style sheet names, such as fonts."""
    named = ADDRESS.findall(style.read_text(encoding="utf-8"))
    files = ((style.parent / urlsplit(address).path).resolve() for address in named if ":" not in address)
    return (file for file in files if file.is_file())


def _outermost(page, selector):
    found = page.select(selector)
    inside = {id(part) for part in found}
    return [part for part in found if not any(id(parent) in inside for parent in part.parents)]


def _bytes(element):
    return len(str(element).encode())
