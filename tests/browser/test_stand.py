"""Widgets alone on a page: their address, presets, reset, keyboard, frames and files."""

from pathlib import Path

import pytest
from watched_pages import MOVED, settle, watched_page

from publish.site import stored_widgets
from publish.site.widget_pages import fragment

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
WIDGETS = stored_widgets.find(Path(__file__).parents[2])
PRESETS = {name: widget.state.get("frame", {}).get("presets", []) for name, widget in WIDGETS.items()}
# These in continuous integration, all of them at night.
EVERY_TIME = {"direct-answer", "three-upbringings", "overthinking-map", "task-mixture", "thinking-in-words"}
NAMES = [pytest.param(name, marks=[] if name in EVERY_TIME else pytest.mark.nightly) for name in WIDGETS]
EVERY = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(params=["served", "file"])
def folder(request, address, site):
    """Address of the folder of these pages: behind a server, and as files."""
    return f"{address}widgets/" if request.param == "served" else f"{site.as_uri()}/widgets/"


@pytest.fixture
def show(window, address):
    """Open a page of a widget; it must make no complaint until the end of the test."""

    def show(name, state="", folder=f"{address}widgets/", size=(1440, 900)):
        window.goto("about:blank")
        window.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        window.goto(f"{folder}{name}.html{state and '#'}{state}")
        settle(window)
        window.locator(".tts-stage").wait_for()
        return window

    yield show
    assert window.problems == []


def seen(page):
    """Everything that a widget shows: picture, sentence, and how its controls stand."""
    controls = "(all) => all.map((one) => one.value + (one.getAttribute('aria-valuetext') ?? ''))"
    inputs = page.locator(".tts-controls :is(input, select)").evaluate_all(controls)
    return page.locator(".tts-stage").inner_html(), page.locator(".tts-status").inner_text(), inputs


def choose(page, preset):
    page.get_by_role("combobox", name="Preset").select_option(label=preset["name"])


def slider(page, name):
    return page.get_by_role("slider", name=name)


def written(page):
    """Address of the page once it has followed the widget."""
    page.wait_for_function("location.hash.slice(1) === document.querySelector('.tts-widget').dataset.state")
    return page.url


def test_who_comes_without_settings_is_asked_something_first(show):
    preset = PRESETS["direct-answer"][0]
    page = show("direct-answer")
    asked = page.locator("#asked")
    assert preset["question"] in asked.inner_text()
    slider(page, "training length").press("Home")
    asked.get_by_role("button", name="Guess first").press("Enter")  # the picture has not moved under the hand
    assert asked.is_hidden() and preset["question"] in page.locator(".tts-question").inner_text()
    assert page.evaluate("document.activeElement.matches('.tts-bar select')")
    for state in (fragment(preset["state"]), "train_length=10", "embed"):
        assert show("direct-answer", state).locator("#asked").is_hidden()


@pytest.mark.parametrize("state", ["", "train_length=10"])
def test_the_question_has_its_place_from_the_beginning(browser, address, state):
    with watched_page(browser, width=412) as page:
        page.add_init_script(f"({MOVED})()")
        page.goto(f"{address}widgets/direct-answer.html#{state}")
        settle(page)
        page.locator(".tts-stage").wait_for()
        assert page.locator("#asked").is_visible() == (state == "")
        assert page.evaluate("moved") <= 0.05


@EVERY
def test_an_address_reproduces_the_picture(name, show):
    page = show(name)
    fresh = seen(page)
    choose(page, PRESETS[name][0])
    wanted, address = seen(page), written(page)
    assert wanted != fresh
    again = show(name, address.partition("#")[2])
    assert seen(again) == wanted
    assert again.locator(".tts-question").inner_text().startswith(f"Guess first: {PRESETS[name][0]['question']}")


def test_an_address_reproduces_what_sliders_and_pointer_have_set(show, folder):
    page = show("overthinking-map", "test_exponent=0.35", folder)
    page.get_by_label("color of the map").select_option("error at k = 1")
    slider(page, "tail of training").press("End")
    box = page.locator(".tts-map .tts-frame").bounding_box()
    page.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + 0.3 * box["height"])
    wanted, address = seen(page), written(page)
    state = dict(part.split("=") for part in address.partition("#")[2].split("&"))
    assert state.keys() == {"steps", "test_exponent", "train_exponent", "train_length"}
    assert seen(show("overthinking-map", address.partition("#")[2], folder)) == wanted


