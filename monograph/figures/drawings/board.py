"""A board to draw on: one unit is a tenth of an inch, whatever the drawing's size."""

from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from monograph.figures.picture import COLORS, STYLE

WIDTH = 52.0
"""Units from left to right, those of all pictures."""
TRAINING, TESTING, THINKING = "1", "2", "3"
"""Colors of what belongs to training (Λ, Γ, n), to the test (Σ, m) and to the chain of thought (k, its answers)."""
ROW_COLORS = {"x": "4", "y": "5", "w": THINKING, "flag": "6"}
"""Colors of the four row blocks of an embedding."""


class Board:
    """An empty picture with boxes, words and arrows for pens.

    Parameters
    ----------
    height
        Units from bottom to top.

    Examples
    --------
    >>> board = Board(10)
    >>> board.box(1, 1, 20, 8, "the layer")
    >>> [word.get_text() for word in board.axes.texts]
    ['the layer']
    """

    def __init__(self, height: float) -> None:
        free: dict[Any, Any] = STYLE | {"figure.constrained_layout.use": False}
        with matplotlib.rc_context(free):
            self.figure: Figure = Figure(figsize=(WIDTH / 10, height / 10))
            self.axes: Axes = self.figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, height))
            self.axes.set_axis_off()

    def box(
        self, x: float, y: float, width: float, height: float, text: str = "", *, color: str = "6", tint: float = 0.14
    ) -> None:
        """Draw a tinted box from its lower left corner, with words in its middle."""
        self.axes.add_patch(Rectangle((x, y), width, height, facecolor=COLORS[color], alpha=tint, linewidth=0))
        outline = Rectangle((x, y), width, height, facecolor="none", edgecolor=COLORS[color], linewidth=0.9)
        self.axes.add_patch(outline)
        if text:
            self.words(x + width / 2, y + height / 2, text)

    def words(self, x: float, y: float, text: str, *, color: str = "ink", align: str = "center", **style: Any) -> None:
        """Write words, at the height of their middle unless told otherwise."""
        with matplotlib.rc_context(STYLE):
            self.axes.text(x, y, text, color=COLORS[color], ha=align, va="center", **style)

    def arrow(
        self, start: tuple[float, float], end: tuple[float, float], *, color: str = "ink", bend: float = 0
    ) -> None:
        """Draw an arrow, to the left of its way if it is bent."""
        arrow = FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=8,
            color=COLORS[color],
            linewidth=1.2,
            shrinkA=0,
            shrinkB=0,
            connectionstyle=f"arc3,rad={bend}",
        )
        self.axes.add_patch(arrow)
