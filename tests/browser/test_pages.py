"""Every page of the site, as readers see it: on a phone and on a desk, light and dark."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from watched_pages import settle, watched_page

from book import contents
from book.site import stored_widgets, widget_links, widget_pages

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
WIDGETS = [widget_pages.INDEX, *map(widget_links.page_of, stored_widgets.find(ROOT))]
PAGES = [*contents.listed((ROOT / "_toc.yml").read_text()), "search", *WIDGETS]
WIDTHS = (390, 768, 1440)
EVERYDAY = {(390, "light"), (1440, "dark")}
# Axe's time grows with the square of a page's elements. Formulas, thousands of elements of MathJax, become
# boxes of the same size with one word for who hears them; of the tokens of code that look alike, the first remains.
SIMPLIFY = """() => {
    document.querySelectorAll("mjx-assistive-mml").forEach((words) => words.replaceChildren("formula"));
    const formulas = [...document.querySelectorAll("mjx-math")];
    const boxes = formulas.map((formula) => formula.getBoundingClientRect());
    formulas.forEach((formula, i) => {
        const [width, height] = [boxes[i].width, boxes[i].height].map((length) => `${length}px`);
        Object.assign(formula.style, { display: "inline-block", width, height });
        formula.replaceChildren();
    });
    const seen = new Set();
    for (const token of document.querySelectorAll("pre span, dt.sig span")) {
        if (seen.has(token.className)) token.replaceWith(token.textContent);
        seen.add(token.className);
    }
}"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_generate_tests(metafunc):
    """Every page in every view; most views are looked at in `make test-all` only."""
    views = [(width, metafunc.cls.scheme) for width in WIDTHS]
    marks = {view: [] if view in EVERYDAY else [pytest.mark.exhaustive] for view in views}
    cases = [
        pytest.param((page, *view), id=f"{page}-{view[0]}-{view[1]}", marks=marks[view])
        for page in PAGES
        for view in views
    ]
    metafunc.parametrize("page", cases, indirect=True, scope="class")


@pytest.fixture(scope="class")
def page(request, browser, address):
    """A page of the site, drawn."""
    name, width, scheme = request.param
    with watched_page(browser, width=width, scheme=scheme) as page:
        page.goto(f"{address}{name}.html")
        settle(page)
        yield page


class Pages:
    """What holds of every page; two classes share the work, as two processes do."""

    def test_page_opens_without_errors_and_asks_no_other_host(self, page):
        assert page.problems == []

    def test_page_does_not_scroll_sideways(self, page):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def test_page_shows_its_formulas(self, page):
        assert page.locator("span.math, div.math").count() == page.locator("mjx-container").count()
        assert page.locator("mjx-merror, mjx-container:has(mjx-math:empty)").count() == 0

    def test_page_clips_no_formula(self, page):
        clipped = """(formulas) => formulas.filter((formula) => {
            const place = formula.closest("p, li, dd, td, th, div").getBoundingClientRect();
            return formula.checkVisibility() && formula.getBoundingClientRect().right > place.right + 1;
        }).map((formula) => formula.textContent)"""
        assert page.locator("mjx-container").evaluate_all(clipped) == []

    def test_page_describes_its_pictures(self, page):
        pictures = page.locator("article img, article .picture svg")
        assert [p for p in pictures.all() if not (p.get_attribute("alt") or p.get_attribute("aria-label"))] == []

    def test_page_shows_no_widget_that_failed(self, page):
        assert page.locator(".widget-message").count() == 0
        assert page.locator(".widget-still:not([hidden])").count() == 0

    def test_page_breaks_no_rule_of_accessibility(self, page):  # the last test, as it takes the page apart
        page.evaluate(SIMPLIFY)
        # Without "preload": axe would ask for style sheets at addresses that it works out wrongly.
        options = {"runOnly": RULES, "preload": False, "resultTypes": ["violations"]}
        found = Axe().run(page, options=options).response["violations"]
        assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found] == []


class TestLight(Pages):
    """Pages in light colors."""

    scheme = "light"


class TestDark(Pages):
    """Pages in dark colors."""

    scheme = "dark"
