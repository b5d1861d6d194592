"""Formulas, above all those on lines of their own, on a phone, on paper and in boxes with a ground of their own."""

import io

import pytest
from pypdf import PdfReader
from watched_pages import lay_out_all, settle

from publish import contents

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
PAGES = contents.read().pages
PHONE = {"width": 390, "height": 844}
SHEET = {"width": 718, "height": 1000}  # A4 at 96 pixels an inch, less a centimeter at either side
FADE = 40  # pixels, of look.css

CUT_OFF = """() => [...document.querySelectorAll("article .math")].filter((formula) => {
    const parts = [...formula.querySelectorAll("math"), ...formula.parentElement.querySelectorAll(":scope > .eqno")];
    const right = Math.max(...parts.map((part) => part.getBoundingClientRect().right));
    for (let box = formula; box !== document.documentElement; box = box.parentElement) {
        const clips = getComputedStyle(box).overflowX !== "visible";
        if (clips && right > box.getBoundingClientRect().right + 1) return true;
    }
    return right > document.documentElement.clientWidth;
}).map((formula) => formula.dataset.tex)"""

NUMBERS_OUT_OF_SIGHT = """() => [...document.querySelectorAll("article .eqno")].filter((number) => {
    for (let box = number.parentElement; box !== document.documentElement; box = box.parentElement) {
        if (getComputedStyle(box).overflowX === "auto" && box.scrollWidth > box.clientWidth) return true;
        if (number.getBoundingClientRect().right > box.getBoundingClientRect().right + 1) return true;
    }
    return false;
}).map((number) => number.textContent)"""

# Displays that scroll, and on whose right edge there is little but empty space between two parts.
END_IN_A_GAP = """(fade) => [...document.querySelectorAll("article div.math")].filter((formula) => {
    if (formula.scrollWidth <= formula.clientWidth) return false;
    const { right } = formula.getBoundingClientRect();
    const spans = [...formula.querySelectorAll("mi, mn, mo, mtext, mfrac")].map((part) => {
        const range = document.createRange();
        range.selectNodeContents(part.childElementCount ? part : part.firstChild ?? part);
        const box = (part.localName === "mfrac" ? part : range).getBoundingClientRect();
        return part.textContent.trim() ? [box.left, box.right] : [0, 0];
    });
    let [seen, empty] = [0, 0];
    for (const [start, end] of spans.sort(([a], [b]) => a - b)) {
        empty = Math.max(empty, Math.min(start, right) - Math.max(seen, right - fade));
        seen = Math.max(seen, end);
    }
    return empty > fade / 2;
}).map((formula) => formula.dataset.tex)"""

# What covers the shadows at the ends of a box, where no mask makes it fade, has the color on which the box stands.
COVERED_IN_ANOTHER_COLOR = """() => {
    const probe = document.body.appendChild(document.createElement("i"));
    const boxes = document.querySelectorAll("article :is(.pst-scrollable-table-container, div.math, .wide)");
    return [...boxes].filter((box) => {
        const style = getComputedStyle(box);
        probe.style.color = style.getPropertyValue("--book-ground") || style.getPropertyValue("--pst-color-background");
        let behind = box.parentElement;
        while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
        return getComputedStyle(behind).backgroundColor !== getComputedStyle(probe).color;
    }).map((box) => box.closest("[id]").id);
}"""

UNDERLINES = """(links) => links.map((link) => {
    const { textDecorationLine, borderBottomWidth, borderBottomStyle } = getComputedStyle(link);
    return [textDecorationLine, borderBottomWidth, borderBottomStyle].join(" ");
})"""


@pytest.fixture
def unfolded(window, address):
    """Open a page in a window of a size, with all unfolded."""

    def show(name, size, **media):
        window.set_viewport_size(size)
        window.emulate_media(**media)
        window.goto(f"{address}{name}.html")
        lay_out_all(window)
        window.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        settle(window)
        return window

    yield show
    assert window.problems == []


