import json
import struct
from pathlib import Path

import pytest

from publish import cards
from publish.site import address, preview

CARDS = sorted(cards.wanted())


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"TTSBOOK_SITE": "https://book.example"}, "https://book.example/"),
        ({"GITHUB_REPOSITORY": "Someone/Some-Book"}, "https://someone.github.io/Some-Book/"),
        ({"GITHUB_REPOSITORY": "someone/someone.github.io"}, "https://someone.github.io/"),
        ({"GITHUB_REPOSITORY": "a/b", "TTSBOOK_SITE": "https://c.example/d/"}, "https://c.example/d/"),
    ],
)
def test_the_address_of_the_site(environ, expected):
    assert address.site(environ) == expected


def test_the_root_of_the_site():
    assert address.root({}) == "/"
    assert address.root({"GITHUB_REPOSITORY": "someone/book"}) == "/book/"


def tags(site):
    return "\n".join(preview.tags("setup/task", title="A & B", book="The book", description='"Why?"', site=site))


def test_tags_are_escaped_and_name_no_address_that_is_not_known():
    found = tags(None)
    assert '<meta property="og:title" content="A &amp; B" />' in found
    assert '<meta name="description" content="&quot;Why?&quot;" />' in found
    assert "://" not in found and "og:image" not in found


def test_tags_name_the_page_and_its_card_absolutely():
    found = tags("https://a.example/b/")
    assert 'og:url" content="https://a.example/b/setup/task.html"' in found
    assert 'og:image" content="https://a.example/b/_static/cards/setup-task.png"' in found
    assert 'twitter:card" content="summary_large_image"' in found
    assert preview.card("appendix/notation") == "index.png"


def test_the_cards_are_those_of_the_stored_chapters():
    """If this fails, run `python -m publish.cards`."""
    stored = json.loads((preview.CARDS / "cards.json").read_text())
    assert stored == cards.wanted()
    assert sorted(path.name for path in preview.CARDS.glob("*.png")) == CARDS


@pytest.mark.parametrize("name", CARDS)
def test_a_card_has_the_size_that_services_want(name):
    content = Path(preview.CARDS, name).read_bytes()
    assert struct.unpack(">II", content[16:24]) == (1200, 630)
    assert len(content) < 150_000


def test_a_card_changes_with_title_question_and_figure():
    assert len({cards.digest("a", "b", "c"), cards.digest("a", "b", "d"), cards.digest("a", "c", "b")}) == 3
    page = cards.html("A & B", "Why?", '<svg xmlns="http://www.w3.org/2000/svg"/>', "Nothing.")
    assert "<h1>A &amp; B</h1><p>Why?</p>" in page
