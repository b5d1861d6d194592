"""The checks of all pages find what they are for, on a small page that is spoiled."""

import pytest
from page_checks import CHECKS, complaints
from watched_pages import watched_page

pytestmark = pytest.mark.browser
ADDRESS = "http://127.0.0.1/"
TEXT = "<p class='text'>Words in front of <a href='#end'>a link</a>.</p>"
GOOD = f"""<!doctype html><html lang="en"><title>good</title><style>
    body {{ background: #fff; color: #222; font: 16px/2 serif }} a {{ color: #00c }} .box {{ width: 120px }}
</style><body><main><article><h1>Good</h1>{TEXT}{TEXT}
    <p class="box"><span class="math"><math><mi>x</mi></math></span></p>
    <div class="picture"><svg role="img" aria-label="A square" width="10" height="10"></svg></div>
    <div class="widget"><div class="widget-live"></div><div class="widget-still" hidden></div></div>
    <p id="end">The end.</p>
</article></main>"""
ADD = "document.querySelector('article').insertAdjacentHTML('beforeend', `{}`)"
SPOIL = {
    "complains: console: alas": "console.error('alas')",
    "complains: error: alas": "setTimeout(() => { throw new Error('alas'); })",
    "complains: 404: ": "fetch('/missing')",
    "complains: request to http://example.org/": "fetch('http://example.org/', { mode: 'no-cors' }).catch(() => {})",
    "scrolls_sideways: 908 pixels in a window of 390": ADD.format("<div style='width: 900px'>wide</div>"),
    "shows_no_formula: <span": ADD.format("<p><span class='math'>y</span></p>"),
    "shows_no_formula: <merror": ADD.format("<math><merror><mi>y</mi></merror></math>"),
    "shows_no_formula: <math": "document.querySelector('math').replaceChildren()",
    "clips_formula: ": "document.querySelector('mi').style.paddingLeft = '300px'",
    "does_not_describe_picture: <img": ADD.format("<img>"),
    "does_not_describe_picture: <svg": "document.querySelector('svg').removeAttribute('aria-label')",
    'shows_failed_widget: <div class="widget-message': ADD.format("<div class='widget-message'>Alas</div>"),
    'shows_failed_widget: <div class="widget-still': "document.querySelector('[hidden]').hidden = false",
    "breaks_rule_of_accessibility: image-alt": ADD.format("<img src='data:,'>"),
    "breaks_rule_of_accessibility: link-name": ADD.format("<p>Words in front of <a href='#end'></a>.</p>"),
    "breaks_rule_of_accessibility: target-size": ADD.format(
        "<button>a</button><button>b</button>".replace(
            "<button", "<button style='all: unset; font-size: 6px; line-height: 1'"
        )
    ),
}


@pytest.fixture(scope="module")
def phone(browser):
    """A window of a phone, and what answers it."""
    with watched_page(browser, width=390) as page:
        page.route(ADDRESS, lambda route: route.fulfill(body=GOOD, content_type="text/html"))
        page.route(f"{ADDRESS}missing", lambda route: route.fulfill(status=404))
        yield page


@pytest.fixture
def page(phone):
    """A small page with which nothing is wrong."""
    phone.problems.clear()
    phone.goto(ADDRESS)
    return phone


def test_nothing_is_found_on_a_good_page_and_nothing_is_changed(page):
    before = page.content()
    assert complaints(page) == []
    assert page.content() == before


@pytest.mark.exhaustive
@pytest.mark.parametrize("complaint", SPOIL)
def test_what_is_spoiled_is_found(page, complaint):
    page.evaluate(f"() => {{ {SPOIL[complaint]} }}")
    page.wait_for_function("new Promise((later) => setTimeout(later, 50, true))")
    assert [found for found in complaints(page) if found.startswith(complaint)]


def test_every_check_is_tried():
    assert {complaint.partition(":")[0] for complaint in SPOIL} == {check.__name__ for check in CHECKS}


@pytest.mark.exhaustive
@pytest.mark.parametrize("style", ["color: #999", "opacity: 0.4", "background: #555"])
@pytest.mark.parametrize("place", ["p.text:nth-of-type(2)", "p.text:nth-of-type(2) a", "body"])
def test_text_that_is_hard_to_read_is_found_though_its_like_came_before(page, place, style):
    page.add_style_tag(content=f"{place} {{ {style} !important }}")
    found = [complaint for complaint in complaints(page) if "color-contrast" in complaint]
    assert found