@pytest.mark.parametrize("name", PAGES)
def test_on_a_phone_numbers_stay_in_sight_and_no_formula_seems_to_end_in_a_gap(unfolded, name):
    page = unfolded(name, PHONE)
    assert page.evaluate(NUMBERS_OUT_OF_SIGHT) == []
    assert page.evaluate(END_IN_A_GAP, FADE) == []


def test_a_number_stands_beside_a_formula_where_both_fit_and_below_it_elsewhere(unfolded):
    place = """([box]) => {
        const [formula, number] = [...box.children].map((part) => part.getBoundingClientRect());
        return [number.top >= formula.bottom, number.right === box.getBoundingClientRect().right];
    }"""
    name = "setup/task"
    assert unfolded(name, {"width": 1440, "height": 900}).locator(".numbered").evaluate_all(place) == [False, True]
    assert unfolded(name, PHONE).locator(".numbered").evaluate_all(place) == [True, True]


@pytest.mark.parametrize("name", PAGES)
def test_on_paper_formulas_are_whole_and_nothing_to_click_is_printed(unfolded, name):
    page = unfolded(name, SHEET, media="print")
    assert page.evaluate(CUT_OFF) == []
    assert page.locator("article :is(button, details.hide > summary):visible").count() == 0


@pytest.mark.parametrize("name", ["beyond/noise", "appendix/proofs-theorems", "setup/task"])
def test_on_paper_boxes_leave_no_page_half_empty(window, address, name):
    window.goto(f"{address}{name}.html")
    settle(window)
    window.emulate_media(media="print")
    margins = dict.fromkeys(("top", "bottom", "left", "right"), "1cm")
    printed = PdfReader(io.BytesIO(window.pdf(format="A4", print_background=True, margin=margins)))
    ends = [lowest(page) / float(page.mediabox.height) for page in printed.pages[:-1]]
    assert len(ends) > 10 and max(ends) < 0.42, [number for number, end in enumerate(ends, 1) if end >= 0.42]


def lowest(page):
    """Return how far above the bottom of a page its last words are."""
    heights = []

    def visit(text, matrix, place, _font, _size):
        if text.strip():
            heights.append(place[4] * matrix[1] + place[5] * matrix[3] + matrix[5])

    page.extract_text(visitor_text=visit)
    return min(heights)


@pytest.mark.parametrize("name", PAGES)
def test_the_ends_of_what_scrolls_are_covered_in_the_color_behind_it(unfolded, name):
    page = unfolded(name, {"width": 1440, "height": 900}, color_scheme="dark")
    assert page.evaluate(COVERED_IN_ANOTHER_COLOR) == []


def test_the_words_that_unfold_code_have_room_below_a_solution(unfolded):
    gaps = """(summaries) => summaries.map((summary) => {
        const last = [...summary.closest(".cell").previousElementSibling.querySelectorAll("p, li, div")].at(-1);
        return summary.getBoundingClientRect().top - last.getBoundingClientRect().bottom;
    })"""
    page = unfolded("theorems/hardness", PHONE)
    found = page.locator("details.solution > section + .cell > details.hide > summary").evaluate_all(gaps)
    assert len(found) > 1 and min(found) > 2


def test_a_link_with_formulas_has_one_line_below_all_of_it(unfolded):
    page = unfolded("setup/attention", {"width": 1440, "height": 900})
    lines = page.locator("article a:has(math)").evaluate_all(UNDERLINES)
    assert len(lines) > 5 and set(lines) == {"none 1px solid"}


def test_a_question_is_as_bold_as_its_formulas(unfolded):
    weight = "(all) => all.map((one) => getComputedStyle(one).fontWeight)"
    page = unfolded("theorems/hardness", {"width": 1440, "height": 900})
    weights = page.locator(".check :is(legend, p > label):has(math), .check math").evaluate_all(weight)
    assert len(weights) > 2 and set(weights) == {"400"}


def test_the_place_in_the_contents_is_marked_by_no_shadow(unfolded):
    # Firefox would draw it all around a box that ends between two pixels.
    page = unfolded("setup/task", {"width": 1440, "height": 900})
    shadow = "(all) => all.map((one) => getComputedStyle(one).boxShadow)"
    assert page.locator("nav.bd-links .current > a").evaluate_all(shadow) == ["none"]
