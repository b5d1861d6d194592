"""What stands around the title of a chapter: its part and its times.

A part begins with an opener, above the title of its first chapter, so that nobody has to click past it.
"""

import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

import yaml

from publish import contents

PARTS = Path(__file__).with_name("parts.yml")
_QUESTION = re.compile(r"^\*\*(?P<question>[^*]+\?)\*\*$", re.MULTILINE)
_TIME = re.compile(r"<p><em>Time: (?P<times>[^.<]*)\.\s*(?P<rest>.*?)</em></p>", re.DOTALL)
_ASKED = re.compile(r"\A(?P<space>\s*)<p>(?P<strong><strong>.*?</strong>)</p>", re.DOTALL)
_TITLE = re.compile(r"<h1>.*?</h1>", re.DOTALL)


def setup(app):
    """Add what stands around a title when its page is written."""
    app.connect("html-page-context", add_openers)


@dataclass(frozen=True)
class Part:
    """One part of the book: what it asks, what it builds on, its chapters, and all its pages."""

    caption: str
    chapters: tuple
    pages: tuple
    number: str
    question: str
    builds_on: str

    @property
    def name(self):
        """`Part I · Set-up`, or the caption alone."""
        return " · ".join(filter(None, (self.number, self.caption)))


def parts(listed):
    """Return the parts of a table of contents that `parts.yml` describes.

    Parameters
    ----------
    listed : publish.contents.Contents

    Returns
    -------
    list of Part
    """
    described = yaml.safe_load(PARTS.read_text(encoding="utf-8"))
    return [Part(*part, **described[part.caption]) for part in listed.parts if part.caption in described]


def question(folder, page):
    """Return the question of a chapter, the first bold paragraph of its notebook; None without one."""
    path = Path(folder, f"{page}.ipynb")
    if not path.exists():
        return None
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    first = next((cell for cell in cells if cell["cell_type"] == "markdown"), {"source": []})
    match = _QUESTION.search("".join(first["source"]))
    return match and match["question"]


def add_openers(app, page, _template, context, _doctree):
    """Put part and opener above the title of a page, and its times below."""
    body = context.get("body", "")
    title = _TITLE.search(body)
    part = part_of(app, page)
    if not (title and part):
        return
    times = _TIME.search(body)
    if times:
        rest = f"<p><em>{times['rest']}</em></p>" if times["rest"] else ""
        body = body[: times.start()] + rest + body[times.end() :]
    place = part.name + (f" · {part.chapters.index(page) + 1} of {len(part.chapters)}" if part.number else "")
    above = f'<p class="chapter-part">{escape(place)}</p>\n'
    below = _times(times["times"]) if times else ""
    opener = _opener(app, part, context["pathto"]) if page == part.chapters[0] else ""
    text = _ASKED.sub(r'<p class="chapter-question">\g<strong></p>', body[title.end() :], count=1)
    context["body"] = body[: title.start()] + above + opener + title[0] + below + text


def part_of(app, page):
    """Return the part that a page belongs to, or None."""
    return next((part for part in parts(contents.read(app.confdir)) if page in part.pages), None)


def _times(words):
    """Write the line under the title: `About 25 minutes to read · 8 s to run`."""
    words = words[0].upper() + words[1:].replace(", ", " · ")
    return f'\n<p class="chapter-time">{words}</p>'


def _opener(app, part, address_of):
    """Say what a part asks, what it builds on, and what its pages ask."""
    entries = []
    for page in part.chapters:
        asked = question(app.srcdir, page)
        text = f'<a href="{address_of(page)}">{escape(app.env.titles[page].astext())}</a>'
        entries.append(f"<li>{text}{f' <span>{escape(asked)}</span>' if asked else ''}</li>")
    return (
        f'\n<aside class="part-opener" aria-label="{escape(part.name)}">'
        f'<p class="part-question">{escape(part.question)}</p>'
        f'<p class="part-base">Builds on: {escape(part.builds_on)}</p>'
        f"<ol>{''.join(entries)}</ol></aside>\n"
    )
