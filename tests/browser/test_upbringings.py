"""Layers that are trained on a page: by hand, by finger and keyboard, and never unasked or unseen."""

import re

import pytest
from trained_pages import HIDE, IDLE, PICTURES, TRAINED, button, status, train
from watched_pages import settle, watched_page

pytestmark = pytest.mark.browser


@pytest.fixture(params=["served", pytest.param("file", marks=pytest.mark.exhaustive)])
def page(window, address, site, request):
    """The widget on a page of its own, behind a server and as a file; nothing may have gone wrong in the end."""
    folder = address if request.param == "served" else f"{site.as_uri()}/"
    window.goto(f"{folder}widgets/three-upbringings.html")
    settle(window)
    yield window
    window.emulate_media(reduced_motion="no-preference")
    assert window.problems == []


def left(page):
    """Error that each layer leaves, in percent, as the page says it."""
    return {
        name: float("inf") if "all bounds" in error else float(error.rstrip(" %").replace("·10", "e").translate(UP))
        for name, error in re.findall(r"(shift|direct|independent) (all bounds left|[^ ]+ %)", status(page))
    }


UP = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


@pytest.mark.exhaustive
def test_three_layers_learn_to_answer_alike_and_one_can_think(page):
    train(page)
    assert page.locator(".tts-status").get_attribute("aria-busy") == "false"
    first = left(page)
    assert max(first.values()) < 10 and max(first.values()) < 1.2 * min(first.values())
    page.get_by_role("slider", name="thinking steps").press("End")
    last = left(page)
    assert last["shift"] < 1 < 10 < min(last["direct"], last["independent"])
    named = page.locator(".tts-chart text[data-kin]").evaluate_all("(all) => all.map((one) => one.dataset.kin)")
    assert (named.count("V31"), named.count("W24")) == (3, 3)
    words = status(page)
    button(page, "Start again").click()
    assert status(page).startswith("Three newborn layers")
    train(page)
    assert status(page) == words  # the seed decides all


@pytest.mark.exhaustive
def test_a_leak_that_matters_is_named(page):
    page.evaluate("location.hash = 'seed=2'")
    train(page)
    assert "Beyond its three blocks, shift leaks through V₃₄ with W₄₄" in status(page)


@pytest.mark.exhaustive
def test_nothing_starts_by_itself_and_one_update_is_one(page):
    before = status(page)
    page.wait_for_timeout(300)
    assert status(page) == before and before.startswith("Three newborn layers")
    button(page, "One update").press("Enter")
    assert status(page).startswith("1 update.")


@pytest.mark.exhaustive
def test_a_training_that_is_not_seen_stops_and_goes_on_when_asked(page):
    page.evaluate("location.hash = 'updates=2000'")
    button(page, "Train").click()
    page.wait_for_function("/^Training: [1-9]/.test(document.querySelector('.tts-status').textContent)")
    assert page.locator(".tts-status").get_attribute("aria-busy") == "true"
    page.evaluate(HIDE)
    page.wait_for_function(IDLE)
    stopped = int(re.match(r"(\d+) updates", status(page))[1])
    page.evaluate("delete document.hidden")
    page.wait_for_timeout(200)
    assert 0 < stopped < 2000 and status(page).startswith(f"{stopped} updates")
    button(page, "Go on").click()
    page.wait_for_function(
        "(done) => Number(document.querySelector('.tts-status').textContent.match(/Training: ([0-9]+)/)?.[1]) > done",
        arg=stopped,
    )
    button(page, "Stop").click()
    assert int(re.match(r"(\d+) updates", status(page))[1]) > stopped
    button(page, "Go on").click()
    page.get_by_role("slider", name="skills").press("Home")  # other layers: these have not been trained
    page.wait_for_function(IDLE)
    assert status(page).startswith("Three newborn layers")


@pytest.mark.exhaustive
def test_a_training_ends_where_its_widget_is_scrolled_away_or_gone(page):
    page.evaluate("location.hash = 'updates=2000'")
    page.add_style_tag(content="body { padding-bottom: 3000px }")
    button(page, "Train").click()
    page.evaluate("scrollTo(0, 2500)")
    page.wait_for_function(IDLE)
    page.evaluate("scrollTo(0, 0)")
    button(page, "Go on").click()
    page.evaluate("document.querySelector('.tts-widget').remove()")
    page.wait_for_timeout(200)


@pytest.mark.exhaustive
def test_with_less_motion_only_the_end_is_shown(page):
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(PICTURES)
    train(page)
    assert page.evaluate("pictures") <= 4
    assert status(page).startswith("300 updates.")


@pytest.mark.exhaustive
def test_a_block_lights_up_with_its_formula_and_the_other_way_round(window, address):
    window.goto(f"{address}setup/thinking.html")
    settle(window)
    train(window)
    formula = window.locator("article p .math [data-kin=W13]").first
    block = window.locator(".tts-block[data-kin=W13]").first
    assert "lit" not in (block.get_attribute("class") or "")
    formula.hover()
    assert "lit" in block.get_attribute("class")
    block.hover()
    assert "lit" in formula.get_attribute("class")
    assert window.problems == []


def test_on_the_first_page_a_finger_trains_something_that_thinks(browser, address):
    with watched_page(browser, width=390, has_touch=True, is_mobile=True) as page:
        page.goto(f"{address}index.html")
        settle(page)
        widget = page.locator(".tts-widget").first
        assert widget.get_by_role("combobox").count() == 1  # presets alone: it is the brief form
        widget.get_by_role("button", name="Train").tap()
        page.wait_for_function(TRAINED)
        assert left(page.locator(".tts-widget").first)["shift"] < 10
        assert page.problems == []
