"""Rules of accessibility, which axe-core looks for in pages of thousands of formulas."""

from axe_playwright_python.base import AXE_SCRIPT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Without "preload": axe would ask for style sheets at addresses that it works out wrongly.
OPTIONS = {"runOnly": RULES, "preload": False, "resultTypes": ["violations"]}
FIND = """async ([part, options]) => {
    // Formulas, thousands of elements, become boxes of the same size with one word for who hears them.
    const formulas = [...document.querySelectorAll("math")];
    const boxes = formulas.map((formula) => {
        const { width, height } = formula.getBoundingClientRect();
        const box = document.createElement("span");
        box.setAttribute("role", "img");
        box.setAttribute("aria-label", "formula");
        Object.assign(box.style, { display: "inline-block", width: `${width}px`, height: `${height}px` });
        return box;
    });
    formulas.forEach((formula, i) => formula.replaceWith(boxes[i]));

    // Contrast is measured once for each look: how a text is set, and all that it stands in.
    const looks = new Map();
    const number = (look) => looks.get(look) ?? looks.set(look, looks.size).size - 1;
    const grounds = new Map();
    const first = new Map();
    for (const element of document.querySelectorAll("body, body *")) {
        const style = getComputedStyle(element);
        const { backgroundColor, backgroundImage, opacity, position } = style;
        const name = `${element.localName}.${element.getAttribute("class")}`;
        const ground = [grounds.get(element.parentElement), name, backgroundColor, backgroundImage, opacity, position];
        grounds.set(element, number(ground.join("|")));
        const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (!element.checkVisibility() || !(hasText || element.matches("input, select, textarea"))) continue;
        const { color, fill, fontSize, fontWeight, textShadow } = style;
        const look = number([grounds.get(element), color, fill, fontSize, fontWeight, textShadow].join("|"));
        if (!first.has(look)) first.set(look, element);
    }
    for (const element of first.values()) element.dataset.look = "";
    axe.configure({ rules: [{ id: "color-contrast", selector: "[data-look]" }] });

    const { violations } = await axe.run(part ?? document, options);
    for (const element of first.values()) delete element.dataset.look;
    formulas.forEach((formula, i) => boxes[i].replaceWith(formula));
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}"""


def broken_rules(page, part=None):
    """Rules that a page breaks, or the part of it that a selector names, each with the place.

    Parameters
    ----------
    page : playwright.sync_api.Page
    part : str, optional

    Returns
    -------
    list of str
    """
    page.evaluate(AXE_SCRIPT)
    return page.evaluate(FIND, [part, OPTIONS])
