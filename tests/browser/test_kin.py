"""Symbols share a color, and light up together, by pointer, finger and keyboard."""

import pytest
from accessibility import broken_rules
from watched_pages import settle

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
LIT = "() => [...document.querySelectorAll('.lit')].map((one) => one.getAttribute('data-kin'))"
COLOR = "(element) => getComputedStyle(element).color"
COLOR_AROUND = "(element) => getComputedStyle(element.closest('p')).color"


@pytest.fixture
def page(window, address):
    """The chapter on attention, in a window without problems."""
    window.goto(f"{address}setup/attention.html")
    settle(window)
    yield window
    assert window.problems == []


def symbol(page, name, inside="p .math"):
    return page.locator(f'article {inside} [data-kin="{name}"]').first


def lit(page):
    return page.evaluate(LIT)


def test_a_symbol_under_the_pointer_lights_up_all_of_its_kind(page):
    symbol(page, "n").hover()
    everywhere = page.locator('[data-kin~="n"]').count()
    assert everywhere > 10 and len(lit(page)) == everywhere
    assert all("n" in names.split() for names in lit(page))
    page.locator("article h1").hover()
    assert lit(page) == []


def test_words_of_a_picture_light_up_the_formulas_and_the_other_way_round(page):
    words = page.locator('.picture text[data-kin~="Gamma"]').first
    words.hover()
    assert symbol(page, "Gamma").evaluate("(element) => element.classList.contains('lit')")
    symbol(page, "Gamma").hover()
    assert words.evaluate("(element) => element.classList.contains('lit')")


def test_a_formula_with_the_focus_lights_up_its_symbols(page):
    page.locator("details.symbols summary").click()
    page.get_by_label("Stop at every formula").check()
    formula = page.locator("article p .math:has([data-kin=Gamma])").first
    page.keyboard.press("Tab")
    formula.focus()
    assert "Gamma" in lit(page)
    formula.blur()
    assert lit(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_symbols_have_the_color_of_their_phase_and_enough_contrast(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.reload()
    settle(page)
    training, other = symbol(page, "n").evaluate(COLOR), symbol(page, "Lambda").evaluate(COLOR)
    assert training == other != symbol(page, "n").evaluate(COLOR_AROUND)
    assert broken_rules(page) == []


def test_what_is_lit_can_be_told_without_colors(page):
    page.emulate_media(forced_colors="active")
    symbol(page, "n").hover()
    assert symbol(page, "n").evaluate("(element) => getComputedStyle(element).outlineStyle") == "solid"
    page.emulate_media(forced_colors="none")


def test_on_paper_formulas_are_black(page):
    page.emulate_media(media="print")
    assert symbol(page, "n").evaluate(COLOR) == symbol(page, "n").evaluate(COLOR_AROUND)
