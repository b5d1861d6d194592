"""A map over all mixtures of three tasks."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from monograph.figures import words
from monograph.figures.picture import COLORS, MARKERS, SERIES_COLORS, STYLE, Picture
from ttsbook.arrays import Vector, VectorLike

PARTS, BANDS = 40, 8
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])


def simplex(
    value: Callable[[Vector], float],
    corners: Sequence[str],
    marks: Mapping[str, VectorLike],
    *,
    label: str,
    top: float = np.inf,
) -> Picture:
    """Draw a positive quantity over the mixtures of three tasks, the darker the larger it is.

    Parameters
    ----------
    value
        Function of the three weights that returns a positive number.
    corners
        Names of the three tasks: left, right, top.
    marks
        Mixtures to mark.
    label
        What the quantity is, and what an average in it is over.
    top
        Value from which on the map is as dark as it gets.

    Examples
    --------
    >>> simplex(lambda weights: 1 + weights[0], "abc", {"mine": [0, 0.5, 0.5]}, label="value").alt[-47:]
    'Least at (0, 1, 0). “mine” at (0, 0.5, 0.5): 1.'
    """
    if len(corners) != 3:
        raise ValueError(f"corners must hold 3 names, got {len(corners)}")
    marks = {name: np.asarray(weights, dtype=np.float64) for name, weights in marks.items()}
    for name, weights in marks.items():
        if weights.shape != (3,) or weights.min() < 0 or abs(weights.sum() - 1) > 1e-8:
            raise ValueError(f"marks must be mixtures of 3 tasks, got {weights.tolist()} for {name!r}")
    points = [(i, j, PARTS - i - j) for i in range(PARTS + 1) for j in range(PARTS + 1 - i)]
    weights = np.array(points)[::-1] / PARTS
    values = np.array([value(one) for one in weights])
    least = min([values.min(), *map(value, marks.values())])
    levels = np.geomspace(least, max(min(top, values.max()), 1.01 * least), BANDS)[1:]
    with matplotlib.rc_context(STYLE):
        figure = Figure()
        axes = figure.add_subplot(aspect="equal", xlim=(-0.1, 1.1), ylim=(-0.12, 1.05))
        places = weights @ CORNERS
        for level in levels:  # areas lie on each other, so color adds up
            if level < values.max():
                axes.tricontourf(
                    places[:, 0], places[:, 1], values, [level, np.inf], colors=[COLORS["1"]], alpha=0.7 / BANDS
                )
        axes.fill(*CORNERS.T, facecolor="none", edgecolor=COLORS["ink"], linewidth=0.8)
        for place, (name, one) in enumerate(marks.items()):
            style: dict[str, Any] = {
                "marker": MARKERS[place % 6],
                "color": SERIES_COLORS[(place + 1) % 6],
                "markersize": 6.5,
            }
            axes.plot(*(one @ CORNERS), linestyle="none", label=name, clip_on=False, **style)
        for (x, y), name, up in zip(CORNERS, corners, (False, False, True), strict=True):
            axes.text(x, y + (0.03 if up else -0.04), name, ha="center", va="bottom" if up else "top")
        axes.set_axis_off()
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return Picture(figure, words.simplex(corners, weights, values, marks, value, label))
