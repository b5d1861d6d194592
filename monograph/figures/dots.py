"""Dot plots: values of kinds that have names, with their intervals, one row a kind."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from monograph.figures import words
from monograph.figures.lines import look, use_log_scale
from monograph.figures.picture import COLORS, STYLE, Picture, Series

LINE = 0.19  # height of a line of a name, in inches


def dots(
    names: Sequence[str],
    series: Sequence[Series],
    *,
    x_label: str,
    log_x: bool = False,
    level: tuple[float, str] | None = None,
) -> Picture:
    """Draw a row for each name, and in it a dot for each series; with intervals it is a forest plot.

    Parameters
    ----------
    names
        Names of the rows 1, 2, ... from the top; a line break is allowed.
    series
        Dots: x is the row, y the value along the axis, low and high its interval. At least one.
    x_label
        Label of the axis.
    log_x
        Logarithmic axis.
    level
        A vertical reference line and the words for it, which stand above it.

    Examples
    --------
    >>> dots(["short", "long"], [Series("k = 1", [1, 2], [0.5, 2], [0.4, 1], [0.6, 3])], x_label="factor")
    Dot plot of factor. “k = 1”: short 0.5 (0.4 to 0.6); long 2 (1 to 3).
    """
    if not series:
        raise ValueError("series must hold at least one Series, got none")
    for one in series:
        if not np.isin(one.x, np.arange(1, len(names) + 1)).all():
            raise ValueError(f"x of “{one.label}” must be rows from 1 to {len(names)}, got {one.x.tolist()}")
    with matplotlib.rc_context(STYLE):
        lines = sum(max(len(series), 2, 1.4 + name.count("\n")) for name in names)
        figure = Figure(figsize=(STYLE["figure.figsize"][0], 0.9 + LINE * lines))
        axes = figure.add_subplot(ylim=(len(names) + 0.5, 0.5))
        for place, one in enumerate(series):
            rows = one.x + 0.22 * (place - (len(series) - 1) / 2)
            interval = None if one.low is None or one.high is None else [one.y - one.low, one.high - one.y]
            drawn = look(Series("", one.x, one.y, points=True, color=one.color), place)
            axes.errorbar(one.y, rows, xerr=interval, capsize=2, label=one.label, **drawn)
        if log_x:
            use_log_scale(axes.xaxis)
        if level is not None:
            axes.axvline(level[0], color=COLORS["6"], linewidth=1.0)
            beside = axes.get_xaxis_transform()
            axes.text(level[0], 1.02, level[1], color=COLORS["6"], transform=beside, ha="center", va="bottom")
        axes.set_xlabel(x_label)
        axes.set_yticks(range(1, len(names) + 1), names)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        if len(series) > 1:
            figure.legend(loc="outside upper center", ncols=len(series), frameon=False, handletextpad=0.2)
    return Picture(figure, words.dot_plot(names, series, x_label, log_x, level))
