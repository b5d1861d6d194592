"""Decks: a script of a talk becomes slides with a speaker's notes."""

import re
from html import escape
from typing import NamedTuple

from publish import filled
from publish.book import TITLE
from publish.site.trees import content, lead, piece
from publish.slides.pages import inside, taken

VERB = re.compile(r"<strong>(Ask|Show|Put up|Say)\b[^<]*</strong>:?")
BLOCK = re.compile(r"(?P<start>\d+)–(?P<end>\d+)\smin: (?P<title>.+?)#?$")
QUOTED = re.compile(r"“(.+?)”", re.DOTALL)
LINK = re.compile(r'<a class="[^"]*" (?:data-[\w-]+="[^"]*" )*href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
LONG = 700  # letters of a statement that is set in smaller type


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
    headings = [(BLOCK.match(heading.text()), heading) for heading in deck.section(pages[page]).css("h3")]
    blocks = [
        (minutes.groupdict(), in_order(heading.parent, pages, page, prefix=f"m{minutes['start']}-"))
        for minutes, heading in headings
        if minutes
    ]
    return filled.page("deck.html", **deck._asdict(), book=TITLE, page=page, blocks=blocks)


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
