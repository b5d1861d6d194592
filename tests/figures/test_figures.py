import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monograph import figures
from monograph.figures.lines import _spread as spread_labels
from monograph.figures.picture import HASHED_ID

K = np.arange(6)


def picture(*series, **options):
    return figures.lines(series, x_label="thinking steps k", y_label="error / d", **options)


def small_map(**changed):
    data = {"x": [0, 1], "y": [0, 1], "z": np.eye(2), "levels": [0.5]} | changed
    return figures.level_map(**data, x_label="", y_label="", z_label="")


def said(y, **options):
    return picture(figures.Series("chain", np.arange(len(y)), y, **options)).alt.split(": ", 1)[1]


def luminance(color):
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("color", [figures.COLORS["ink"], *figures.SERIES_COLORS])
def test_text_colors_have_the_contrast_that_accessibility_asks_for(color):
    assert (luminance(figures.COLORS["paper"]) + 0.05) / (luminance(color) + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ([1, 0.5, 0.25], "falls from 1 to 0.25."),
        ([1, 2, 30000], "rises from 1 to 3·10⁴."),
        ([1, 0.2, 5], "falls from 1 to 0.2 at 1, then rises to 5."),
        ([1, 7, 0.5], "rises from 1 to 7 at 1, then falls to 0.5."),
        ([2, 1, 4, 3], "falls from 2 to 1 at 1, then rises to 4 at 2, then falls to 3."),
        ([1, 1.001, 1], "stays at 1."),
        ([1, 4e-5, 3, np.inf], "falls from 1 to 4·10⁻⁵ at 1, then rises to 3 at 2, then grows beyond all bounds."),
    ],
)
def test_the_alt_text_says_how_a_series_runs(y, words):
    assert said(y) == words


def test_the_alt_text_names_axes_kinds_and_reference_lines():
    chart = picture(figures.Series("a\nb", K, 2.0**-K, points=True), log_y=True, level=(1, "no thinking"))
    assert chart.alt.startswith("Line chart of error / d (logarithmic scale) against thinking steps k, from 0 to 5.")
    assert "“a b” (points)" in chart.alt
    assert chart.alt.endswith("A horizontal line marks 1: no thinking.")


def test_the_alt_text_says_where_a_shorter_series_ends():
    chart = picture(figures.Series("long", K, K + 1.0), figures.Series("short", K[:3], 2.0 ** -K[:3]))
    assert "“long”: rises from 1 to 6." in chart.alt
    assert "“short”: falls from 1 to 0.25 at 2." in chart.alt


def test_kinds_have_names_on_the_axis_and_in_words():
    beside = [
        figures.Series(name, [0.9 + shift, 2 + shift], [1, 3], points=True) for name, shift in (("a", 0), ("b", 0.2))
    ]
    picture = figures.lines(beside, x_label="lines", y_label="y", x_names=["few", "many"])
    assert picture.alt.startswith("Line chart of y against lines, at few, many. “a” (points): rises from 1 to 3.")
    ticks = picture.figure.axes[0].get_xticklabels()
    assert [tick.get_text() for tick in ticks] == ["few", "many"]


def test_the_picture_is_the_same_for_the_same_data():
    one, same = (picture(figures.Series("a", K, 2.0**-K), log_y=True).svg() for _ in range(2))
    assert one == same


def test_labels_of_curves_that_end_alike_stand_in_their_order_whatever_rounding_says():
    end = np.array([-1e-13, 0.0, 1e-13])
    up, down = (spread_labels(list(0.5 + sign * end), [0.1] * 3) for sign in (1, -1))
    assert up == pytest.approx(down, abs=1e-9) and up == sorted(up)


def test_the_svg_follows_the_colors_of_its_page_and_keeps_text_as_text():
    svg = picture(figures.Series("label é", K, K + 1.0)).svg()
    root = ElementTree.fromstring(svg)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"label é", "thinking steps k", "error / d"} <= set(texts)
    assert "var(--tts-1, #0068a5)" in svg
    assert "var(--tts-paper, #ffffff)" in svg
    assert "<style" not in svg
    assert not any(f'"{color}' in svg or f": {color}" in svg for color in figures.COLORS.values())