@EVERY
def test_every_preset_changes_what_is_seen_and_asks_and_reset_takes_it_back(name, show):
    page = show(name)
    fresh, question = seen(page), page.locator(".tts-question")
    assert question.is_hidden()
    pictures = [fresh]
    for preset in PRESETS[name]:
        choose(page, preset)
        assert seen(page) not in pictures
        pictures.append(seen(page))
        assert question.inner_text().split() == f"Guess first: {preset['question']} {preset['look']}".split()
    page.get_by_role("button", name="Reset").click()
    assert seen(page) == fresh
    assert question.is_hidden()
    assert written(page).partition("#")[2] == ""


@EVERY
def test_the_list_of_all_widgets_leads_to_each_question(name, show, address):
    with_list = show(name).context.new_page()
    with_list.goto(f"{address}widgets/index.html")
    links = {link.inner_text(): link.get_attribute("href") for link in with_list.locator("li a").all()}
    for preset in PRESETS[name]:
        assert links[preset["question"]].endswith(fragment(preset["state"]))
    for preset in PRESETS[name][:1]:
        page = show(links[preset["question"]].replace(".html#", "#").partition("#")[0], fragment(preset["state"]))
        assert page.locator(".tts-question strong").inner_text() == f"Guess first: {preset['question']}"


def test_steps_that_no_list_offers_are_taken_from_an_address_and_named(show):
    page = show("overthinking-map", "steps=7")
    assert page.get_by_label("color of the map").locator("option:checked").inner_text() == "error at k = 7"
    assert "error / d at k = 7" in page.locator(".tts-chart .tts-title").all_text_contents()


def test_what_cannot_be_is_named_and_the_rest_is_kept(show):
    page = show("overthinking-map", "train_length=3&steps=many&train_exponent=1.5&size=2&test_exponent=")
    assert page.locator("#refused li").all_inner_texts() == [
        "This widget has no “size”.",
        "steps must be a whole number from 1 to 100 or none, not “many”.",
        "test_exponent must be a number from 0 to 2, not “”.",
        "train_length must be a whole number from 5 to 2000, not “3”.",
    ]
    assert slider(page, "training length n").get_attribute("aria-valuetext") == "200"
    assert slider(page, "tail of training").get_attribute("aria-valuetext") == "1.50"
    assert show("overthinking-map", "steps=none").locator("#refused").is_hidden()


def test_lists_and_words_are_read_and_checked(show):
    page = show("trained-layers", "setting=isotropic,%20matched&train_length=30&test_length=7")
    assert page.locator("#refused li").all_inner_texts() == ["test_length must be one of none, 1000, 200, not “7”."]
    assert page.get_by_role("combobox", name="training → test").input_value() == "isotropic → isotropic"
    page = show("weight-blocks", "V=1,2,3")
    assert page.locator("#refused li").all_inner_texts() == ["V must be 16 numbers, not “1,2,3”."]


def test_the_widget_follows_the_address_forth_and_back(show):
    page = show("exchange", "steps=5")
    page.evaluate("location.hash = 'steps=9&exponent=0.5'")
    page.wait_for_function("document.querySelector('.tts-status').textContent.includes('after 9 steps')")
    page.go_back()
    page.wait_for_function("document.querySelector('.tts-status').textContent.includes('after 5 steps')")
    assert slider(page, "tail exponent").get_attribute("aria-valuetext") == "1.0"


@EVERY
def test_the_keyboard_alone_chooses_moves_and_resets(name, show):
    page = show(name)
    fresh = seen(page)

    def tab_to(selector):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({selector!r})"):
                return
        raise AssertionError(f"the keyboard does not reach {selector}")

    tab_to(".tts-bar select")
    page.keyboard.press("ArrowDown")
    assert page.locator(".tts-question").inner_text().startswith(f"Guess first: {PRESETS[name][0]['question']}")
    tab_to(".tts-bar button")
    page.keyboard.press("Enter")
    assert seen(page) == fresh
    tab_to(".tts-controls :is(input, select)")

    def after(key):
        page.keyboard.press(key)
        return seen(page)

    assert any(after(key) != fresh for key in ("ArrowUp", "ArrowDown"))  # one of them moves, wherever it stands


