"""The book's widgets on the built site, moved by mouse and by keyboard."""

import re

import pytest
from watched_pages import settle, watched_page

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser, address, request):
    """The page that the test names, with its widget drawn."""
    with watched_page(browser) as page:
        page.goto(address + request.param)
        settle(page)
        yield page
        assert page.problems == []


def status(page):
    return page.locator(".tts-status").inner_text()


def slider(page, name):
    return page.get_by_role("slider", name=name)


@pytest.mark.parametrize("page", ["setup/task.html"], indirect=True)
def test_one_step_error_answers_to_keyboard_and_mouse(page):
    before = status(page)
    exponent = slider(page, "tail exponent")
    exponent.focus()
    exponent.press("Home")
    assert "Hardness: 20." in status(page)
    assert exponent.get_attribute("aria-valuetext") == "0.00"
    exponent.press("ArrowRight")
    assert exponent.get_attribute("aria-valuetext") == "0.05"
    page.get_by_text("test examples m").scroll_into_view_if_needed()
    box = slider(page, "test examples").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    assert slider(page, "test examples").get_attribute("aria-valuetext") == "∞"
    assert status(page) != before


@pytest.mark.parametrize("page", ["setup/attention.html"], indirect=True)
def test_weight_blocks_can_be_edited_and_put_back(page):
    closed = status(page)
    corner = page.get_by_label("V, row x, column y")
    corner.fill("0.5")
    assert status(page) != closed
    page.get_by_role("button", name="closed form").click()
    assert status(page) == closed
    assert corner.input_value() == "0"
    page.get_by_role("button", name="all zero").press("Enter")
    after_one, after_all = re.findall(r"([\d.]+) after", status(page))
    assert after_one == after_all  # a layer of zeros keeps its first answer


@pytest.mark.parametrize("page", ["setup/thinking.html"], indirect=True)
def test_the_start_of_a_path_can_be_dragged_and_set(page):
    grip = page.locator(".tts-grip")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y - 30, steps=5)
    page.mouse.up()
    dragged = float(slider(page, "start, strong skill").get_attribute("aria-valuetext"))
    assert -1.6 < dragged < -0.5
    assert float(slider(page, "start, weak skill").get_attribute("aria-valuetext")) > -1.6
    slider(page, "weak skill, test").press("End")
    slider(page, "weak skill, training").press("Home")
    assert "along the weak skill by -" in status(page)


@pytest.mark.parametrize("page", ["experiments/gpt2.html"], indirect=True)
def test_a_training_can_be_chosen_and_a_page_without_a_kernel_says_so(page):
    before = status(page)
    page.get_by_role("combobox", name="training").select_option(label="trained to answer directly")
    assert "trained to answer directly" in status(page) != before
    steps = slider(page, "thinking steps k")
    steps.focus()
    steps.press("Home")
    assert "after 0 steps: mean error 1.0" in status(page)
    button = page.get_by_role("button", name="think about a new prompt")
    button.press("Enter")
    page.get_by_text("No kernel answers on this page").wait_for(timeout=8000)


@pytest.mark.parametrize("page", ["experiments/linear-attention.html"], indirect=True)
def test_the_curves_of_trained_layers_can_be_chosen(page):
    def choose(name, text):
        page.get_by_role("combobox", name=name).select_option(label=text)
        return status(page)

    assert "at k = 1 (theory: 1)" in status(page)
    assert "at k = 5 (theory: 5)" in choose("training examples n", "100")
    assert "at k = 30 (theory: never stop)" in choose("training examples n", "30")
    choose("training examples n", "400")
    assert choose("training → test", "isotropic → isotropic").startswith("n = 30, m = ∞")  # no longer ones there
    assert page.get_by_role("combobox", name="training examples n").input_value() == "30"
    learned = status(page)
    assert choose("trained by", "paper: V31 alone") != learned
    assert "least median error" in choose("over prompts and w", "median")
    page.get_by_role("combobox", name="test examples m").focus()
    page.keyboard.press("ArrowDown")
    assert "m = 1000" in status(page)
