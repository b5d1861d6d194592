"""What a browser makes of the book's formulas: signs that it draws, and the place that it gives them."""

import pytest
from watched_pages import settle

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
SHOW = """() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    const textContent = "* { content-visibility: visible !important; }";
    document.head.append(Object.assign(document.createElement("style"), { textContent }));
}"""
# How far the place of a root ends behind what is below its line, in em.
ROOTS = """(roots) => roots.filter((root) => root.checkVisibility()).map((root) => {
    const style = getComputedStyle(root);
    const end = root.getBoundingClientRect().right + parseFloat(style.marginRight);
    return (end - root.lastElementChild.getBoundingClientRect().right) / parseFloat(style.fontSize);
})"""
BRACKETS = """(signs) => signs.filter((sign) => sign.checkVisibility()).map((sign) => {
    const { width, height } = sign.getBoundingClientRect();
    const size = parseFloat(getComputedStyle(sign).fontSize);
    return [sign.textContent, parseFloat(sign.getAttribute("minsize")), width / size, height / size];
})"""
HEIGHTS = {1.2: 1.187, 1.8: 1.907}  # of the font's shapes, each of which is .24 em taller than the one before
PAGES = [
    "setup/attention",
    "theorems/hardness",
    "theorems/task-selection",
    "appendix/proofs",
    "appendix/proofs-theorems",
    "appendix/api/theory",
]


@pytest.fixture(scope="module", params=PAGES)
def formulas(browser, address, request):
    """A page, all of which is laid out."""
    page = browser.new_page(viewport={"width": 1350, "height": 900})
    page.goto(f"{address}{request.param}.html")
    settle(page)
    page.evaluate(SHOW)
    yield page
    page.close()


def test_a_root_ends_where_its_line_ends(formulas):
    found = formulas.locator("msqrt").evaluate_all(ROOTS)
    assert found and found == pytest.approx([0] * len(found), abs=0.01)


def test_brackets_of_a_chosen_size_are_as_tall_as_tex_s_and_not_wider(formulas):
    for sign, size, width, height in formulas.locator("mo[minsize]").evaluate_all(BRACKETS):
        if sign in "()[]⟨⟩|‖":
            assert width < 0.5 and height == pytest.approx(HEIGHTS[size], abs=0.1), (sign, size)
