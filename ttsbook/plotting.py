"""Pictures in one style: SVG that follows the page's colors, with alt text written from the data."""

import io
import re
from dataclasses import dataclass
from itertools import pairwise

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from ttsbook import _validation as check
from ttsbook import _words
from ttsbook.report import superscript

# Each color has a contrast of at least 4.5 on paper; a page may give the CSS variables other values.
COLORS = {
    "ink": "#1f2328",
    "paper": "#ffffff",
    "grid": "#d8dee4",
    "1": "#0068a5",
    "2": "#bf4600",
    "3": "#00795a",
    "4": "#a1407c",
    "5": "#826000",
    "6": "#57606a",
}
SERIES_COLORS = [color for name, color in COLORS.items() if name.isdigit()]
LINE_STYLES = ["-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.5, 1.5, 1.5)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1))]
MARKERS = ["o", "s", "^", "D", "v", "P"]
STYLE = {
    "figure.facecolor": COLORS["paper"],
    "figure.figsize": (5.2, 3.3),
    "figure.constrained_layout.use": True,
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.5,
    "text.color": COLORS["ink"],
    "text.parse_math": False,
    "axes.facecolor": "none",
    "axes.edgecolor": COLORS["ink"],
    "axes.labelcolor": COLORS["ink"],
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": COLORS["grid"],
    "grid.linewidth": 0.6,
    "xtick.color": COLORS["ink"],
    "ytick.color": COLORS["ink"],
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "ttsbook",
}


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure and what it says in words; a notebook shows it as SVG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure; change it as you like before it is shown.
    alt : str
        Text that stands for the picture where it cannot be seen.
    """

    figure: Figure
    alt: str

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"image/svg+xml": self.svg(), "text/plain": self.alt}

    def svg(self):
        """SVG text, the same for the same data, its colors as CSS variables with these as fallback.

        Returns
        -------
        str
        """
        buffer = io.StringIO()
        with matplotlib.rc_context(STYLE):
            self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        text = buffer.getvalue()[buffer.getvalue().index("<svg") :]
        text = re.sub(r"\s*<(metadata|style).*?</\1>", "", text, flags=re.DOTALL)
        text = text.replace("<svg ", '<svg style="stroke-linejoin: round; stroke-linecap: butt" ', 1)
        for name, color in COLORS.items():
            text = text.replace(f": {color}", f": var(--tts-{name}, {color})")
        return text


@dataclass(frozen=True, eq=False)
class Series:
    """One line or one set of points of a picture.

    Parameters
    ----------
    label : str
        Words for it; a line break is allowed.
    x, y : array_like, shape (points,)
        Data. Infinite values of y are left out of the picture.
    low, high : array_like, shape (points,), optional
        Interval around y: a shaded band for a line, bars for points.
    points : bool, default False
        Draw markers, without a line.
    color : int, optional
        Which color and style of the palette, from 0; by default the series' place in the picture.
    """

    label: str
    x: np.ndarray
    y: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    points: bool = False
    color: int | None = None

    def __post_init__(self):
        for name in ("x", "y", "low", "high"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        if self.x.shape != self.y.shape or self.x.ndim != 1 or self.x.size == 0:
            raise ValueError(f"x and y must be arrays of one length, got shapes {self.x.shape} and {self.y.shape}")
        if self.low is not None and not ((self.low <= self.y) & (self.y <= self.high)).all():
            raise ValueError(f"low and high must lie around y in “{self.label}”")


def lines(series, *, x_label, y_label, log_x=False, log_y=False, y_limits=None, level=None):
    """Draw series over one pair of axes, each labeled where it ends.

    Parameters
    ----------
    series : sequence of Series
        What to draw, at least one.
    x_label, y_label : str
        Labels of the axes: quantity, symbol, and what an average is over.
    log_x, log_y : bool, default False
        Logarithmic axes.
    y_limits : tuple of float, optional
        Lowest and highest y shown.
    level : tuple of float and str, optional
        A horizontal reference line and the words for it.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there is no series.

    Examples
    --------
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
        if all((one.x == one.x.round()).all() for one in series):
            axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        if y_limits is not None:
            axes.set_ylim(y_limits)
        for axis, logarithmic in ((axes.xaxis, log_x), (axes.yaxis, log_y)):
            if logarithmic:
                _use_log_scale(axis)
        _label_ends(axes, series, level)
    return Picture(figure, _words.line_chart(series, x_label, y_label, log_y, level))


def contours(hessian, paths, *, x_label, y_label, limit=2.2):
    r"""Draw paths over the contours of a quadratic loss in two directions, with the answer in the middle.

    Parameters
    ----------
    hessian : array_like, shape (2, 2)
        Positive definite matrix S: the loss is :math:`\frac12\, g^\top S g` at the gap g from the answer.
    paths : sequence of Series
        Gaps from the answer, step by step, at least one path.
    x_label, y_label : str
        Labels of the axes.
    limit : float, default 2.2
        Largest gap shown.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there is no path, or `hessian` has another shape or a zero eigenvalue.

    Examples
    --------
    >>> newton = Series("Newton", [2, 0], [1, 0])
    >>> contours([[1, 0], [0, 0.1]], [newton], x_label="strong", y_label="weak").alt[-42:]
    '“Newton”: from (2, 1) to (0, 0) in 1 step.'
    """
    if not paths:
        raise ValueError("paths must hold at least one Series, got none")
    hessian = check.covariance("hessian", hessian, definite=True)
    if hessian.shape != (2, 2):
        raise ValueError(f"hessian must have shape (2, 2), got {hessian.shape}")
    with matplotlib.rc_context(STYLE):
        figure = Figure()
        axes = figure.add_subplot(aspect="equal", xlim=(-limit, limit), ylim=(-limit, limit))
        gap = np.linspace(-limit, limit, 101)
        plane = np.stack(np.meshgrid(gap, gap))  # (2, y, x)
        root_loss = np.sqrt(np.einsum("iyx,ij,jyx->yx", plane, hessian, plane))
        axes.contour(gap, gap, root_loss, levels=8, colors=COLORS["6"], linewidths=0.6, alpha=0.6)
        for place, one in enumerate(paths):
            which = place if one.color is None else one.color
            options = {"color": SERIES_COLORS[which], "linestyle": LINE_STYLES[which], "marker": MARKERS[which]}
            axes.plot(one.x, one.y, **options, label=one.label)
        axes.plot(0, 0, marker="+", markersize=10, color=COLORS["ink"], linestyle="none", label="answer")
        axes.set(xlabel=x_label, ylabel=y_label)
        axes.grid(visible=False)
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return Picture(figure, _words.contour_chart(paths, x_label, y_label))


def _draw(axes, one, place):
    which = (place if one.color is None else one.color) % len(SERIES_COLORS)
    color, y = SERIES_COLORS[which], np.where(np.isfinite(one.y), one.y, np.nan)
    if one.points:
        interval = None if one.low is None else [one.y - one.low, one.high - one.y]
        axes.errorbar(
            one.x, y, yerr=interval, fmt=MARKERS[which], color=color, markerfacecolor=COLORS["paper"], capsize=2
        )
        return
    if one.low is not None:
        axes.fill_between(one.x, one.low, one.high, color=color, alpha=0.2, linewidth=0)
    axes.plot(one.x, y, color=color, linestyle=LINE_STYLES[which])


def _use_log_scale(axis):
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    axis.set_major_locator(LogLocator(numticks=8))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _power_of_ten(value)))
    axis.set_minor_formatter(NullFormatter())


