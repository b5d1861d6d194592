from pathlib import Path

import chapter_guards as guards
import pytest
from small_notebooks import code, notebook
from sphinx_external_toc.parsing import MalformedError

from publish import contents, notebooks

TOC = """\
format: jb-book
root: index
parts:
  - caption: Part
    chapters:
      - file: part/first
        sections:
          - file: part/second
"""
LISTED = contents.parse(TOC)


def test_pages_are_listed_in_order():
    assert LISTED.pages == ("index", "part/first", "part/second")


def test_parts_hold_their_chapters_and_the_pages_below_them():
    assert LISTED.parts == (("Part", ("part/first",), ("part/first", "part/second")),)
    assert contents.parse("root: a\nchapters:\n- file: b\n").parts == ((None, ("b",), ("b",)),)


def test_chapters_of_numbered_parts_are_counted_through_the_book():
    toc = "root: a\nparts: [{numbered: 2, chapters: [{file: b}, {file: c}]}, {chapters: [{file: d}]}, %s]\n"
    assert contents.parse(toc % "{numbered: true, chapters: [{file: e}]}").numbers == {"b": 1, "c": 2, "e": 3}


def test_page_that_is_listed_twice():
    with pytest.raises(MalformedError, match="used multiple times: 'index'"):
        contents.parse(TOC + "      - file: index\n")


def ignored_mismatches(allowed, chapters):
    """Cells that go uncompared without being allowed to, and the other way round."""
    lines = {line.strip() for line in allowed.splitlines() if line.strip() and line[0] != "#"}
    found = {f"{name}: {cell}" for name, nb in chapters.items() for cell in guards.ignored_cells(nb)}
    yield from (f"{entry} is not compared and not listed" for entry in sorted(found - lines))
    yield from (f"{entry} is listed and is compared" for entry in sorted(lines - found))


@pytest.mark.parametrize(
    ("allowed", "complaints"),
    [
        ("# Reason\nsmall: c0\n", []),
        ("", ["small: c0 is not compared and not listed"]),
        ("small: c0\nsmall: c1\n", ["small: c1 is listed and is compared"]),
    ],
)
def test_list_of_ignored_outputs(allowed, complaints):
    small = notebook(code("1", tags=["nbval-ignore-output"]), code("2"))
    assert list(ignored_mismatches(allowed, {"small": small})) == complaints


def test_the_book_lists_its_ignored_outputs():
    chapters = {notebooks.name_of(path): notebooks.read(path) for path in notebooks.paths()}
    allowed = Path(__file__).with_name("ignored_outputs.txt").read_text()
    found = list(ignored_mismatches(allowed, chapters))
    assert not found, "\n".join(found)
