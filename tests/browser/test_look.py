"""The look of the site in a browser: type, head and foot of pages, the first page's widget, the missing page."""

import re
import threading

import numpy as np
import pytest
from accessibility import broken_rules
from watched_pages import settle, turn, wait_for_menus

from monograph import widgets
from publish.serve import site_server
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import finite

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
ORIGIN = "http://127.0.0.1"
MEASURE = """(paragraphs) => {
    const canvas = document.createElement("canvas").getContext("2d");
    const style = getComputedStyle(paragraphs[0]);
    canvas.font = `${style.fontSize} ${style.fontFamily}`;
    const text = paragraphs.map((p) => p.innerText).join(" ").slice(0, 2000);
    return (paragraphs[0].clientWidth * text.length) / canvas.measureText(text).width;
}"""


@pytest.fixture
def page(window, address):
    """A page in a window of a desk."""
    window.open = lambda name: (window.goto(address + name), settle(window))
    yield window
    assert window.problems == []


def test_text_is_set_in_the_book_s_own_face_in_lines_that_read_well(page):
    page.open("setup/thinking.html")
    assert page.evaluate("document.fonts.check('600 16px \"Book Serif\"')")
    faces = page.evaluate("[...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family)")
    assert faces.count('"Book Serif"') == 3 or faces.count("Book Serif") == 3
    assert 60 <= page.locator("article section > p:not([class])").evaluate_all(MEASURE) <= 80
    body, title = (page.locator(f"article {tag}").first for tag in ("section > p:not([class])", "h1"))
    size = "(element) => parseFloat(getComputedStyle(element).fontSize)"
    assert title.evaluate(size) > 1.7 * body.evaluate(size)


def test_a_chapter_has_its_part_above_and_its_times_below_the_title(page):
    page.open("theorems/overthinking.html")
    part, title, time = (page.locator(f"article {s}") for s in (".chapter-part", "h1", ".chapter-time"))
    assert part.inner_text().lower() == "part ii · theorems · 3 of 4"
    assert re.fullmatch(r"[^·]+ to read · .+ to run · Cite, copy, report", time.inner_text())
    tops = [place.bounding_box()["y"] for place in (part, title, time)]
    assert tops == sorted(tops)
    assert page.locator("article .part-opener").count() == 0
    assert "Time:" not in page.locator("article").inner_text()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_a_part_opens_with_its_question_and_those_of_its_chapters(page, size):
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    page.open("theorems/hardness.html")
    opener = page.get_by_role("complementary", name="Part II · Theorems")
    heads = [page.locator(f"article {place}") for place in ("h1", ".chapter-question", ".part-opener")]
    tops = [head.bounding_box()["y"] for head in heads]
    assert tops == sorted(tops) and tops[-1] < size[1]
    assert opener.get_by_role("link").count() == 0
    opener.get_by_text("What Part II asks, and its chapters").click()
    assert "What makes a task hard" in opener.inner_text()
    links = opener.get_by_role("link")
    assert links.count() == 4
    assert opener.locator("li span").count() == 4
    links.nth(2).click()
    assert page.url.endswith("/theorems/overthinking.html")


def test_previous_and_next_have_titles_and_the_foot_a_commit_or_none(page):
    page.open("setup/attention.html")
    for name, title in (("previous page", "The task"), ("next page", "Thinking")):
        assert title in page.locator(f"a[title='{name}']").inner_text()
    foot = page.locator(".bd-footer-content").inner_text()
    assert "CC BY 4.0" in foot
    assert re.search(r"Built from [0-9a-f]{7} of \w+ \d+, \d{4}(, with local changes)?\.", foot) or "Built" not in foot


def test_the_header_hides_no_place_that_is_linked_to(page):
    page.open("setup/thinking.html#why-it-works")
    page.wait_for_function("scrollY > 0")
    top = page.locator("#why-it-works h2").bounding_box()["y"]
    header = page.locator(".bd-header-article").bounding_box()
    assert top >= header["y"] + header["height"]


@pytest.mark.parametrize(("width", "beside"), [(959, False), (960, True), (991, True), (992, True)])
def test_there_is_one_sidebar_beside_the_text_or_over_it(page, width, beside):
    page.set_viewport_size({"width": width, "height": 900})
    page.open("setup/task.html")
    sidebar, modal = page.locator("#pst-primary-sidebar"), page.locator("#pst-primary-sidebar-modal")
    seen = "(bar) => bar.getBoundingClientRect().right > 0 && bar.checkVisibility({ visibilityProperty: true })"
    assert [sidebar.evaluate(seen), modal.evaluate(seen)] == [beside, False]
    wait_for_menus(page)
    page.locator(".primary-toggle").click()
    page.wait_for_function(f"!({seen})(document.querySelector('#pst-primary-sidebar'))")  # it slides out
    assert [sidebar.evaluate(seen), modal.evaluate(seen)] == [False, not beside]


