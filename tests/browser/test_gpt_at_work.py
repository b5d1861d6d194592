"""A GPT that thinks on a page: step by step, with a label that the reader changes; its weights come from a file."""

import re

import pytest
from watched_pages import settle

from monograph.widgets import GPTAtWork

pytestmark = pytest.mark.browser


@pytest.fixture(params=["served", pytest.param("file", marks=pytest.mark.exhaustive)])
def page(window, address, site, request):
    """The widget on a page of its own, behind a server and as a file."""
    folder = address if request.param == "served" else f"{site.as_uri()}/"
    window.goto(f"{folder}widgets/gpt-at-work.html")
    settle(window)
    yield window
    assert window.problems == []


def status(page):
    return page.locator(".tts-status").inner_text()


def slider(page, name):
    return page.get_by_role("slider", name=name)


UP = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def told(page, words):
    """Number that follows some words in the sentence below the picture, which has two digits of it."""
    found = re.search(rf"{words} ([\d.]+)(?:·10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+))?", status(page))
    return pytest.approx(float(found[1].rstrip(".") + "e" + (found[2] or "0").translate(UP)), rel=0.06)


def curve(**settings):
    """Errors of the GPT's chain, as the package computes them for the still picture."""
    lines = GPTAtWork(**settings).still().figure.axes[0].lines
    return next(line.get_ydata() for line in lines if len(line.get_ydata()) == GPTAtWork.STEPS + 1)


def test_it_thinks_step_by_step_as_the_package_does(page):
    expected = curve()
    for step in range(1, 4):
        page.get_by_role("button", name="One thinking step").press("Enter")
        assert status(page).startswith(f"After {step} step")
        assert expected[step] == told(page, "the error / d is")
    slider(page, "prompt").press("End")
    slider(page, "thinking steps").press("End")
    assert curve(prompt=8)[30] == told(page, "After 30 steps the error / d is")


def test_a_changed_label_changes_the_chain_and_is_looked_at(page):
    before = page.locator(".tts-attention").evaluate_all("(all) => all.map((one) => one.getAttribute('fill-opacity'))")
    slider(page, "added to its label").press("End")
    assert curve()[0] == told(page, "without that, the error would be")
    after = page.locator(".tts-attention").evaluate_all("(all) => all.map((one) => one.getAttribute('fill-opacity'))")
    assert len(after) == 4 * 21 and after != before
    assert status(page).endswith("it misses most in example 1.")
    slider(page, "thinking steps").press("End")
    assert curve(change=4.0)[30] == told(page, "error / d is")
    assert page.locator(".tts-chart .tts-curve").count() == 3  # one is without the change


def test_a_pointer_sets_the_step_and_chooses_an_example(page):
    page.locator(".tts-steps").first.click(position={"x": 60, "y": 100})
    assert int(re.match(r"After (\d+) step", status(page))[1]) > 0
    box = page.locator(".tts-column").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 6.5 / 20, box["y"] + box["height"] / 2)
    assert slider(page, "example").get_attribute("aria-valuetext") == "7"
