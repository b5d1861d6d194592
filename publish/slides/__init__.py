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
from publish.slides import decks, handout

SCRIPTS = "appendix/teaching"
REVEAL = ROOT / "node_modules" / "reveal.js" / "dist"
FILES = ("reveal.js", "reveal.css", "plugin/notes.js")


def setup(app):
    """Register the extension; the pages are complete then, but for the sheet that is made from all of them."""
    app.connect("site-written", write, priority=920)


def write(app, pages):
    """Add the decks to the pages of a site."""
    if SCRIPTS not in pages:
        return
    made = {deck.name: decks.write(deck, pages, SCRIPTS) for deck in decks.DECKS if deck.section(pages[SCRIPTS])}
    made[handout.NAME] = handout.write(pages)
    pages |= {f"slides/{name}": parse(html) for name, html in made.items()}
    folder = Path(app.outdir, "_static", "reveal")
    folder.mkdir(exist_ok=True)
    for name in FILES:
        shutil.copy(REVEAL / name, folder)
