"""What a page tells of itself: how it is cited, where its mistakes are reported, what its own address is."""

import json
from xml.etree import ElementTree

import pytest
import small_book
from bs4 import BeautifulSoup
from small_notebooks import notebook, text

from publish.site import citation

pytestmark = pytest.mark.exhaustive
SITE = "https://book.example/x/"
PAGES = ["index.html", "reference.html"]


def build(folder, **environment):
    index = notebook(text("# A page\n\n**Is it?**\n\n```{prf:theorem} </script>\n:label: thm-a\nYes.\n```"))
    book = small_book.write(folder, index=index, reference="# Reference\n\n```{bibliography}\n```\n")
    done = small_book.build(book, folder, **environment)
    assert done.returncode == 0, done.stderr
    site = folder / "_build" / "html"
    return site, {page: BeautifulSoup((site / page).read_text(), "html.parser") for page in PAGES}


def told(page):
    return json.loads(page.find(id="book-place").string)


def test_where_address_and_repository_are_known(tmp_path):
    site, pages = build(tmp_path, TTSBOOK_SITE=SITE, TTSBOOK_REPOSITORY="https://github.com/someone/book")
    for name, page in pages.items():
        assert page.find("link", rel="canonical")["href"] == SITE + name
        assert f"{SITE}{name}{citation.PART}" in told(page)["bibtex"]
        assert told(page)["issue"] == "https://github.com/someone/book/issues/new?template=book.yml"
        assert page.select_one(".dropdown-download-buttons a[href$='.html.md']")["href"] == f"{name}.md"
    listed = {place.text for place in ElementTree.parse(site / "sitemap.xml").iter() if place.tag.endswith("loc")}
    assert listed == {SITE + name for name in PAGES}
    assert f"- [A page]({SITE}index.html.md): Is it?\n" in (site / "llms.txt").read_text()


@pytest.mark.nightly
def test_where_they_are_not(tmp_path):
    site, pages = build(tmp_path)
    for page in pages.values():
        assert page.find("link", rel="canonical") is None
        assert set(told(page)) == {"bibtex", "words", "page"}
        assert "://" not in json.dumps(told(page))
    assert not (site / "sitemap.xml").exists()
    assert "- [A page](index.html.md): Is it?\n" in (site / "llms.txt").read_text()


@pytest.mark.parametrize(("name", "above"), [("index", 1), ("take-home", 0), ("setup/task", 0)])
def test_the_menu_of_a_page_stands_below_its_title_and_subtitle(site, name, above):
    lines = BeautifulSoup((site / f"{name}.html").read_text(), "lxml").select("h1 ~ p")
    assert [bool(line.select("button.place")) for line in lines[: above + 1]] == [False] * above + [True]
