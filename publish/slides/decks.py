"""Decks: a script of a talk becomes slides with a speaker's notes."""

import re
from html import escape
from typing import NamedTuple

from publish.book import TITLE
from publish.site.trees import content, lead, piece
from publish.slides.pages import inside, taken

VERB = re.compile(r"<strong>(Ask|Show|Put up|Say)\b[^<]*</strong>:?")
BLOCK = re.compile(r"(?P<start>\d+)–(?P<end>\d+)\smin: (?P<title>.+)")
QUOTED = re.compile(r"“(.+?)”", re.DOTALL)
LINK = re.compile(r'<a class="[^"]*" (?:data-[\w-]+="[^"]*" )*href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
PAGE = """<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · {book}</title>
<link rel="icon" href="../_static/logo.svg">
{sheets}
</head>
<body>
<main><div class="reveal" tabindex="-1"><div class="slides">
{slides}
</div></div></main>
{scripts}
</body>
</html>
"""
LONG = 700  # letters of a statement that is set in smaller type
SHEETS = ("reveal/reveal.css", "book.css", "formulas.css", "fallbacks.css", "slides.css")
SCRIPTS = ("reveal/reveal.js", "reveal/notes.js", "slides.js")
FIRST = """<section data-timing="0"><h1>{book}</h1><p class="deck">{title}</p>
<p class="keys">Arrow keys or space: on and back · S: notes and clock · F: full screen · O: all slides · ?: keys</p>
<p class="keys"><a href="../{page}.html#{section}">The script</a> · <a href="?print-pdf">to print</a> ·
<a href="?print-pdf&amp;notes">to print with notes</a></p></section>"""
SLIDE = """<section data-timing="{seconds}" class="{kind}">
<div class="body">{body}</div>
<p class="block">{start}–{end} min · {title}</p>
<aside class="notes">{notes}</aside></section>"""


class Slide:
    """A slide: its kind, its body, and what is said with it."""

    def __init__(self, kind, body, said=""):
        self.kind, self.body, self.said = kind, body, [said] if said else []


class Deck(NamedTuple):
    """A deck: name of its page, title, and id of its script's section."""

    name: str
    title: str
    script: str

    def section(self, tree):
        """Return the script in the tree of its page, None if it has none."""
        return tree.css_first(f"section[id='{self.script}']")


DECKS = (
    Deck("lecture", "A lecture of 45 minutes", "a-lecture-of-45-minutes"),
    Deck("reading-group", "Twenty minutes for a reading group", "twenty-minutes-for-a-reading-group"),
)


def write(deck, pages, page):
    """Write a deck.

    Parameters
    ----------
    deck : Deck
    pages : dict of str to selectolax.lexbor.LexborHTMLParser
        Those of the site, by name.
    page : str
        Name of the page of the script.

    Returns
    -------
    str
        HTML of a page in `slides/`.
    """
    slides = [FIRST.format(book=TITLE, title=deck.title, page=page, section=deck.script)]
    for heading in deck.section(pages[page]).css("h3"):
        if minutes := BLOCK.match(heading.text()):
            slides += block(heading.parent, minutes, pages, page)
    sheets = "\n".join(f'<link rel="stylesheet" href="../_static/{name}">' for name in SHEETS)
    scripts = "\n".join(f'<script src="../_static/{name}"></script>' for name in SCRIPTS)
    return PAGE.format(title=deck.title, book=TITLE, sheets=sheets, slides="\n".join(slides), scripts=scripts)


def block(section, minutes, pages, page):
    """Yield the HTML of the slides of one block of minutes, which share its time."""
    made = in_order(section, pages, page, prefix=f"m{minutes['start']}-")
    seconds = 60 * (int(minutes["end"]) - int(minutes["start"])) // len(made)
    known = {"start": minutes["start"], "end": minutes["end"], "title": escape(minutes["title"].removesuffix("#"))}
    for slide in made:
        notes = "".join(f"<p>{said}</p>" for said in slide.said)
        yield SLIDE.format(seconds=seconds, kind=slide.kind, body=slide.body, notes=notes, **known)


def in_order(section, pages, page, prefix):
    """Return the slides of a section; what is said before the first stands in its notes."""
    slides, before = [], []
    for item in section.css("li"):
        for verb, words in acts(inside(content(item), page, prefix).inner_html):
            made = [*shown(verb, words, pages, prefix=f"{prefix}{len(slides)}-")]
            slides += made
            if not slides:
                before.append(words)
                continue
            for slide in slides[-max(1, len(made)) :]:
                slide.said += [*before, words]
            before = []
    return slides


def acts(html):
    """Yield what an item of a script asks to be done, and the words of each act; what is before is said."""
    html = re.sub(r"</?p>", "", html)
    found = [*VERB.finditer(html)]
    edges = [*(one.start() for one in found), len(html)]
    if before := html[: edges[0]].strip():
        yield "Say", before
    for one, end in zip(found, edges[1:], strict=True):
        yield one[1], html[one.start() : end].strip()


def shown(verb, words, pages, prefix):
    """Yield the slides of one act."""
    if verb == "Ask" and (asked := QUOTED.search(words)):
        yield Slide("question", f"<h2>{asked[1]}</h2>")
    elif verb == "Show":
        for address, title in LINK.findall(words):
            if address.startswith("../widgets/"):
                yield Slide("shows", widget(address, title))
    elif verb == "Put up":
        for number, (address, _) in enumerate(LINK.findall(words)):
            page, name = lead("slides/deck", address.replace("&amp;", "&"))
            title, html = taken(pages, page, name, f"{prefix}{number}-")
            long = " long" * (len(re.sub(r"<[^>]+>", "", html)) > LONG)
            yield Slide(f"statement{long}", f"<h2>{escape(title)}</h2>{html}" if title else html)


def widget(address, title):
    """Return a widget that fills a slide, and a link to its own page."""
    words = piece(f"<p>{title}</p>").text()
    capital = escape(words[0].upper() + words[1:])
    mark = "&amp;" if "#" in address else "#"
    return (
        f'<h2>{capital} <a class="alone" href="{address}">alone</a></h2>'
        f'<iframe title="{capital}" data-src="{address}{mark}embed&amp;theme=light" data-preload></iframe>'
    )
