"""Line charts, each series labeled where it ends."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from monograph.figures import words
from monograph.figures.picture import COLORS, LINE_STYLES, MARKERS, SERIES_COLORS, STYLE, Picture, Series
from monograph.page import superscript

SHORT = 100  # ratio of largest to least value below which a logarithmic axis has labels between powers of ten


def lines(
    series: Sequence[Series],
    *,
    x_label: str,
    y_label: str,
    log_x: bool = False,
    log_y: bool = False,
    y_limits: tuple[float, float] | None = None,
    level: tuple[float, str] | None = None,
    x_names: Sequence[str] | None = None,
) -> Picture:
    """Draw series over one pair of axes, each labeled where it ends.

    Parameters
    ----------
    series
        What to draw, at least one.
    x_label, y_label
        Labels of the axes: quantity, symbol, and what an average is over.
    log_x, log_y
        Logarithmic axes.
    y_limits
        Lowest and highest y shown.
    level
        A horizontal reference line and the words for it.
    x_names
        Names of the places 1, 2, ... on the x axis, where it has kinds and no quantity; points may stand beside.

    Examples
    --------
    >>> from monograph.figures import Series
    >>> k = np.arange(4)
    >>> lines([Series("exact", k, 0.5**k)], x_label="thinking steps k", y_label="error / d")
    Line chart of error / d against thinking steps k, from 0 to 3. “exact”: falls from 1 to 0.12.
    """
    if not series:
        raise ValueError("series must hold at least one Series, got none")
    with matplotlib.rc_context(STYLE):
        figure = Figure()
        axes = figure.add_subplot()
        if level is not None:
            axes.axhline(level[0], color=COLORS["6"], linewidth=1.0)
        for place, one in enumerate(series):
            _draw(axes, one, place)
        axes.set(xlabel=x_label, ylabel=y_label)
        axes.margins(x=0.02)
        if x_names is not None:
            axes.set_xticks(range(1, len(x_names) + 1), x_names)
        elif all((one.x == one.x.round()).all() for one in series):
            axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        if y_limits is not None:
            axes.set_ylim(y_limits)
        for axis, logarithmic in ((axes.xaxis, log_x), (axes.yaxis, log_y)):
            if logarithmic:
                use_log_scale(axis)
        _label_ends(axes, series, level)
    return Picture(figure, words.line_chart(series, x_label, y_label, log_y, level, x_names))


def look(one: Series, place: int) -> dict[str, Any]:
    """Say how a series is drawn: with markers or a line, in the style of its color."""
    which = (place if one.color is None else one.color) % len(SERIES_COLORS)
    if one.points:
        style = {"marker": MARKERS[which], "linestyle": "none", "markerfacecolor": COLORS["paper"]}
    else:
        style = {"linestyle": LINE_STYLES[which]}
    return {"color": SERIES_COLORS[which]} | style


def _draw(axes: Axes, one: Series, place: int) -> None:
    drawn, y = look(one, place), np.where(np.isfinite(one.y), one.y, np.nan)
    if one.points:
        interval = None if one.low is None or one.high is None else [one.y - one.low, one.high - one.y]
        axes.errorbar(one.x, y, yerr=interval, capsize=2, **drawn)
        return
    if one.low is not None and one.high is not None:
        axes.fill_between(one.x, one.low, one.high, color=drawn["color"], alpha=0.2, linewidth=0)
    axes.plot(one.x, y, **drawn)


def use_log_scale(axis: XAxis | YAxis) -> None:
    """Make an axis logarithmic, with powers of ten on it."""
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    axis.set_major_locator(LogLocator(numticks=8))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _power_of_ten(value)))
    axis.set_minor_formatter(FuncFormatter(lambda value, _: _between_powers(axis, value)))


def _between_powers(axis: XAxis | YAxis, value: float) -> str:
    """Label 2 and 5 times a power of ten where an axis shows hardly any powers."""
    low, high = axis.get_view_interval()
    mantissa = round(value / 10.0 ** np.floor(np.log10(value) + 1e-9))
    return f"{value:g}" if high < SHORT * low and mantissa in (2, 5) else ""


def _power_of_ten(value: float) -> str:
    exponent = round(np.log10(value))
    return f"{value:g}" if -4 < exponent < 5 else f"10{superscript(exponent)}"


def _label_ends(axes: Axes, series: Sequence[Series], level: tuple[float, str] | None) -> None:
    """Write each label to the right of where its series ends, pushed apart where they would touch.

    Before it stands a sample of the series: pushed labels lie beside other ends, and colors do not tell all readers.
    """
    labels: list[tuple[str, float, dict[str, Any]]] = []
    if level is not None:
        labels.append((level[1], level[0], {"color": COLORS["6"], "linewidth": 1.0}))
    for place, one in enumerate(series):
        finite = one.y[np.isfinite(one.y)]
        last = float(finite[-1]) if finite.size else axes.get_ylim()[1]
        labels.append((one.label, last, look(one, place)))
    to_axes = axes.transData + axes.transAxes.inverted()
    x = axes.get_xlim()[1]
    heights = [float(np.clip(to_axes.transform((x, y))[1], 0, 1)) for _, y, _ in labels]
    line = 1.25 * STYLE["font.size"] / (0.8 * 72 * STYLE["figure.figsize"][1])  # height of a line of text
    sizes = [line * (1 + text.count("\n")) for text, _, _ in labels]
    for (text, _, drawn), height in zip(labels, _spread(heights, sizes), strict=True):
        sample = [1.05] if "marker" in drawn else [1.02, 1.08]
        axes.plot(sample, [height] * len(sample), transform=axes.transAxes, clip_on=False, **drawn)
        axes.text(1.1, height, text, color=drawn["color"], transform=axes.transAxes, va="center")


def _spread(heights: list[float], sizes: list[float]) -> list[float]:
    """Push labels of these sizes apart, upwards and then down from the top, keeping their order."""
    order = sorted(range(len(heights)), key=lambda index: round(heights[index], 6))  # no digit of rounding orders them
    spread = list(heights)
    for below, above in pairwise(order):
        spread[above] = max(spread[above], spread[below] + (sizes[below] + sizes[above]) / 2)
    spread[order[-1]] = min(spread[order[-1]], 1)
    for above, below in pairwise(reversed(order)):
        spread[below] = min(spread[below], spread[above] - (sizes[below] + sizes[above]) / 2)
    return spread
