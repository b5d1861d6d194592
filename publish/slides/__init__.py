"""Sphinx extension: decks of slides, and the handout, made of the scripts and statements that the pages show.

A script on the page for teachers is a list of what to ask, show, put up and say, in blocks of minutes. A question is
a slide, and so is each widget that is shown, in the state that its link names, and each statement, picture or
exercise that is put up, as its own page has it. What is said stands in the speaker's notes. reveal.js moves the deck;
it comes with the site, so a talk needs no network.
"""

import shutil
from pathlib import Path

from publish.book import ROOT
from publish.site.trees import parse
from publish.slides import decks, handout, pages

SCRIPTS = "appendix/teaching"
REVEAL = ROOT / "node_modules" / "reveal.js" / "dist"
FILES = ("reveal.js", "reveal.css", "plugin/notes.js")


def setup(app):
    """Register the extension; the pages are complete then, but for the sheet that is made from all of them."""
    app.connect("build-finished", write, priority=920)


def write(app, exception):
    """Write the decks of a site."""
    site = Path(app.outdir)
    if exception or app.builder.format != "html" or SCRIPTS not in app.env.found_docs:
        return
    book = pages.Pages(site)
    script = parse((site / f"{SCRIPTS}.html").read_text(encoding="utf-8"))
    made = {deck.name: decks.write(deck, script, book, SCRIPTS) for deck in decks.DECKS if deck.section(script)}
    made[handout.NAME] = handout.write(book)
    for name in FILES:
        target = site / "_static" / "reveal" / Path(name).name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(REVEAL / name, target)
    for name, html in made.items():
        target = site / "slides" / f"{name}.html"
        target.parent.mkdir(exist_ok=True)
        target.write_text(html, encoding="utf-8")
