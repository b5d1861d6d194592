"""The letters that a section shows, from which its height is guessed."""

import pytest
from bs4 import BeautifulSoup

from publish.site import heights, trees

PAGE = """<section id="a"><h1>A page</h1><section id="b"><h2>Two  words</h2>
<details><summary>Open</summary><p>Not seen.<details><summary>Nor</summary>this</details></p></details>
<details open><summary>Shut</summary>seen</details><script>let none = 1;</script></section></section>"""


def test_letters_that_are_folded_away_do_not_count_and_what_can_be_unfolded_does():
    letters = len("Two words Open Shutseen") + 2 * heights.APART["summary"]
    assert heights.letters(trees.parse(PAGE).css_first(heights.SECTIONS)) == letters


@pytest.mark.parametrize(
    ("name", "selector"),
    [
        ("theorems/overthinking", ".bd-article > section > section"),
        ("appendix/claims", "tr[id^=claim-]"),
        ("appendix/api/theory", "section > dl.py"),
    ],
)
def test_each_part_of_a_chapter_and_each_entry_of_a_list_says_how_many_letters_it_shows(site, name, selector):
    page = BeautifulSoup((site / f"{name}.html").read_text(), "lxml")
    parts = page.select(selector)
    told = [int(part["style"].removeprefix("--letters: ")) for part in parts]
    assert len(told) > 5 and all(
        40 < letters < 2 * len(part.get_text()) for letters, part in zip(told, parts, strict=True)
    )