def test_a_short_logarithmic_axis_has_labels_between_powers_of_ten():
    def labels(y):
        svg = picture(figures.Series("a", K, y), log_y=True).svg()
        return {element.text for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}

    assert {"0.2", "0.5", "1"} <= labels([0.2, 0.3, 1, 1, 2, 2])
    assert not {"0.2", "0.5"} & labels([0.01, 0.3, 1, 1, 2, 2])


def test_ids_do_not_depend_on_coordinates_and_lead_to_their_parts():
    svg = picture(figures.Series("a", K, 2.0**-K, points=True)).svg()
    assert not HASHED_ID.search(svg)
    used = set(re.findall(r"#(i[\w-]+)", svg))
    assert used and used == set(re.findall(r'id="(i[0-9a-f]{8}-\d+)"', svg))


def test_a_map_draws_its_levels_and_says_where_it_is_least_and_largest():
    x, y = np.linspace(1, 3, 21), np.linspace(1, 2, 11)
    z = x * y[:, None]
    z[-1, -1] = np.inf
    path = figures.Series("path", [1, 3], [2, 1])
    chart = figures.level_map(x, y, z, [2, 4], x_label="width a", y_label="b", z_label="area", paths=[path])
    assert "from 1 to 5.8 and beyond all bounds. Least at a = 1, b = 1" in chart.alt
    assert chart.alt.endswith("Lines mark the levels 2, 4. “path”: from (1, 2) to (3, 1).")
    two = chart.figure.axes[0].collections[2].get_paths()[0].vertices
    assert np.allclose(two.prod(axis=1), 2, rtol=0.01)


def test_a_notebook_shows_svg_and_alt_text():
    chart = picture(figures.Series("a", K, K + 1.0))
    bundle = chart._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert bundle["text/plain"] == repr(chart) == chart.alt


def test_a_theory_line_and_its_simulated_points_share_a_color():
    chart = picture(
        figures.Series("exact", K, 2.0**-K),
        figures.Series("simulated", K, 2.0**-K, 2.1**-K, 1.9**-K, points=True, color=0),
    )
    line, points = (chart.figure.axes[0].lines[0], chart.figure.axes[0].containers[0].lines[0])
    assert line.get_color() == points.get_color()
    assert line.get_marker() == "None"
    assert points.get_marker() == "o"


def test_curves_of_six_series_differ_without_color():
    chart = picture(*(figures.Series(str(i), K, K + i) for i in range(6)))
    assert len({str(line._unscaled_dash_pattern) for line in chart.figure.axes[0].lines}) == 6


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.data())
def test_labels_do_not_overlap_and_keep_their_order(heights, data):
    sizes = [data.draw(st.sampled_from([0.06, 0.12])) for _ in heights]
    spread = spread_labels(heights, sizes)
    order = np.argsort(np.round(heights, 6), kind="stable")  # heights that differ by less are alike
    gaps = np.diff(np.array(spread)[order])
    needed = (np.array(sizes)[order][1:] + np.array(sizes)[order][:-1]) / 2
    assert (gaps >= needed - 1e-9).all()
    assert max(spread) <= 1


def triangle(**changed):
    data = {"value": lambda weights: 1 + weights[0], "corners": "abc", "marks": {"even": np.full(3, 1 / 3)}} | changed
    return figures.simplex(**data, label="error / d")


def test_a_simplex_says_where_it_is_least_and_draws_its_marks_there():
    drawn = triangle(value=lambda weights: 0.1 + np.square(weights - [0.2, 0.3, 0.5]).sum())
    assert "Least at (0.2, 0.3, 0.5). “even” at (0.33, 0.33, 0.33): 0.15." in drawn.alt
    assert "Triangle of all mixtures of a, b and c, colored by error / d: from 0.1 to 1.1." in drawn.alt
    (mark,) = drawn.figure.axes[0].lines
    assert mark.get_xydata()[0] == pytest.approx([0.5, np.sqrt(0.75) / 3])


