"""A GPT that is trained on a page: in a Worker or without one, and never unasked or unseen."""

import re

import pytest
from trained_pages import HIDE, IDLE, PICTURES, TRAINED, button, status, train
from watched_pages import settle, watched_page

pytestmark = pytest.mark.browser
THROWING = """() => {
    window.Worker = class { constructor() { throw new DOMException("no", "SecurityError"); } };
}"""
FORBIDDEN = """() => {
    window.Worker = class {
        constructor() { setTimeout(() => this.onerror?.(new Event("error"))); }
        postMessage() {}
        terminate() {}
    };
}"""
SHORT = "location.hash = 'updates=60'"
UNTRAINED = "A newborn GPT and its twin know nothing"


def faintest(page):
    """The opacity of the curves drawn earlier in training."""
    return page.locator(".tts-ghost").first.evaluate("(curve) => getComputedStyle(curve).opacity")


@pytest.fixture(params=["served", pytest.param("file", marks=pytest.mark.exhaustive)])
def page(window, address, site, request):
    """The widget on a page of its own, behind a server and as a file; nothing may have gone wrong in the end."""
    folder = address if request.param == "served" else f"{site.as_uri()}/"
    window.goto(f"{folder}widgets/gpt-growing.html")
    settle(window)
    window.evaluate(SHORT)
    yield window
    window.emulate_media(reduced_motion="no-preference")
    assert window.problems == []


def without_workers(page):
    """Whether the page has no Worker, soon: that one was dismissed is heard a little later."""
    for _ in range(50):
        if page.workers == []:
            return True
        page.wait_for_timeout(100)
    return False


@pytest.mark.exhaustive
def test_it_is_trained_in_a_worker_which_goes_when_it_is_done(page):
    with page.expect_worker() as hired:
        button(page, "Train").press("Enter")
    assert hired.value.url.startswith("blob:")
    page.wait_for_function(TRAINED)
    assert without_workers(page) and page.locator(".tts-status").get_attribute("aria-busy") == "false"
    words = status(page)
    assert words.startswith("60 updates. Median error / d after 20 steps: distances")
    assert page.locator(".tts-chart .tts-ghost").count() == 2 * 2  # after 25 and 50 updates, of both
    button(page, "Start again").click()
    assert status(page).startswith(UNTRAINED)
    train(page)
    assert status(page) == words  # the seed decides all


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "forbidden",
    [pytest.param(THROWING, id="throwing"), pytest.param(FORBIDDEN, id="failing")],
)
def test_without_a_worker_the_page_trains_the_same_gpt(page, forbidden):
    train(page)
    words = status(page)
    page.evaluate(forbidden)
    button(page, "Start again").click()
    train(page)
    assert status(page) == words and without_workers(page)


@pytest.mark.exhaustive
def test_nothing_starts_by_itself_and_a_training_that_is_not_seen_stops(page):
    page.wait_for_timeout(300)
    assert status(page).startswith(UNTRAINED) and page.workers == []
    page.evaluate("location.hash = 'updates=2000'")
    button(page, "Train").click()
    page.wait_for_function("/^Training: [1-9]/.test(document.querySelector('.tts-status').textContent)")
    assert page.locator(".tts-status").get_attribute("aria-busy") == "true"
    page.evaluate(HIDE)
    page.wait_for_function(IDLE)
    page.evaluate("delete document.hidden")
    stopped = int(re.match(r"(\d+) updates", status(page))[1])
    page.wait_for_timeout(300)
    assert 0 < stopped < 2000 and status(page).startswith(f"{stopped} updates")
    button(page, "Go on").click()
    page.wait_for_function(
        "(done) => Number(document.querySelector('.tts-status').textContent.match(/Training: ([0-9]+)/)?.[1]) > done",
        arg=stopped,
    )
    button(page, "Stop").click()
    assert int(re.match(r"(\d+) updates", status(page))[1]) > stopped
    page.get_by_role("slider", name="training length").press("Home")  # another task: this one was not trained on it
    assert status(page).startswith(UNTRAINED)
    assert without_workers(page)


@pytest.mark.exhaustive
def test_with_less_motion_only_the_end_is_shown(page):
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(PICTURES)
    train(page)
    assert page.evaluate("pictures") <= 4 and status(page).startswith("60 updates")


@pytest.mark.exhaustive
def test_it_can_be_grown_from_portrait_to_portrait(page):
    train(page)
    words = status(page)
    for motion in ("no-preference", "reduce"):
        page.emulate_media(reduced_motion=motion)
        button(page, "Start again").click()
        for done in (25, 50, 60):
            button(page, "25 updates").press("Enter")
            page.wait_for_function(
                "(done) => document.querySelector('.tts-status').textContent.startsWith(`${done} updates`)", arg=done
            )
        assert status(page) == words and without_workers(page)
        button(page, "25 updates").press("Enter")  # there are no more
        assert status(page) == words


@pytest.mark.exhaustive
def test_the_large_one_is_set_by_the_address_and_trained_in_a_worker(page):
    page.evaluate("location.hash = 'updates=25&size=large&dim=7&second=none'")
    page.wait_for_function("document.querySelector('.tts-status').textContent.startsWith('A newborn GPT knows')")
    assert (
        page.get_by_role("combobox", name="size")
        .evaluate("(select) => select.selectedOptions[0].text")
        .startswith("large")
    )
    with page.expect_worker():
        button(page, "Train").press("Enter")
    page.wait_for_function(TRAINED)
    assert status(page).startswith("25 updates. ") and without_workers(page)


@pytest.mark.exhaustive
def test_a_finger_trains_it_and_sets_the_step(browser, address):
    with watched_page(browser, width=390, has_touch=True, is_mobile=True) as page:
        page.goto(f"{address}widgets/gpt-growing.html")
        settle(page)
        page.evaluate(SHORT)
        button(page, "Train").tap()
        page.wait_for_function(TRAINED)
        page.locator(".tts-steps").scroll_into_view_if_needed()
        box = page.locator(".tts-steps").bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
        assert "after 10 steps" in status(page)
        assert page.problems == []


@pytest.mark.exhaustive
def test_curves_of_earlier_are_as_clear_as_others_where_colors_are_forced(page):
    train(page)
    assert float(faintest(page)) < 1
    page.emulate_media(forced_colors="active")
    assert faintest(page) == "1"
    page.emulate_media(forced_colors="none")
