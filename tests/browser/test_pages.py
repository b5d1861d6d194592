"""Every page of the site, as readers see it: on a phone and on a desk, light and dark."""

from pathlib import Path

import pytest
from page_checks import complaints
from watched_pages import lay_out_all, settle, turn, watched_page

from publish import contents
from publish.site import stored_widgets, widget_links, widget_pages

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
WIDGETS = [widget_pages.INDEX, *map(widget_links.page_of, stored_widgets.find(ROOT))]
PAGES = [*contents.read().pages, "search", *WIDGETS]
PHONE, DESK = (390, "light"), (1440, "dark")
VIEWS = [(width, scheme) for scheme in ("light", "dark") for width in (390, 768, 1440)]
# Two pages on a phone every day; all chapters on a phone and a few on a desk in continuous integration; the pages of
# the package, the widgets' own and the other views at night.
EVERYDAY = {"setup/attention", "search"}
EVERY_TIME = {widget_pages.INDEX, "widgets/overthinking-map", "appendix/api", "appendix/api/theory"}
ON_A_DESK = {"setup/attention", "widgets/overthinking-map", "theorems/overthinking", "appendix/claims"}
AT_NIGHT = ("widgets/", "appendix/api")


def mark(name, view):
    """Tell how often a page is looked at."""
    if view == PHONE and name in EVERYDAY:
        return []
    of_the_book = name in EVERY_TIME or not name.startswith(AT_NIGHT)
    if (view == PHONE and of_the_book) or (view == DESK and name in ON_A_DESK):
        return [pytest.mark.exhaustive]
    return [pytest.mark.nightly]


CASES = [
    pytest.param(name, view, marks=mark(name, view), id=f"{name}-{view[0]}-{view[1]}")
    for name in PAGES
    for view in VIEWS
]


@pytest.fixture(scope="module")
def page(request, browser, address):
    """A page of the site, which all its views share."""
    with watched_page(browser, width=390) as page:
        page.goto(f"{address}{request.param}.html")
        lay_out_all(page)
        settle(page)
        yield page


@pytest.mark.parametrize(("page", "view"), CASES, indirect=["page"])
def test_page_keeps_every_rule(page, view):
    turn(page, *view)
    assert complaints(page) == []