def test_a_simplex_is_as_dark_as_it_gets_from_its_top_on():
    def steep(weights):
        return 10 ** (9 * weights[0])

    low, high = (triangle(value=steep, top=top).figure.axes[0].collections for top in (10, 1e9))
    darkest = [len(areas) for areas in (low, high)]
    assert darkest == [7, 6]  # nothing is above the greatest value
    assert "10⁹" in triangle(value=steep, top=10).alt


def test_paths_over_contours_end_where_their_words_say():
    descent = figures.Series("descent", 2 * 0.5**K, 1 * 0.9**K)
    chart = figures.contours(np.diag([1, 0.1]), [descent], x_label="gap, strong", y_label="gap, weak")
    assert chart.alt.endswith("“descent”: from (2, 1) to (0.062, 0.59) in 5 steps.")
    drawn = chart.figure.axes[0].lines[0]
    assert np.array_equal(drawn.get_xdata(), descent.x)


def test_more_series_than_colors_take_them_again():
    paths = [figures.Series(f"path {i}", [1, 0], [i, 0]) for i in range(7)]
    colors = [
        line.get_color() for line in figures.contours(np.eye(2), paths, x_label="", y_label="").figure.axes[0].lines
    ]
    assert colors[6] == colors[0] != colors[5]
    assert len(triangle(marks={f"mark {i}": [1 - i / 9, i / 9, 0] for i in range(7)}).figure.axes[0].lines) == 7


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: figures.contours(np.eye(2), [], x_label="", y_label=""), "paths must hold at least one Series"),
        (
            lambda: figures.contours(np.eye(3), [figures.Series("a", [1], [1])], x_label="", y_label=""),
            r"hessian must have shape \(2, 2\), got \(3, 3\)",
        ),
        (lambda: small_map(z=np.eye(3)), r"z must have shape \(2, 2\), .* got \(3, 3\)"),
        (lambda: small_map(levels=[2, 1]), r"levels must rise, got \[2.0, 1.0\]"),
        (lambda: small_map(x=[1, 1]), "x must rise"),
        (lambda: small_map(z=np.full((2, 2), np.inf)), "z must be finite somewhere"),
        (lambda: picture(), "series must hold at least one Series"),
        (
            lambda: figures.Series("a", [1, 2], [1]),
            r"x and y must be arrays of one length, got shapes \(2,\) and \(1,\)",
        ),
        (lambda: figures.Series("a", [], []), "x and y"),
        (lambda: triangle(corners="ab"), "corners must hold 3 names, got 2"),
        (lambda: triangle(marks={"odd": [0.5, 0.6, 0]}), r"marks must be mixtures of 3 tasks, got \[0.5, 0.6, 0.0\]"),
        (lambda: figures.Series("a", [1], [1], low=[0.9]), "low and high must be given together in “a”"),
        (lambda: figures.Series("a", [1], [1], [1.1], [1.2]), "low and high must lie around y in “a”"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_what_is_infinite_lies_above_every_level_of_a_map_of_negative_values():
    x, z = np.arange(4.0), np.tile([-5.0, -4.0, -3.0, np.inf], (3, 1))
    options = {"x_label": "a", "y_label": "b", "z_label": "log e"}
    beyond = figures.level_map(x, np.arange(3.0), z, [-4.5, -3.5], **options).svg()
    large = figures.level_map(x, np.arange(3.0), np.where(np.isinf(z), 1003.0, z), [-4.5, -3.5], **options).svg()
    areas = [re.findall(r'<path [^>]*d="([^"]*)"', svg) for svg in (beyond, large)]
    assert areas[0] == areas[1]


def test_words_say_where_values_are_infinite_and_rounding_makes_no_turn():
    x = np.arange(5.0)
    curves = {
        "early": [np.inf, np.inf, 4, 2, 1],
        "late": [1, 2, 4, np.inf, np.inf],
        "flat": [0, 0.5, 1 - 1e-16, 1, 1],
        "small": [1, 1e-6, 1e-12, 1e-15, 1e-18],
        "never": [np.inf] * 5,
    }
    series = [figures.Series(name, x, np.array(y, dtype=float)) for name, y in curves.items()]
    words = figures.lines(series, x_label="k", y_label="e", log_y=True).alt
    assert "“early”: is beyond all bounds up to 1, then falls from 4 to 1." in words
    assert "“late”: rises from 1 to 4 at 2, then grows beyond all bounds." in words
    assert "“flat”: rises from 0 to 1 at 2, then stays there." in words
    assert "“small”: falls from 1 to below 10⁻¹² at 3, then stays there." in words
    assert "“never”: is beyond all bounds." in words


def test_a_sample_of_its_series_stands_before_each_label():
    chart = picture(
        figures.Series("line", K, 2.0**-K),
        figures.Series("points", K, 2.0**-K, points=True),
        level=(0.5, "half"),
    )
    axes = chart.figure.axes[0]
    beyond = [line for line in axes.lines if line.get_transform() == axes.transAxes]
    drawn = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in axes.lines if line not in beyond}
    assert len(beyond) == len(axes.texts) == 3
    for sample, label in zip(beyond, axes.texts, strict=True):
        assert (sample.get_color(), sample.get_linestyle(), sample.get_marker()) in drawn
        assert (sample.get_color(), sample.get_ydata()[0]) == (label.get_color(), label.get_position()[1])