def test_the_first_page_thinks_and_answers_to_the_hand(page):
    page.open("index.html")
    assert page.locator(".tts-chart").first.bounding_box()["y"] < 750
    thinker = page.locator(".tts-widget").nth(1)
    status = thinker.locator(".tts-status")
    steps = thinker.get_by_role("slider", name="thinking steps")
    assert "This is its best answer" in status.inner_text()
    thinker.locator(".tts-steps").click(position={"x": 300, "y": 100})
    assert "it is overthinking" in status.inner_text()
    button = thinker.get_by_role("button", name="Let it think")
    button.click()
    status.filter(has_text=re.compile(r"^([3-9]|1\d) ")).wait_for()  # a slow window skips steps
    thinker.get_by_role("button", name="Stop").click()
    stopped = steps.get_attribute("aria-valuetext")
    page.wait_for_timeout(400)
    assert steps.get_attribute("aria-valuetext") == stopped
    length = thinker.get_by_role("slider", name="training length")
    length.press("Home")
    assert "better for as long as it thinks" in status.inner_text()
    button.click()
    status.filter(has_text=re.compile("^30 ")).wait_for()
    button.wait_for()  # it has stopped by itself


def test_the_first_page_computes_what_the_package_does(window):
    rng = np.random.default_rng(0)
    lengths = (None, 100, 1000, 20_000)
    settings = [(int(rng.integers(10, 501)), lengths[i % 4], int(rng.integers(0, 31))) for i in range(60)]

    def serve(route):
        file = widgets.base.JAVASCRIPT / route.request.url.removeprefix(f"{ORIGIN}/")
        kind, body = ("javascript", file.read_text()) if file.is_file() else ("html", "<!doctype html>")
        route.fulfill(body=body, content_type=f"text/{kind}")

    window.route("**/*", serve)
    window.goto(ORIGIN)
    found = window.evaluate(
        """async (settings) => {
            const { compute } = await import("/two_trainings.js");
            const model = ([train_length, test_length, steps]) =>
              ({ get: (name) => ({ train_length, test_length, steps })[name] });
            return settings.map((setting) => compute(model(setting)));
        }""",
        settings,
    )
    even, tail = covariance.isotropic(20), covariance.power_law(20, 0.8, trace=20)
    for (n, m, k), state in zip(settings, found, strict=True):
        P = theory.preconditioner(Task(tail, n))
        covered, skewed = (
            finite.recursion_error(one, even, m, 30) for one in (theory.preconditioner(Task(even, 10)), P)
        )
        best = int(skewed.argmin())
        assert state["covered"] == pytest.approx(covered / 20, rel=1e-6)
        assert state["skewed"] == pytest.approx(skewed / 20, rel=1e-6)
        assert state["depth"] == (theory.best_depth(P, even).steps if m is None else best if best < 30 else None)
        answers = np.diag(finite.mean_answers(P, even, m, k)[k])
        assert state["answers"] == pytest.approx(answers, rel=1e-6, abs=1e-9)


@pytest.fixture(scope="module")
def deep(site, tmp_path_factory):
    """Address of a host with the site, which sends its own page for those that are missing."""
    with site_server(site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("path", ["/overthink.html", "/theorems/overthinkng/", "/a/b/c/overthinking/part.html"])
def test_a_missing_page_is_found_again_from_any_depth(window, deep, path):
    assert window.goto(deep + path).status == 404
    for scheme in ("light", "dark"):
        turn(window, 390, scheme)
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert broken_rules(window) == [], scheme
    assert window.problems == [
        f"404: {deep}{path}",
        *[p for p in window.problems if p.startswith("console: Failed to load")],
    ]
    assert window.get_by_role("heading", level=1).inner_text() == "There is no such page"
    assert window.locator("a[href$='#main-content']").evaluate("(a) => a.href") == f"{deep}{path}#main-content"
    first = window.locator("#missing-guess a").first
    assert first.inner_text() == "Overthinking"
    first.click()
    assert window.url == f"{deep}/theorems/overthinking.html"


def test_the_missing_page_searches(window, deep):
    window.goto(f"{deep}/no/hardnes.html")
    assert window.locator("#missing-search").input_value() == "hardnes"
    window.locator("#missing-search").fill("hardness")
    window.get_by_role("search", name="Search for the missing page").get_by_role("button").click()
    window.wait_for_function("document.querySelectorAll('ul.search a').length > 3")
    assert window.url == f"{deep}/search.html?q=hardness"


def test_the_missing_page_opens_from_a_file(window, site):
    window.goto((site / "404.html").as_uri())
    settle(window)
    link = window.get_by_role("link", name="Overthinking").last
    assert link.evaluate("(a) => a.href").endswith("/theorems/overthinking.html")
    assert window.evaluate("document.fonts.check('16px \"Book Serif\"')")
