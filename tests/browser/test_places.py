"""The menu of a page, a statement, an exercise and a widget: what it copies, and where it leads."""

import json
import re

import pytest
from accessibility import broken_rules
from watched_pages import REACHED, lay_out_all, settle

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
STATEMENT = "Cite or report Corollary 5.1"


@pytest.fixture
def page(window, address):
    """The chapter on the scaling law, on a phone."""
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    window.set_viewport_size({"width": 390, "height": 900})
    window.goto(f"{address}theorems/scaling-law.html")
    settle(window)
    yield window
    assert window.problems == []


def copied(page, name):
    page.get_by_role("button", name=name).click()
    page.get_by_text(": copied.").wait_for()
    return page.evaluate("navigator.clipboard.readText()")


def test_a_statement_is_cited_by_keyboard_and_the_focus_comes_back(page):
    opener = page.get_by_role("button", name=STATEMENT)
    opener.press("Enter")
    menu = page.get_by_role("dialog", name="Corollary 5.1 (The scaling law)")
    assert menu.get_by_role("button").first.evaluate("(button) => button === document.activeElement")
    bibtex = copied(page, "Copy BibTeX")
    assert re.match(r"@misc\{ttsbook-\d{4}-theorems-scaling-law-cor-scaling-law,\n", bibtex)
    assert 'title = "{Corollary 5.1 (The scaling law), in: The scaling law: steps for examples}"' in bibtex
    assert copied(page, "Copy citation").startswith("the ttsbook authors. Corollary 5.1 (The scaling law), in: ")
    assert copied(page, "Copy link").endswith("/theorems/scaling-law.html#cor-scaling-law")
    page.keyboard.press("Escape")
    assert menu.is_hidden() and opener.evaluate("(button) => button === document.activeElement")


def test_a_page_is_copied_as_markdown(page, site):
    page.get_by_role("button", name="Cite, copy, report").click()
    assert copied(page, "Copy page as Markdown") == (site / "theorems/scaling-law.html.md").read_text()
    assert "@" not in copied(page, "Copy citation")


def test_a_page_from_the_file_system_is_copied_as_well(window, site):
    window.goto((site / "theorems/scaling-law.html").as_uri())
    window.get_by_role("button", name="Cite, copy, report").click()
    window.get_by_role("button", name="Copy page as Markdown").click()
    window.get_by_text(": copied.").wait_for()
    text = window.get_by_label("Markdown").input_value()
    assert text == (site / "theorems/scaling-law.html.md").read_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_menu_is_accessible_and_stays_in_the_window(page, scheme):
    page.emulate_media(color_scheme=scheme)
    for name in ("Cite, copy, report", STATEMENT, "Cite or report Exercise 5.1", "Cite or report Widget “exchange”"):
        opener = page.get_by_role("button", name=name)
        opener.click()
        box = page.locator("#place-menu").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
        size = opener.bounding_box()
        assert min(size["width"], size["height"]) >= 24
    lay_out_all(page)
    page.wait_for_function(REACHED)
    assert broken_rules(page, "#place-menu") == []  # what it lies over is hidden in part


def test_openers_can_be_told_without_colors_and_are_not_printed(page):
    page.emulate_media(forced_colors="active")
    opener = page.get_by_role("button", name=STATEMENT)
    opener.focus()
    assert opener.evaluate("(button) => getComputedStyle(button).borderTopStyle") == "solid"
    page.emulate_media(forced_colors="none", media="print")
    assert opener.is_hidden()


def test_without_a_repository_nothing_is_reported_and_with_one_the_place_is_filled_in(page, address):
    page.get_by_role("button", name=STATEMENT).click()
    told = json.loads(page.locator("#book-place").text_content())
    assert page.get_by_role("link", name="Something wrong").count() == ("issue" in told)

    def with_repository(route):
        answer = route.fetch()
        known = '<script type="application/json" id="book-place">{"issue": "https://git.example/new?template=t", '
        body = answer.text().replace('<script type="application/json" id="book-place">{', known)
        route.fulfill(response=answer, body=body)

    page.route("**/scaling-law.html", with_repository)
    page.reload()
    settle(page)
    page.get_by_role("button", name=STATEMENT).click()
    link = page.get_by_role("link", name="Something wrong or unclear?")
    assert link.get_attribute("href").endswith("theorems%2Fscaling-law.html%23cor-scaling-law")
    page.locator("#widget-exchange input[type=range]").first.press("ArrowRight")
    page.get_by_role("button", name="Cite or report Widget “exchange”").click()
    assert re.search(r"widgets%2Fexchange.html%23train_length%3D\d+", link.get_attribute("href"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("appendix/api/tasks.html", "appendix/api/data.html"),
        ("setup/attention.html#prop-drift", "setup/thinking.html#prop-drift"),
        ("appendix/api/results.html#cor-scaling-law", "theorems/scaling-law.html#cor-scaling-law"),
    ],
)
def test_old_addresses_lead_on(window, address, old, new):
    window.goto(address + old)
    window.wait_for_url(address + new)
    assert window.problems == []
