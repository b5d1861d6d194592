"""The script that shows widgets on a page without a kernel."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
HOST = (Path(__file__).parents[2] / "publish" / "static" / "host.js").read_text()
COUNTER = """
globalThis.loads = (globalThis.loads ?? 0) + 1;
export default { render({ model, el }) {
  const button = document.createElement("button");
  const draw = () => { button.textContent = `count ${model.get("count")}`; };
  button.addEventListener("click", () => { model.set("count", model.get("count") + 1); model.save_changes(); });
  model.on("change:count", draw);
  draw();
  el.append(button);
} };
"""
EVENTS = """
export default { render({ model, el }) {
  const heard = [];
  const hear = (model, value) => heard.push(`count=${value}`);
  const any = () => heard.push("any");
  model.on("change:count", hear);
  model.on("change", any);
  model.on("change:other", () => heard.push("other"));
  model.set("count", 1);
  model.set("count", 1);
  model.off("change:count", hear);
  model.set("count", 2);
  model.off("change", any);
  model.off("change", any);
  model.set("count", 3);
  el.textContent = heard.join(" ");
} };
"""
PAGE = """<!doctype html><html lang="en"><title>widgets</title>
<script type="application/vnd.jupyter.widget-state+json">{state}</script>
{views}<script>{host}</script></html>"""
VIEW = """<div class="widget"><div class="widget-live">
<script type="application/vnd.jupyter.widget-view+json">{view}</script></div>
<div class="widget-still">A still picture.</div></div>"""


def page_of(*views, **states):
    """A page with these views of models, whose states are given by id."""
    state = {id: {"model_name": "AnyModel", "state": values} for id, values in states.items()}
    return PAGE.format(
        state=json.dumps({"state": state, "version_major": 2, "version_minor": 0}).replace("</", r"<\/"),
        views="\n".join(VIEW.format(view=json.dumps({"model_id": id})) for id in views),
        host=HOST,
    )


@pytest.fixture
def show(window):
    """Show a page and return it."""

    def show(text):
        window.route("http://127.0.0.1/", lambda route: route.fulfill(body=text, content_type="text/html"))
        window.goto("http://127.0.0.1/")
        return window

    return show


def test_the_state_is_read_and_the_still_picture_gives_way(show):
    page = show(page_of("one", one={"_esm": COUNTER, "count": 7}))
    page.get_by_text("count 7").wait_for()
    assert page.get_by_text("A still picture.").is_hidden()
    assert page.problems == []


def test_views_of_one_model_agree_and_other_models_stay(show):
    page = show(page_of("one", "one", "two", one={"_esm": COUNTER, "count": 7}, two={"_esm": COUNTER, "count": 0}))
    page.get_by_text("count 7").first.click()
    assert page.locator("button").all_inner_texts() == ["count 8", "count 8", "count 0"]
    page.get_by_text("count 8").last.click()
    assert page.locator("button").all_inner_texts() == ["count 9", "count 9", "count 0"]
    assert page.evaluate("loads") == 2


def test_changes_are_told_once_to_those_who_listen(show):
    page = show(page_of("one", one={"_esm": EVENTS, "count": 0}))
    page.get_by_text("count=1 any any", exact=True).wait_for()


def test_styles_come_with_the_widget(show):
    style = "button { color: rgb(1, 2, 3); }"
    page = show(page_of("one", "one", one={"_esm": COUNTER, "_css": style, "count": 7}))
    page.locator("button").first.wait_for()
    assert page.locator("button").first.evaluate("(e) => getComputedStyle(e).color") == "rgb(1, 2, 3)"
    assert page.locator("style").all_inner_texts() == [style]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("export default { render() { throw new Error('too few <skills>'); } };", "too few <skills>"),
        ("export default { async render() { throw new Error('too late'); } };", "too late"),
        ("export default {", "Unexpected end of input"),
        ("export const nothing = 1;", "undefined"),
        (None, "its state is not in the page"),
    ],
)
def test_a_widget_that_fails_says_so_beside_its_still_picture(show, code, reason):
    page = show(page_of("one", "two", two={"_esm": COUNTER, "count": 7}, **({"one": {"_esm": code}} if code else {})))
    message = page.get_by_text("This widget could not be shown")
    message.wait_for()
    assert reason in message.inner_text()
    assert page.get_by_text("A still picture.").first.is_visible()
    page.get_by_text("count 7").wait_for()


def test_a_page_opened_as_a_file_shows_its_widgets(window, tmp_path):
    (tmp_path / "host.js").write_text(HOST)
    text = page_of("one", one={"_esm": COUNTER, "count": 7}).replace(f"<script>{HOST}", '<script defer src="host.js">')
    (tmp_path / "page.html").write_text(text)
    window.goto((tmp_path / "page.html").as_uri())
    window.get_by_text("count 7").wait_for()
    assert window.problems == []


def test_a_page_without_widgets_stays_as_it_is(show):
    page = show(f"<!doctype html><title>none</title><script>{HOST}</script>")
    assert page.problems == []


def test_a_long_text_is_read_from_a_file_and_a_missing_file_is_told(window, tmp_path):
    show = 'export default { render({ model, el }) { el.textContent = `it says ${model.get("words")}`; } };'
    (tmp_path / "words.js").write_text('bookTexts["words"] = "a lot";')
    models = {"one": {"text": "words", "file": "words.js"}, "two": {"text": "words", "file": "gone.js"}}
    states = {name: {"_esm": show, "words": place} for name, place in models.items()}
    (tmp_path / "page.html").write_text(page_of("one", "two", **states))
    window.goto((tmp_path / "page.html").as_uri())
    window.get_by_text("it says a lot").wait_for()
    message = "This widget could not be shown: a file of it could not be loaded"
    window.get_by_text(message).wait_for()
    window.problems.clear()  # the browser's own message of the missing file
