"""The book's widgets on the built site, moved by mouse and by keyboard."""

import re

import pytest
from trained_pages import status
from watched_pages import settle

pytestmark = pytest.mark.browser


@pytest.fixture
def page(window, address, request):
    """The page that the test names, at its widget."""
    window.goto(address + request.param)
    settle(window)
    window.locator(".widget").first.scroll_into_view_if_needed()
    yield window
    assert window.problems == []


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
    page.get_by_text("test length m", exact=True).scroll_into_view_if_needed()
    box = slider(page, "test length").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    assert slider(page, "test length").get_attribute("aria-valuetext") == "∞"
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
    grip = page.locator("#widget-thinking-path .tts-grip")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y - 30, steps=5)
    page.mouse.up()
    strong, weak = (
        float(slider(page, f"start, {name} skill").get_attribute("aria-valuetext").replace("−", "-"))
        for name in ("strong", "weak")
    )
    assert -1.6 < strong < -0.5
    assert weak > -1.6
    slider(page, "weak skill, test").press("End")
    slider(page, "weak skill, training").press("Home")
    assert "along the weak skill by −" in status(page.locator("#widget-thinking-path"))


@pytest.mark.parametrize("page", ["experiments/gpt2.html"], indirect=True)
def test_a_training_can_be_chosen_and_one_that_is_not_shipped_is_not_simulated(page):
    widget = page.locator(".widget", has=page.get_by_role("combobox", name="training", exact=True))
    before = status(widget)
    widget.get_by_role("combobox", name="training", exact=True).select_option(label="trained to answer directly")
    assert "trained to answer directly" in status(widget) != before
    steps = slider(widget, "thinking steps k")
    steps.focus()
    steps.press("Home")
    assert "after 0 steps: mean error 1.0" in status(widget)
    assert widget.get_by_role("button", name="simulate").count() == 0
    widget.get_by_text("as their models are shipped.").wait_for()


@pytest.mark.parametrize("page", ["theorems/hardness.html"], indirect=True)
def test_a_spectrum_is_bent_by_pointer_by_keyboard_and_by_presets(page):
    page.get_by_role("button", name="equal").press("Enter")
    assert "Hardness: 20; mean cost of a skill: 21 examples" in status(page)
    grip = page.locator(".tts-grip")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] * 4.5 / 20, box["y"] + box["height"] / 3
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, box["y"] + box["height"] * 0.8, steps=5)
    page.mouse.up()
    assert slider(page, "selected skill").get_attribute("aria-valuetext") == "5"
    strength = slider(page, "its strength")
    assert float(strength.get_attribute("aria-valuetext")) < 0.02
    hard = status(page)
    assert "Hardness: 20;" not in hard
    strength.focus()
    strength.press("ArrowRight")
    assert status(page) != hard
    page.mouse.move(x, box["y"] + 5)  # no button is pressed, so nothing follows
    assert float(strength.get_attribute("aria-valuetext")) < 0.02
    page.get_by_role("button", name="one weak skill").click()
    weak = status(page)
    page.get_by_role("button", name="one strong skill").click()
    assert "Hardness: 200;" in weak
    assert "Hardness: 200;" in status(page)
    assert weak != status(page)


@pytest.mark.parametrize("page", ["experiments/linear-attention.html"], indirect=True)
def test_the_curves_of_trained_layers_can_be_chosen(page):
    def choose(name, text):
        page.get_by_role("combobox", name=name).select_option(label=text)
        return status(page)

    assert "at k = 5 (theory: 5)" in status(page)
    assert "at k = 1 (theory: 1)" in choose("training length n", "200")
    assert status(page).endswith("over 10000 at k = 30.")
    assert "at k = 30 (theory: never stop)" in choose("training length n", "30")
    choose("training length n", "400")
    assert choose("training → test", "isotropic → isotropic").startswith("n = 30, m = ∞")  # no longer ones there
    assert page.get_by_role("combobox", name="training length n").input_value() == "30"
    learned = status(page)
    assert choose("trained by", "paper: V31 alone") != learned
    assert "least median error" in choose("over prompts and w", "median")
    page.get_by_role("combobox", name="test length m").focus()
    page.keyboard.press("ArrowDown")
    assert "m = 1000" in status(page)


