"""Sphinx extension: links and formulas explain themselves, and the search finds what they lead to.

When the pages are written, this marks the links whose target can be shown on a card, writes each
target into a small script (a page opened as a file can load no other kind), names the symbols in
the formulas, and lists the symbols of each page on it.
"""

import json
import re
from html import escape, unescape
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from urllib.parse import unquote

from bs4 import BeautifulSoup

from publish.site import search, targets
from publish.site.symbols import Symbols

NOTATION = "appendix/notation"
LINK = re.compile(
    r'(?P<start><a class="reference(?: \w+)* internal(?: [\w-]+)*") href="(?P<page>[^"#]*)#(?P<id>[^"]+)"'
)
FORMULA = re.compile(r'(?P<start><(?:span|div) class="math notranslate nohighlight" data-tex="(?P<tex>[^"]*)")')
BOX = """<details class="admonition symbols"><summary class="admonition-title">Symbols on this page</summary>
<dl>
{rows}
</dl></details>
"""


def setup(app):
    """Register the extension with Sphinx."""
    app.add_post_transform(targets.NamedRows)
    app.add_css_file("hints.css")
    app.add_js_file("hints.js")
    app.connect("html-page-context", search.add_script)
    app.connect("build-finished", explain)


def explain(app, exception):
    """Mark links and formulas in all pages, and write what they show."""
    if exception or app.builder.format != "html":
        return
    files = {page: Path(app.builder.get_outfilename(page)) for page in sorted(app.env.found_docs)}
    pages = {page: file.read_text(encoding="utf-8") for page, file in files.items()}
    found = {page: targets.find(html) for page, html in pages.items()}
    symbols = read_symbols(pages.get(NOTATION, ""))
    linked = set()
    for page, html in pages.items():
        html = mark_links(html, page, found, linked)
        if page != NOTATION:
            html = mark_formulas(html, page, symbols, found.get(NOTATION, {}))
        files[page].write_text(html, encoding="utf-8")
    folder = Path(app.outdir, "_static", "hints")
    for page, name in linked:
        script = folder / page / f"{name}.js"
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(as_script(f"{page}#{name}", found[page][name].html), encoding="utf-8")
    search.write(Path(app.outdir, "_static", "targets.js"), found)


def as_script(name, html):
    """Return the script that hands a target's HTML to the page."""
    return f"bookHint({json.dumps(name)}, {json.dumps(html, ensure_ascii=False)});\n"


def mark_links(html, page, found, linked):
    """Mark the links that lead to targets.

    Parameters
    ----------
    html, page : str
        A page and its name.
    found : dict of str to dict of str to Target
        The targets of all pages.
    linked : set of tuple of str
        Pages and ids; those that this page links to are added.

    Returns
    -------
    str
    """

    def mark(link):
        path, name = link["page"], unquote(link["id"])
        to = normpath(join(dirname(page), path)).removesuffix(".html") if path else page
        if name not in found.get(to, {}):
            return link[0]
        linked.add((to, name))
        return f'{link["start"]} data-hint="" href="{path}#{link["id"]}"'

    return LINK.sub(mark, html)


def read_symbols(html):
    """Read the notation page: what its formulas define, and where letters mean something else."""
    article = BeautifulSoup(html, "html.parser")
    rows = {row["id"]: formulas(row.td) for row in article.select("tr[id^=symbol-]")}
    confined = {"only": {}, "not": {}}
    for row in article.select("tr"):
        first, second = row.find_all(["td", "th"])[:2]
        word = second.get_text().split(maxsplit=1)[0] if second.get_text().strip() else ""
        if word in confined:
            hrefs = [link["href"] for link in second.select("a.reference")]
            pages = {normpath(join(dirname(NOTATION), href)).removesuffix(".html") for href in hrefs}
            confined[word] |= dict.fromkeys(formulas(first), pages)
    return Symbols(rows, confined["only"], confined["not"])


def formulas(element):
    """Return the TeX of the formulas in an element."""
    return [span["data-tex"] for span in element.select("span.math")]


def mark_formulas(html, page, symbols, notation):
    """Name the symbols in a page's formulas, and list them where its first section begins.

    Parameters
    ----------
    html, page : str
        A page and its name.
    symbols : Symbols
        What to look for.
    notation : dict of str to Target
        The targets of the notation page.

    Returns
    -------
    str
    """
    seen = set()

    def mark(formula):
        names = symbols.find(unescape(formula["tex"]), page)
        seen.update(names)
        if not names:
            return formula[0]
        words = " ".join(name.removeprefix("symbol-") for name in names)
        return f'{formula["start"]} data-symbols="{words}"'

    html = FORMULA.sub(mark, html)
    place = html.rfind("<section", 0, html.find("<h2", max(html.find("<article"), 0)) + 1)
    if not seen or place < 0:
        return html
    address = relpath(f"{NOTATION}.html", dirname(page) or ".")
    rows = [row(target, address, name) for name, target in notation.items() if name in seen]
    return html[:place] + BOX.format(rows="\n".join(rows)) + html[place:]


def row(target, address, name):
    """Return a row of the list of symbols, its symbol linked to the notation page."""
    term, _, meaning = target.html.removeprefix("<dt>").partition("</dt>")
    key, spoken = name.removeprefix("symbol-"), escape(target.title.partition(": ")[0])
    link = f'<a href="{address}#{name}" aria-label="{spoken}">{term}</a>'
    return f'<div data-symbol="{key}"><dt>{link}</dt>{meaning}</div>'
