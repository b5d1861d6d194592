"""Until fonts arrive, faces of the system stand in for them, and their arrival moves little."""

import pytest
from watched_pages import MOVED, settle, watched_page

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
FONTS = "**/*.woff2"
# Of the text, as the pages set it; the rest of the book's letters are as often in it.
TEXT = "How the training data fit the task decides whether a model that thinks longer comes closer to the answer."
WIDTHS = """async ([text, style]) => {
    const canvas = document.createElement("canvas").getContext("2d");
    return Promise.all(["Book Serif", "Book DejaVu Serif"].map(async (family) => {
        canvas.font = `${style} 100px "${family}"`;
        await document.fonts.load(canvas.font, text);
        const { width, fontBoundingBoxAscent, fontBoundingBoxDescent } = canvas.measureText(text);
        return [width, fontBoundingBoxAscent, fontBoundingBoxDescent];
    }));
}"""


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(
    "name",
    [
        "theorems/overthinking",
        *(pytest.param(name, marks=pytest.mark.nightly) for name in ("index", "appendix/api/theory")),
    ],
)
def test_a_page_that_is_read_before_its_fonts_arrive_moves_little(browser, address, name, width):
    with watched_page(browser, width=width) as page:
        held, holding = [], True
        page.add_init_script(f"({MOVED})()")
        page.route(FONTS, lambda route: held.append(route) if holding else route.continue_())
        page.goto(f"{address}{name}.html", wait_until="commit")
        page.locator("footer.bd-footer-content").wait_for(state="attached")
        page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        page.wait_for_timeout(500)
        assert held, "the page is drawn before its fonts"
        holding = False
        for route in held:
            route.continue_()
        settle(page)
        assert page.evaluate("document.fonts.check('16px \"Book Serif\"')")
        assert page.evaluate("moved") <= 0.05


@pytest.mark.parametrize("style", ["normal 400", "italic 400", "normal 600"])
def test_what_stands_in_is_as_wide_and_as_high(window, address, style):
    window.goto(f"{address}setup/task.html")
    own, other = window.evaluate(WIDTHS, [TEXT, style])
    assert other == pytest.approx(own, rel=0.02)


@pytest.mark.parametrize("name", ["one-idea", "appendix/api/data"])
@pytest.mark.parametrize(("width", "first"), [(390, 1), (1440, 4)])
def test_fonts_are_asked_for_before_the_style_sheet_names_them(browser, address, name, width, first):
    with watched_page(browser, width=width) as page:
        page.goto(f"{address}{name}.html")
        settle(page)
        asked = page.evaluate("performance.getEntriesByType('resource').map((e) => [e.name, e.initiatorType])")
    fonts = {font.rpartition("/")[2]: kind for font, kind in asked if font.endswith(".woff2")}
    names = ["book-serif-400.woff2", "book-serif-400-italic.woff2", "book-serif-600.woff2", "book-math.woff2"]
    assert fonts == dict.fromkeys(names, "css") | dict.fromkeys(names[:first], "link")
