"""Sections that are far from the window are not laid out: how tall their places are, and what tools find in them."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from watched_pages import watched_page

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
PLACES = """() => [...document.querySelectorAll("article > section > section")]
    .filter((section) => !section.firstElementChild.checkVisibility({ contentVisibilityAuto: true }))
    .map((section) => [+section.style.getPropertyValue("--letters"), section.getBoundingClientRect().height])"""
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


@pytest.mark.parametrize("name", ["setup/thinking", "experiments/gpt2", "appendix/api/models"])
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
