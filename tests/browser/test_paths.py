"""The paths of a new reader: each in at most three clicks."""

from pathlib import Path

import pytest
from watched_pages import settle, watched_page

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
CLAIMS = {"one_step_error": "prop-direct", "gpt_trend": "fig-gpt-trend", "cost": "what-a-step-costs"}


@pytest.fixture
def page(window):
    """A screen of usual size, whose clicks are counted."""
    window.clicks = 0
    yield window
    assert window.problems == []
    assert window.clicks <= 3


def follow(page, link):
    """Click a link, by the keyboard, as it may stand under a bar that stays."""
    page.clicks += 1
    link.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def in_view(page, part):
    """Whether a part of the page is where the reader looks."""
    return page.locator(f"[id='{part}']").evaluate(
        "(el) => { const box = el.getBoundingClientRect(); return box.top < innerHeight && box.bottom > 0; }"
    )


@pytest.mark.parametrize("name", CLAIMS)
def test_from_a_claim_in_the_ledger_to_its_evidence_and_back(page, address, name):
    page.goto(f"{address}appendix/claims.html")
    settle(page)
    row = page.locator(f"tr#claim-{name}")
    follow(page, row.locator(f"a[href$='#{CLAIMS[name]}']").first)
    settle(page)
    assert page.url.endswith(f"#{CLAIMS[name]}")
    assert in_view(page, CLAIMS[name])
    follow(page, page.locator("p.claims").get_by_role("link", name=name, exact=True).first)
    settle(page)
    assert page.url.endswith(f"appendix/claims.html#claim-{name}")
    assert in_view(page, f"claim-{name}")


def test_from_a_claim_to_the_lines_that_check_it(page, address):
    page.goto(f"{address}appendix/claims.html#claim-best_step")
    follow(page, page.locator("tr#claim-best_step").get_by_role("link", name="claims/task.py"))
    line = page.url.rpartition("#")[2]
    assert page.locator(f"#{line}").inner_text().startswith("@claim")
    assert in_view(page, line)


UNFOLD = "for (const fold of document.querySelectorAll('details')) fold.open = true"


def test_from_code_to_its_reference_and_to_the_source(page, address):
    page.goto(f"{address}setup/task.html")
    settle(page)
    page.evaluate(UNFOLD)
    link = page.locator(".cell_input pre a", has_text="theory.direct_error").first
    assert link.get_attribute("title").startswith("Exact error")
    follow(page, link)
    settle(page)
    assert in_view(page, "ttsbook.theory.direct_error")
    follow(page, page.locator("[id='ttsbook.theory.direct_error']").get_by_role("link", name="[source]"))
    assert page.locator(f"#{page.url.rpartition('#')[2]}").inner_text().startswith("def direct_error(")


def test_code_is_copied_without_its_links(browser, address):
    with watched_page(browser, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto(f"{address}setup/task.html")
        page.evaluate(UNFOLD)
        cell = page.locator(".cell_input", has=page.locator("pre a")).first
        cell.hover()
        cell.locator("button.copybtn").click()
        page.wait_for_function("navigator.clipboard.readText().then((text) => text.length)")
        copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0] == "import numpy as np"
    assert copied.splitlines()[-1] == "from ttsbook.theory import intervals"


def test_the_reference_opens_from_a_folder(page, site):
    page.goto(Path(site, "setup", "task.html").as_uri())
    page.evaluate(UNFOLD)
    follow(page, page.locator(".cell_input pre a[href$='#ttsbook.theory.preconditioner']").first)
    assert page.locator("[id='ttsbook.theory.preconditioner']").is_visible()


def test_from_the_landing_page_to_a_widget_full_screen(page, address):
    page.goto(address)
    settle(page)
    full = page.get_by_role("link", name="Full screen").first
    stand = full.get_attribute("href").partition("#")[0].rpartition("/")[2]
    follow(page, full)
    settle(page)
    assert page.url.startswith(f"{address}widgets/{stand}#")
    page.locator(".tts-stage").wait_for()
    width = page.locator(".tts-stage").evaluate("(el) => el.getBoundingClientRect().width")
    assert width > 0.5 * page.viewport_size["width"]


def test_from_a_chapter_to_its_widget_full_screen(page, address):
    page.goto(address)
    settle(page)
    follow(page, page.locator("article").get_by_role("link", name="Overthinking", exact=True).first)
    settle(page)
    follow(page, page.get_by_role("link", name="Full screen").first)
    settle(page)
    assert page.url.startswith(f"{address}widgets/overthinking-map.html#")
