"""Cards on links and on formulas, by pointer, keyboard and touch; proofs that fold."""

import re
from pathlib import Path

import pytest
from accessibility import broken_rules
from watched_pages import settle, turn, watched_page

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
CHAPTER = "theorems/scaling-law.html"
OPEN = "(all) => all.map((proof) => proof.open)"


@pytest.fixture
def page(window):
    """A window on a desk with nothing in it yet."""
    yield window
    assert window.problems == []


@pytest.fixture(scope="module")
def read_chapter(browser, address):
    """A chapter that several tests read."""
    with watched_page(browser) as page:
        opened(page, address + CHAPTER)
        yield page
        assert page.problems == []


@pytest.fixture
def chapter(read_chapter):
    """The chapter as it was when it was opened."""
    page = read_chapter
    yield page
    page.keyboard.press("Escape")
    page.mouse.move(3, 3)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")


def opened(page, address):
    page.goto(address)
    settle(page)
    return page.locator("#hint")


def link(page, target):
    return page.locator(f'article a[data-hint][href$="{target}"]').first


def focus_by_keyboard(page, element):
    page.keyboard.press("Tab")  # from now on, focus is the keyboard's
    element.focus()
    assert element.evaluate("(element) => element.matches(':focus-visible')")


def inside(page, card):
    box = card.bounding_box()
    return box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]


def test_a_link_shows_the_statement_with_its_formulas(chapter):
    card = chapter.locator("#hint")
    link(chapter, "task.html#def-skill").hover()
    card.get_by_text("Definition 1.2").wait_for()
    assert card.locator("math").count() > 3
    assert card.locator("a, [id]").count() == 0


@pytest.mark.parametrize("width", [390, 1440])
def test_cards_stay_in_the_window(chapter, width):
    turn(chapter, width, "light")
    card = chapter.locator("#hint")
    works = chapter.locator('article a[data-hint][href*="references.html#id"]')
    for kind in ("#fig-law", "#cor-scaling-law", works.first.get_attribute("href"), "task.html#prop-floor"):
        target = link(chapter, kind)
        target.scroll_into_view_if_needed()
        target.hover()
        card.wait_for()
        assert inside(chapter, card), kind
        assert card.evaluate("(card) => card.scrollWidth <= card.clientWidth"), kind
        assert chapter.evaluate("document.documentElement.scrollWidth <= innerWidth")
        chapter.keyboard.press("Escape")
        card.wait_for(state="detached")


def test_every_link_of_a_page_of_proofs_has_its_card(page, address):
    card = opened(page, f"{address}appendix/proofs.html")
    links = page.locator("article a[data-hint]:visible")
    seen = set()
    for i in range(links.count()):
        target = links.nth(i).get_attribute("href")
        if target not in seen:
            seen.add(target)
            links.nth(i).focus()
            page.wait_for_function("document.activeElement.getAttribute('aria-describedby') === 'hint'")
            assert card.inner_text().strip(), target
    assert len(seen) > 20


def test_a_card_can_be_hovered_and_dismissed(chapter):
    card = chapter.locator("#hint")
    cause = link(chapter, "task.html#def-skill")
    cause.hover()
    card.wait_for()
    card.hover()
    chapter.wait_for_timeout(600)
    assert card.is_visible()
    chapter.keyboard.press("Escape")
    assert card.count() == 0
    cause.hover()
    card.wait_for()
    chapter.mouse.move(3, 3)
    card.wait_for(state="detached")


def test_the_keyboard_gets_cards_and_descriptions(chapter):
    card = chapter.locator("#hint")
    cause = link(chapter, "#cor-scaling-law")
    focus_by_keyboard(chapter, cause)
    card.wait_for()
    assert cause.get_attribute("aria-describedby") == card.get_attribute("id")
    assert card.get_attribute("role") == "tooltip"
    chapter.mouse.move(300, 300)  # the pointer does not take away what the keyboard asked for
    chapter.wait_for_timeout(500)
    assert card.is_visible()
    chapter.keyboard.press("Escape")
    assert card.count() == 0
    assert cause.get_attribute("aria-describedby") is None
    chapter.keyboard.press("Tab")
    chapter.keyboard.press("Shift+Tab")
    card.wait_for()


def test_a_card_breaks_no_rule_of_accessibility(page, address):
    card = opened(page, f"{address}setup/task.html")
    for scheme in ("light", "dark"):
        turn(page, 1440, scheme)
        for cause in (link(page, "#def-skill"), page.locator("div.math[data-symbols]:visible").first):
            cause.hover()
            card.wait_for()
            assert broken_rules(page, "#hint") == [], scheme
            page.keyboard.press("Escape")


