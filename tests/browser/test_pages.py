"""Every page of the site, as readers see it: on a phone and on a desk, light and dark."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from watched_pages import settle, watched_page

from book import contents

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
PAGES = [*contents.listed((ROOT / "_toc.yml").read_text()), "search"]
EVERYDAY = {(390, "light"), (1440, "dark")}
VIEWS = [(width, scheme) for width in (390, 768, 1280, 1440) for scheme in ("light", "dark")]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def parameters():
    """Every page in every view; most views are looked at in `make test-all` only."""
    for page in PAGES:
        for view in VIEWS:
            marks = [] if view in EVERYDAY else [pytest.mark.exhaustive]
            yield pytest.param((page, *view), id=f"{page}-{view[0]}-{view[1]}", marks=marks)


@pytest.fixture(scope="module", params=parameters())
def page(request, browser, address):
    """A page of the site, drawn."""
    name, width, scheme = request.param
    with watched_page(browser, width=width, scheme=scheme) as page:
        page.goto(f"{address}{name}.html")
        settle(page)
        yield page


def test_page_opens_without_errors_and_asks_no_other_host(page):
    assert page.problems == []


def test_page_does_not_scroll_sideways(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_page_shows_its_formulas(page):
    assert page.locator("span.math, div.math").count() == page.locator("mjx-container").count()
    assert page.locator("mjx-merror, mjx-container:has(mjx-math:empty)").count() == 0


def test_page_describes_its_pictures(page):
    pictures = page.locator("article img, article .picture svg")
    assert [p for p in pictures.all() if not (p.get_attribute("alt") or p.get_attribute("aria-label"))] == []


def test_page_breaks_no_rule_of_accessibility(page):
    # The inside of formulas, thousands of elements, is MathJax's. Without "preload": axe would ask for style
    # sheets at addresses that it works out wrongly.
    context = {"exclude": [["mjx-math"], ["mjx-assistive-mml"]]}
    options = {"runOnly": RULES, "preload": False, "resultTypes": ["violations"]}
    found = Axe().run(page, context, options).response["violations"]
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found] == []


def test_page_shows_no_widget_that_failed(page):
    assert page.locator(".widget-message").count() == 0
    assert page.locator(".widget-still:not([hidden])").count() == 0
