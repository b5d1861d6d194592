"""Make the pictures that other services show beside a link: `python -m publish.cards`.

A card has a chapter's title, its question and its first figure, in the look of the book. Services
want PNG, which a build without further tools cannot draw, so cards are stored; `cards.json` says
of what each was made, and a test compares. A browser draws them: Chromium, through Playwright.
"""

import base64
import hashlib
import json
from pathlib import Path

from publish import chromium, contents, filled, notebooks
from publish.book import ROOT, SUBTITLE, TITLE
from publish.site import openers, preview, svg

STATIC = Path(__file__).parent / "static"


def subjects():
    """Yield what each card shows: page, title, question, and the first figure with its words."""
    for page in contents.read().pages:
        path = notebooks.CHAPTERS / f"{page}.ipynb"
        question = openers.question(notebooks.CHAPTERS, page)
        if not path.exists() or not (question or page == "index"):
            continue
        notebook = notebooks.read(path)
        title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
        shown = (data for cell in notebooks.code_cells(notebook) for data in notebooks.shown(cell))
        if data := next((data for data in shown if notebooks.PICTURE in data), None):
            yield page, title, question or SUBTITLE, data[notebooks.PICTURE], data["text/plain"]


def digest(*texts):
    """Short name of the texts that a card was made of."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def wanted():
    """Return the digest of every card by file name, as the stored chapters would have it."""
    return {
        f"{page.replace('/', '-')}.png": digest(title, question, words)
        for page, title, question, _, words in subjects()
    }


def html(title, question, figure, words):
    """Page whose picture is the card."""
    fonts = {
        name: base64.b64encode((STATIC / "fonts" / f"book-serif-{weight}.woff2").read_bytes()).decode()
        for name, weight in (("regular", 400), ("bold", 600))
    }
    drawn = svg.inline("".join(figure), label="".join(words), prefix="card-")
    logo = (STATIC / "logo.svg").read_text(encoding="utf-8")
    book = "" if title == TITLE else TITLE
    return filled.page("card.html", **fonts, title=title, question=question, figure=drawn, logo=logo, book=book)


def make():
    """Draw all cards, and note what they were made of."""
    preview.CARDS.mkdir(exist_ok=True)
    with chromium.started(chromium.find()) as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 630})
        for name, title, question, figure, words in subjects():
            page.set_content(html(title, question, figure, words))
            page.evaluate("document.fonts.ready.then(() => {})")
            page.screenshot(path=preview.CARDS / f"{name.replace('/', '-')}.png")
    made = wanted()
    for path in preview.CARDS.glob("*.png"):
        if path.name not in made:
            path.unlink()
    text = json.dumps(made, indent=1) + "\n"
    (preview.CARDS / "cards.json").write_text(text, encoding="utf-8", newline="\n")
    return f"{len(made)} cards are in {preview.CARDS.relative_to(ROOT)}"


if __name__ == "__main__":
    print(make())