def test_cards_need_no_server(page, site):
    card = opened(page, Path(site, "appendix/claims.html").as_uri())
    link(page, "task.html#def-skill").hover()
    card.locator("math").first.wait_for()
    assert "strength" in card.inner_text()


def test_a_formula_explains_its_symbols_and_leads_to_the_notation(page, address):
    card = opened(page, address + CHAPTER)
    formula = page.locator("#cor-scaling-law div.math[data-symbols]").first
    formula.hover()
    card.wait_for()
    shown = card.locator("dl > div")
    assert shown.count() == len(formula.get_attribute("data-symbols").split())
    assert "length of a training prompt" in card.inner_text()
    assert card.locator("math").count() > shown.count()
    shown.locator("a").first.click()
    page.wait_for_url(re.compile(r"appendix/notation\.html#symbol-e-k$"))
    assert page.locator("tr#symbol-e-k").is_visible()


def test_the_pointer_can_pass_a_formula(chapter):
    chapter.locator("#cor-scaling-law div.math[data-symbols]").first.hover()
    chapter.mouse.move(3, 3)
    chapter.wait_for_timeout(800)
    assert chapter.locator("#hint").count() == 0


def test_formulas_are_stops_of_the_keyboard_if_the_reader_asks_for_it(page, address):
    card = opened(page, address + CHAPTER)
    stops = page.locator("[data-symbols][tabindex]")
    assert stops.count() == 0
    box = page.get_by_label("Stop at every formula")
    page.locator("details.symbols > summary").click()
    box.check()
    total = page.locator("[data-symbols]").count()
    assert stops.count() + page.locator("[data-symbols]:has([tabindex])").count() == total > 100
    focus_by_keyboard(page, page.locator("#cor-scaling-law [data-symbols][tabindex]").first)
    card.wait_for()
    page.reload()
    settle(page)
    assert stops.count() > 100
    page.locator("details.symbols > summary").click()
    box.uncheck()
    assert stops.count() == 0


def test_a_tap_follows_a_link_and_explains_a_formula(browser, address):
    with watched_page(browser, width=390, has_touch=True) as page:
        card = opened(page, address + CHAPTER)
        formula = page.locator("#cor-scaling-law div.math[data-symbols]").first
        formula.scroll_into_view_if_needed()
        formula.tap()
        card.wait_for()
        assert inside(page, card)
        page.locator("#cor-scaling-law .admonition-title").tap()
        assert card.count() == 0
        link(page, "task.html#def-skill").tap()
        page.wait_for_url("**/setup/task.html#def-skill")
        assert page.problems == []


def test_all_proofs_of_a_page_fold_and_unfold_and_only_those_of_the_appendix_are_open(page, address):
    for name in ("appendix/proofs", "appendix/proofs-theorems", "setup/task"):
        opened(page, f"{address}{name}.html")
        proofs = page.locator("article details.proof")
        assert set(proofs.evaluate_all(OPEN)) == {name.startswith("appendix/")}
        assert (
            proofs.count() == page.locator("article .proof > .admonition-title", has_text=re.compile("^Proof$")).count()
        )
        button = page.locator(".fold-proofs")
        for _ in range(2):
            folds = button.inner_text() == "Fold all proofs"
            button.click()
            page.wait_for_function(
                "(text) => document.querySelector('.fold-proofs').textContent !== text",
                arg="Fold all proofs" if folds else "Unfold all proofs",
            )
            assert set(proofs.evaluate_all(OPEN)) == {not folds}


def test_a_link_into_a_folded_proof_unfolds_it(page, address):
    opened(page, f"{address}appendix/proofs.html")
    page.locator(".fold-proofs").click()
    target = page.locator("details.proof div.numbered[id]").first
    name = target.get_attribute("id")
    assert target.is_hidden()
    page.evaluate("(name) => { location.hash = name; }", name)
    page.wait_for_function("(name) => document.getElementById(name).closest('details').open", arg=name)
    assert target.is_visible()
    page.locator(".fold-proofs").click()
    page.goto(f"{address}setup/task.html")
    page.goto(f"{address}appendix/proofs.html#{name}")
    settle(page)
    assert target.is_visible()


def test_on_paper_no_card_and_no_button_but_the_symbols(page, address):
    card = opened(page, f"{address}setup/task.html")
    link(page, "#def-skill").hover()
    card.wait_for()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert card.is_hidden()
    assert page.locator(".fold-proofs").is_hidden()
    assert page.locator("details.symbols dd").first.is_visible()
    assert page.get_by_label("Stop at every formula").is_hidden()
