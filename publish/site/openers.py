"""What stands around the title of a chapter: its part and its times.

A part begins with an opener, folded below the question of its first chapter: the title stays on the first screen.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from publish import contents, filled

PARTS = Path(__file__).with_name("parts.yml")
_QUESTION = re.compile(r"^\*\*(?P<question>[^*]+\?)\*\*$", re.MULTILINE)


def setup(app):
    """Add what stands around a title when its page is written."""
    app.add_post_transform(Openers)


@dataclass(frozen=True)
class Part:
    """One part of the book: what it asks, what it builds on, its chapters, and all its pages."""

    caption: str
    chapters: tuple
    pages: tuple
    number: str
    question: str
    builds_on: str = ""

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


class Openers(SphinxPostTransform):
    """Put the part of a page above its title; below it the times, the question and, on a first chapter, the opener."""

    default_priority = 900
    formats = ("html",)

    def run(self, **_):
        """Transform the document."""
        page = self.env.docname
        title = next(self.document.findall(nodes.title), None)
        part = part_of(self.app, page)
        if not (title and part):
            return
        place = part.name + (f" · {part.chapters.index(page) + 1} of {len(part.chapters)}" if part.number else "")
        section, start = title.parent, title.parent.index(title)
        below = start + 1
        for asked in section[below : below + 1]:
            strong = next(asked.findall(nodes.strong), None)
            if strong and strong.parent is asked and strong.astext() == asked.astext():
                asked["classes"].append("chapter-question")
                below += 1
        if page == part.chapters[0]:
            section.insert(below, nodes.raw("", _opener(self.app, page, part), format="html"))
        section[start + 1 : start + 1] = self._times()
        section.insert(start, nodes.paragraph("", place, classes=["chapter-part"]))

    def _times(self):
        """Take the times from where the author says them: `About 25 minutes to read · 8 s to run`."""
        for said in self.document.findall(nodes.emphasis):
            if said.astext().startswith("Time: "):
                times, _, rest = said[0].astext().removeprefix("Time: ").partition(".")
                if len(said) > 1 or rest.strip():
                    said[0] = nodes.Text(rest.lstrip())
                else:
                    said.parent.parent.remove(said.parent)
                words = times[0].upper() + times[1:].replace(", ", " · ")
                return [nodes.paragraph("", words, classes=["chapter-time"])]
        return []


def part_of(app, page):
    """Return the part that a page belongs to, or None."""
    return next((part for part in parts(contents.read(app.confdir)) if page in part.pages), None)


def _opener(app, page, part):
    """Say what a part asks, what it builds on, and what its pages ask."""
    titles, address = app.env.titles, app.builder.get_relative_uri
    chapters = [
        (address(page, chapter) or "#", titles[chapter].astext(), question(app.srcdir, chapter))
        for chapter in part.chapters
    ]
    return filled.page("opener.html", part=part, chapters=chapters)
