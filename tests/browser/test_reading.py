"""What readers do with a page: fold and unfold, search, print, do without JavaScript."""

import re
from pathlib import Path

import pytest
from watched_pages import REACHED, lay_out_all, settle, wait_for_menus, watched_page

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]


UNFOLD = "() => document.querySelectorAll('details').forEach((folded) => { folded.open = true })"


# Whether a page waits for a script.
SCRIPTS = """() => {
    const [{ loadEventStart }] = performance.getEntriesByType("navigation");
    const scripts = performance.getEntriesByType("resource").filter(({ initiatorType }) => initiatorType === "script");
    return scripts.map(({ name, startTime }) => [name.split("/").at(-1), startTime < loadEventStart]);
}"""


# Spaces that hold a number and a sign, a unit or a symbol together, and yet have them on two lines.
BROKEN = """() => {
    const article = document.querySelector("article");
    const range = document.createRange();
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
    const letters = [];
    while (walker.nextNode()) {
        const { data, parentElement } = walker.currentNode;
        if (!/\\S|\u00a0/.test(data) || !parentElement.checkVisibility({ contentVisibilityAuto: true })) continue;
        for (let i = 0; i < data.length; i++) letters.push([walker.currentNode, i, data[i]]);
    }
    const box = ([node, i]) => {
        range.setStart(node, i);
        range.setEnd(node, i + 1);
        return range.getBoundingClientRect();
    };
    return letters.flatMap((letter, i) => {
        if (letter[2] !== "\u00a0" || !letters[i - 1] || !letters[i + 1]) return [];
        const [before, after] = [box(letters[i - 1]), box(letters[i + 1])];
        return after.left < before.right - 1 ? [letters.slice(i - 20, i + 20).map(([, , text]) => text).join("")] : [];
    });
}"""


@pytest.fixture
def page(window):
    """A phone with nothing on it yet."""
    window.set_viewport_size({"width": 390, "height": 900})
    yield window
    assert window.problems == []


def test_proofs_and_solutions_unfold_by_keyboard(page, address):
    page.goto(f"{address}setup/task.html")
    for kind in ("proof", "solution"):
        folded = page.locator(f"details.{kind}").first
        inside = folded.locator("p").first
        assert inside.is_hidden()
        folded.locator("summary").first.focus()
        page.keyboard.press("Enter")
        assert inside.is_visible()


def test_what_unfolds_and_scrolls_can_be_reached_by_keyboard(page, address):
    page.goto(f"{address}beyond/noise.html")
    settle(page)
    page.evaluate(UNFOLD)
    wide = page.locator("details pre[tabindex='0']")
    wide.first.wait_for()
    page.wait_for_function(REACHED)


def test_the_color_mode_follows_the_system_until_the_reader_chooses(browser, address):
    with watched_page(browser, scheme="dark") as page:
        page.goto(address)
        theme = "document.documentElement.dataset.theme"
        assert page.evaluate(theme) == "dark"
        page.emulate_media(color_scheme="light")
        page.wait_for_function(f"{theme} === 'light'")
        wait_for_menus(page)
        page.locator(".theme-switch-button:visible").click()
        chosen = page.evaluate("document.documentElement.dataset.mode")
        page.reload()
        assert page.evaluate("document.documentElement.dataset.mode") == chosen != "auto"


def test_the_search_finds_a_page(page, address):
    page.goto(f"{address}search.html?q=covariance")
    page.locator("#search-results a", has_text=re.compile("package", re.IGNORECASE)).first.click()
    page.wait_for_url("**/appendix/api/data.html*")


def test_on_paper_the_page_is_white_and_unfolded_and_widgets_are_still(browser, address):
    with watched_page(browser, scheme="dark") as page:
        page.goto(f"{address}setup/task.html")
        wait_for_menus(page)  # the theme's script sets the colors when it comes
        settle(page)
        page.emulate_media(media="print", color_scheme="dark")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        text = page.locator("details.proof p").first
        assert text.evaluate("(text) => getComputedStyle(text).color") == "rgb(34, 40, 50)"
        assert text.is_visible()
        assert page.locator(".widget-still").first.is_visible()
        assert page.locator(".widget-live").first.is_hidden()
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert page.locator("details.proof p").first.is_hidden()
        assert page.locator(".widget-still").first.is_hidden()


def test_without_javascript_there_are_still_pictures_and_readable_code(browser, address):
    with watched_page(browser, java_script_enabled=False) as page:
        page.goto(f"{address}setup/task.html")
        assert page.locator(".widget-still svg").first.is_visible()
        background = page.locator(".cell_input pre").first.evaluate("(e) => getComputedStyle(e).backgroundColor")
        assert background == "rgb(243, 244, 245)"


