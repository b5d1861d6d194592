"""Widgets that stand alone: how links name them, and what the site makes of them."""

import re
from pathlib import Path

import pytest
import small_book
from bs4 import BeautifulSoup
from small_notebooks import SVG, code, notebook, shown, text, with_widgets

from book import stored_widgets, widget_links

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "count": {"start": 7, "kind": "whole", "least": 1, "most": 9},
    "share": {"start": 0.5, "kind": "number", "least": 0, "none": True},
    "case": {"start": "a, b", "kind": "text", "options": ["a, b", "c"]},
    "length": {"start": 20, "kind": "whole", "options": [None, 20, 40]},
    "list": {"start": [1.0, 2.0], "kind": "number", "most": 3, "size": 2},
}
STATE = {
    "_anywidget_id": "ttsbook.widgets.small_counter.SmallCounter",
    "_esm": "export default { render({ el }) { el.textContent = 'moves'; } };",
    "frame": {"settings": SETTINGS, "presets": []},
    "count": 7,
}
LINKS = """# A page

[plain](widget:small-counter), [set](widget:small-counter#count=3&case=a,%20b&list=0,-2.5),
[none](widget:small-counter#share=none&length=none&embed)
"""
BAD = {
    "small-clock": "there is no widget 'small-clock'; there are: small-counter",
    "small-counter#size=1": "it has no 'size'; there are: case, count, length, list, share",
    "small-counter#count=0": "count must be a whole number from 1 to 9, got '0'",
    "small-counter#count=2.5": "count must be a whole number from 1 to 9, got '2.5'",
    "small-counter#count=none": "count must be a whole number from 1 to 9, got 'none'",
    "small-counter#share=": "share must be a number from 0 or none, got ''",
    "small-counter#share=nan": "share must be a number from 0 or none, got 'nan'",
    "small-counter#case=b": "case must be one of a, b, c, got 'b'",
    "small-counter#length=30": "length must be one of none, 20, 40, got '30'",
    "small-counter#list=1": "list must be 2 numbers to 3, got '1'",
    "small-counter#list=1,4": "list must be 2 numbers to 3, got '1,4'",
}


def small(folder, first="# A page", second=LINKS):
    """Write a book with one widget and links to it."""
    view = shown(widget={"model_id": "one"}, svg=SVG.format("<g/>"), plain="A counter.")
    index = with_widgets(notebook(text(first), code("1", view)), one=STATE)
    (folder / "book").mkdir()
    small_book.write(folder / "book", index=index, reference="# Reference\n", **{"deep/page": second})
    toc = folder / "book" / "_toc.yml"
    toc.write_text(toc.read_text() + "- file: deep/page\n")
    return folder / "book"


@pytest.mark.parametrize(
    ("kind", "name"),
    [("OverthinkingMap", "overthinking-map"), ("GPTThinking", "gpt-thinking"), ("Exchange", "exchange")],
)
def test_a_widget_is_named_after_its_class(kind, name):
    assert stored_widgets.name_of(kind) == name


def test_every_widget_of_the_package_is_in_the_book():
    sources = [path.read_text() for path in (ROOT / "ttsbook" / "widgets").glob("*.py")]
    kinds = {kind for source in sources for kind in re.findall(r"^class (\w+)\(Widget\)", source, re.MULTILINE)}
    assert {stored_widgets.name_of(kind) for kind in kinds} == set(stored_widgets.find(ROOT))


@pytest.mark.parametrize(("link", "complaint"), BAD.items())
def test_a_link_that_leads_nowhere_is_complained_of(link, complaint, tmp_path):
    name, _, fragment = link.partition("#")
    known = stored_widgets.find(small(tmp_path))
    assert list(widget_links.complaints(known, name, fragment)) == [complaint]


def test_links_to_widgets_become_addresses(built):
    page = BeautifulSoup((built / "deep" / "page.html").read_text(), "html.parser").article
    here = "../widgets/small-counter.html"
    expected = [here, f"{here}#count=3&case=a,%20b&list=0,-2.5", f"{here}#share=none&length=none&embed"]
    assert [link["href"] for link in page.select("p a")] == expected
    assert {*page.select_one("p a")["class"]} == {"reference", "internal"}


def test_links_that_lead_nowhere_are_warnings_and_warnings_are_errors(tmp_path):
    page = "# A page\n\n" + "\n".join(f"[one](widget:{link})" for link in list(BAD)[:3])
    done = small_book.build(small(tmp_path, second=page), tmp_path)
    assert done.returncode != 0
    for complaint in list(BAD.values())[:3]:
        assert len(re.findall(f"WARNING: widget:.*{re.escape(complaint)}", done.stderr)) == 1, done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Folder of the built site of a book with one widget."""
    folder = tmp_path_factory.mktemp("stand")
    done = small_book.build(small(folder), folder)
    assert done.returncode == 0, done.stderr
    return folder / "_build" / "html"
