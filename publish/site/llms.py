"""Sphinx extension: `llms.txt` at the root of the site, which tells programs what the book is and where its twins are.

Its form is that of https://llmstxt.org: a title, a quotation that sums up, and lists of links.
"""

import os
from pathlib import Path

from publish import contents
from publish.site import address, citation, openers, twins

NAME = "llms.txt"
ABOUT = (
    "Each page is here in Markdown, with formulas in TeX, proofs and solutions unfolded, and what its code printed. "
    "The page itself has the same address without `.md`."
)


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("site-written", write)


def write(app, _pages):
    """Write the file."""
    listed, root = contents.read(app.confdir), address.site(os.environ) or ""

    def line(page):
        asked = openers.question(app.srcdir, page)
        return f"- [{app.env.titles[page].astext()}]({root}{page}{twins.SUFFIX})" + (f": {asked}" if asked else "")

    groups = [("The book", listed.pages[:1]), *((part.caption or "Pages", part.pages) for part in listed.parts)]
    sections = [f"## {caption}\n\n" + "\n".join(map(line, pages)) for caption, pages in groups]
    text = [f"# {app.config.html_title}", f"> {citation.read()['abstract'].strip()}", ABOUT, *sections]
    Path(app.outdir, NAME).write_text("\n\n".join(text) + "\n", encoding="utf-8")
