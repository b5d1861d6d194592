"""Handles of two minds on one prompt: by mouse, finger and keyboard, and what is heard of a move."""

import pytest
from accessibility import broken_rules
from trained_pages import status
from watched_pages import settle, watched_page

pytestmark = pytest.mark.browser
EXAMPLES = [f"example {number}" for number in range(1, 6)]
EVERYDAY = {"start", EXAMPLES[0]}
HANDLES = [
    pytest.param(name, marks=[] if name in EVERYDAY else pytest.mark.exhaustive) for name in ["start", *EXAMPLES]
]
START = {
    "start": [-1.2, -1.4],
    "examples": [1.2, 0.2, -1.1, 0.35, 1.0, -0.5, -0.7, -0.3, 0.4, 0.35],
    "labels": [1, 1, 1, 1, 1],
}
HEARD = """() => {
    const status = document.querySelector(".tts-status");
    window.heard = [];
    const spoken = () => status.getAttribute("aria-live") !== "off" && window.heard.push(status.textContent);
    new MutationObserver(spoken).observe(status, { childList: true });
}"""

# How far the dashed lines go, in the units of the picture: a browser takes seconds over millions of dashes.
FARTHEST = """() => {
    const drawn = [...document.querySelectorAll(".tts-chart :is(polyline, line)")];
    return Math.max(...drawn.flatMap((one) => {
        const { x, y, width, height } = one.getBBox();
        return [x, y, x + width, y + height].map(Math.abs);
    }));
}"""


@pytest.fixture(params=["served", pytest.param("file", marks=pytest.mark.exhaustive)])
def page(window, address, site, request):
    """The widget on a page of its own, behind a server and as a file."""
    folder = address if request.param == "served" else f"{site.as_uri()}/"
    window.goto("about:blank")
    window.goto(f"{folder}widgets/two-minds.html")
    settle(window)
    yield window
    assert window.problems == []


@pytest.fixture
def phone(browser, address):
    """A phone with the widget."""
    with watched_page(browser, width=390, has_touch=True, is_mobile=True) as page:
        page.set_viewport_size({"width": 390, "height": 500})
        page.goto(f"{address}widgets/two-minds.html")
        page.add_style_tag(content="body { padding-bottom: 500px }")  # room to scroll
        settle(page)
        page.finger = page.context.new_cdp_session(page)
        yield page
        assert page.problems == []


def set_to(page):
    """Numbers that the address has, or those of the beginning."""
    state = page.locator(".tts-widget").get_attribute("data-state")
    parts = dict(part.split("=") for part in state.split("&") if part)
    given = {name: [float(one) for one in parts[name].split(",")] for name in START if name in parts}
    return START | given


def point(page, name):
    state = set_to(page)
    return state["start"] if name == "start" else state["examples"][2 * EXAMPLES.index(name) :][:2]


def grip(page, name):
    return page.locator(f"[data-handle='{name}'] .tts-grip")


def middle(page, name):
    grip(page, name).evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    box = grip(page, name).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def touch(page, x, y, across, up):
    """Move a finger, and tell how far it has scrolled the page."""
    before = page.evaluate("scrollY")
    for kind, step in [("touchStart", 0), *(("touchMove", step) for step in range(1, 9)), ("touchEnd", None)]:
        points = [] if step is None else [{"x": x + across * step / 8, "y": y - up * step / 8}]
        page.finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.evaluate("new Promise(requestAnimationFrame)")
    return page.evaluate("scrollY") - before


@pytest.mark.parametrize("name", HANDLES)
def test_the_mouse_moves_every_handle_and_only_it(page, name):
    before, (x, y) = set_to(page), middle(page, name)
    first = point(page, name)
    page.mouse.move(x + 6, y - 5)  # where it is taken does not matter
    page.mouse.down()
    page.mouse.move(x + 46, y - 65, steps=4)
    page.mouse.up()
    after = middle(page, name)
    assert after == pytest.approx((x + 40, y - 60), abs=6)  # values lie so far apart
    assert point(page, name)[0] > first[0] and point(page, name)[1] > first[1]
    moved = [(one, other) for part in START for one, other in zip(before[part], set_to(page)[part], strict=True)]
    assert sum(one != other for one, other in moved) == 2
    assert page.evaluate("document.activeElement.dataset.handle") == name