def dot_plot(*series, names=("a", "b\nc"), **options):
    return figures.dots(names, series, x_label="factor", **options)


def test_a_dot_plot_has_a_row_for_each_name_and_says_each_value_with_its_interval():
    chart = dot_plot(
        figures.Series("k = 1", [1, 2], [0.5, 2], [0.4, 1], [0.6, 3]),
        figures.Series("k = 5", [2], [7]),
        log_x=True,
        level=(1, "even"),
    )
    assert chart.alt == (
        "Dot plot of factor (logarithmic scale). “k = 1”: a 0.5 (0.4 to 0.6); b c 2 (1 to 3). “k = 5”: b c 7. "
        "A vertical line marks 1: even."
    )
    axes = chart.figure.axes[0]
    first, second = (bar.lines[0] for bar in axes.containers)
    assert first.get_xdata().tolist() == [0.5, 2] and first.get_ydata().round().tolist() == [1, 2]
    assert second.get_ydata()[0] > first.get_ydata()[1]  # beside it, not on it
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first row is at the top
    assert axes.get_xscale() == "log"


def test_rows_of_a_dot_plot_have_names():
    with pytest.raises(ValueError, match="x of “k = 1” must be rows from 1 to 2, got"):
        dot_plot(figures.Series("k = 1", [3], [1]))
    with pytest.raises(ValueError, match="series must hold at least one"):
        dot_plot()


def cells(values, texts, **options):
    return figures.heat_map(values, texts, rows=["a", "b"], columns=["c", "d"], label="loss", **options)


def test_a_heat_map_is_darker_where_its_values_are_larger_and_says_its_texts():
    chart = cells([[1, 3], [2, 1]], [["1\nk = 2", "3"], ["2", "1"]], row_label="n", bold=[[0, 1], [0, 0]])
    assert chart.alt == ("Heat map of loss, the darker the larger. Columns: c, d. Rows: n. a: 1 k = 2, 3. b: 2, 1.")
    axes = chart.figure.axes[0]
    shades = {patch.get_xy(): patch.get_alpha() for patch in axes.patches}
    assert shades[0, 0] == shades[1, 1] == 0 < shades[0, 1] < shades[1, 0]
    assert [text.get_text() for text in axes.texts if text.get_fontweight() == "bold"] == ["3"]


def test_a_heat_map_refuses_what_has_another_shape_or_no_color():
    with pytest.raises(ValueError, match=r"must have shape \(2, 2\)"):
        cells([[1, 2]], [["1", "2"]])
    with pytest.raises(ValueError, match="values must be finite"):
        cells([[1, np.inf], [1, 1]], [["1", "2"], ["3", "4"]])
