"""What the book's labels stand for: `thm-training` is Theorem 2.1 of `setup/attention`.

Sphinx numbers statements, exercises, figures and labeled equations when it builds the site. The
same numbers are counted here from the files alone, so that the text of a notebook can say them
to readers who see it in JupyterLab. A test compares both.
"""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from publish import contents, notebooks
from publish.book import ROOT

FENCE = re.compile(r"^(?P<fence>`{3,}|:{3,})(?:\{(?P<name>[\w:-]+)\}[ \t]*(?P<title>.*)|[^{`]*)$")
NUMBERED = re.compile(r"prf:(?!proof$)\w+|exercise")
OPTION = re.compile(r"^:(?P<name>[\w-]+):[ \t]*(?P<value>.*)$")

_EQUATION = re.compile(r"\$\$[ \t]*\((?P<label>[\w-]+)\)[ \t]*$")
_TARGET = re.compile(r"^\((?P<label>[\w-]+)\)=$")


@dataclass(frozen=True)
class Label:
    """Where a label is, and how readers know it.

    Parameters
    ----------
    label : str
    page : str
        File below `chapters/`, with its suffix.
    words : str or None
        Such as `Theorem 2.1`; None where it has no number.
    """

    label: str
    page: str
    words: str | None


def read(book=ROOT):
    """Read all labels of a book, by name, from its folder."""
    listed, found = contents.read(book), {}
    for name in (f"{page}{suffix}" for page in listed.pages for suffix in contents.SUFFIXES):
        if (path := Path(book, "chapters", name)).exists():
            number = listed.numbers.get(name.rpartition(".")[0])
            found |= {label.label: label for label in of_page(path, name, number)}
    return found


def of_page(path, name, number):
    """Yield the labels of one page, in their order."""
    if path.suffix == ".md":
        yield from Counting(name, number).text(path.read_text(encoding="utf-8"))
        return
    counting = Counting(name, number)
    for cell in notebooks.read(path).cells:
        if cell.cell_type == "markdown":
            yield from counting.text(cell.source)
        elif figure := cell.metadata.get("mystnb", {}).get("figure"):
            yield counting.next("Fig.", figure.get("name"))


class Counting:
    """The count of each kind of thing on a page.

    Parameters
    ----------
    page : str
        File below `chapters/`.
    number : int or None
        Number of the chapter.
    """

    def __init__(self, page, number):
        self.page, self.number, self.counts = page, number, Counter()

    def next(self, kind, label, form="{kind} {number}"):
        """Count one more thing of a kind; return what its label stands for."""
        self.counts[kind] += 1
        words = form.format(kind=kind, number=f"{self.number}.{self.counts[kind]}")
        return Label(label, self.page, words if self.number else None)

    def text(self, source):
        """Yield the labels in a text."""
        lines = source.splitlines()
        for start, line in enumerate(lines):
            if target := _TARGET.match(line):
                yield Label(target["label"], self.page, None)
            elif equation := _EQUATION.search(line):
                yield self.next("", equation["label"], "({number})")
            elif (fence := FENCE.match(line)) and fence["name"] and NUMBERED.fullmatch(fence["name"]):
                given = options(lines[start + 1 :])
                if "nonumber" in given:
                    yield Label(given.get("label"), self.page, None)
                else:
                    kind = fence["name"].removeprefix("prf:").capitalize()
                    yield self.next(kind, given.get("label"))


def options(lines):
    """Return the options with which a directive begins, by name."""
    found = {}
    for line in lines:
        if not (option := OPTION.match(line)):
            break
        found[option["name"]] = option["value"]
    return found
