"""Print the built site as one PDF: `python -m publish.pdf`."""

import sys
from pathlib import Path
from urllib.parse import unquote

from pikepdf import ObjectStreamMode, OutlineItem, Pdf

from publish import chromium, contents, joined
from publish.book import AUTHORS, ROOT, SITE, SUBTITLE, TITLE
from publish.site import citation, colophon

PRINT = Path(__file__).parent / "print"
PDF = SITE.parent / "when-does-thinking-longer-help.pdf"
TEXT_WIDTH = 627  # CSS pixels between the margins of a page
FIRST_DAY = "2026-01-01"  # of a copy that knows no commit
TIMEOUT = 300_000  # milliseconds


def version():
    """Return the book's version, the commit it is built from and its date, None where they are unknown."""
    commit, day, _ = colophon.commit(ROOT) or (None, None, None)
    return citation.read()["version"], commit and commit[:7], day and day.isoformat()


def print_book(site, target, browser):
    """Print a built site.

    Parameters
    ----------
    site : pathlib.Path
        Folder of the built site.
    target : pathlib.Path
        The PDF that is written.
    browser : str
        Path of Chromium.
    """
    document = site / "printed.html"
    document.write_text(joined_site(site), encoding="utf-8")
    try:
        entries = print_document(document, target, browser)
    finally:
        document.unlink()
    finish(target, entries)


def joined_site(site):
    """Return the whole site as one HTML document with the looks of paper."""
    number, commit, date = version()
    built = f"Version {number}" + (f", commit {commit} of {date}" if commit else "")
    style = (PRINT / "print.css").read_text(encoding="utf-8")
    facts = {"title": TITLE, "subtitle": SUBTITLE, "authors": AUTHORS[0].upper() + AUTHORS[1:], "built": built}
    return joined.join(site, contents.read(), style=style, **facts)


def print_document(document, target, browser):
    """Print a document twice: first to learn its page numbers, then with them in its contents.

    Returns
    -------
    list of [int, str, str]
        Level, id and title of each entry of the table of contents.
    """
    prepare = (PRINT / "print.js").read_text(encoding="utf-8")
    with chromium.started(browser) as window:
        page = window.new_page(viewport={"width": TEXT_WIDTH, "height": 900}, color_scheme="light")
        page.set_default_timeout(TIMEOUT)
        page.emulate_media(media="print")
        page.goto(document.as_uri())
        page.evaluate(prepare[prepare.index("async ()") :])
        page.pdf(path=target, **OPTIONS)
        places = destinations(target)
        page.evaluate(NUMBER, {name: number + 1 for name, (number, _) in places.items()})
        page.pdf(path=target, **OPTIONS)
        return page.evaluate(ENTRIES)


OPTIONS = {"prefer_css_page_size": True, "tagged": True, "print_background": True}
NUMBER = """(pages) => {
    for (const number of document.querySelectorAll(".book-contents .page")) {
        number.textContent = pages[number.dataset.target] ?? "";
    }
}"""
ENTRIES = """() => [...document.querySelectorAll(".book-contents li")].map((entry) => [
    Number(entry.dataset.level),
    entry.querySelector(".page").dataset.target,
    [".number", ".title"].map((part) => entry.querySelector(part).textContent).join(" ").trim(),
])"""


def destinations(path):
    """Page, from 0, and height above its foot of each place that a link of a PDF leads to, by its id."""
    with Pdf.open(path) as printed:
        numbers = {page.objgen: number for number, page in enumerate(printed.pages)}
        return {
            unquote(name.lstrip("/")): (numbers[place[0].objgen], float(place[3]))
            for name, place in printed.Root.Dests.items()
        }


def finish(path, entries):
    """Give a PDF its bookmarks, and facts about it that are the same each time; pack its many small objects."""
    places = destinations(path)
    _, commit, date = version()
    stamp = f"D:{(date or FIRST_DAY).replace('-', '')}000000Z"
    facts = {"/Title": TITLE, "/Author": AUTHORS, "/Subject": SUBTITLE, "/CreationDate": stamp, "/ModDate": stamp}
    with Pdf.open(path, allow_overwriting_input=True) as printed:
        with printed.open_outline() as outline:
            above = [outline.root]
            for level, target, title in entries:
                number, top = places[target]
                item = OutlineItem(title, number, "XYZ", top=top)
                item.is_closed = level > 1
                del above[level:]
                above[-1].append(item)
                above.append(item.children)
        printed.docinfo.update(facts | ({"/Keywords": f"commit {commit}"} if commit else {}))
        printed.save(path, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True)


def main():
    """Print the site that is built."""
    browser = chromium.find()
    if browser is None:
        sys.exit(chromium.MISSING)
    if not (SITE / "index.html").exists():
        sys.exit("the site is not built: run `make book`")
    print_book(SITE, PDF, browser)
    print(f"{PDF.relative_to(ROOT)}: {PDF.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
