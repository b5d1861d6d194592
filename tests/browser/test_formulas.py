"""What a browser makes of the book's formulas: signs that it draws, and the place that it gives them."""

import pytest
from watched_pages import settle

from publish.site.formulas import typeset

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
# How much lower an exponent stands at a letter than at a bracket, in pixels, in text of these sizes.
EXPONENTS = """([formula, sizes]) => sizes.map((size) => {
    const place = document.createElement("span");
    place.style.fontSize = `${size}px`;
    place.innerHTML = formula;
    document.querySelector("article p").append(place);
    const [letter, bracket] = [...place.querySelectorAll("mn")].map((sign) => sign.getBoundingClientRect().bottom);
    place.remove();
    return letter - bracket;
})"""
PAGES = [
    "setup/attention",
    "setup/thinking",
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


@pytest.mark.parametrize("width", [390, 700, 1350])  # of which each has another size of text
def test_a_root_ends_where_its_line_ends(formulas, width):
    formulas.set_viewport_size({"width": width, "height": 900})
    found = formulas.locator("msqrt").evaluate_all(ROOTS)
    assert found and found == pytest.approx([0] * len(found), abs=0.01)


def test_brackets_of_a_chosen_size_are_as_tall_as_tex_s_and_not_wider(formulas):
    for sign, size, width, height in formulas.locator("mo[minsize]").evaluate_all(BRACKETS):
        if sign in "()[]⟨⟩|‖":
            assert width < 0.5 and height == pytest.approx(HEIGHTS[size], abs=0.1), (sign, size)


def test_an_exponent_stands_as_high_at_a_bracket_as_at_a_letter(formulas):
    sizes = [15 + step / 8 for step in range(41)]
    formula = typeset("a^2 (a)^2", False)["mathml"]
    assert formulas.evaluate(EXPONENTS, [formula, sizes]) == pytest.approx([0] * len(sizes), abs=0.5)
