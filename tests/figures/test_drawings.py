from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Rectangle

from monograph.figures import COLORS, drawings
from monograph.figures.drawings import board
from ttsbook import theory
from ttsbook.data import covariance

FLAT, SKEWED = covariance.isotropic(20), covariance.power_law(20, 0.8, trace=20)
E = np.array([[0.25, -1.5, 0], [2, 3, 0], [-1, 4, 0], [0, 0, 0.5], [0, 0, -0.75], [0, 0, 1]])
THREE = {"V31": "−Γ⁻¹", "W13": "I", "W24": "−1"}
DRAWN = {
    "block_grid": lambda: drawings.block_grid(THREE),
    "cost_bars": lambda: drawings.cost_bars(covariance.power_law(20, 1.0), 40),
    "embedding": lambda: drawings.embedding(E),
    "length_axis": lambda: drawings.length_axis(SKEWED, FLAT),
    "stride_line": lambda: drawings.stride_line({"weak": 2.5, "strong": 0.5}),
    "thinking_filter": lambda: drawings.thinking_filter([1, 2, 5, 20]),
    "thinking_loop": lambda: drawings.thinking_loop([2, 1, 0.5, 0.25]),
    "two_phases": drawings.two_phases,
}


def texts(picture):
    """What is written in a picture, from the SVG that readers get."""
    root = ElementTree.fromstring(picture.svg())
    return [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_every_drawing_is_tried_here():
    assert set(DRAWN) == set(drawings.__all__)


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_follows_the_colors_of_its_page_and_is_the_same_again(name):
    picture = DRAWN[name]()
    svg = picture.svg()
    assert svg == DRAWN[name]().svg()
    assert "var(--tts-ink" in svg
    assert not any(f'"{color}' in svg or f": {color}" in svg for color in COLORS.values())
    assert picture.alt.endswith(".") and "\n" not in picture.alt


@pytest.mark.parametrize("name", [name for name in DRAWN if name not in ("cost_bars", "thinking_filter")])
def test_words_stay_on_the_board_apart_and_are_as_large_as_in_other_pictures(name):
    figure = DRAWN[name]().figure
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
    assert all(text.get_fontsize() >= 9.5 for text in figure.axes[0].texts)
    assert figure.get_figwidth() == board.WIDTH / 10
    for place, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[:place])


def test_an_embedding_shows_its_entries_in_its_columns():
    picture = drawings.embedding(E)
    written = [text.replace("−", "-") for text in texts(picture)]
    for value in E[:3, :2].ravel():
        assert f"{value:.2f}" in written
    assert written.count("0") == 2 * 3 + 3
    assert "Example 2: x = (−1.50, 3.00), y = 4.00." in picture.alt
    assert picture.alt.endswith("Weight token: w = (0.50, −0.75), flag = 1, else 0.")


def test_a_block_grid_puts_each_word_into_its_row_and_column():
    axes = drawings.block_grid(THREE).figure.axes[0]
    places = {text.get_text(): text.get_position() for text in axes.texts}
    heads = [text.get_position() for text in axes.texts if text.get_text() == "w"]  # two beside rows, two above columns
    above = max(y for _, y in heads)
    assert places["I"][0] == max(x for x, y in heads if y == above)
    assert places["−Γ⁻¹"][1] == min(y for _, y in heads)
    assert [text.get_text() for text in axes.texts].count("·") == 29
    assert "W, row y, column flag: −1. All other blocks: 0." in drawings.block_grid(THREE).alt


def test_equal_words_in_a_block_grid_have_one_color():
    axes = drawings.block_grid({"V31": "∂", "W24": "∂", "W13": "other"}).figure.axes[0]
    tinted = [patch.get_facecolor() for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_alpha()]
    assert len(set(tinted)) == 2


def test_a_loop_appends_one_answer_a_row():
    written = texts(drawings.thinking_loop([2, 1, 0.5]))
    assert [written.count(f"w{i}") for i in "₀₁₂₃"] == [3, 2, 1, 0]
    assert {"2", "1", "0.5"} <= set(written)


@pytest.mark.parametrize(
    ("stride", "effect"),
    [(0.5, "too short"), (1, "right"), (1.5, "too long"), (2.1, "farther at every step")],
)
def test_the_words_for_a_stride_are_those_of_the_gap_that_it_leaves(stride, effect):
    assert drawings.stride_line({"skill": stride}).alt.endswith(f"“skill”: {stride:g}, {effect}.")
    nearer, beyond = abs(1 - stride) < 1, stride > 1
    assert ("farther" in effect) != nearer and ("too long" in effect) == (nearer and beyond)


def test_strides_stand_in_order_on_their_line():
    axes = drawings.stride_line({"weak": 2.5, "strong": 0.5, "middle": 1.5}).figure.axes[0]
    weak, strong, middle = (line.get_xdata()[0] for line in axes.lines if line.get_marker() == "v")
    assert middle - strong == pytest.approx(weak - middle)
    assert strong < weak


def test_costs_are_bars_and_those_beyond_the_prompt_look_different():
    cov = covariance.power_law(20, 1.0)
    axes = drawings.cost_bars(cov, 40).figure.axes[0]
    heights = sorted(bar.get_height() for bar in axes.patches)
    assert heights == pytest.approx(1 + np.trace(cov) / np.diag(cov))
    costly = [bar.get_height() for bar in axes.patches if bar.get_facecolor()[3] == 0]  # open
    assert len(costly) == sum(np.array(heights) > 40) and min(costly) > 40
    assert "10 skills cost less, 10 more" in drawings.cost_bars(cov, 40).alt


def test_lengths_are_those_at_which_chains_change():
    words = drawings.length_axis(SKEWED, FLAT).alt
    safe, star, critical = 40, 115, 180
    assert f"safe length {safe} " in words and f"n⋆ = {star} " in words and f"n_crit = {critical} " in words
    for length, reach in ((star, 2), (critical, None)):
        strides = np.linalg.eigvalsh(np.linalg.inv(theory.gamma(SKEWED, length)))
        assert strides[-1] + (strides[0] if reach else 0) == pytest.approx(2, abs=0.01)


def test_the_filter_is_the_part_of_the_answer_that_a_chain_finds():
    steps, P = [1, 2, 5], np.diag([0.25, 1.5])
    found = np.eye(2)[None] * 0
    axes = drawings.thinking_filter(steps).figure.axes[0]
    curves = dict(zip(steps, [line for line in axes.lines if len(line.get_xdata()) > 2], strict=True))
    for k in range(1, 6):
        found = found + P @ (np.eye(2) - found)  # a thinking step with S = I and w = I
        if k in curves:
            expected = np.interp(np.diag(P), curves[k].get_xdata(), curves[k].get_ydata())
            assert expected == pytest.approx(np.diag(found[0]), abs=2e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: drawings.embedding(np.eye(3)), r"E must have 2d \+ 2 rows .* got shape \(3, 3\)"),
        (lambda: drawings.block_grid({"V55": "a", "W": "b"}), "got 'V55', 'W'"),
        (lambda: drawings.thinking_loop([1, 2]), r"three or four numbers, got shape \(2,\)"),
        (lambda: drawings.stride_line({}), "one to three numbers"),
        (lambda: drawings.stride_line({"a": -1}), "none negative, got {'a': -1}"),
        (lambda: drawings.length_axis(FLAT, FLAT), "must rise and be finite, got 40, inf and inf"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
