"""What a page asks for before it can be read, and how much of it: what does not depend on the machine."""

import gzip
import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from publish import contents
from publish.book import ROOT
from publish.site import assets, trees

PAGES = contents.read().pages
KILOBYTES = {"css": 30, "js": 30, "woff2": 40, "html": 130}  # compressed, of one page with all that it asks for
ELEMENTS = 23_000


def read(page):
    return trees.parse(page.read_text(encoding="utf-8"))


def asked_for(page, site, name):
    """Files of the site that a page names in its head or its scripts, by their kind, and those that come later."""
    found = [tag.attributes for tag in page.css("script[src], link[rel=stylesheet]")]
    tags = [tag.get("src") or tag["href"] for tag in found]
    files = {(site / name).parent.joinpath(tag.partition("?")[0]).resolve() for tag in tags} | {*late(page, site)}
    return {kind: [file for file in files if file.suffix == f".{kind}"] for kind in ("css", "js")}


def late(page, site):
    """Scripts of the theme that a page asks for when it is there."""
    return [site / "_static" / name for tag in page.css("[data-late]") for name in tag.attributes["data-late"].split()]


def compressed(files):
    return sum(len(gzip.compress(file.read_bytes())) for file in files) / 1000


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_and_nothing_but_one_style_sheet_blocks_it(site, name):
    file = site / f"{name}.html"
    page = read(file)
    files = asked_for(page, site, f"{name}.html")
    assert [path.name for path in files["css"]] == [assets.SHEET]
    assert page.css("script[src]:not([defer])") == []
    weight = {kind: compressed(found) for kind, found in files.items()} | {"html": compressed([file])}
    assert {kind: kb for kind, kb in weight.items() if kb > KILOBYTES[kind]} == {}
    assert len(page.css("*")) < ELEMENTS


def test_a_page_reads_the_theme_s_scripts_after_the_book_s(site):
    ours = (site / "_static" / assets.SCRIPT).read_text(encoding="utf-8")
    assert "Links and formulas explain themselves" in ours
    for name in PAGES:
        theirs = late(read(site / f"{name}.html"), site)
        assert {"doctools.js", "copybutton.js", "sphinx-book-theme.js"} <= {script.name for script in theirs}
        assert [script.name for script in theirs if script.read_text(encoding="utf-8") in ours] == []
    assert late(read(site / "search.html"), site) == []  # which has them at once


def test_no_page_has_what_the_theme_is_kept_from_looking_for(site):
    folder = Path(find_spec("sphinx_book_theme").origin).parent / "theme" / "sphinx_book_theme" / "static"
    script = "scripts/sphinx-book-theme.js"
    names = json.loads(re.search(r'\["marginnote".*?\]', (folder / script).read_text())[0])
    sought = [f".{prefix}{name}" for name in names for prefix in ("", "tag_")]
    assert "marginnote" not in (site / "_static" / script).read_text()
    for page in site.rglob("*.html"):
        assert read(page).css(", ".join(sought)) == [], page


@pytest.mark.parametrize("name", [*PAGES, "search"])
def test_a_page_says_once_how_wide_it_is(site, name):
    assert len(read(site / f"{name}.html").css("meta[name=viewport]")) == 1


def test_fonts_are_small(site):
    for font in (site / "_static" / "fonts").glob("*.woff2"):
        assert compressed([font]) < KILOBYTES["woff2"], font


@pytest.mark.parametrize("face", ["400", "400-italic", "600"])
def test_raised_and_lowered_digits_are_of_one_face(face):
    letters = TTFont(ROOT / "publish" / "static" / "fonts" / f"book-serif-{face}.woff2").getBestCmap()
    assert [letter for letter in "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋" if ord(letter) not in letters] == []


def test_no_element_waits_for_a_font_of_icons(site):
    for name in PAGES:
        assert read(site / f"{name}.html").css("i[class*=fa-], span[class*=fa-]") == []


def test_an_icon_is_drawn_where_a_script_would_have_drawn_it():
    element = '<i class="mine fa-solid fa-bars fa-lg" title="x" data-mode="dark"></i>'
    tree = trees.parse(element)
    assets.draw(tree.css_first(assets.ICON))
    drawn = tree.css_first("svg")
    assert drawn.attributes["class"] == "svg-inline--fa mine fa-bars fa-lg"
    assert drawn.attributes["data-mode"] == "dark"
    assert drawn.attributes["aria-hidden"] == "true"
    assert "title" not in drawn.attributes
    assert drawn.css_first("path") and not tree.css(assets.ICON)


@pytest.mark.parametrize("script", sorted((ROOT / "publish" / "static").glob("*.js")), ids=lambda path: path.name)
def test_the_books_scripts_share_no_names_as_they_may_become_one(script):
    code = re.sub(r"^(//.*)?\n", "", script.read_text(), flags=re.MULTILINE)
    assert code.startswith("{") and re.search(r"^}", code, re.MULTILINE).end() == len(code.rstrip())


def test_rules_of_what_no_page_uses_are_left_out():
    css = ".used { color: red } .unused { color: blue } .used .unused { color: green } p { color: black }"
    assert assets.minified(css, unused=["unused"]) == ".used{color:red}p{color:#000}"


def test_parts_of_bootstrap_that_its_script_names_are_left_out_but_for_those_that_a_page_has(site):
    css = (site / "_static" / assets.SHEET).read_text(encoding="utf-8")
    assert ".carousel" in (site / "_static" / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    assert ".carousel" not in css and ".toast" not in css
    assert ".tooltip" in css and ".dropdown-menu" in css  # which scripts make, and pages have


def test_addresses_in_a_sheet_are_seen_from_the_folder_of_all(tmp_path):
    (tmp_path / "styles").mkdir()
    (tmp_path / "basic.css").write_text("b { background: url(file.png) }")
    (tmp_path / "styles" / "one.css").write_text(
        '@import "../basic.css"; a { background: url("../x.svg"), url(data:,1) }'
    )
    found = assets.sheet(tmp_path, "styles/one.css")
    assert re.findall(r'url\("([^"]*)"\)', found) == ["file.png", "x.svg", "data:,1"]
