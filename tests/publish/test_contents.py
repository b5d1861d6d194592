from pathlib import Path

import pytest
from small_notebooks import code, notebook

from publish import contents, notebooks

ROOT = Path(__file__).parents[2]
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


@pytest.fixture
def folder(tmp_path):
    """Pages that the table above lists."""
    for page in ("index.ipynb", "part/first.md", "part/second.ipynb"):
        (tmp_path / page).parent.mkdir(exist_ok=True)
        (tmp_path / page).touch()
    return tmp_path


def test_pages_are_listed_in_order():
    assert contents.listed(TOC) == ["index", "part/first", "part/second"]


def test_table_that_agrees(folder):
    (folder / "ruff.toml").touch()
    assert list(contents.mismatches(TOC, folder)) == []


def test_page_that_is_not_listed(folder):
    (folder / "part" / "third.md").touch()
    assert list(contents.mismatches(TOC, folder)) == ["part/third is not listed"]


def test_page_that_does_not_exist(folder):
    (folder / "part" / "first.md").unlink()
    assert list(contents.mismatches(TOC, folder)) == ["part/first is listed and does not exist"]


def test_page_that_is_listed_twice(folder):
    toc = TOC + "      - file: index\n"
    assert list(contents.mismatches(toc, folder)) == ["index is listed twice"]


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
    assert list(contents.ignored_mismatches(allowed, {"small": small})) == complaints


def test_the_book_lists_its_pages():
    toc = (ROOT / "_toc.yml").read_text()
    found = list(contents.mismatches(toc, notebooks.CHAPTERS))
    assert not found, "\n".join(found)


def test_the_book_lists_its_ignored_outputs():
    chapters = {notebooks.name_of(path): notebooks.read(path) for path in notebooks.paths()}
    allowed = Path(__file__).with_name("ignored_outputs.txt").read_text()
    found = list(contents.ignored_mismatches(allowed, chapters))
    assert not found, "\n".join(found)
