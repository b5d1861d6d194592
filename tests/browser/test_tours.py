"""Guided tours: they point, ask, wait for the move that is named, and can be left and linked to."""

import re

import pytest
from watched_pages import settle

from monograph.widgets.tours import TOURS
from publish.site import stored_widgets

pytestmark = pytest.mark.browser


@pytest.fixture
def show(window, address):
    """Open the page of a widget; it must make no complaint until the end of the test."""

    def show(name, state=""):
        window.goto("about:blank")
        window.goto(f"{address}widgets/{name}.html#{state}")
        settle(window)
        window.locator(".tts-stage").wait_for()
        return window

    yield show
    assert window.problems == []


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def told(page):
    return page.locator(".tts-tour p").inner_text()


def slide(page, name, key, times=1):
    for _ in range(times):
        page.get_by_role("slider", name=name).press(key)


MOVES = {
    "ThreeUpbringings": [
        lambda page: press(page, "Train"),
        lambda page: slide(page, "thinking steps k", "ArrowRight", 9),
        lambda page: None,
    ],
    "ThinkingLonger": [
        lambda page: slide(page, "thinking steps k", "ArrowRight", 20),
        lambda page: slide(page, "training length n", "End"),
        lambda page: slide(page, "training length n", "ArrowLeft", 3),
    ],
    "DirectAnswer": [
        lambda page: slide(page, "tail exponent", "End"),
        lambda page: slide(page, "test length", "End"),
    ],
    "WeightBlocks": [
        lambda page: page.get_by_label("W, row x, column w").fill("0"),
        lambda page: page.get_by_label("V, row w, column x").fill("-1.8"),
    ],
    "ThinkingPath": [
        lambda page: slide(page, "weak skill, test", "End"),
        lambda page: slide(page, "training length n", "Home"),
    ],
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", MOVES)
def test_a_tour_waits_for_each_move_and_ends(show, kind):
    page, stops = show(stored_widgets.name_of(kind)), TOURS[kind]
    press(page, "Guided tour")
    for number, (stop, move) in enumerate(zip(stops, MOVES[kind], strict=True), start=1):
        assert told(page).startswith(f"Stop {number} of {len(stops)}.") and stop["question"] in told(page)
        assert page.locator(".tts-pointed").count() == 1
        assert page.evaluate("document.activeElement.textContent") == stop["guesses"][0]
        guess = stop["right"] if number == 1 else stop["right"] - 1  # from the end, if it was the first
        press(page, stop["guesses"][guess])
        if stop["do"]:
            assert told(page).endswith(stop["do"])
        move(page)
        page.locator(".tts-tour", has_text=stop["found"]).wait_for()
        assert told(page).startswith("You guessed right." if number == 1 else "It came out otherwise.")
        press(page, "Next" if number < len(stops) else "End the tour")
    assert page.locator(".tts-tour").is_hidden() and page.locator(".tts-pointed").count() == 0
    assert page.evaluate("document.activeElement.textContent") == "Guided tour"


def test_a_stop_has_an_address_and_a_tour_is_left_by_keyboard(show):
    page = show("direct-answer", "tour=2")
    assert told(page).startswith("Stop 2 of 2.")
    page.get_by_role("button", name="Leave the tour").press("Enter")
    assert page.locator(".tts-tour").is_hidden()
    page.wait_for_function("!location.hash.includes('tour')")


def test_a_preset_ends_a_tour_and_other_moves_do_not(show):
    page = show("direct-answer")
    press(page, "Guided tour")
    press(page, TOURS["DirectAnswer"][0]["guesses"][0])
    slide(page, "tail exponent", "ArrowRight")
    assert told(page).startswith("Your guess:")
    page.get_by_role("combobox", name="Preset").select_option("Short test")
    assert page.locator(".tts-tour").is_hidden()


def test_words_of_a_tour_name_no_color():
    # Readers choose light, dark or colors of their own; the legend has the colors that are.
    words = " ".join(str(stop) for stops in TOURS.values() for stop in stops)
    assert not re.search(r"\b(blue|orange|green|purple|pink|red)\b", words)
