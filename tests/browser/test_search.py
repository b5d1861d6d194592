"""What readers ask the search for, and what comes first; from a server and from a folder."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from accessibility import broken_rules
from watched_pages import turn, wait_for_menus

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
# Queries, with the address that the first result leads to.
FIRST = {
    "Theorem 6.2": "theorems/overthinking.html#thm-critical-length",
    "proposition 4.3": "theorems/hardness.html#prop-hardness-range",
    "Theorem 3.3": "theorems/hardness.html#thm-direct-bound",  # of the paper
    "Corollary 3.5": "theorems/scaling-law.html#cor-scaling-law",  # of the paper
    "recursion theorem": "setup/thinking.html#prop-recursion",
    "critical length": "theorems/overthinking.html#thm-critical-length",
    "critcal lenght": "theorems/overthinking.html#thm-critical-length",
    "thm-stability": "theorems/scaling-law.html#thm-stability",
    "scaling law": "theorems/scaling-law.html#cor-scaling-law",
    "definition of hardness": "setup/task.html#def-skill",
    "best depth": "theorems/overthinking.html#prop-best-depth",
    "figure 5.2": "theorems/scaling-law.html#fig-exchange",
    "Fig. 5.2": "theorems/scaling-law.html#fig-exchange",
    "fig-exchange": "theorems/scaling-law.html#fig-exchange",
    "exercise 1.1": "setup/task.html#ex-two-skills",
    "loss does not depend on W13": "appendix/claims.html#claim-no_gradient",
    "direct_error_bound": "appendix/claims.html#claim-direct_error_bound",
    "n_crit": "appendix/notation.html#symbol-n-crit",
    "effective dimension": "appendix/notation.html#symbol-d-eff",
    "eq-proofs-moment": "appendix/proofs.html#equation-eq-proofs-moment",
    "overthinking": "theorems/overthinking.html",
    "notation": "appendix/notation.html",
}


@pytest.fixture
def page(window):
    """A window, which must not complain."""
    yield window
    assert window.problems == []


def search(page, root, query):
    page.goto(f"{root}search.html?q={quote(query)}")
    page.locator("#search-results h2", has_text="Search Results").wait_for(state="attached")
    return page.locator("#search-results ul.search > li > a")


@pytest.mark.parametrize("query", FIRST)
def test_the_first_result(page, address, query):
    found = search(page, address, query)
    assert found.first.get_attribute("href") == FIRST[query]


@pytest.mark.parametrize("query", ["Theorem 3.3", "critical length", "effective dimension"])
def test_the_first_result_in_a_folder(page, site, query):
    found = search(page, site.as_uri() + "/", query)
    assert found.first.get_attribute("href") == FIRST[query]
    found.first.click()
    path, name = FIRST[query].split("#")
    page.wait_for_url(f"{Path(site, path).as_uri()}*#{name}")


def test_results_lead_to_their_place_and_say_where_it_is(page, address):
    found = search(page, address, "Theorem 3.3")
    item = page.locator("#search-results li").first
    assert (
        item.inner_text()
        == "Theorem 4.1: Bound on the error of one step (4. Hardness: how far one step gets; paper: Theorem 3.3)"
    )
    found.first.click()
    page.wait_for_url("**/theorems/hardness.html*#thm-direct-bound")
    assert page.locator("#thm-direct-bound").is_visible()


@pytest.mark.parametrize("place", ["served", "folder"])
def test_summaries_are_text_in_plain_letters(page, address, site, place):
    root = address if place == "served" else site.as_uri() + "/"
    search(page, root, "axes")
    shown = page.locator("#search-results li:not(:has(> span))")  # pages, not what is on them
    shown.last.locator(".context").wait_for()
    summaries = shown.locator(".context").all_inner_texts()
    assert len(summaries) == shown.count() > 3
    # Neither TeX nor the numbers at a picture's axes, nor what can be pressed, nor other parts of the page.
    unread = re.compile(r"\\[a-zA-Z(\[{]|[_^]\{|\$|(?:[−-]?\d[\d.]* ){4}|Show the code|Symbols on this page|\.ipynb")
    assert [text for text in summaries if unread.search(text)] == []
    assert {text.lower() for text in shown.locator(".context .highlighted").all_inner_texts()} == {"axes"}


def test_no_result_comes_with_a_hint(page, address):
    found = search(page, address, "zzqqx")
    assert found.count() == 0
    assert page.get_by_role("status").inner_text() == "Nothing was found."
    hint = page.locator("#search-results .search-help")
    assert "other words" in hint.inner_text()
    hint.get_by_role("link", name="notation").click()
    page.wait_for_url("**/appendix/notation.html")


def test_near_misses_are_called_so(page, address):
    search(page, address, "critcal lenght")
    assert "come near" in page.locator("#search-results .search-help").inner_text()


def test_the_keyboard_finds_a_theorem_from_any_page(page, address):
    page.goto(f"{address}setup/task.html")
    wait_for_menus(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("critical length")
    page.keyboard.press("Enter")
    page.locator("#search-results h2", has_text="Search Results").wait_for(state="attached")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/theorems/overthinking.html*#thm-critical-length")


@pytest.mark.parametrize("query", ["", "overthinking", "critcal lenght", "zzqqx"])
def test_the_search_page_breaks_no_rule_of_accessibility(window, address, query):
    if query:
        search(window, address, query)
    else:
        window.goto(f"{address}search.html")
    window.wait_for_load_state("networkidle")  # until each result has its summary
    for width, scheme in [(390, "light"), (1440, "dark")]:
        turn(window, width, scheme)
        assert broken_rules(window) == [], scheme
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")
