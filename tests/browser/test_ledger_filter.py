"""The table of all claims, narrowed by its fields, by an address and back."""

import pytest
from watched_pages import settle

from monograph import claims

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
ADDRESS = "appendix/claims.html"
CAVEATS = [claim.id for claim in claims.CLAIMS if claim.verdict == "holds with a caveat"]


@pytest.fixture
def page(window):
    """A window with nothing in it yet, which must not complain."""
    yield window
    assert window.problems == []


def shown(page):
    rows = page.locator('tr[id^="claim-"]:visible')
    return rows.evaluate_all("(rows) => rows.map((row) => row.id.replace('claim-', ''))")


def test_fields_narrow_the_table_and_the_address_keeps_them(page, address):
    page.goto(address + ADDRESS)
    settle(page)
    fields = page.get_by_role("search", name="Narrow the table")
    assert len(shown(page)) == len(claims.CLAIMS)
    fields.get_by_label("Verdict").select_option(label=f"(✓) holds with a caveat ({len(CAVEATS)})")
    assert shown(page) == CAVEATS
    assert fields.get_by_role("status").text_content() == f"{len(CAVEATS)} of {len(claims.CLAIMS)} claims"
    page.reload()
    assert shown(page) == CAVEATS
    fields.get_by_label("With the words").fill("Mixture PROGRAM")
    few = shown(page)
    assert 0 < len(few) < len(CAVEATS)
    assert all("mixture" in text and "program" in text for text in map(str.lower, rows_of(page, few)))
    fields.get_by_role("button", name="Show all").click()
    assert len(shown(page)) == len(claims.CLAIMS)
    assert page.url == address + ADDRESS


def rows_of(page, names):
    return [page.locator(f"tr#claim-{name}").inner_text() for name in names]


def test_chapter_and_origin_agree_with_the_claims(page, address):
    page.goto(address + ADDRESS)
    settle(page)
    fields = page.get_by_role("search", name="Narrow the table")
    fields.get_by_label("Stated by").select_option(index=2)
    assert fields.get_by_label("Stated by").input_value() == "this book"
    assert shown(page) == [claim.id for claim in claims.CLAIMS if claim.source.startswith("this book")]
    fields.get_by_label("Stated by").select_option("")
    fields.get_by_label("Chapter").select_option("Overthinking")
    assert shown(page) == [
        claim.id for claim in claims.CLAIMS if any("theorems/overthinking" in place for place in claim.places)
    ]


def test_a_link_to_a_row_shows_it_whatever_is_chosen(page, address):
    name = next(claim.id for claim in claims.CLAIMS if claim.verdict == "holds")
    page.goto(f"{address}{ADDRESS}?verdict=✗ fails&chapter=none#claim-{name}")
    settle(page)
    assert name in shown(page)
    assert page.locator(f"tr#claim-{name}").is_visible()
