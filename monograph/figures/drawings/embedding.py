"""An embedded prompt as a grid, its row blocks colored."""

import numpy as np

from monograph.figures.drawings.board import ROW_COLORS, WIDTH, Board
from monograph.figures.picture import Picture
from ttsbook.arrays import MatrixLike

ROW, LEFT, TOP = 2.6, 7.0, 4.6


def embedding(E: MatrixLike) -> Picture:
    """Draw the embedding of one prompt: a column for each example, and the weight token.

    Parameters
    ----------
    E
        Embedding, 2d + 2 rows; its last column is the weight token.

    Examples
    --------
    >>> embedding([[0.5, 0], [-1, 0], [0, 2], [0, 1]]).alt[-41:]
    'Weight token: w = 2.00, flag = 1, else 0.'
    """
    E = np.asarray(E, dtype=np.float64)
    if E.ndim != 2 or E.shape[0] < 4 or E.shape[0] % 2 or E.shape[1] < 2:
        raise ValueError(f"E must have 2d + 2 rows and at least two columns, got shape {E.shape}")
    dim, columns = E.shape[0] // 2 - 1, E.shape[1]
    names = [*["x"] * dim, "y", *["w"] * dim, "flag"]
    board = Board(ROW * len(names) + TOP + 1)
    width = (WIDTH - LEFT - 1) / columns
    for row, name in enumerate(names):
        y = 1 + ROW * (len(names) - 1 - row)
        board.words(LEFT - 1, y + ROW / 2, name, color=ROW_COLORS[name], align="right")
        for column in range(columns):
            filled = name in "xy" if column < columns - 1 else name not in "xy"
            text = _written(E[row, column], name) if filled else "0"
            tint = 0.16 if filled else 0.0
            board.box(LEFT + width * column, y, width, ROW, text, color=ROW_COLORS[name], tint=tint)
    heads = [f"example {column + 1}" for column in range(columns - 1)]
    for column, head in enumerate([*heads, "weight token"]):
        board.words(LEFT + width * (column + 0.5), board.axes.get_ylim()[1] - TOP / 2, head)
    return Picture(board.figure, _words(E, dim))


def _written(value: float, name: str) -> str:
    return f"{value:.0f}" if name == "flag" else f"{value:.2f}".replace("-", "−")


def _words(E: np.ndarray, dim: int) -> str:
    def vector(values: np.ndarray) -> str:
        written = ", ".join(_written(value, "x") for value in values)
        return f"({written})" if dim > 1 else written

    examples = [
        f"Example {number}: x = {vector(column[:dim])}, y = {_written(column[dim], 'y')}."
        for number, column in enumerate(E.T[:-1], start=1)
    ]
    last = f"Weight token: w = {vector(E[dim + 1 : -1, -1])}, flag = {_written(E[-1, -1], 'flag')}, else 0."
    head = f"Grid of {len(E)} rows and {E.shape[1]} columns: rows for x, y, w and the flag, each block in its color."
    return " ".join([head, *examples, last])
