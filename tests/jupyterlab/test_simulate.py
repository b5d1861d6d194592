"""The button *simulate* in a real JupyterLab: points over the exact curve, progress, stop, and no stale points."""

import re

import nbformat
import pytest
from lab_pages import run_all
from watched_pages import watched_page

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive, pytest.mark.nightly]
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
LONG = """
from monograph import widgets
widget = widgets.DirectAnswer()
widget.PROMPTS = 10**9
widget
"""
FAILS = """
from monograph import widgets
widgets.GPTThinking(shown=0)
"""


@pytest.fixture
def shown(lab, lab_folder, browser):
    """A function that opens a notebook of this one cell in JupyterLab, runs it, and gives page and widget."""
    with watched_page(browser) as page:

        def shown(name, source):
            cell = nbformat.v4.new_code_cell(source.strip())
            nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=KERNEL), lab_folder / name)
            page.goto(f"{lab}lab/tree/{name}?reset")
            run_all(page)
            widget = page.locator(".jp-OutputArea-output .tts-widget")
            widget.wait_for(timeout=60000)
            return page, widget

        yield shown


def prompts(widget):
    """Number of prompts that the widget says were simulated."""
    return int(re.match(r"([\d,]+) of ", words(widget))[1].replace(",", ""))


def words(widget):
    return widget.locator(".tts-simulate [role=status]").inner_text()


def press(widget, name):
    widget.get_by_role("button", name=name, exact=True).click()


def test_points_appear_their_count_rises_a_stop_keeps_them_and_a_slider_clears_them(shown):
    page, widget = shown("long.ipynb", LONG)
    points = widget.locator("circle.tts-found")
    assert points.count() == 0
    press(widget, "simulate")
    points.first.wait_for(timeout=30000)
    assert points.count() == 20
    first = prompts(widget)
    assert widget.get_by_role("progressbar").is_visible()
    page.wait_for_timeout(1000)
    assert prompts(widget) > first > 0
    press(widget, "stop")
    widget.get_by_role("button", name="another draw").wait_for()
    page.wait_for_timeout(1000)
    kept = words(widget)
    page.wait_for_timeout(1000)
    assert words(widget) == kept and points.count() == 20
    assert not widget.get_by_role("progressbar").is_visible()
    slider = widget.get_by_role("slider", name="tail exponent")
    slider.focus()
    slider.press("ArrowRight")
    assert points.count() == 0 and words(widget) == ""
    page.wait_for_timeout(1000)
    assert points.count() == 0
    press(widget, "simulate")
    points.first.wait_for(timeout=30000)
    slider.press("ArrowRight")  # while it runs
    widget.get_by_role("button", name="simulate", exact=True).wait_for()
    page.wait_for_timeout(1000)
    assert points.count() == 0
    assert widget.get_by_label("seed").input_value() == "0"
    press(widget, "simulate")
    points.first.wait_for(timeout=30000)
    press(widget, "stop")
    press(widget, "another draw")
    page.wait_for_timeout(1000)
    assert "seed 1." in words(widget) and widget.get_by_label("seed").input_value() == "1"
    press(widget, "stop")


def test_an_error_is_shown_where_the_points_would_be(shown):
    _, widget = shown("fails.ipynb", FAILS)
    press(widget, "simulate")
    widget.get_by_text("The simulation failed. ValueError: the model of this training is not shipped").wait_for()
    assert widget.get_by_role("button", name="stop").count() == 0


def test_a_kernel_that_has_stopped_is_told_from_one_that_answers(shown):
    page, widget = shown("dead.ipynb", LONG)
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
    page.wait_for_timeout(2000)
    press(widget, "simulate")
    widget.get_by_text("Asking the kernel").wait_for()
    widget.get_by_text("The kernel does not answer").wait_for(timeout=30000)


def test_a_chapter_is_run_and_its_widget_simulated(lab, browser):
    with watched_page(browser) as page:
        page.goto(f"{lab}lab/tree/theorems/overthinking.ipynb?reset")
        run_all(page)
        button = page.get_by_role("button", name="simulate", exact=True)
        button.wait_for(timeout=180000)
        button.scroll_into_view_if_needed()
        button.click()
        widget = page.locator(".jp-OutputArea-output .tts-widget")
        widget.get_by_text("20,000 of 20,000 prompts").wait_for(timeout=120000)
        assert widget.locator("circle.tts-found").count() > 15
        low, high, exact = re.search(r"interval (\S+) to (\S+); the curve says (\S+)\.", words(widget)).groups()
        assert float(low) < float(exact) < float(high)
