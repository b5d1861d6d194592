"""Fingers on widgets: they drag what a mouse drags, and past it, and from a slider, they scroll the page."""

import pytest
from watched_pages import HELD, settle, watched_page

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
# What goes where the finger goes.
HANDLES = {
    "thinking-path": ".tts-grip",
    "bend-spectrum": ".tts-chosen",
    "exchange": ".tts-grip",
    "overthinking-map": ".tts-grip",
    "task-mixture": ".tts-grip",
}
WITHOUT = ["thinking-longer", "three-upbringings", "gpt-at-work", "gpt-growing"]  # a handle: a tap anywhere sets them
TAPPED = [*WITHOUT, "thinking-path", "overthinking-map", "task-mixture"]  # beside the handle, too
MIDDLE = """(element) => {
    element.scrollIntoView({ block: "center" });
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
}"""


@pytest.fixture(scope="module", params=[*HANDLES, *WITHOUT])
def loaded(request, browser, address):
    """A phone with a widget, as high as half of it, which all tests of the widget share."""
    with watched_page(browser, width=390, has_touch=True, is_mobile=True) as page:
        page.set_viewport_size({"width": 390, "height": 500})
        page.goto(f"{address}widgets/{request.param}.html")
        page.add_style_tag(content="body { padding-bottom: 500px }")  # room to scroll
        settle(page)
        page.name = request.param
        page.finger = page.context.new_cdp_session(page)
        yield page


@pytest.fixture
def phone(loaded):
    """A phone with a widget as it was in the beginning."""
    loaded.get_by_role("button", name="Reset").click()
    yield loaded
    assert loaded.problems == []


def settings(page):
    return page.locator(".tts-widget").get_attribute("data-state")


def swipe(page, x, y, *, across=0, along=0):
    """Move a finger over a page, and tell how far it has scrolled the page."""
    before = page.evaluate("scrollY")
    for kind, step in [("touchStart", 0), *(("touchMove", step) for step in range(1, 9)), ("touchEnd", None)]:
        points = [] if step is None else [{"x": x + across * step / 8, "y": y + along * step / 8}]
        page.finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.evaluate("new Promise(requestAnimationFrame)")
    return page.evaluate("scrollY") - before


def beside(page):
    """Return a place that answers to the pointer, but is not held by it."""
    if page.name == "bend-spectrum":  # where every place of the upper panel is
        x, y = page.locator(".tts-chart").evaluate(MIDDLE)
        return x, y + page.locator(".tts-chart").bounding_box()["height"] / 4
    if page.name in WITHOUT:
        x, y = page.locator(".tts-steps").first.evaluate(MIDDLE)
        return x + 30, y  # none of them begins there
    x, y = page.locator(HANDLES[page.name]).evaluate(MIDDLE)
    return x + 50, y


@pytest.mark.parametrize("loaded", HANDLES, indirect=True)
def test_a_finger_drags_up_and_down_and_the_page_stays(phone):
    x, y = phone.locator(".tts-grip").evaluate(MIDDLE)
    for along in (-60, 60):
        assert swipe(phone, x, y, along=along) == 0
        box = phone.locator(HANDLES[phone.name]).bounding_box()
        assert abs(box["y"] + box["height"] / 2 - (y + along)) < 10  # values lie so far apart
        y += along


def test_beside_the_handle_a_finger_scrolls_the_page(phone):
    before = settings(phone)
    assert swipe(phone, *beside(phone), along=-60) > 20
    assert settings(phone) == before


@pytest.mark.parametrize("loaded", TAPPED, indirect=True)
def test_a_tap_beside_the_handle_sets_the_widget(phone):
    before = settings(phone)
    phone.touchscreen.tap(*beside(phone))
    assert settings(phone) != before


@pytest.mark.parametrize("loaded", ["thinking-longer"], indirect=True)
def test_a_finger_goes_sideways_through_the_steps(phone):
    x, y = beside(phone)
    assert swipe(phone, x, y, across=100, along=20) == 0
    mark = phone.locator(".tts-now").bounding_box()
    assert abs(mark["x"] - x - 100) < 8


def test_a_finger_from_a_slider_scrolls_the_page_and_sideways_moves_the_slider(phone):
    track = phone.locator(".tts-slider input").first
    before, (middle, y) = settings(phone), track.evaluate(MIDDLE)
    x = middle + 0.3 * track.bounding_box()["width"]
    assert swipe(phone, x, y, along=-60) > 20
    assert settings(phone) == before
    middle, y = track.evaluate(MIDDLE)
    swipe(phone, middle, y, across=30)
    assert settings(phone) != before


@pytest.mark.parametrize("loaded", ["two-causes"], indirect=True)
def test_treatments_and_another_prompt_answer_to_a_tap(phone):
    phone.get_by_role("button", name="vote of 8").tap()
    assert "treatment=vote" in settings(phone)
    phone.get_by_role("button", name="vote of 8").tap()
    assert settings(phone) == ""
    phone.get_by_role("button", name="another prompt").tap()
    assert settings(phone) == "seed=1"


@pytest.mark.parametrize("loaded", ["tails"], indirect=True)
def test_a_tap_draws_and_a_tap_stops(phone):
    button = phone.locator(".tts-simulate").get_by_role("button")
    phone.evaluate(HELD)
    button.tap()
    phone.wait_for_function("document.querySelector('.tts-simulate p').textContent !== ''")
    assert button.inner_text() == "stop"
    button.tap()
    phone.evaluate("goOn()")
    phone.get_by_role("button", name="another draw").wait_for()
    assert not phone.locator(".tts-simulate p").inner_text().startswith("2,000 of")


@pytest.mark.parametrize("loaded", ["two-causes", "tails"], indirect=True)
def test_sliders_of_widgets_without_a_handle_answer_to_a_finger(phone):
    for track in phone.locator(".tts-slider input").all():
        phone.get_by_role("button", name="Reset").tap()
        middle, y = track.evaluate(MIDDLE)
        swipe(phone, middle, y, across=30)
        assert settings(phone) != ""
