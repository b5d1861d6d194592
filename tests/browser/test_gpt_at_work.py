"""A GPT that thinks on a page: step by step, with a label that the reader changes; its weights come from a file."""

import re

import numpy as np
import pytest
from trained_pages import status
from watched_pages import settle, watched_page

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
    before = page.locator(".tts-attention[x]").evaluate_all(
        "(all) => all.map((one) => one.getAttribute('fill-opacity'))"
    )
    slider(page, "added to its label").press("End")
    assert curve()[0] == told(page, "without that, the error would be")
    after = page.locator(".tts-attention[x]").evaluate_all(
        "(all) => all.map((one) => one.getAttribute('fill-opacity'))"
    )
    assert len(after) == 4 * 21 and after != before
    assert status(page).endswith("it misses most in example 1.")
    slider(page, "thinking steps").press("End")
    assert curve(change=4.0)[30] == told(page, "error / d is")
    assert page.locator(".tts-chart .tts-curve").count() == 3  # one is without the change


def rows(page):
    """The attention that is drawn, a row for each head or step."""
    shades = page.locator(".tts-attention[x]").evaluate_all(
        "(all) => all.map((one) => one.getAttribute('fill-opacity'))"
    )
    return np.array(shades, dtype=float).reshape(-1, GPTAtWork.LENGTH + 1)


def shown(page, name, text):
    """Choose a text from a list."""
    page.get_by_role("combobox", name=name, exact=True).select_option(label=text)


def test_heads_and_layers_are_looked_at_one_by_one_and_step_by_step(page):
    slider(page, "thinking steps").press("End")
    last = rows(page)
    assert len(last) == 4
    drawn = []
    for head in ("1", "2", "3", "4"):
        shown(page, "its heads", f"head {head}, step by step")
        drawn.append(rows(page))
        assert np.array_equal(drawn[-1][30], last[int(head) - 1])
        assert f"head {head} looks most at the examples {1 + np.argmax(drawn[-1][30][:-1])} (" in status(page)
    assert len(drawn[0]) == 31 and not np.allclose(drawn[0], drawn[1], atol=0.05)
    page.get_by_role("combobox", name="its heads").press("ArrowUp")  # from the keyboard
    shown(page, "its heads", "mean of all, step by step")
    clear = np.max(drawn, axis=0) < 1  # from half of the attention on, a cell is no darker
    assert clear.sum() > 500 and np.allclose(rows(page)[clear], np.mean(drawn, axis=0)[clear], atol=1e-3)
    assert "the heads together look most at the examples" in status(page)
    assert page.locator(".tts-chart").get_attribute("aria-label") == status(page)
    shown(page, "GPT", "two layers, skewed data")
    first = rows(page)
    shown(page, "attention of layer", "2")
    assert len(first) == 31 and not np.allclose(first, rows(page), atol=0.05)
    assert "the heads of layer 2 together look" in status(page)
    assert curve(gpt="two layers, skewed data")[30] == told(page, "After 30 steps the error / d is")
    state = page.locator(".tts-widget").get_attribute("data-state")
    assert set(state.split("&")) == {"gpt=two+layers,+skewed+data", "steps=30", "layer=2", "head=mean"}
    shown(page, "GPT", "one layer, even data")  # which has no second layer
    assert "the heads together look" in status(page) and curve()[30] == told(page, "After 30 steps the error / d is")


def test_over_the_attention_of_all_steps_a_pointer_sets_step_and_example(page):
    shown(page, "its heads", "head 2, step by step")
    box = page.locator(".tts-column").bounding_box()
    cells = page.locator(".tts-attention[x]")
    cell = cells.nth(21 * 12 + 6).bounding_box()
    page.mouse.click(cell["x"] + cell["width"] / 2, cell["y"] + cell["height"] / 2)
    assert slider(page, "thinking steps").get_attribute("aria-valuetext") == "12"
    assert slider(page, "example").get_attribute("aria-valuetext") == "7"
    page.mouse.click(box["x"] + box["width"] / 40, box["y"] + box["height"] - 5)  # below, among what is missed
    assert slider(page, "thinking steps").get_attribute("aria-valuetext") == "12"
    assert slider(page, "example").get_attribute("aria-valuetext") == "1"


@pytest.mark.exhaustive
def test_a_finger_chooses_a_step_of_the_attention(browser, address):
    with watched_page(browser, width=390, has_touch=True, is_mobile=True) as page:
        page.goto(f"{address}widgets/gpt-at-work.html#head=1")
        settle(page)
        page.locator(".tts-column").scroll_into_view_if_needed()
        cell = page.locator(".tts-attention[x]").nth(21 * 20 + 2).bounding_box()
        page.touchscreen.tap(cell["x"] + cell["width"] / 2, cell["y"] + cell["height"] / 2)
        assert status(page).startswith("After 20 steps")
        assert slider(page, "example").get_attribute("aria-valuetext") == "3"
        assert page.problems == []


def test_a_pointer_sets_the_step_and_chooses_an_example(page):
    page.locator(".tts-steps").first.click(position={"x": 60, "y": 100})
    assert int(re.match(r"After (\d+) step", status(page))[1]) > 0
    box = page.locator(".tts-column").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 6.5 / 20, box["y"] + box["height"] / 2)
    assert slider(page, "example").get_attribute("aria-valuetext") == "7"