def _power_of_ten(value):
    exponent = round(np.log10(value))
    return f"{value:g}" if -4 < exponent < 5 else f"10{superscript(exponent)}"


def _label_ends(axes, series, level):
    """Write each label to the right of where its series ends, pushed apart where they would touch."""
    labels = [(level[1], level[0], COLORS["6"])] if level is not None else []
    for place, one in enumerate(series):
        last = one.y[np.isfinite(one.y)][-1]
        labels.append((one.label, last, SERIES_COLORS[(place if one.color is None else one.color) % 6]))
    to_axes = axes.transData + axes.transAxes.inverted()
    x = axes.get_xlim()[1]
    heights = [float(np.clip(to_axes.transform((x, y))[1], 0, 1)) for _, y, _ in labels]
    line = 1.25 * STYLE["font.size"] / (0.8 * 72 * STYLE["figure.figsize"][1])  # height of a line of text
    sizes = [line * (1 + text.count("\n")) for text, _, _ in labels]
    for (text, _, color), height in zip(labels, _spread(heights, sizes), strict=True):
        axes.text(1.02, height, text, color=color, transform=axes.transAxes, va="center")


def _spread(heights, sizes):
    """Push labels of these sizes apart, upwards and then down from the top, keeping their order."""
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    spread = list(heights)
    for below, above in pairwise(order):
        spread[above] = max(spread[above], spread[below] + (sizes[below] + sizes[above]) / 2)
    spread[order[-1]] = min(spread[order[-1]], 1)
    for above, below in pairwise(reversed(order)):
        spread[below] = min(spread[below], spread[above] - (sizes[below] + sizes[above]) / 2)
    return spread
