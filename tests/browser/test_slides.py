"""Decks as they are shown: by keyboard, without a network, each slide on its screen, and on paper."""

import pytest
from accessibility import broken_rules
from pypdf import PdfReader

pytestmark = pytest.mark.browser
DECKS = ["lecture", pytest.param("reading-group", marks=pytest.mark.nightly)]
FITS = """() => [...document.querySelectorAll(".slides > section.present .body, .slides > section.present > h1")]
    .every((part) => part.scrollHeight <= part.clientHeight + 1 && part.scrollWidth <= part.clientWidth + 1)"""
SHOWN = "(number) => document.querySelectorAll('.slides > section')[number].matches('.present')"
HERE = "() => document.querySelectorAll('.slides > section').length"


@pytest.mark.nightly
@pytest.mark.parametrize("name", DECKS)
def test_the_keyboard_leads_through_the_deck_and_every_slide_fits(window, site, name):
    asked = []
    window.on("request", lambda request: asked.append(request.url))
    window.set_viewport_size({"width": 1280, "height": 720})
    window.goto((site / "slides" / f"{name}.html").as_uri())
    window.wait_for_selector(".reveal.ready")
    large = []
    for number in range(1, window.evaluate(HERE)):
        window.keyboard.press("ArrowRight")
        window.wait_for_function(f"() => location.hash === '#/{number}'")
        window.wait_for_timeout(50)
        large += [] if window.evaluate(FITS) else [number]
    assert large == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert window.problems == []


@pytest.mark.nightly
@pytest.mark.parametrize("name", DECKS)
def test_every_slide_is_accessible(window, site, name):
    window.set_viewport_size({"width": 1280, "height": 720})
    window.emulate_media(reduced_motion="reduce")
    window.goto((site / "slides" / f"{name}.html").as_uri())
    window.wait_for_selector(".reveal.ready")
    for number in range(window.evaluate(HERE)):
        if number:  # by a key: the deck writes its address some time after a slide is shown
            window.keyboard.press("ArrowRight")
        window.wait_for_function(SHOWN, arg=number)
        assert broken_rules(window) == [], number
    window.emulate_media(reduced_motion="no-preference")


@pytest.mark.exhaustive
def test_the_handout_is_accessible(window, site):
    window.goto((site / "slides" / "handout.html").as_uri())
    assert broken_rules(window) == []


@pytest.mark.exhaustive
def test_a_widget_is_live_in_the_state_of_the_script_and_gives_the_keys_back(window, address):
    window.goto(f"{address}slides/lecture.html")
    window.wait_for_selector(".reveal.ready")
    frame = window.locator("section.shows iframe").first
    number = frame.evaluate(
        "(frame) => [...document.querySelectorAll('.slides > section')].indexOf(frame.closest('section'))"
    )
    window.evaluate(f"() => {{ location.hash = '#/{number}'; }}")
    inside = frame.content_frame
    inside.locator("input[type=range]").first.focus()
    assert inside.locator("[data-state]").first.get_attribute("data-state") == "exponent=0"
    window.locator(".controls .navigate-right").click()
    window.wait_for_function(f"() => location.hash === '#/{number + 1}'")
    window.keyboard.press("ArrowRight")
    window.wait_for_function(f"() => location.hash === '#/{number + 2}'")


@pytest.mark.exhaustive
def test_the_speaker_sees_notes_and_moves_the_deck(window, address):
    window.goto(f"{address}slides/lecture.html#/1")
    window.wait_for_selector(".reveal.ready")
    with window.expect_popup() as opened:
        window.keyboard.press("s")
    opened.value.wait_for_selector(".speaker-controls-notes:not(.hidden)")
    assert "show of hands" in opened.value.locator(".speaker-controls-notes").inner_text()
    for number in (2, 3):
        opened.value.keyboard.press("ArrowRight")
        window.wait_for_function(f"() => location.hash === '#/{number}'")


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", DECKS)
def test_a_deck_has_one_page_a_slide_on_paper(window, site, name, tmp_path):
    window.goto((site / "slides" / f"{name}.html").as_uri() + "?print-pdf")
    window.wait_for_selector(".reveal.ready")
    window.wait_for_timeout(500)
    slides = window.evaluate(HERE.replace("> section", "section"))
    window.pdf(path=tmp_path / "deck.pdf", prefer_css_page_size=True)
    assert len(PdfReader(tmp_path / "deck.pdf").pages) == slides


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_handout_is_one_page(window, site, tmp_path, paper):
    window.goto((site / "slides" / "handout.html").as_uri())
    window.pdf(path=tmp_path / "handout.pdf", format=paper)
    assert len(PdfReader(tmp_path / "handout.pdf").pages) == 1
