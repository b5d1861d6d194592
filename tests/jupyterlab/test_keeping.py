"""A chapter opened and saved loses nothing, and two views of a widget are one widget."""

import json
import shutil

import pytest
from lab_pages import PATIENCE, TALL, run_all
from watched_pages import watched_page

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive, pytest.mark.nightly]


@pytest.fixture
def opened(lab, lab_folder, browser):
    """Function that opens a copy of a chapter, and gives page and file."""
    with watched_page(browser) as page:
        page.set_viewport_size(TALL)
        page.set_default_timeout(PATIENCE)

        def open_copy(chapter, name):
            shutil.copy(lab_folder / chapter, lab_folder / name)
            page.goto(f"{lab}lab/tree/{name}?reset")
            page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
            return page, lab_folder / name

        yield open_copy


def test_a_chapter_that_is_not_trusted_says_its_pictures_in_words_and_is_saved_whole(opened):
    page, path = opened("setup/task.ipynb", "untrusted.ipynb")
    page.locator(".jp-OutputArea-output", has_text="Interactive chart. Line chart of strength").wait_for()
    before, saved = json.loads(path.read_text()), path.stat().st_mtime_ns
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.type(" ")
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+s")
    page.wait_for_timeout(3000)
    assert path.stat().st_mtime_ns > saved
    after = json.loads(path.read_text())
    for old, new in zip(before["cells"], after["cells"], strict=True):
        assert {name: old.get(name) for name in ("id", "source", "outputs")} == {
            name: new.get(name) for name in ("id", "source", "outputs")
        }
    assert after["metadata"]["widgets"] == before["metadata"]["widgets"]


def test_a_second_view_of_a_widget_moves_with_the_first(opened):
    page, _ = opened("setup/task.ipynb", "views.ipynb")
    run_all(page)
    widget = page.locator(".jp-OutputArea-output .tts-widget")
    widget.wait_for()
    widget.click(button="right", position={"x": 300, "y": 5})
    page.get_by_role("menuitem", name="Create New View for Cell Output").click()
    views = page.locator(".tts-widget")
    views.nth(1).wait_for()
    first, second = (views.nth(i).get_by_role("slider", name="tail exponent") for i in range(2))
    first.press("Home")
    assert first.get_attribute("aria-valuetext") == second.get_attribute("aria-valuetext") == "0.00"
    second.press("ArrowRight")
    assert first.get_attribute("aria-valuetext") == second.get_attribute("aria-valuetext") == "0.05"
