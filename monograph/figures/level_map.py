"""Maps of a quantity over two others: nested areas between labeled levels."""

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from monograph.figures import words
from monograph.figures.lines import use_log_scale
from monograph.figures.picture import COLORS, LINE_STYLES, MARKERS, SERIES_COLORS, STYLE, Picture, Series
from monograph.page import rounded
from ttsbook.arrays import VectorLike


def level_map(
    x: VectorLike,
    y: VectorLike,
    z: ArrayLike,
    levels: VectorLike,
    *,
    x_label: str,
    y_label: str,
    z_label: str,
    log_x: bool = False,
    log_y: bool = False,
    paths: Sequence[Series] = (),
) -> Picture:
    """Draw where a quantity passes given levels, the darker the larger it is.

    Parameters
    ----------
    x
        Values along the horizontal axis, rising.
    y
        Values along the vertical axis, rising.
    z
        The quantity; where it is infinite or NaN, the map is as dark as it gets.
    levels
        Levels, rising, at least one. Each is drawn as a line with its value on it.
    x_label, y_label, z_label
        Labels of the axes, and the words for the quantity.
    log_x, log_y
        Logarithmic axes.
    paths
        Lines or points to draw on the map, named in a legend.

    Examples
    --------
    >>> x, y = np.linspace(0, 1, 11), np.linspace(0, 2, 11)
    >>> level_map(x, y, x + y[:, None], [1, 2], x_label="a", y_label="b", z_label="a + b").alt[:71]
    'Map of a + b over a (from 0 to 1) and b (from 0 to 2). It runs from 0 t'
    """
    x, y, z, levels = (np.asarray(part, dtype=np.float64) for part in (x, y, z, levels))
    if z.shape != (y.size, x.size):
        raise ValueError(f"z must have shape ({y.size}, {x.size}), rows for y and columns for x, got {z.shape}")
    for name, values in (("x", x), ("y", y), ("levels", levels)):
        if values.ndim != 1 or values.size == 0 or not (np.diff(values) > 0).all():
            raise ValueError(f"{name} must rise, got {values.tolist()}")
    finite = np.isfinite(z)
    if not finite.any():
        raise ValueError("z must be finite somewhere, got only NaN or infinite entries")
    top = z[finite].max(initial=levels[-1])
    shown = np.where(finite, z, top * 1e3 if top > 0 else 1e3 - top)  # above all that is finite
    with matplotlib.rc_context(STYLE):
        figure = Figure()
        axes = figure.add_subplot()
        for axis, logarithmic in ((axes.xaxis, log_x), (axes.yaxis, log_y)):
            if logarithmic:
                use_log_scale(axis)
        for level in levels:  # areas lie on each other, so color adds up
            axes.contourf(x, y, shown, [level, np.inf], colors=[COLORS["1"]], alpha=0.55 / levels.size)
        drawn = axes.contour(x, y, shown, levels, colors=COLORS["1"], linewidths=0.9)
        axes.clabel(drawn, fmt={level: rounded(level) for level in levels}, colors=COLORS["ink"])
        for place, one in enumerate(paths):
            which = (place + 1 if one.color is None else one.color) % len(SERIES_COLORS)
            style: dict[str, Any] = (
                {"marker": MARKERS[which], "linestyle": "none"} if one.points else {"linestyle": LINE_STYLES[which]}
            )
            axes.plot(one.x, one.y, color=SERIES_COLORS[which], label=one.label, **style)
        axes.set(xlabel=x_label, ylabel=y_label, xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        axes.grid(visible=False)
        if paths:
            axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return Picture(figure, words.level_map(x, y, z, levels, paths, x_label, y_label, z_label))