@pytest.mark.parametrize("page", ["theorems/task-selection.html"], indirect=True)
def test_a_mixture_can_be_dragged_and_set(page):
    grip = page.locator(".tts-grip")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 60, steps=5)
    page.mouse.up()
    assert float(slider(page, "share of hard").get_attribute("aria-valuetext")) > 0.2
    slider(page, "share of easy").press("End")
    assert slider(page, "share of hard").get_attribute("aria-valuetext") == "0.00"
    assert "Yours (1.00, 0.00, 0.00)" in status(page)
    before = status(page)
    slider(page, "thinking steps").press("End")
    assert "after 20 steps" in status(page) != before


@pytest.mark.parametrize("page", ["theorems/scaling-law.html"], indirect=True)
def test_examples_are_exchanged_for_steps(page):
    assert "with n = 40" in status(page)
    grip = page.locator(".tts-grip")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 40, steps=5)
    page.mouse.up()
    assert int(slider(page, "training length").get_attribute("aria-valuetext")) < 40
    assert int(slider(page, "thinking steps").get_attribute("aria-valuetext")) > 3
    slider(page, "tail exponent").press("Home")
    slider(page, "test length").press("Home")
    slider(page, "training length").press("End")
    assert "Most chains diverge here." in status(page)
    slider(page, "training length").press("Home")
    slider(page, "test length").press("End")
    slider(page, "thinking steps").press("Home")
    assert "k = 5: no n from 1 to 1000" in status(page)


@pytest.mark.parametrize("page", ["theorems/overthinking.html"], indirect=True)
def test_the_probe_of_the_overthinking_map_can_be_dragged_and_set(page):
    assert "critical n: 180" in status(page)
    assert "best depth 7" in status(page)
    length = slider(page, "training length n")
    length.focus()
    for _ in range(6):
        length.press("ArrowLeft")
    assert "falls forever" in status(page)
    slider(page, "tail of the test").press("End")
    assert "critical n: 12" in status(page)
    grip = page.locator(".tts-map .tts-grip")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y - 50, steps=5)
    page.mouse.up()
    assert float(slider(page, "tail of training").get_attribute("aria-valuetext")) > 0.9
    assert int(length.get_attribute("aria-valuetext")) < 140
    shades = page.locator(".tts-map .tts-shade")
    before = shades.count()
    page.get_by_label("color of the map").select_option("error at k = 50")
    assert shades.count() != before


@pytest.mark.parametrize("page", ["experiments/curation.html"], indirect=True)
def test_four_kinds_of_tasks_can_be_mixed(page):
    hard = status(page)
    assert hard.startswith("Yours (0, 0, 0, 100 %)")
    slider(page, "easy-long").press("End")
    assert status(page).startswith("Yours (0, 0, 50, 50 %)")
    slider(page, "hard-short").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert status(page).startswith("Yours (0, 20, 40, 40 %)")
    for name in ("hard-short", "easy-long", "hard-long"):
        slider(page, name).press("Home")
    words = re.search(r"error / d ([\d.]+) at k = 5; .* Even: ([\d.]+)\.", status(page))
    assert words[1] == words[2]  # all at zero: all alike
    mixed = status(page)
    page.get_by_role("combobox", name="pool").select_option(label="4")
    assert status(page) != mixed


@pytest.mark.parametrize("page", ["beyond/noise.html"], indirect=True)
def test_treatments_are_pressed_and_taken_back_and_the_cause_is_told(page):
    before = status(page)
    assert "so it is noise" in before and "the bound is" in before
    least = re.search(r"least error / d ([\d.]+) at k = (\d+), it ends at (\d+\.\d+)", before)
    assert float(least[1]) < float(least[3]) and 2 < int(least[2]) < 20
    vote = page.get_by_role("button", name="vote of 8")
    vote.click()
    page.get_by_role("button", name="vote of 8", pressed=True).wait_for()
    treated = re.search(r"With a vote of 8: .* it ends at (\d+\.\d+)", status(page))
    assert float(treated[1]) < 0.3 * float(least[3])
    page.get_by_role("button", name="half step").press("Enter")
    assert vote.get_attribute("aria-pressed") == "false"
    halved = re.search(r"With half steps: .* at k = (\d+), it ends at (\d+\.\d+)", status(page))
    assert halved[2] == least[3] and int(halved[1]) > int(least[2])
    page.get_by_role("button", name="half step").press("Enter")
    assert status(page) == before
    page.get_by_role("button", name="another prompt").click()
    assert page.get_by_label("seed").input_value() == "1" and status(page) != before
    slider(page, "shift of the test").press("End")
    slider(page, "training length n").press("End")
    assert "so it is divergence" in status(page) and "then it leaves all bounds" in status(page)
    slider(page, "label noise").press("Home")
    slider(page, "test length m").press("End")
    page.get_by_role("button", name="half step").click()
    assert re.search(r"With half steps: .* it ends at (0\.0|below)", status(page))


