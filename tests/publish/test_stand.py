"""Widgets that stand alone: how links name them, and what the site makes of them."""

import json
import re
from pathlib import Path

import pytest
import small_book
from bs4 import BeautifulSoup
from small_notebooks import SVG, code, notebook, shown, text, with_widgets

from publish.site import stored_widgets, widget_links
from publish.site.widget_pages import fragment

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "count": {"start": 7, "kind": "whole", "least": 1, "most": 9},
    "share": {"start": 0.5, "kind": "number", "least": 0, "none": True},
    "case": {"start": "a, b", "kind": "text", "options": ["a, b", "c"]},
    "length": {"start": 20, "kind": "whole", "options": [None, 20, 40]},
    "list": {"start": [1.0, 2.0], "kind": "number", "most": 3, "size": 2},
}
PRESET = {"name": "Three", "question": "Why <three>?", "look": "Look.", "state": {"count": 3, "case": "a, b"}}
STATE = {
    "_anywidget_id": "monograph.widgets.small_counter.SmallCounter",
    "_esm": "export default { render({ el }) { el.textContent = 'moves'; } };",
    "frame": {"settings": SETTINGS, "presets": [PRESET]},
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
    sources = [path.read_text() for path in (ROOT / "monograph" / "widgets").glob("*.py")]
    classes = [part for source in sources for part in re.split(r"^class ", source, flags=re.MULTILINE)[1:]]
    kinds = {re.match(r"\w+", part)[0] for part in classes if "\n    _esm = bundle(" in part}
    assert {stored_widgets.name_of(kind) for kind in kinds} == set(stored_widgets.find(ROOT))


@pytest.mark.parametrize(("link", "complaint"), BAD.items())
def test_a_link_that_leads_nowhere_is_complained_of(link, complaint, tmp_path):
    name, _, fragment = link.partition("#")
    known = stored_widgets.find(small(tmp_path))
    assert list(widget_links.complaints(known, name, fragment)) == [complaint]


@pytest.mark.exhaustive
def test_links_to_widgets_become_addresses(built):
    page = BeautifulSoup((built / "deep" / "page.html").read_text(), "html.parser").article
    here = "../widgets/small-counter.html"
    expected = [here, f"{here}#count=3&case=a,%20b&list=0,-2.5", f"{here}#share=none&length=none&embed"]
    assert [link["href"] for link in page.select("p a")] == expected
    assert {*page.select_one("p a")["class"]} == {"reference", "internal"}


@pytest.mark.nightly
def test_links_that_lead_nowhere_are_warnings_and_warnings_are_errors(tmp_path):
    page = "# A page\n\n" + "\n".join(f"[one](widget:{link})" for link in list(BAD)[:3])
    done = small_book.build(small(tmp_path, second=page), tmp_path)
    assert done.returncode != 0
    for complaint in list(BAD.values())[:3]:
        assert len(re.findall(f"WARNING: widget:.*{re.escape(complaint)}", done.stderr)) == 1, done.stderr


@pytest.mark.exhaustive
def test_every_widget_has_a_page_that_holds_its_state(built):
    page = BeautifulSoup((built / "widgets" / "small-counter.html").read_text(), "html.parser")
    state = json.loads(page.find(type="application/vnd.jupyter.widget-state+json").string)["state"]
    assert state["one"]["state"]["frame"]["presets"] == [PRESET]
    assert json.loads(page.select_one(".widget-live > script").string) == {"model_id": "one"}
    assert page.select_one(".widget-still > svg")["aria-label"] == "A counter."
    assert page.title.string.startswith(page.h1.string)
    assert page.select_one("nav a")["href"] == "../index.html#widget-small-counter"
    assert {script["src"].rpartition("/")[2].partition("?")[0] for script in page.select("script[src]")} == {
        "copy.js",
        "host.js",
        "stand.js",
    }


@pytest.mark.exhaustive
def test_one_page_lists_all_widgets_with_their_questions(built):
    page = BeautifulSoup((built / "widgets" / "index.html").read_text(), "html.parser")
    assert [link["href"] for link in page.select("h2 a")] == ["small-counter.html"]
    (question,) = page.select("li a")
    assert question.string == "Why <three>?"
    assert question["href"] == "small-counter.html#case=a,+b&count=3"


@pytest.mark.exhaustive
def test_the_widget_in_its_chapter_leads_to_its_page_and_is_led_back_to(built):
    page = BeautifulSoup((built / "index.html").read_text(), "html.parser")
    assert page.select_one("#widget-small-counter.widget")["data-stand"] == "widgets/small-counter.html"


@pytest.mark.nightly
def test_a_widget_shown_twice_is_named_once(tmp_path):
    view = shown(widget={"model_id": "one"}, svg=SVG.format("<g/>"), plain="A counter.")
    index = with_widgets(notebook(text("# A page"), code("1", view), code("1", view)), one=STATE)
    done = small_book.build(small_book.write(tmp_path, index=index, reference="# Reference\n"), tmp_path)
    assert done.returncode == 0, done.stderr
    page = BeautifulSoup((tmp_path / "_build" / "html" / "index.html").read_text(), "html.parser")
    assert [widget.get("id") for widget in page.select("[data-stand]")] == ["widget-small-counter", None]


@pytest.mark.parametrize("trait", SETTINGS)
def test_what_is_written_into_an_address_is_accepted_there(trait):
    widget = stored_widgets.StoredWidget("small-counter", "index", "one", STATE, {})
    assert list(stored_widgets.complaints(widget, fragment({trait: SETTINGS[trait]["start"]}))) == []


@pytest.mark.parametrize("text", ["1", ".5", "1e-3", "-2."])
def test_a_number_may_be_written_so(text):
    assert stored_widgets.refusal(text, {"kind": "number"}) is None


@pytest.mark.parametrize("text", ["", " 1", "1e999", "1_0", "inf", "0x1", "٣", "1,2"])
def test_a_number_may_not_be_written_so(text):
    assert stored_widgets.refusal(text, {"kind": "number"}) == "a number"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Folder of the built site of a book with one widget."""
    folder = tmp_path_factory.mktemp("stand")
    done = small_book.build(small(folder), folder)
    assert done.returncode == 0, done.stderr
    return folder / "_build" / "html"
