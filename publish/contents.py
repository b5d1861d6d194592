"""The table of contents, `_toc.yml`, as Sphinx reads it: pages, parts, and the numbers of chapters."""

from functools import cache
from itertools import count
from pathlib import Path
from typing import NamedTuple

import yaml
from sphinx_external_toc.parsing import parse_toc_data

from publish.book import ROOT

SUFFIXES = (".ipynb", ".md")


class Part(NamedTuple):
    """One part of the book."""

    caption: str | None
    chapters: tuple  # names of pages: paths below `chapters/`, without suffix
    pages: tuple  # the same, each followed by the pages below it


class Contents(NamedTuple):
    """What a table of contents lists."""

    pages: tuple  # all, in order; the first one belongs to no part
    parts: tuple
    numbers: dict  # of the chapters that have one


def read(folder=ROOT):
    """Read the table of contents that lies in a folder."""
    return parse(Path(folder, "_toc.yml").read_text(encoding="utf-8"))


@cache
def parse(toc):
    """Parse a table of contents.

    Parameters
    ----------
    toc : str
        Text of `_toc.yml`.

    Returns
    -------
    Contents
    """
    book = parse_toc_data({"format": "jb-book", **yaml.safe_load(toc)})

    def below(page):
        return (page, *(found for child in book[page].child_files() for found in below(child)))

    parts, numbers, number = [], {}, count(1)
    for tree in book.root.subtrees:
        chapters = tuple(tree.files())
        parts.append(Part(tree.caption, chapters, tuple(page for chapter in chapters for page in below(chapter))))
        numbers |= dict(zip(chapters, number, strict=False)) if tree.numbered else {}
    return Contents(tuple(book), tuple(parts), numbers)
