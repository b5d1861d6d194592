"""Heat maps: a table whose cells are the darker the larger what they stand for."""

from collections.abc import Sequence
from itertools import product

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from monograph.figures import words
from monograph.figures.picture import COLORS, STYLE, Picture

LINE = 0.17  # height of a line of a cell, in inches


def heat_map(
    values: ArrayLike,
    texts: Sequence[Sequence[str]],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    label: str,
    row_label: str = "",
    column_label: str = "",
    bold: ArrayLike | None = None,
) -> Picture:
    """Draw a cell for each row and column, with its text, the darker the larger its value.

    Parameters
    ----------
    values
        What the color stands for, one number a cell.
    texts
        Words of the cells; a line break is allowed.
    rows, columns
        Names of the rows, from the top, and of the columns.
    label
        What the texts say.
    row_label, column_label
        What rows and columns are.
    bold
        Cells whose text is bold.

    Examples
    --------
    >>> heat_map([[0, 1]], [["no", "yes"]], rows=["a"], columns=["b", "c"], label="answer")
    Heat map of answer, the darker the larger. Columns: b, c. a: no, yes.
    """
    values = np.asarray(values, dtype=np.float64)
    shape = len(rows), len(columns)
    if values.shape != shape or [len(row) for row in texts] != [shape[1]] * shape[0]:
        raise ValueError(f"values and texts must have shape {shape}, as rows and columns do, got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("values must be finite, got NaN or infinite entries")
    strong = np.zeros(shape, dtype=bool) if bold is None else np.asarray(bold, dtype=bool)
    low, span = values.min(), float(np.ptp(values)) or 1.0
    with matplotlib.rc_context(STYLE):
        high = LINE * (1.5 + max(text.count("\n") for row in texts for text in row))
        figure = Figure(figsize=(STYLE["figure.figsize"][0], 0.7 + high * shape[0]))
        axes = figure.add_subplot(xlim=(0, shape[1]), ylim=(shape[0], 0))
        for i, j in product(range(shape[0]), range(shape[1])):
            shade = round(0.55 * float(values[i, j] - low) / span, 3)
            axes.add_patch(Rectangle((j, i), 1, 1, facecolor=COLORS["1"], alpha=shade, linewidth=0))
            weight = "bold" if strong[i, j] else "normal"
            axes.text(j + 0.5, i + 0.5, texts[i][j], ha="center", va="center", fontweight=weight)
        axes.set(xlabel=column_label, ylabel=row_label)
        axes.set_xticks(np.arange(shape[1]) + 0.5, columns)
        axes.set_yticks(np.arange(shape[0]) + 0.5, rows)
        axes.xaxis.tick_top()
        axes.xaxis.set_label_position("top")
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
    return Picture(figure, words.heat_map(texts, rows, columns, label, row_label, column_label))