@EVERY
def test_on_a_projector_type_and_targets_are_large_and_the_picture_is_seen_whole(name, show):
    page = show(name, size=(1280, 720))
    box = page.locator(".tts-chart").bounding_box()
    assert box["y"] + box["height"] <= 720
    size = "(text) => parseFloat(getComputedStyle(text).fontSize) * (text.getScreenCTM?.().a ?? 1)"
    assert min(page.locator(".tts-chart text").evaluate_all(f"(all) => all.map({size})")) >= 1.25 * 12 - 0.01
    words = page.locator(".tts-status, .tts-slider, .tts-choice, .tts-question")
    assert min(words.evaluate_all(f"(all) => all.map({size})")) >= 1.25 * 16
    boxes = [target.bounding_box() for target in page.locator("button, select, input, a").all()]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 24


# That of words is as high as its lines.
@pytest.mark.parametrize("name", [one for one in NAMES if "thinking-in-words" not in one.values])
@pytest.mark.parametrize("size", [(1440, 900), (1920, 1080)])
def test_on_a_wide_screen_the_picture_takes_the_height(name, size, show):
    page = show(name, size=size)
    box = page.locator(".tts-chart").bounding_box()
    assert 0.95 * size[1] <= box["y"] + box["height"] <= size[1]


def test_the_embed_code_shows_the_widget_alone_as_it_is_set(show, address):
    page = show("thinking-path", "steps=12&train_length=100")
    page.get_by_role("button", name="Dark").click()
    page.get_by_role("button", name="Embed in slides").click()
    snippet = page.get_by_role("textbox", name="Embed code").input_value()
    assert "steps=12&amp;train_length=100" in snippet
    slides = page.context.new_page()
    slides.route(f"{address}slides", lambda route: route.fulfill(body=snippet, content_type="text/html"))
    slides.goto(f"{address}slides")
    frame = slides.frame_locator("iframe")
    frame.locator(".tts-chart").wait_for()
    shown = frame.locator("body").evaluate(
        "(body) => [...body.querySelectorAll(':not(.tts-widget, .tts-widget *)')]"
        ".filter((one) => one.checkVisibility()).map((one) => one.className || one.localName)"
    )
    assert shown == ["main", "widget", "widget-live"]
    assert frame.locator("html").get_attribute("data-theme") == "dark"
    assert frame.locator(".tts-status").inner_text() == page.locator(".tts-status").inner_text()
    slider(frame, "thinking steps").press("ArrowRight")
    inside = slides.frames[1]
    inside.wait_for_function("location.hash.includes('steps=13')")
    assert inside.evaluate("location.hash").startswith("#embed&theme=dark&steps=13")


def test_the_link_is_copied_or_shown(show, folder):
    page = show("exchange", "steps=5", folder)
    page.get_by_role("button", name="Copy link").click()
    page.locator("#copied").get_by_text("Link:").wait_for()
    assert page.get_by_role("textbox", name="Link").input_value() == f"{folder}exchange.html#steps=5"
    page.get_by_role("button", name="Close").click()
    assert page.locator("#copied").is_hidden()


def test_the_color_scheme_is_the_readers_and_stays(show):
    page = show("exchange")
    assert page.locator("html").get_attribute("data-theme") == "light"
    page.get_by_role("button", name="Dark").click()
    assert show("direct-answer").locator("html").get_attribute("data-theme") == "dark"
    assert show("direct-answer", "theme=light").locator("html").get_attribute("data-theme") == "light"


def test_a_chapter_leads_to_the_full_screen_as_it_is_set_and_back(window, address):
    window.goto(f"{address}theorems/scaling-law.html")
    settle(window)
    slider(window, "thinking steps").press("End")
    words = window.locator(".tts-status").inner_text()
    window.get_by_role("link", name="Full screen").click()
    window.wait_for_url("**/widgets/exchange.html#steps=20")
    settle(window)
    assert window.locator(".tts-status").inner_text() == words
    assert window.get_by_role("link", name="Full screen").count() == 0
    window.go_back()
    settle(window)
    assert window.locator(".tts-status").inner_text() == words
    window.go_forward()
    settle(window)
    window.get_by_role("link", name="In the chapter").click()
    window.wait_for_url("**/theorems/scaling-law.html#widget-exchange")
    assert window.problems == []
