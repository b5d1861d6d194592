"""Sphinx extension: links and formulas explain themselves, and the search finds what they lead to.

When the pages are written, this marks the links whose target can be shown on a card, writes each
target into a small script (a page opened as a file can load no other kind), names the symbols in
the formulas, and lists the symbols of each page on it.
"""

import json
from html import escape
from pathlib import Path
from posixpath import dirname, relpath

from publish.site import search, targets, texts
from publish.site.symbols import Symbols
from publish.site.trees import lead, piece

NOTATION = "appendix/notation"
FOLD = '<button type="button" class="fold-proofs pst-js-only">Unfold all proofs</button>'
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
    app.connect("site-written", explain)


def explain(app, pages):
    """Mark links and formulas in all pages, and write what they show."""
    trees = {page: pages[page] for page in sorted(app.env.found_docs)}
    found = {page: targets.find(tree) for page, tree in trees.items()}
    said = {page: texts.sections(tree) for page, tree in trees.items()}
    symbols = read_symbols(trees[NOTATION]) if NOTATION in trees else Symbols({}, {}, {})
    linked = set()
    for page, tree in trees.items():
        mark_links(tree, page, found, linked)
        if len(tree.css("article details.proof")) > 1:
            put_before_first_section(tree, FOLD)
        if page != NOTATION:
            mark_formulas(tree, page, symbols, found.get(NOTATION, {}))
    folder = Path(app.outdir, "_static", "hints")
    for page, name in linked:
        script = folder / page / f"{name}.js"
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(as_script(f"{page}#{name}", found[page][name].html), encoding="utf-8")
    search.write(Path(app.outdir, "_static", "targets.js"), found)
    texts.write(Path(app.outdir, "_static", "texts.js"), said)


def as_script(name, html):
    """Return the script that hands a target's HTML to the page."""
    return f"bookHint({json.dumps(name)}, {json.dumps(html, ensure_ascii=False)});\n"


def mark_links(tree, page, found, linked):
    """Mark the links that lead to targets.

    Parameters
    ----------
    tree : selectolax.lexbor.LexborHTMLParser
        A page.
    page : str
        Its name.
    found : dict of str to dict of str to Target
        The targets of all pages.
    linked : set of tuple of str
        Pages and ids; those that this page links to are added.
    """
    for link in tree.css("a.reference.internal"):
        to, name = lead(page, link.attributes["href"])
        if name in found.get(to, {}):
            linked.add((to, name))
            link.attrs["data-hint"] = ""


def read_symbols(tree):
    """Read the notation page: what its formulas define, and where letters mean something else."""
    rows = {row.id: formulas(row.css_first("td")) for row in tree.css("article tr[id^=symbol-]")}
    confined = {"only": {}, "not": {}}
    for row in tree.css("article tr"):
        first, second = row.css("td, th")[:2]
        word, *_ = [*second.text().split(maxsplit=1), ""]
        if word in confined:
            pages = {lead(NOTATION, link.attributes["href"])[0] for link in second.css("a.reference")}
            confined[word] |= dict.fromkeys(formulas(first), pages)
    return Symbols(rows, confined["only"], confined["not"])


def formulas(element):
    """Return the TeX of the formulas in an element."""
    return [span.attributes["data-tex"] for span in element.css("span.math")]


def mark_formulas(tree, page, symbols, notation):
    """Name the symbols in a page's formulas, and list them where its first section begins.

    Parameters
    ----------
    tree : selectolax.lexbor.LexborHTMLParser
        A page.
    page : str
        Its name.
    symbols : Symbols
        What to look for.
    notation : dict of str to Target
        The targets of the notation page.
    """
    seen = set()
    for formula in tree.css(".math[data-tex]"):
        if names := symbols.find(formula.attributes["data-tex"], page):
            seen.update(names)
            formula.attrs["data-symbols"] = " ".join(name.removeprefix("symbol-") for name in names)
    if seen:
        address = relpath(f"{NOTATION}.html", dirname(page) or ".")
        rows = [row(target, address, name) for name, target in notation.items() if name in seen]
        put_before_first_section(tree, BOX.format(rows="\n".join(rows)))


def put_before_first_section(tree, html):
    """Put an element before the first section of a page, if there is one."""
    if heading := tree.css_first("article h2"):
        heading.parent.insert_before(piece(html))


def row(target, address, name):
    """Return a row of the list of symbols, its symbol linked to the notation page."""
    term, _, meaning = target.html.removeprefix("<dt>").partition("</dt>")
    key, spoken = name.removeprefix("symbol-"), escape(target.title.partition(": ")[0])
    link = f'<a href="{address}#{name}" aria-label="{spoken}">{term}</a>'
    return f'<div data-symbol="{key}"><dt>{link}</dt>{meaning}</div>'
