"""Sections that are far from the window are not laid out: how tall their places are, and what tools find in them."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from watched_pages import watched_page

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
PLACES = """() => [...document.querySelectorAll("article > section > section, article section > dl.py")]
    .filter((section) => !section.firstElementChild.checkVisibility({ contentVisibilityAuto: true }))
    .map((section) => [+section.style.getPropertyValue("--letters"), section.getBoundingClientRect().height])"""
ROWS = """() => [...document.querySelectorAll("tr[id^='claim-']")]
    .filter((row) => !row.firstElementChild.checkVisibility({ contentVisibilityAuto: true }))
    .map((row) => [+row.style.getPropertyValue("--letters"), row.getBoundingClientRect().height])"""
SETTLED = """async (row) => {
    const top = () => document.getElementById(row).getBoundingClientRect().top;
    for (let last; last !== top(); ) {
        last = top();
        for (let i = 0; i < 5; i++) await new Promise(requestAnimationFrame);
    }
    return top() - parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop);
}"""
RULES = ["label", "target-size"]  # which need what is not laid out: the words of a formula, and a place for each link
BROKEN = """async (rules) => {
    const { violations } = await axe.run(document, { runOnly: rules, preload: false, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}"""


@pytest.fixture(scope="module", params=[(412, 1.2), (1350, 0.9)], ids=["phone", "desk"])
def view(browser, request):
    """A window that nobody scrolls, and the pixels that a letter takes in it."""
    width, pixels = request.param
    with watched_page(browser, width=width) as page:
        yield page, pixels


@pytest.mark.parametrize(
    "name", ["setup/thinking", "experiments/gpt2", "appendix/api/models", "appendix/api/experiments"]
)
def test_places_are_as_tall_as_the_letters_ask_and_tools_find_nothing_in_them(view, address, name):
    page, pixels = view
    page.goto(f"{address}{name}.html", wait_until="networkidle")
    places = page.evaluate(PLACES)
    assert len(places) > 3
    for letters, height in places:
        assert height == pytest.approx(pixels * letters, abs=1)
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(BROKEN, RULES) == []
    assert len(page.evaluate(PLACES)) >= len(places)  # still not laid out, so that it was they that were tried


def test_claims_of_the_ledger_that_are_far_wait_on_a_phone_and_links_to_them_lead_there(view, address):
    page, _ = view
    page.goto(f"{address}appendix/claims.html", wait_until="networkidle")
    on_a_phone = page.viewport_size["width"] < 600
    page.locator("#all-claims").evaluate("(section) => section.scrollIntoView()")  # else none of it is laid out
    page.wait_for_function(
        "document.querySelector('tr[id^=claim-] td').checkVisibility({ contentVisibilityAuto: true })"
    )
    places = page.evaluate(ROWS)
    assert len(places) > 100 if on_a_phone else places == []
    for letters, height in places:
        assert height == pytest.approx(0.8 * letters, abs=1)
    names = page.locator("tr[id^=claim-]").evaluate_all("(rows) => rows.map((row) => row.id)")
    for name in (names[-2], names[40]):
        page.goto(f"{address}appendix/claims.html#{name}")
        assert page.evaluate(SETTLED, name) == pytest.approx(0, abs=3)
