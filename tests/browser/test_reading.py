"""What readers do with a page: fold and unfold, search, print, do without JavaScript."""

import re
from pathlib import Path

import pytest
from watched_pages import REACHED, settle, wait_for_menus, watched_page

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]


UNFOLD = "() => document.querySelectorAll('details').forEach((folded) => { folded.open = true })"


@pytest.fixture
def page(window):
    """A phone with nothing on it yet."""
    window.set_viewport_size({"width": 390, "height": 900})
    yield window
    assert window.problems == []


def test_proofs_and_solutions_unfold_by_keyboard(page, address):
    page.goto(f"{address}setup/task.html")
    for kind in ("proof", "solution"):
        folded = page.locator(f"details.{kind}").first
        inside = folded.locator("p").first
        assert inside.is_hidden()
        folded.locator("summary").first.focus()
        page.keyboard.press("Enter")
        assert inside.is_visible()


def test_what_unfolds_and_scrolls_can_be_reached_by_keyboard(page, address):
    page.goto(f"{address}beyond/noise.html")
    settle(page)
    page.evaluate(UNFOLD)
    wide = page.locator("details pre[tabindex='0']")
    wide.first.wait_for()
    page.wait_for_function(REACHED)


def test_the_color_mode_follows_the_system_until_the_reader_chooses(browser, address):
    with watched_page(browser, scheme="dark") as page:
        page.goto(address)
        theme = "document.documentElement.dataset.theme"
        assert page.evaluate(theme) == "dark"
        page.emulate_media(color_scheme="light")
        page.wait_for_function(f"{theme} === 'light'")
        wait_for_menus(page)
        page.locator(".theme-switch-button:visible").click()
        chosen = page.evaluate("document.documentElement.dataset.mode")
        page.reload()
        assert page.evaluate("document.documentElement.dataset.mode") == chosen != "auto"


def test_the_search_finds_a_page(page, address):
    page.goto(f"{address}search.html?q=covariance")
    page.locator("#search-results a", has_text=re.compile("package", re.IGNORECASE)).first.click()
    page.wait_for_url("**/appendix/api/data.html*")


def test_on_paper_the_page_is_white_and_unfolded_and_widgets_are_still(browser, address):
    with watched_page(browser, scheme="dark") as page:
        page.goto(f"{address}setup/task.html")
        settle(page)
        page.emulate_media(media="print", color_scheme="dark")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        text = page.locator("details.proof p").first
        assert text.evaluate("(text) => getComputedStyle(text).color") == "rgb(34, 40, 50)"
        assert text.is_visible()
        assert page.locator(".widget-still").first.is_visible()
        assert page.locator(".widget-live").first.is_hidden()
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert page.locator("details.proof p").first.is_hidden()
        assert page.locator(".widget-still").first.is_hidden()


def test_without_javascript_there_are_still_pictures_and_readable_code(browser, address):
    with watched_page(browser, java_script_enabled=False) as page:
        page.goto(f"{address}setup/task.html")
        assert page.locator(".widget-still svg").first.is_visible()
        background = page.locator(".cell_input pre").first.evaluate("(e) => getComputedStyle(e).backgroundColor")
        assert background == "rgb(243, 244, 245)"


@pytest.mark.parametrize("name", ["index", "setup/task"])
def test_the_site_works_from_a_folder(page, site, name):
    page.goto(Path(site, f"{name}.html").as_uri())
    settle(page)
    assert page.locator("math").count()
    assert page.locator(".widget-still:visible").count() == 0


def test_formulas_that_scroll_can_be_reached_by_keyboard_and_no_others(page, address):
    page.goto(f"{address}setup/task.html")
    settle(page)
    page.locator("details.proof").first.locator("summary").click()
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    formulas = page.locator("div.math:visible, span.math.wide:visible")
    scrolling = formulas.evaluate_all("(all) => all.map((el) => el.scrollWidth > el.clientWidth)")
    reached = formulas.evaluate_all("(all) => all.map((el) => el.tabIndex === 0)")
    assert set(scrolling) == {True, False}
    assert reached == scrolling


def test_a_formula_in_a_line_keeps_together(page, address):
    # Chromium breaks no formula; Firefox does before any sign, unless it is told not to.
    page.goto(f"{address}setup/task.html")
    settle(page)
    spaces = page.locator("math").evaluate_all("(all) => all.map((el) => getComputedStyle(el).whiteSpace)")
    assert set(spaces) == {"nowrap"}


def test_formulas_that_come_near_fit_where_this_does_not_bubble(page, address):
    # As in Firefox: what stops at the section is heard on the way down to it.
    page.goto(f"{address}setup/thinking.html")
    page.evaluate("""() => document.querySelectorAll("section").forEach((section) => section.addEventListener(
        "contentvisibilityautostatechange", (event) => event.stopPropagation()))""")
    assert page.locator("div.math.wide").count() == 0
    for part in page.locator("section > section:has(div.math)").all():
        part.scroll_into_view_if_needed()
    page.locator("div.math.wide").first.wait_for(state="attached")
