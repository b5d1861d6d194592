"""From the first page to a changed number: what the README promises of `make lab`, in a real JupyterLab."""

import pytest
from lab_pages import PATIENCE, TALL, run_all
from watched_pages import watched_page

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]


def test_a_chapter_is_opened_run_and_changed(browser, lab):
    """A link, Run All, another number: the cell below answers with it."""
    with watched_page(browser) as page:
        page.set_viewport_size(TALL)
        page.set_default_timeout(PATIENCE)
        page.goto(f"{lab}lab/tree/index.ipynb?reset")
        page.locator(".jp-Notebook .myst a", has_text="the first chapter").click()
        page.locator(".lm-TabBar-tab.lm-mod-current", has_text="task.ipynb").wait_for()
        run_all(page)
        cell = page.locator(".jp-CodeCell", has=page.locator(".cm-line", has_text="covariance.hardness(cov)"))
        output = cell.locator(".jp-OutputArea-output")
        output.get_by_text("20.0", exact=True).wait_for()
        cell.locator(".cm-line", has_text="dim = 20").click()
        page.keyboard.press("End")
        page.keyboard.press("Backspace")
        page.keyboard.press("Backspace")
        page.keyboard.type("40")
        page.keyboard.press("Shift+Enter")
        output.get_by_text("40.0", exact=True).wait_for()