def test_the_theme_s_scripts_come_when_the_page_is_there(page, address):
    page.goto(f"{address}setup/task.html")
    wait_for_menus(page)
    scripts = dict(page.evaluate(SCRIPTS))
    assert scripts["site.js"]
    theirs = ["doctools.js", "sphinx_highlight.js", "copybutton.js", "sphinx-book-theme.js", "pydata-sphinx-theme.js"]
    assert [scripts[name] for name in theirs] == [False] * len(theirs)
    assert page.locator(".copybtn").count() == page.locator(".highlight pre").count() > 0


@pytest.mark.parametrize("name", ["index", "setup/task"])
def test_the_site_works_from_a_folder(page, site, name):
    page.goto(Path(site, f"{name}.html").as_uri())
    settle(page)
    assert page.locator("math").count()
    assert page.locator(".widget-still:visible").count() == 0


def test_formulas_that_scroll_can_be_reached_by_keyboard_and_no_others(page, address):
    page.goto(f"{address}setup/task.html")
    settle(page)
    page.locator("details.proof").first.locator("summary").click()
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    formulas = page.locator("div.math:visible, span.math.wide:visible")
    scrolling = formulas.evaluate_all("(all) => all.map((el) => el.scrollWidth > el.clientWidth)")
    reached = formulas.evaluate_all("(all) => all.map((el) => el.tabIndex === 0)")
    assert set(scrolling) == {True, False}
    assert reached == scrolling


REFUSED = """for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, {
    configurable: true,
    get() { throw new DOMException("denied", "SecurityError"); },
});"""


@pytest.mark.parametrize("name", ["setup/task", "theorems/overthinking", "appendix/claims", "widgets/overthinking-map"])
def test_where_nothing_may_be_stored_all_works_and_what_is_chosen_holds_for_the_page(browser, address, name):
    with watched_page(browser, width=320) as page:
        page.add_init_script(REFUSED)
        page.goto(f"{address}{name}.html")
        settle(page)
        if not name.startswith("widgets/"):  # whose pages have no menus
            wait_for_menus(page)
            page.evaluate("document.querySelector('.theme-switch-button').click()")
            assert page.evaluate("document.documentElement.dataset.mode") != "auto"
        if name == "theorems/overthinking":
            lay_out_all(page)
            page.wait_for_function("document.querySelector('div.math[tabindex]')")
        assert page.problems == []


FADED = """(all) => all.map((box) => {
    const { maskImage, maskPosition } = getComputedStyle(box);
    return maskImage === "none" ? "" : { "100%": "right", "50%": "", "0%": "left" }[maskPosition.split(" ")[0]];
})"""


def test_tables_and_formulas_that_scroll_fade_where_there_is_more(page, address):
    page.goto(f"{address}theorems/overthinking.html")
    lay_out_all(page)
    settle(page)
    boxes = page.locator(".pst-scrollable-table-container:visible, div.math:visible, span.math.wide:visible")
    scrolling = boxes.evaluate_all("(all) => all.map((el) => el.scrollWidth > el.clientWidth)")
    assert set(scrolling) == {True, False}
    assert boxes.evaluate_all(FADED) == ["right" if scrolls else "" for scrolls in scrolling]
    boxes.evaluate_all("(all) => all.forEach((el) => el.scrollTo(1e4, 0))")
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert boxes.evaluate_all(FADED) == ["left" if scrolls else "" for scrolls in scrolling]
    one = boxes.nth(scrolling.index(True))
    page.keyboard.press("Tab")
    one.focus()
    assert one.evaluate_all(FADED) == [""]  # the ring would be hidden
    page.emulate_media(media="print")
    assert not any(boxes.evaluate_all(FADED))


def test_a_number_and_what_belongs_to_it_stand_on_one_line(page, address):
    page.goto(f"{address}theorems/overthinking.html")
    lay_out_all(page)
    settle(page)
    for width in range(320, 400, 8):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(BROKEN) == []


def test_a_formula_in_a_line_keeps_together(page, address):
    # Chromium breaks no formula; Firefox does before any sign, unless it is told not to.
    page.goto(f"{address}setup/task.html")
    settle(page)
    spaces = page.locator("math").evaluate_all("(all) => all.map((el) => getComputedStyle(el).whiteSpace)")
    assert set(spaces) == {"nowrap"}


def test_formulas_that_come_near_fit_where_this_does_not_bubble(page, address):
    # As in Firefox: what stops at the section is heard on the way down to it.
    page.goto(f"{address}setup/thinking.html")
    page.evaluate("""() => document.querySelectorAll("section").forEach((section) => section.addEventListener(
        "contentvisibilityautostatechange", (event) => event.stopPropagation()))""")
    assert page.locator("div.math.wide").count() == 0
    for part in page.locator("section > section:has(div.math)").all():
        part.scroll_into_view_if_needed()
    page.locator("div.math.wide").first.wait_for(state="attached")
