"""On narrow screens nothing scrolls sideways but what scrolls inside itself, with all unfolded."""

from pathlib import Path

import pytest
from page_checks import scrolls_sideways
from watched_pages import lay_out_all, settle, watched_page

from publish import contents
from publish.site import stored_widgets, widget_links, widget_pages

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
WIDTHS = (320, 640)
EVERYDAY = {
    "source/monograph/experiments/finite_prompts/plan",  # a long title
    "widgets/overthinking-map",  # links beside a title
    "theorems/task-selection",  # formulas with punctuation
}
AT_NIGHT = ("source/", "widgets/", "appendix/api")
MODULES = [path.relative_to(ROOT) for name in ("monograph", "ttsbook") for path in sorted((ROOT / name).rglob("*.py"))]
SOURCES = [Path("source", path.parent if path.name == "__init__.py" else path.with_suffix("")) for path in MODULES]
WIDGETS = [widget_pages.INDEX, *map(widget_links.page_of, stored_widgets.find(ROOT))]
PAGES = [*contents.read().pages, "search", "404", *WIDGETS, *(path.as_posix() for path in SOURCES)]


@pytest.fixture(scope="module")
def narrow(browser):
    """A narrow window, which all pages share."""
    with watched_page(browser, width=WIDTHS[0]) as page:
        yield page


def marks(name):
    """Tell how often a page is looked at: few every day, chapters in continuous integration, the others at night."""
    if name in EVERYDAY:
        return []
    return [pytest.mark.nightly if name.startswith(AT_NIGHT) else pytest.mark.exhaustive]


@pytest.mark.parametrize("name", [pytest.param(name, marks=marks(name)) for name in PAGES])
def test_nothing_scrolls_the_page_sideways(narrow, address, name):
    narrow.set_viewport_size({"width": WIDTHS[0], "height": 900})
    narrow.goto(f"{address}{name}.html")
    lay_out_all(narrow)
    narrow.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    for width in WIDTHS:
        narrow.set_viewport_size({"width": width, "height": 900})
        settle(narrow)
        assert scrolls_sideways(narrow) == [], width


LETTERS = """() => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  return [...document.querySelectorAll(".picture svg text")].map((text) => {
    const { a, b } = text.getScreenCTM(); // some are turned
    return Math.hypot(a, b) * parseFloat(getComputedStyle(text).fontSize);
  }).filter((size) => size > 0);
}"""


@pytest.mark.parametrize("page", ["theorems/scaling-law", "beyond/stopping", "experiments/curation"])
def test_letters_of_figures_can_be_read_on_a_phone(window, address, page):
    window.set_viewport_size({"width": 390, "height": 844})
    window.goto(f"{address}{page}.html")
    sizes = window.evaluate(LETTERS)
    assert len(sizes) > 80 and min(sizes) >= 9, sorted(sizes)[:3]
