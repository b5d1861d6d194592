"""Buttons that launch and download a chapter, with and without a known repository."""

import re
from pathlib import Path

import nbformat
import pytest
import small_book
from bs4 import BeautifulSoup
from small_notebooks import code, notebook, text

from publish import notebooks
from publish.site import launch

INDEX = notebook(text("# A page\n\n```{prf:theorem}\nYes.\n```"), code("1"))
NAMES = {"index", "reference"}


def build(folder, **environment):
    book = small_book.write(folder, index=INDEX, reference="# Reference\n\n```{bibliography}\n```\n")
    done = small_book.build(book, folder, **environment)
    assert done.returncode == 0, done.stderr
    html = folder / "_build" / "html"
    return html, {name: links((html / f"{name}.html").read_text()) for name in NAMES}


def links(html):
    """Addresses of a page's buttons."""
    buttons = BeautifulSoup(html, "html.parser").select(".article-header-buttons a[href]")
    return [button["href"] for button in buttons]


@pytest.mark.exhaustive
def test_buttons_launch_the_version_that_was_built(tmp_path):
    html, found = build(
        tmp_path,
        TTSBOOK_REPOSITORY="https://github.com/someone/some-book.git",
        TTSBOOK_REVISION="v1.2",
        TTSBOOK_NOTEBOOKS="0a1b2c",
    )
    binder = "https://mybinder.org/v2/gh/someone/some-book/v1.2?urlpath=lab/tree/chapters/index.ipynb"
    colab = "https://colab.research.google.com/github/someone/some-book/blob/0a1b2c/chapters/index.ipynb"
    assert {binder, colab} <= set(found["index"])
    assert not [link for link in found["reference"] if "binder" in link or "colab" in link]
    download = nbformat.read(html / "_sources" / "index.ipynb", as_version=4)
    assert "some-book v1.2" in download.cells[1].source


@pytest.mark.nightly
def test_without_a_repository_there_is_a_download_and_nothing_else(tmp_path):
    html, found = build(tmp_path)
    assert found["index"] == ["_sources/index.ipynb", "index.html.md"]
    assert not [link for link in found["reference"] if link.endswith(".ipynb")]
    download = nbformat.read(html / "_sources" / "index.ipynb", as_version=4)
    assert [cell.source for cell in download.cells] == ["# A page\n\n> **Theorem**\n>\n> Yes.", "1"]


@pytest.mark.nightly
def test_colab_is_offered_for_github_alone(tmp_path):
    _, found = build(tmp_path, TTSBOOK_REPOSITORY="https://git.example.org/someone/book")
    assert any(link.startswith("https://mybinder.org/v2/git/") for link in found["index"])
    assert not any("colab" in link for link in found["index"])


@pytest.mark.parametrize(
    ("environment", "revision"),
    [
        ({}, "main"),
        ({"TTSBOOK_REVISION": "v1", "GITHUB_SHA": "a1"}, "v1"),
        ({"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "main", "GITHUB_SHA": "a1"}, "a1"),
        ({"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1", "GITHUB_SHA": "a1"}, "v1"),
    ],
)
def test_which_version_is_launched(environment, revision):
    assert launch.revision(environment) == revision


def test_chapters_for_colab_are_on_a_branch_of_their_own_unless_a_commit_is_named():
    assert launch.published({}) == "notebooks"
    assert launch.published({"TTSBOOK_NOTEBOOKS": "a1"}) == "a1"


def downloads():
    for path in notebooks.paths():
        name = notebooks.name_of(path)
        yield pytest.param(path, id=name, marks=[] if name.startswith("setup/") else pytest.mark.exhaustive)


@pytest.mark.parametrize("path", [*downloads()])
def test_every_chapter_of_the_site_can_be_downloaded(site, path):
    page = site / f"{notebooks.name_of(path)}.html"
    found = [link for link in links(page.read_text()) if link.endswith(".ipynb") and not re.match("https?:", link)]
    assert len(found) == 1
    download = nbformat.read(Path(page.parent, found[0]).resolve(), as_version=4)
    nbformat.validate(download)
    fresh = [cell.source for cell in notebooks.read(path).cells if cell.cell_type == "code"]
    assert [cell.source for cell in download.cells if cell.cell_type == "code" and cell.id != "colab"] == fresh
