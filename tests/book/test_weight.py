"""Every page of the book's parts, and every widget's own page, loads at most 300 kB of the book's own."""

from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from book import weight

ROOT = Path(__file__).parents[2]
PARTS = yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
CHAPTERS = [entry["file"] for part in PARTS if part["caption"] != "Appendix" for entry in part["chapters"]]


@pytest.mark.parametrize("name", ["index", *CHAPTERS])
def test_a_chapter_is_light(site, name):
    weighed = weight.weigh(site / f"{name}.html")
    assert weighed[weight.TOTAL] <= weight.LIMIT, weighed


def test_the_pages_of_widgets_are_light(site):
    for path in site.glob("widgets/*.html"):
        assert weight.weigh(path)[weight.TOTAL] <= weight.LIMIT, path.name


def test_kinds_make_up_the_whole_of_what_a_page_loads(site):
    path = site / f"{CHAPTERS[0]}.html"
    weighed = weight.weigh(path)
    assert min(weighed.values()) > 0
    files = weight.own_files(path, BeautifulSoup(path.read_text(), "html.parser"))
    assert {"book.css", "book.js", "host.js", "logo.svg"} <= {file.name for file in files}
    assert not {"theme.css", "tex-chtml-full.js"} & {file.name for file in files}
    assert weighed[weight.TOTAL] == path.stat().st_size + sum(file.stat().st_size for file in files)


def test_what_is_loaded_is_counted_once(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "book.css").write_text("a { background: url('a.woff2?v=1') }")
    (tmp_path / "_static" / "a.woff2").write_text("x" * 50)
    (tmp_path / "searchindex.js").write_text("x" * 70)
    links = '<link rel="stylesheet" href="_static/book.css?v=1"><link rel="preload" href="_static/book.js">'
    scripts = '<script src="searchindex.js"></script>' * 2
    (tmp_path / "page.html").write_text(f'{links}{scripts}<p class="math">α<b class="math">a</b></p>')
    weighed = weight.weigh(tmp_path / "page.html")
    assert weighed["formulas"] == len('<p class="math">α<b class="math">a</b></p>'.encode())
    assert weighed[weight.TEXT] == len(links + scripts)
    assert weighed[weight.FILES] == 50 + 70 + 36
    assert weighed[weight.TOTAL] == 156 + weighed["formulas"] + weighed[weight.TEXT]
