"""The button *simulate*: with a model that has a kernel behind it, and on a page that has none."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from watched_pages import watched_page

from monograph import widgets

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
HOST = (Path(__file__).parents[2] / "publish" / "static" / "host.js").read_text()
LAUNCH = '<div class="dropdown dropdown-launch-buttons"></div>'
KERNEL = """
async ([state]) => {
  const values = { ...state }, listeners = [];
  globalThis.sent = [];
  globalThis.model = {
    get: (name) => values[name],
    set: (name, value) => {
      values[name] = value;
      for (const [event, listener] of listeners) if (event === "change" || event === `change:${name}`) listener();
    },
    on: (event, listener) => listeners.push([event, listener]),
    save_changes: () => sent.push([values.simulating, values.seed]),
    send: () => {},
  };
  const address = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
  (await import(address)).default.render({ model, el: document.querySelector("main") });
}
"""
SIMULATING = [
    widgets.BendSpectrum,
    widgets.DirectAnswer,
    widgets.Exchange,
    widgets.GPTThinking,
    widgets.KindMixture,
    widgets.OverthinkingMap,
    widgets.TaskMixture,
    widgets.TrainedLayers,
]


def open_alone(page, widget):
    """Open a widget that asks a kernel, which is played by the test."""
    page.route("http://127.0.0.1/", lambda route: route.fulfill(body="<main>", content_type="text/html"))
    page.goto("http://127.0.0.1/")
    page.evaluate(KERNEL, [{name: value for name, value in widget.get_state().items() if name[:2] != "_m"}])
    return page


@pytest.fixture
def show(window):
    """Show a widget alone in a window, which must not complain."""
    yield lambda widget: open_alone(window, widget)
    assert window.problems == []


def put(page, **values):
    """Set traits, as a message of the kernel does."""
    for name, value in values.items():
        page.evaluate("([name, value]) => model.set(name, value)", [name, value])
    page.evaluate("() => new Promise(requestAnimationFrame)")


def words(page):
    return page.locator(".tts-simulate [role=status]").inner_text()


def simulated(widget):
    """What a short simulation finds."""
    widget.PROMPTS = 4 * widget.CHUNK
    widget.simulating = True
    return widget.found


@pytest.mark.parametrize("kind", SIMULATING)
def test_points_are_shown_at_their_settings_and_at_no_others(show, kind):
    with ThreadPoolExecutor() as another:  # Playwright's loop runs in this thread
        found = another.submit(simulated, kind()).result()
    page = show(kind())
    rings = page.locator("circle.tts-found")
    assert rings.count() == 0 and words(page) == ""
    put(page, found=found)
    shown = {widgets.GPTThinking: 22, widgets.TaskMixture: 0, widgets.DirectAnswer: 20, widgets.BendSpectrum: 20}
    shown |= {widgets.OverthinkingMap: 31, widgets.TrainedLayers: 31}
    assert rings.count() == shown.get(kind, 21)
    assert words(page).startswith(found["words"])
    put(page, seed=5)
    assert rings.count() == 0 and words(page) == ""
    put(page, seed=0)
    assert words(page).startswith(found["words"])
    name = next(iter(found["settings"]))
    put(page, **{name: {"strengths": [1.0] * 20, "setting": "skewed, matched"}.get(name, 2)})
    assert rings.count() == 0 and words(page) == ""


def test_a_ring_is_where_its_value_is_and_its_bar_where_the_interval_is(show):
    page = show(widgets.Exchange())
    settings = {"train_length": 40, "steps": 3, "exponent": 1.0, "test_length": None, "seed": 0}
    values = {"points": [1.0, 1e-4, None, 1e-30], "low": [0.5, 0.0, None, 1e-31], "high": [1.5, None, None, 1e-29]}
    put(page, found={"settings": settings, "done": 1, "total": 2, "words": "Found.", **values})
    rings = page.locator("circle.tts-found")
    assert rings.count() == 2  # neither what is infinite nor what has left the panel
    curve = page.locator("path.tts-first").get_attribute("d").removeprefix("M").split("L")
    (x0, y0), (x1, _) = (map(float, point.split(",")) for point in curve[:2])
    assert [float(rings.nth(0).get_attribute(name)) for name in ("cx", "cy")] == pytest.approx([x0, y0])
    assert float(rings.nth(1).get_attribute("cx")) == pytest.approx(x1)
    (bar,) = (path.get_attribute("d") for path in page.locator("path.tts-found").all())
    assert bar.startswith(f"M{rings.nth(1).get_attribute('cx')},440V280")  # from the bottom of the panel to its top


def test_the_button_asks_stops_draws_again_and_says_what_happens(show):
    page = show(widgets.DirectAnswer())
    button = page.locator(".tts-simulate button")
    settings = {"dim": 20, "exponent": 1.0, "train_length": 40, "test_length": 40, "seed": 0}
    assert button.inner_text() == "simulate"
    button.focus()
    button.press("Enter")
    assert page.evaluate("sent") == [[True, 0]]
    assert button.inner_text() == "stop" and words(page) == "Asking the kernel …"
    status = page.locator(".tts-simulate [role=status]")
    assert status.get_attribute("aria-busy") == "true"
    assert page.get_by_role("progressbar").get_attribute("value") is None
    found = {"settings": settings, "done": 500, "total": 2000, "words": "500 of 2,000."}
    put(page, found=found | {"points": [1.0] * 21, "low": [0.9] * 21, "high": [1.1] * 21})
    assert float(page.get_by_role("progressbar").get_attribute("value")) == 0.25
    button.press("Enter")
    assert page.evaluate("sent.at(-1)") == [False, 0]
    assert button.inner_text() == "another draw" and words(page).startswith("500 of 2,000.")
    assert status.get_attribute("aria-busy") == "false" and page.get_by_role("progressbar").count() == 0
    button.press("Enter")
    assert page.evaluate("sent.at(-1)") == [True, 1] and page.get_by_label("seed").input_value() == "1"
    put(
        page,
        found={"settings": settings | {"seed": 1}, "done": 0, "total": 9, "error": "ValueError: no"},
        simulating=False,
    )
    assert words(page) == "The simulation failed. ValueError: no"
    page.get_by_label("seed").fill("12")
    page.get_by_label("seed").press("Tab")
    assert page.evaluate("sent.at(-1)") == [False, 12] and button.inner_text() == "simulate"
    page.get_by_label("seed").fill("-3")
    page.get_by_label("seed").press("Tab")
    assert page.evaluate("sent.at(-1)") == [False, 12] and page.get_by_label("seed").input_value() == "12"


def test_a_kernel_that_keeps_silent_is_told(browser):
    with watched_page(browser) as page:  # a clock, once installed, stays
        open_alone(page, widgets.DirectAnswer())
        page.clock.install()
        page.get_by_role("button", name="simulate", exact=True).click()
        page.clock.fast_forward(14000)
        assert words(page) == "Asking the kernel …"
        page.clock.fast_forward(2000)
        assert words(page).startswith("The kernel does not answer")
        page.get_by_role("button", name="stop", exact=True).click()
        assert words(page) == ""
        assert page.problems == []


@pytest.mark.parametrize(
    ("launch", "how"), [("", "run make lab."), (LAUNCH, "use the launch button at the top of the page.")]
)
def test_a_page_without_a_kernel_says_at_once_how_to_get_one(window, launch, how):
    state = {"one": {"model_name": "AnyModel", "state": widgets.DirectAnswer().get_state()}}
    text = json.dumps({"state": state}).replace("</", r"<\\/")
    view = '<script type="application/vnd.jupyter.widget-view+json">{"model_id": "one"}</script>'
    data = f'<script type="application/vnd.jupyter.widget-state+json">{text}</script>'
    body = f"<!doctype html><meta charset=utf-8><title>one</title><body>{launch}{data}{view}<script>{HOST}</script>"
    window.route("http://127.0.0.1/", lambda route: route.fulfill(body=body, content_type="text/html"))
    window.goto("http://127.0.0.1/")
    window.locator(".tts-stage svg").wait_for()
    hint = window.locator(".tts-simulate").inner_text()
    assert hint == f"To simulate this on fresh prompts, get a kernel: {how}"
    assert window.get_by_role("button", name="simulate").count() == 0
    assert window.problems == []
