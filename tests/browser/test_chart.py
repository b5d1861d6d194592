"""Charts of widgets: what lies beyond a panel is not drawn at its edge."""

import re

import pytest

from monograph.widgets.base import bundle

pytestmark = pytest.mark.browser
SOURCE = re.sub(r"^export ", "", bundle("chart.js"), flags=re.MULTILINE)
# From 1 at the top to 0.01 at the bottom, ten units of height for each power of ten and for each step.
PANEL = "{ left: 0, right: 40, top: 0, bottom: 20, domain: [0, 4], decades: [-2, 0], label: '' }"


@pytest.fixture(scope="module")
def page(browser):
    """An empty page."""
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def drawn(page):
    """Function that draws a curve in a panel: its strokes as lists of points, and its dots."""

    def draw(values):
        code = f"""(values) => {{ {SOURCE}
            const svg = drawing(40, 20, "");
            new Panel(svg, {PANEL}).curve(values, "it");
            const dots = [...svg.querySelectorAll("circle.it")];
            return [svg.querySelector(".it").getAttribute("d"),
                dots.map((dot) => ["cx", "cy"].map((name) => +dot.getAttribute(name)))];
        }}"""
        path, dots = page.evaluate(code, values)
        strokes = [[[float(x) for x in point.split(",")] for point in part.split("L")] for part in path.split("M")[1:]]
        return strokes, dots

    return draw


def test_a_curve_inside_goes_through_its_values(drawn):
    points = [[0, 0], [10, 10], [20, 20]]
    strokes, dots = drawn([1, 0.1, 0.01])
    assert strokes == [[pytest.approx(point) for point in points]]
    assert dots == [pytest.approx(point) for point in points]


@pytest.mark.parametrize(
    ("values", "strokes", "dots"),
    [
        ([0.1, 0.001, 1e-5], [[[0, 10], [5, 20]]], [[0, 10]]),
        ([0.1, 10, 100], [[[0, 10], [5, 0]]], [[0, 10]]),
        ([0.1, 0.001, 0.1], [[[0, 10], [5, 20]], [[15, 20], [20, 10]]], [[0, 10], [20, 10]]),
        ([1e-3, 10], [[[2.5, 20], [7.5, 0]]], []),
        ([1e-3, 1e-4], [], []),
        ([0.1], [], [[0, 10]]),
    ],
)
def test_a_curve_leaves_the_panel_and_comes_back(drawn, values, strokes, dots):
    found, seen = drawn(values)
    assert len(found) == len(strokes)
    for stroke, wanted in zip(found, strokes, strict=True):
        assert stroke == [pytest.approx(point) for point in wanted]
    assert seen == [pytest.approx(point) for point in dots]


def test_panels_grow_by_one_factor_where_the_place_is_taller_and_never_shrink(page):
    heights = page.evaluate(
        f"(places) => {{ {SOURCE} return places.map((tall) => filling(tall, 100, [10, 30], [50, 90])); }}", [200, 50, 0]
    )
    one, other = {"top": 10, "bottom": 30 + 100 / 3}, {"top": 50 + 100 / 3, "bottom": 190}
    grown = {"height": 200, "panels": [pytest.approx(one), pytest.approx(other)]}
    natural = {"height": 100, "panels": [{"top": 10, "bottom": 30}, {"top": 50, "bottom": 90}]}
    assert heights == [grown, natural, natural]
