"""Pictures in one style: SVG that follows the page's colors, with alt text written from the data."""

import hashlib
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from ttsbook.arrays import Vector, VectorLike

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
STYLE: dict[Any, Any] = {  # only a later Matplotlib has a name for the type of its keys
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
    figure
        The figure; change it as you like before it is shown.
    alt
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

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": self.alt}

    def svg(self) -> str:
        """SVG text, the same for the same data, its colors as CSS variables with these as fallback."""
        buffer = io.StringIO()
        with matplotlib.rc_context(STYLE):
            self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        text = buffer.getvalue()[buffer.getvalue().index("<svg") :]
        text = re.sub(r"\s*<(metadata|style).*?</\1>", "", text, flags=re.DOTALL)
        text = text.replace("<svg ", '<svg style="stroke-linejoin: round; stroke-linecap: butt" ', 1)
        for name, color in COLORS.items():
            text = text.replace(f": {color}", f": var(--tts-{name}, {color})")
        return self._with_steady_ids(text)

    def _with_steady_ids(self, text: str) -> str:
        """Put numbers for ids, which Matplotlib makes of coordinates: their last digits differ between processors."""
        prefix = hashlib.sha256(self.alt.encode()).hexdigest()[:8]
        ids = dict.fromkeys(HASHED_ID.findall(text))
        names = {name: f"i{prefix}-{number}" for number, name in enumerate(ids, start=1)}
        return re.sub("|".join(names), lambda match: names[match[0]], text) if names else text


@dataclass(frozen=True, eq=False, init=False)
class Series:
    """One line or one set of points of a picture.

    Parameters
    ----------
    label
        Words for it; a line break is allowed.
    x, y
        Data. Infinite values of y are left out of the picture.
    low, high
        Interval around y: a shaded band for a line, bars for points.
    points
        Draw markers, without a line.
    color
        Which color and style of the palette, from 0; by default the series' place in the picture.

    Examples
    --------
    >>> k = np.arange(3)
    >>> Series("exact", k, 0.5**k, color=2).y.tolist()
    [1.0, 0.5, 0.25]
    """

    label: str
    x: Vector
    y: Vector
    low: Vector | None
    high: Vector | None
    points: bool
    color: int | None

    def __init__(
        self,
        label: str,
        x: VectorLike,
        y: VectorLike,
        low: VectorLike | None = None,
        high: VectorLike | None = None,
        points: bool = False,
        color: int | None = None,
    ) -> None:
        for name, numbers in (("x", x), ("y", y), ("low", low), ("high", high)):
            array = None if numbers is None else np.asarray(numbers, dtype=np.float64)
            object.__setattr__(self, name, array)
        for name, plain in (("label", label), ("points", points), ("color", color)):
            object.__setattr__(self, name, plain)
        if self.x.shape != self.y.shape or self.x.ndim != 1 or self.x.size == 0:
            raise ValueError(f"x and y must be arrays of one length, got shapes {self.x.shape} and {self.y.shape}")
        if (self.low is None) != (self.high is None):
            raise ValueError(f"low and high must be given together in “{self.label}”")
        if self.low is not None and self.high is not None and not ((self.low <= self.y) & (self.y <= self.high)).all():
            raise ValueError(f"low and high must lie around y in “{self.label}”")
