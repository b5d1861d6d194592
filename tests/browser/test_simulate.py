"""The button *simulate*: with a model that has a kernel behind it, and on a page that has none and draws itself."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from watched_pages import HELD, watched_page

from monograph import widgets

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
HOST = (Path(__file__).parents[2] / "publish" / "static" / "host.js").read_text()
UP = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
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


def open_without_kernel(page, widget):
    """Open a page that holds a widget, as the site does; its model is `model`."""
    text = json.dumps({"state": {"one": {"model_name": "AnyModel", "state": widget.get_state()}}})
    view = '<script type="application/vnd.jupyter.widget-view+json">{"model_id": "one"}</script>'
    data = '<script type="application/vnd.jupyter.widget-state+json">' + text.replace("</", r"<\/") + "</script>"
    keep = "<script>document.addEventListener('widget', (event) => { globalThis.model = event.detail; })</script>"
    head = "<!doctype html><meta charset=utf-8><title>one</title><body>"
    body = f"{head}{data}{view}{keep}<script>{HOST}</script>"
    page.route("http://127.0.0.1/", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto("http://127.0.0.1/")
    page.locator(".tts-stage svg").wait_for()
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


LATE = [pytest.param(m, "median", marks=pytest.mark.nightly) for m in (1000, None)]
DRAWN = [
    widgets.DirectAnswer(test_length=5, seed=1),  # fewer examples than skills
    widgets.Exchange(train_length=60, exponent=0.5, steps=4),
    widgets.TaskMixture(share_easy=0.3, share_hard=0.5, steps=4),
]
MORE = [
    widgets.BendSpectrum(train_length=30, seed=3),
    widgets.DirectAnswer(exponent=0.5, test_length=None),
    widgets.KindMixture(pool=3, easy_short=0.3, scaling="best"),
    widgets.OverthinkingMap(train_length=400, train_exponent=1.2, test_exponent=0.2, scaling=1.1),
    widgets.TrainedLayers(seed=7),
    widgets.TrainedLayers(setting="unscaled, isotropic", train_length=30, recipe="paper", seed=3),
]


def draw(page):
    """Let the page draw to its end, and return what it has found."""
    page.locator(".tts-simulate").get_by_role("button").click()
    page.get_by_role("button", name="another draw").wait_for(timeout=120_000)
    return page.evaluate("model.get('found')")


@pytest.mark.parametrize("widget", [*DRAWN, *(pytest.param(one, marks=pytest.mark.nightly) for one in MORE)], ids=repr)
def test_the_page_draws_what_the_exact_curve_says(window, widget):
    found = draw(open_without_kernel(window, widget))
    points, low, high = (np.array(found[name], dtype=float) for name in ("points", "low", "high"))
    exact = widget.expected()
    assert found["done"] == found["total"] == 20_000
    assert np.all((low < exact) & (exact < high)) and np.all((high - low)[1:] < 0.2 * points[1:])
    place, name, prompts = widget.headline()
    assert words(window).startswith(f"20,000 of 20,000 {prompts}, seed {widget.seed}. {name}")
    says = re.search(r"the curve says ([\d.]+?)(?:·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?\.(?: |$)", words(window))
    power = int((says[2] or "⁰").translate(UP))
    assert float(says[1]) * 10**power == pytest.approx(exact[place], rel=6e-3)
    assert window.problems == []


def test_on_few_examples_the_page_draws_what_the_package_draws(window):
    """In chains on prompts with m < d, and how many of them leave all bounds."""
    widget = widgets.Exchange(train_length=10, test_length=10, seed=2)
    found = draw(open_without_kernel(window, widget))
    with ThreadPoolExecutor() as another:
        package = another.submit(simulated, widget).result()
    for k in range(21):
        assert found["low"][k] < package["high"][k] and package["low"][k] < found["high"][k]
    assert f" {found['gone']:,} chains leave all bounds." in words(window)
    assert 0 < found["gone"] < 20_000 and window.problems == []


@pytest.mark.parametrize(("m", "summary"), [(200, "mean"), *LATE])
def test_trained_layers_are_drawn_as_the_package_draws_them(window, m, summary):
    """Where nothing exact is known."""
    widget = widgets.TrainedLayers(train_length=200, test_length=m, summary=summary, seed=2)
    found = draw(open_without_kernel(window, widget))
    with ThreadPoolExecutor() as another:
        package = another.submit(simulated, widget).result()
    for k in range(31):
        assert found["low"][k] <= package["high"][k] and package["low"][k] <= found["high"][k]
    assert found["high"][1] < 1.1 * found["low"][1] and "the curve says" not in words(window)
    assert f" {found['gone']:,} chains leave all bounds." in words(window)
    assert found["gone"] == 20_000 and window.problems == []  # n is above the critical length


def test_few_chains_of_a_layer_trained_on_even_data_leave_all_bounds(window):
    widget = widgets.TrainedLayers(setting="isotropic, matched", train_length=30, test_length=200)
    found = draw(open_without_kernel(window, widget))
    assert found["gone"] == 0 and "0 chains leave all bounds." in words(window) and window.problems == []


@pytest.mark.nightly
@pytest.mark.parametrize("shown", [9, 11])
def test_a_shipped_GPT_is_drawn_as_the_package_draws_it(window, shown):
    widget = widgets.GPTThinking(shown=shown, seed=3)
    page = open_without_kernel(window, widget)
    found = draw(page)
    with ThreadPoolExecutor() as another:
        package = another.submit(simulated, widget).result()
    assert found["done"] == found["total"] == 512 and len(found["points"]) == 62
    for place in range(62):
        assert found["low"][place] <= package["high"][place] and package["low"][place] <= found["high"][place]
    assert found["high"][32] < 2.5 * found["low"][32]
    assert words(page).startswith(
        "512 of 512 prompts of 20 examples, seed 3. Shipped model, mean error / d after 10 steps"
    )
    assert f" {found['worse']} chain{'' if found['worse'] == 1 else 's'}" in words(page)
    assert page.locator("circle.tts-found").count() == 22 and window.problems == []


def test_of_a_training_that_is_not_shipped_no_draw_is_offered(window):
    widget = widgets.GPTThinking(shown=0)
    page = open_without_kernel(window, widget)
    first, second = (widget.curves[shown]["name"] for shown in (9, 11))
    page.get_by_text(f"The page can simulate “{first}” and “{second}”, as their models are shipped.").wait_for()
    button = page.get_by_role("button", name="simulate")
    assert button.count() == 0
    page.get_by_role("combobox", name="training", exact=True).select_option(label=second)
    button.wait_for()
    assert page.get_by_text("as their models are shipped").is_hidden() and window.problems == []


def test_a_seed_draws_the_same_again_and_another_draw_takes_the_next(window):
    page = open_without_kernel(window, widgets.DirectAnswer())
    first, second = draw(page), draw(page)
    assert page.get_by_label("seed").input_value() == "1" and first["points"] != second["points"]
    page.get_by_label("seed").fill("0")
    page.get_by_label("seed").press("Tab")
    assert page.locator("circle.tts-found").count() == 0
    assert draw(page)["points"] == first["points"]
    assert "seed=" not in page.locator(".tts-widget").get_attribute("data-state")
    page.get_by_label("seed").fill("7")
    page.get_by_label("seed").press("Tab")
    assert page.locator(".tts-widget").get_attribute("data-state") == "seed=7"
    page.get_by_role("button", name="Reset").click()
    assert page.get_by_label("seed").input_value() == "0" and window.problems == []


def test_the_page_stops_when_it_is_told_to_changes_or_is_not_seen(window):
    page = open_without_kernel(window, widgets.Exchange())
    page.evaluate(HELD)
    button = page.locator(".tts-simulate").get_by_role("button")

    def started():
        button.click()
        page.wait_for_function("model.get('found')?.done > 0")
        assert button.inner_text() == "stop" and page.get_by_role("progressbar").is_visible()

    def stopped():
        page.evaluate("goOn()")
        page.wait_for_function("!model.get('simulating')")
        return page.evaluate("model.get('found').done")

    assert page.evaluate("model.get('found').done ?? null") is None  # it does not begin by itself
    started()
    button.click()
    done = stopped()
    assert 0 < done < 20_000 and words(page).startswith(f"{done:,} of 20,000")
    started()
    page.get_by_role("slider", name="thinking steps").press("ArrowRight")
    stopped()
    assert page.locator("circle.tts-found").count() == 0 and words(page) == ""
    started()
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    assert 0 < stopped() < 20_000
    page.evaluate("delete document.hidden")
    started()
    page.evaluate("document.querySelector('.tts-widget').remove()")
    assert 0 < stopped() < 20_000
    assert window.problems == []


def test_tails_are_drawn_in_the_page_even_where_a_kernel_runs(window):
    widget = widgets.Tails()
    found = draw(open_alone(window, widget))
    assert found["done"] == 2000 and found["interval"][0] < found["share"] < found["interval"][1]
    assert 0.85 < found["share"] < 0.94  # the chapter: 89.6 % of 10,000 prompts, 89.0 to 90.2 %
    assert words(window).startswith("2,000 of 2,000 prompts of 40 examples, seed 0. ")
    put(window, test_length=None)
    assert window.locator(".tts-simulate").is_hidden() and window.problems == []
