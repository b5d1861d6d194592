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
# Few pages every day; all chapters on a phone in light and on a desk in the dark in continuous integration; the pages
# of the package, the widgets' own and the other views at night.
EVERYDAY = {"setup/attention", "search"}
EVERY_TIME = {widget_pages.INDEX, "widgets/overthinking-map", "appendix/api", "appendix/api/theory"}
AT_NIGHT = ("widgets/", "appendix/api")


def marks(name):
    """Tell how often a page is looked at."""
    if name in EVERYDAY:
        return []
    late = name.startswith(AT_NIGHT) and name not in EVERY_TIME
    return [pytest.mark.nightly if late else pytest.mark.exhaustive]


PAGES = [pytest.param(name, marks=marks(name)) for name in PAGES]
WHEN = {(390, "light"): [], (1440, "dark"): [pytest.mark.exhaustive]}
VIEWS = [
    pytest.param(view, id=f"{view[0]}-{view[1]}", marks=WHEN.get(view, [pytest.mark.nightly]))
    for view in [(width, scheme) for scheme in ("light", "dark") for width in (390, 768, 1440)]
]


@pytest.fixture(scope="module")
def page(request, browser, address):
    """A page of the site, which all its views share."""
    with watched_page(browser, width=390) as page:
        page.goto(f"{address}{request.param}.html")
        lay_out_all(page)
        settle(page)
        yield page


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("page", PAGES, indirect=True)
def test_page_keeps_every_rule(page, view):
    turn(page, *view)
    assert complaints(page) == []
