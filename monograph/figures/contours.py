"""Paths over the contours of a quadratic loss."""

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from monograph.figures import words
from monograph.figures.picture import COLORS, LINE_STYLES, MARKERS, SERIES_COLORS, STYLE, Picture, Series
from ttsbook import _validation as check
from ttsbook.arrays import MatrixLike


def contours(
    hessian: MatrixLike, paths: Sequence[Series], *, x_label: str, y_label: str, limit: float = 2.2
) -> Picture:
    r"""Draw paths over the contours of a quadratic loss in two directions, with the answer in the middle.

    Parameters
    ----------
    hessian
        Positive semidefinite 2 × 2 matrix S: the loss is :math:`\frac12\, g^\top S g` at the gap g from the answer.
    paths
        Gaps from the answer, step by step, at least one path.
    x_label, y_label
        Labels of the axes.
    limit
        Largest gap shown.

    Examples
    --------
    >>> from monograph.figures import Series
    >>> newton = Series("Newton", [2, 0], [1, 0])
    >>> contours([[1, 0], [0, 0.1]], [newton], x_label="strong", y_label="weak").alt[-42:]
    '“Newton”: from (2, 1) to (0, 0) in 1 step.'
    """
    if not paths:
        raise ValueError("paths must hold at least one Series, got none")
    hessian = check.covariance("hessian", hessian)
    if hessian.shape != (2, 2):
        raise ValueError(f"hessian must have shape (2, 2), got {hessian.shape}")
    with matplotlib.rc_context(STYLE):
        figure = Figure()
        axes = figure.add_subplot(aspect="equal", xlim=(-limit, limit), ylim=(-limit, limit))
        gap = np.linspace(-limit, limit, 101)
        plane = np.stack(np.meshgrid(gap, gap))  # (2, y, x)
        root_loss = np.sqrt(np.einsum("iyx,ij,jyx->yx", plane, hessian, plane).clip(min=0))
        axes.contour(gap, gap, root_loss, levels=8, colors=COLORS["6"], linewidths=0.6, alpha=0.6)
        for place, one in enumerate(paths):
            which = (place if one.color is None else one.color) % len(SERIES_COLORS)
            options: dict[str, Any] = {
                "color": SERIES_COLORS[which],
                "linestyle": LINE_STYLES[which],
                "marker": MARKERS[which],
            }
            axes.plot(one.x, one.y, **options, label=one.label)
        axes.plot(0, 0, marker="+", markersize=10, color=COLORS["ink"], linestyle="none", label="answer")
        axes.set(xlabel=x_label, ylabel=y_label)
        axes.grid(visible=False)
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return Picture(figure, words.contour_chart(paths, x_label, y_label))