@pytest.mark.parametrize("page", ["beyond/tails.html"], indirect=True)
def test_tails_are_chosen_and_chains_that_diverge_are_drawn(page):
    def share():
        page.locator(".tts-simulate").get_by_role("button").click()
        page.get_by_role("button", name="another draw").wait_for(timeout=120_000)
        return float(re.search(r"([\d.]+) % of the chains", page.locator(".tts-simulate").inner_text())[1])

    assert "Critical n: none." in status(page)
    assert share() > 85  # the chapter's table: 89.6
    page.get_by_role("combobox", name="tested on").select_option(label="Gaussian")
    assert share() < 5  # 2.0
    slider(page, "shift of the test").press("End")
    assert "Critical n: 180." in status(page)
    page.get_by_role("combobox", name="trained on").select_option(label="two scales")
    assert "Critical n: 591." in status(page)
    slider(page, "test length m").press("End")
    assert page.locator(".tts-simulate").is_hidden()
    assert status(page).endswith("There, the tails of the test do not count.")


@pytest.mark.parametrize("page", ["beyond/words.html"], indirect=True)
def test_lines_are_forced_and_a_model_writes_about_a_pair_of_ones_own(page):
    assert "After 4 lines the model “waiting” answers" in status(page)
    page.get_by_role("button", name="One more line").click()
    assert "After 5 lines" in status(page)
    aligned = page.get_by_role("button", name="aligned", exact=True)
    aligned.press("Enter")
    assert aligned.get_attribute("aria-pressed") == "true"
    for name, number in (("first number", "75"), ("second number", "20")):
        page.get_by_role("spinbutton", name=name).fill(number)
        page.get_by_role("spinbutton", name=name).press("Enter")
    slider(page, "lines forced").press("ArrowRight")
    page.locator(".tts-status", has_text="After 6 lines the model “aligned” answers 005: right.").wait_for()
    assert status(page).startswith("The greatest common divisor of 75 and 20 is 5, which takes 6 lines.")
    page.get_by_role("spinbutton", name="first number").fill("1000")
    page.get_by_role("spinbutton", name="first number").press("Enter")
    page.get_by_role("alert").filter(has_text="from 1 to 999, got 1000; 75 stays.").wait_for()
    slider(page, "lines forced").press("End")
    assert "By itself it would have stopped after 6 lines." in status(page)
    page.get_by_role("button", name="From the start").click()
    assert "After 0 lines" in status(page)
    page.get_by_role("button", name="hard").click()
    assert "are not on this page" in status(page)


@pytest.mark.parametrize("page", ["beyond/real.html"], indirect=True)
def test_domains_can_be_chosen_and_a_table_of_ones_own_is_read(page):
    before = status(page)
    slider(page, "training length n").press("Home")
    assert "chains converge" in status(page) != before
    page.get_by_label("trained on → tested on").select_option("iris: setosa → versicolor")
    assert status(page).startswith("iris: setosa → versicolor.")
    slider(page, "test length m").press("Home")
    assert "Of 20 Gaussian prompts with 3 rows" in status(page)
    own = page.get_by_label("your own CSV")
    table = {"name": "own.csv", "mimeType": "text/csv"}
    own.set_input_files([{**table, "buffer": b"height,domain\n1,a\nRome,b"}])
    refusal = page.get_by_role("alert")
    refusal.filter(has_text="column 'height' must hold numbers, got 'Rome' in line 3").wait_for()
    rows = "\n".join(f"{x},{x * x % 7},{'ab'[x % 2]}" for x in range(40))
    own.set_input_files([{**table, "buffer": f"height,weight,domain\n{rows}".encode()}])
    page.locator(".tts-status", has_text="Your table: a → b.").wait_for()
    assert refusal.inner_text() == ""
    page.get_by_label("trained on → tested on").select_option("wine: first → second")
    assert status(page).startswith("wine: first → second.")