@pytest.mark.parametrize("name", HANDLES)
def test_a_finger_moves_every_handle_and_the_page_stays(phone, name):
    x, y = middle(phone, name)
    first = point(phone, name)
    assert touch(phone, x, y, 20, 60) == 0
    box = grip(phone, name).bounding_box()
    assert (box["x"] + box["width"] / 2 - x, y - box["y"] - box["height"] / 2) == pytest.approx((20, 60), abs=6)
    assert point(phone, name)[1] > first[1]


def test_beside_the_handles_a_finger_scrolls_and_a_tap_brings_the_selected_one(phone):
    middle(phone, "example 3")
    box = phone.locator(".tts-ground").nth(1).bounding_box()
    x, y = box["x"] + 0.75 * box["width"], box["y"] + 0.15 * box["height"]
    before = set_to(phone)
    assert touch(phone, x, y, 0, 60) > 20
    assert set_to(phone) == before
    box = phone.locator(".tts-ground").nth(1).bounding_box()
    phone.touchscreen.tap(x, box["y"] + 0.15 * box["height"])
    strong, weak = point(phone, "example 5")
    assert strong > 1 and weak > 1.2
    phone.get_by_role("button", name="flip label 5").tap()
    assert set_to(phone)["labels"] == [1, 1, 1, 1, -1]
    phone.get_by_role("button", name="drop example 5").tap()
    assert set_to(phone)["labels"] == [1, 1, 1, 1, 0]


def test_keys_move_flip_and_drop_what_has_the_focus(page):
    held = page.locator("[data-handle='example 2']")
    held.focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    assert point(page, "example 2") == [-1.2, 0.55]
    assert set_to(page)["labels"] == [1, -1, 1, 1, 1]
    assert held.get_attribute("aria-valuetext") == "−1.20 along skill 1, 0.55 along skill 2, label flipped"
    assert "The loss is least at a distance of" in status(page)
    page.keyboard.press("Delete")
    assert set_to(page)["labels"] == [1, 0, 1, 1, 1]
    assert status(page).startswith("4 examples.")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.handle") == "example 3"
    page.get_by_role("button", name="drop example 3").press("Enter")
    for name in ("example 4", "example 5", "example 1"):
        page.locator(f"[data-handle='{name}']").press("Delete")
    assert set_to(page)["labels"] == [1, 0, 0, 0, 0]  # the last one stays
    assert page.get_by_role("button", name="drop example 1").is_disabled()
    assert "The loss is least along a line through w." in status(page)
    page.locator("[data-handle='start']").press("ArrowDown")
    assert point(page, "start") == [-1.2, -1.5]


def test_one_example_dragged_up_makes_one_mind_diverge_and_the_other_arrives(page):
    assert status(page).count("comes nearer") == 2
    x, y = middle(page, "example 5")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 2000, steps=4)  # beyond the frame
    page.mouse.up()
    assert point(page, "example 5") == [0.4, 2.0]
    even, skewed = status(page).split("After ")[1:]
    assert "comes nearer" in even and even.startswith("even training")
    assert "oversteps so far that the mind diverges" in skewed
    assert page.evaluate(FARTHEST) < 20_000


@pytest.mark.parametrize("page", ["served"], indirect=True)
def test_a_move_is_heard_once_it_ends(page):
    page.evaluate(HEARD)
    x, y = middle(page, "example 5")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=8)
    moving = status(page)
    assert page.evaluate("heard") == []
    page.mouse.move(x, y - 60, steps=8)
    page.mouse.up()
    page.wait_for_function("heard.length > 0")
    assert set(page.evaluate("heard.splice(0)")) == {status(page)} != {moving}
    page.keyboard.down("ArrowUp")
    page.keyboard.down("ArrowUp")
    assert page.evaluate("heard") == []
    page.keyboard.up("ArrowUp")
    page.wait_for_function("heard.length > 0")
    assert set(page.evaluate("heard")) == {status(page)}


@pytest.mark.parametrize("page", ["served"], indirect=True)
def test_handles_are_named_and_keep_the_rules_of_accessibility(page):
    names = [page.get_by_role("slider", name=name).count() for name in ("start of both minds", *EXAMPLES)]
    assert names == [1] * 6
    assert broken_rules(page, ".tts-widget") == []


@pytest.mark.exhaustive
def test_a_handle_keeps_its_focus_in_a_window_that_is_not_the_active_one(page):
    page.locator(".tts-hold").first.focus()
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    page.context.new_page().bring_to_front()
    assert not page.evaluate("document.hasFocus()")
    page.evaluate("""() => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }))""")
    assert page.evaluate("document.activeElement.matches('.tts-hold')")
