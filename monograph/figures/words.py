"""Words for what a picture shows: the alternative text of every figure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from jaxtyping import Float64

from monograph.figures.picture import Series
from monograph.page import FLOOR, rounded
from ttsbook.arrays import Vector


def line_chart(
    series: Sequence[Series],
    x_label: str,
    y_label: str,
    log_y: bool,
    level: tuple[float, str] | None,
    x_names: Sequence[str] | None = None,
) -> str:
    """Describe a line chart: its axes, then how each series runs, then the reference line."""
    if x_names is not None:  # points stand at their names or beside them
        series = [replace(one, x=one.x.round()) for one in series]
    low, high = min(one.x.min() for one in series), max(one.x.max() for one in series)
    scale = " (logarithmic scale)" if log_y else ""
    span = f"from {_place(low)} to {_place(high)}" if x_names is None else "at " + ", ".join(x_names)
    parts = [f"Line chart of {y_label}{scale} against {x_label}, {span}."]
    place = _place if x_names is None else lambda x: x_names[int(x) - 1]
    for one in series:
        parts.append(f"“{one.label}”{' (points)' if one.points else ''}: {course(one, high, place)}.")
    if level is not None:
        parts.append(f"A horizontal line marks {rounded(level[0])}: {level[1]}.")
    return " ".join(parts).replace("\n", " ")


def _place(x: float) -> str:
    return f"{x:g}" if x == round(x) else f"{x:.3g}"


def course(one: Series, last: float, place: Callable[[float], str] = _place) -> str:
    """Words for how a series runs: where it turns, and where it ends if that is before the `last` x."""
    finite = np.isfinite(one.y)
    if not finite.any():
        return "is beyond all bounds"
    x, y = one.x[finite], one.y[finite]
    y = np.array([float(f"{value:.9g}") for value in y])  # what differs by rounding alone is no turn
    y[(y > 0) & (y < FLOOR)] = FLOOR / 2  # and below the floor all is alike
    turns = [0, *sorted({int(y.argmin()), int(y.argmax())} - {0, len(y) - 1}), len(y) - 1]
    if y.max() - y.min() <= 0.02 * np.abs(y).max():
        return f"stays at {rounded(y[0])}"
    before = one.x[: finite.argmax()]
    parts = [f"is beyond all bounds up to {place(before[-1])}"] if before.size else []
    for start, end in pairwise(turns):
        origin = f" from {rounded(y[0])}" if start == 0 else ""
        where = "" if x[end] == last else f" at {place(x[end])}"
        if start > 0 and rounded(y[end]) == rounded(y[start]):
            parts.append("stays there")
        else:
            parts.append(f"{'falls' if y[end] < y[start] else 'rises'}{origin} to {rounded(y[end])}{where}")
    if not finite[-1]:
        parts.append("grows beyond all bounds")
    return ", then ".join(parts)


def dot_plot(
    names: Sequence[str],
    series: Sequence[Series],
    x_label: str,
    log_x: bool,
    level: tuple[float, str] | None,
) -> str:
    """Describe a dot plot: its axis, then the values of each series by name, then the reference line."""
    parts = [f"Dot plot of {x_label}{' (logarithmic scale)' if log_x else ''}."]
    for one in series:
        ends = [""] * one.y.size
        if one.low is not None and one.high is not None:
            pairs = zip(one.low, one.high, strict=True)
            ends = [f" ({rounded(low)} to {rounded(high)})" for low, high in pairs]
        places = zip(one.x, one.y, ends, strict=True)
        parts.append(f"“{one.label}”: {'; '.join(f'{names[int(x) - 1]} {rounded(y)}{end}' for x, y, end in places)}.")
    if level is not None:
        parts.append(f"A vertical line marks {rounded(level[0])}: {level[1]}.")
    return " ".join(parts).replace("\n", " ")


def heat_map(
    texts: Sequence[Sequence[str]],
    rows: Sequence[str],
    columns: Sequence[str],
    label: str,
    row_label: str,
    column_label: str,
) -> str:
    """Describe a heat map: what it shows, its columns, then the texts of each row."""
    across = f" ({column_label})" if column_label else ""
    down = f" Rows: {row_label}." if row_label else ""
    parts = [f"Heat map of {label}, the darker the larger. Columns{across}: {', '.join(columns)}.{down}"]
    parts += [f"{row}: {', '.join(cells)}." for row, cells in zip(rows, texts, strict=True)]
    return " ".join(parts).replace("\n", " ")


def contour_chart(paths: Sequence[Series], x_label: str, y_label: str) -> str:
    """Describe a contour chart: its axes, then where each path starts and ends."""
    parts = [f"Contours of the prompt's loss over {x_label} and {y_label}, with paths to the answer at (0, 0)."]
    for one in paths:
        points = [f"({rounded(x)}, {rounded(y)})" for x, y in zip(one.x, one.y, strict=True)]
        parts.append(f"“{one.label}”: from {points[0]} to {points[-1]} in {len(points) - 1} steps.")
    return " ".join(parts).replace("\n", " ").replace("in 1 steps", "in 1 step")


def level_map(
    x: Float64[np.ndarray, " columns"],
    y: Float64[np.ndarray, " rows"],
    z: Float64[np.ndarray, "rows columns"],
    levels: Vector,
    paths: Sequence[Series],
    x_label: str,
    y_label: str,
    z_label: str,
) -> str:
    """Describe a map: its axes, its range and where it is least and largest, its levels, then what lies on it."""
    finite = np.isfinite(z)
    low, high = np.where(finite, z, np.inf), np.where(finite, z, -np.inf)
    at = {}
    for word, place in (("Least", low.argmin()), ("largest", high.argmax())):
        row, column = divmod(int(place), x.size)
        at[word] = f"{word} at {_symbol(x_label)} = {rounded(x[column])}, {_symbol(y_label)} = {rounded(y[row])}"
    beyond = "" if finite.all() else " and beyond all bounds"
    parts = [
        f"Map of {z_label} over {x_label} (from {rounded(x[0])} to {rounded(x[-1])}) and {y_label} "
        f"(from {rounded(y[0])} to {rounded(y[-1])}).",
        f"It runs from {rounded(low.min())} to {rounded(high.max())}{beyond}.",
        f"{at['Least']}; {at['largest']}.",
        f"Lines mark the levels {', '.join(map(rounded, levels))}.",
    ]
    for one in paths:
        start, end = ((rounded(one.x[i]), rounded(one.y[i])) for i in (0, -1))
        parts.append(f"“{one.label}”: from ({', '.join(start)}) to ({', '.join(end)}).")
    return " ".join(parts).replace("\n", " ")


def _symbol(label: str) -> str:
    """Last word of a label, which is its symbol."""
    return label.split()[-1]


def simplex(
    corners: Sequence[str],
    weights: Float64[np.ndarray, "mixtures 3"],
    values: Float64[np.ndarray, " mixtures"],
    marks: Mapping[str, Vector],
    value: Callable[[Vector], float],
    label: str,
) -> str:
    """Describe a map over mixtures: its corners, its range and where it is least, then the marks."""
    parts = [
        f"Triangle of all mixtures of {', '.join(corners[:-1])} and {corners[-1]}, colored by {label}: "
        f"from {rounded(values.min())} to {rounded(values.max())}.",
        f"Least at {_mixture(weights[values.argmin()])}.",
    ]
    parts += [f"“{name}” at {_mixture(one)}: {rounded(value(one))}." for name, one in marks.items()]
    return " ".join(parts).replace("\n", " ")


def _mixture(weights: Vector) -> str:
    return f"({', '.join(f'{round(weight, 2) + 0:g}' for weight in weights)})"
