"""Pictures in one style: SVG that follows the page's colors, with alt text written from the data."""

import hashlib
import io
import re
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.figure import Figure

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
"""Colors by the names of their CSS variables; those with a number are for series."""
SERIES_COLORS = [color for name, color in COLORS.items() if name.isdigit()]
"""Colors of the series, in order."""
LINE_STYLES = ["-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.5, 1.5, 1.5)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1))]
MARKERS = ["o", "s", "^", "D", "v", "P"]
HASHED_ID = re.compile(r'(?<=id=")[a-zA-Z][0-9a-f]{10}(?=")')
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

    Examples
    --------
    >>> picture = Picture(Figure(), "An empty figure.")
    >>> picture
    An empty figure.
    >>> picture.svg()[:4]
    '<svg'
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
        return self._with_steady_ids(text)

    def _with_steady_ids(self, text):
        """Put numbers for ids, which Matplotlib makes of coordinates: their last digits differ between processors."""
        prefix = hashlib.sha256(self.alt.encode()).hexdigest()[:8]
        ids = dict.fromkeys(HASHED_ID.findall(text))
        names = {found: f"i{prefix}-{number}" for number, found in enumerate(ids, start=1)}
        return re.sub("|".join(names), lambda match: names[match[0]], text) if names else text


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

    Examples
    --------
    >>> k = np.arange(3)
    >>> Series("exact", k, 0.5**k, color=2).y.tolist()
    [1.0, 0.5, 0.25]
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
        if (self.low is None) != (self.high is None):
            raise ValueError(f"low and high must be given together in “{self.label}”")
        if self.low is not None and not ((self.low <= self.y) & (self.y <= self.high)).all():
            raise ValueError(f"low and high must lie around y in “{self.label}”")
