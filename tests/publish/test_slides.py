"""Decks and the handout: what a script becomes, and what the built ones hold."""

import re
from urllib.parse import urldefrag

import pytest

from publish.site.trees import parse
from publish.slides import SCRIPTS, decks, pages

SCRIPT = """<section id="talk"><h3>2–5 min: the turn<a class="headerlink">#</a></h3><ul>
<li><p>Wait. <strong>Ask:</strong> “Is it <em>shorter</em>?” Collect guesses.</p></li>
<li><p><strong>Show</strong> <a class="reference internal" href="../widgets/map.html#n=5">the map</a>.
<strong>Put up</strong> <a class="reference internal" href="../theorems/one.html#thm-a">it</a>.</p></li>
<li><p><strong>Say:</strong> so it is.</p></li></ul></section>"""
ONE = """<article><div class="proof theorem" id="thm-a"><p class="admonition-title">Theorem 1 (A)</p>
<section id="s"><p>By <a href="#s">this</a>, <a href="two.html#x">that</a> and <a href="https://e.org">those</a>.</p>
<form class="check" data-answer="{}"><label>How <input></label><button>Check</button></form>
</section></div></article>"""
NAMES = [deck.name for deck in decks.DECKS]


@pytest.fixture
def deck():
    """A deck of one block, as a tree."""
    made = decks.Deck("talk", "A talk", "talk")
    site = {"theorems/one": parse(ONE), "appendix/teaching": parse(SCRIPT)}
    return parse(decks.write(made, site, "appendix/teaching"))


def test_a_question_a_widget_and_a_statement_are_slides_in_the_order_of_the_script(deck):
    kinds = [slide.attributes["class"] for slide in deck.css(".slides > section[class]")]
    assert kinds == ["question", "shows", "statement"]
    assert deck.css_first(".question h2").inner_html == "Is it <em>shorter</em>?"
    assert deck.css_first("iframe").attributes["data-src"] == "../widgets/map.html#n=5&embed&theme=light"
    assert deck.css_first(".statement h2").text() == "Theorem 1 (A)"


def test_what_is_said_stands_in_the_notes_and_the_answer_after_the_question(deck):
    notes = [aside.text() for aside in deck.css("aside.notes")]
    assert notes[0].startswith("Wait.")
    assert "Collect guesses" in notes[0]
    assert "Collect guesses" not in deck.css_first(".question .body").text()
    assert notes[2].endswith("so it is.")


def test_the_slides_of_a_block_share_its_minutes(deck):
    slides = deck.css(".slides > section[class]")
    assert [slide.attributes["data-timing"] for slide in slides] == ["60"] * 3
    assert "2–5 min · the turn" in slides[0].text()


def test_pieces_keep_their_links_and_lose_their_answers(deck):
    body = deck.css_first(".statement .body")
    assert [link.attributes["href"] for link in body.css("a")][1:] == ["../theorems/two.html#x", "https://e.org"]
    assert body.css_first(body.css_first("a").attributes["href"]) is not None
    assert not body.css("section, form, input, button, [data-answer]")


def test_what_nothing_bears_cannot_be_put_up():
    with pytest.raises(ValueError, match="nothing bears the id 'thm-b'"):
        pages.taken({"one": parse(ONE)}, "one", "thm-b", "p-")


@pytest.mark.parametrize("name", NAMES)
def test_a_deck_has_every_question_and_every_widget_of_its_script(site, parsed, name):
    script = next(one.script for one in decks.DECKS if one.name == name)
    section = parsed(site / f"{SCRIPTS}.html").find(id=script)
    blocks = [found.parent for found in section.find_all("h3")]
    asked = sum(len(re.findall(r"Ask", strong.text)) for block in blocks for strong in block.select("li strong"))
    shown = [link["href"] for block in blocks for link in block.select("li a[href*='widgets/']")]
    deck = parsed(site / "slides" / f"{name}.html")
    assert len(deck.select("section.question")) == asked > 3
    frames = [frame["data-src"].replace("&embed&theme=light", "") for frame in deck.select("iframe")]
    assert frames == shown
    assert len(deck.select("section.statement")) >= 3
    assert all(slide.select("aside.notes p") for slide in deck.select("section.question, section.statement"))


@pytest.mark.parametrize(("name", "minutes"), [("lecture", 45), ("reading-group", 20)])
def test_a_deck_is_as_long_as_it_says(site, parsed, name, minutes):
    seconds = [
        int(slide["data-timing"]) for slide in parsed(site / "slides" / f"{name}.html").select(".slides > section")
    ]
    assert minutes * 60 - len(seconds) <= sum(seconds) <= minutes * 60


@pytest.mark.parametrize("name", [*NAMES, "handout"])
def test_what_a_deck_asks_for_and_leads_to_is_in_the_site(site, parsed, name):
    page = parsed(site / "slides" / f"{name}.html")
    asked = [element.get(key) for key in ("href", "src", "data-src") for element in page.select(f"[{key}]")]
    for address in (one for one in asked if not one.startswith(("#", "?", "https:"))):
        path, fragment = urldefrag(address)
        target = (site / "slides" / path).resolve()
        assert target.is_file(), address
        if fragment and target.suffix == ".html" and "widgets/" not in path:
            assert parsed(target).find(id=fragment), address
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert not page.select("[data-answer], article form")
