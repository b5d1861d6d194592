"""The search finds statements, figures, claims and symbols beside the pages that Sphinx finds.

Sphinx's own search of objects knows names alone: not titles, nor places in the paper, nor misspelled words.
"""

import json
import re
from html import escape
from pathlib import Path

from publish.site.evidence import LEDGER

PAPER = re.compile(r"\bpaper[:,]\s*([^)]*)\)")
PLACE = re.compile(r"(?:Theorem|Proposition|Corollary|Lemma|Remark|Definition|Section|Figure) [A-Z]?[\d.]*\d")


def add_script(app, page, _template, _context, _doctree):
    """Give the search page its scripts."""
    if page == "search":
        Path(app.outdir, "_static", "targets.js").unlink(missing_ok=True)  # of an earlier build, with its checksum
        app.add_js_file("targets.js")
        app.add_js_file("search.js", loading_method="defer")


def entries(found):
    """List what can be found.

    Parameters
    ----------
    found : dict of str to dict of str to Target
        The targets of all pages.

    Yields
    ------
    tuple of str
        Kind, number, title, the place in the paper, page and id; a claim is listed once, in the ledger if the book
        has one.
    """
    for page, targets in found.items():
        for target in targets.values():
            elsewhere = target.kind == "Claim" and LEDGER in found and page != LEDGER
            if target.kind != "Work" and not elsewhere:
                title = escape(target.title, quote=False)
                yield target.kind, target.number, title, paper(target.text), page, target.id


def paper(text):
    """Return where the paper has what a text says, as the text says itself: `Theorem 3.3`."""
    said = PAPER.findall(text)
    places = dict.fromkeys(PLACE.findall(said[-1] if said else ""))
    return ", ".join(places) if places or not said else escape(said[-1].partition(";")[0], quote=False)


def write(path, found):
    """Write the script that lists what can be found."""
    lines = [json.dumps(entry, ensure_ascii=False) for entry in entries(found)]
    path.write_text("var bookTargets = [\n" + ",\n".join(lines) + "\n];\n", encoding="utf-8")
