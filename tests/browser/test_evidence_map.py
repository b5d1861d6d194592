"""The evidence map on a phone, in forced colors and for a screen reader."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]


@pytest.fixture
def table(window, address):
    window.set_viewport_size({"width": 390, "height": 844})
    window.goto(f"{address}appendix/claims.html")
    yield window.locator(".evidence-map")
    assert window.problems == []


def test_it_fits_a_phone_and_its_entries_a_finger(table, window):
    assert window.evaluate("document.documentElement.scrollWidth") <= 390
    box = table.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    sizes = table.locator("a").evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().toJSON())")
    assert min(min(size["width"], size["height"]) for size in sizes) >= 24


def test_it_is_a_table_with_headings(table):
    row = table.get_by_role("row").filter(has_text="Proposition 3.2")
    assert row.get_by_role("rowheader").count() == 1
    assert table.get_by_role("columnheader").count() == 7
    assert row.get_by_role("link", name="✓ recursion: holds").count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_entries_keep_an_edge_where_colors_are_forced(table, window, scheme):
    window.emulate_media(color_scheme=scheme, forced_colors="active")
    style = "(one) => [getComputedStyle(one).borderTopStyle, getComputedStyle(one).borderTopColor]"
    line, color = table.locator("a").first.evaluate(style)
    window.emulate_media(forced_colors="none")
    assert line == "solid" and "rgba(0, 0, 0, 0)" not in color
