"""The parameters V and W of a layer as two grids of blocks."""

from collections.abc import Mapping

from monograph.figures.drawings.board import ROW_COLORS, Board
from monograph.figures.picture import Picture

CELL_WIDTH, CELL_HEIGHT, LEFT = 5.0, 3.2, 5.4
NAMES = tuple(ROW_COLORS)


def block_grid(labels: Mapping[str, str], *, rest: str = "0") -> Picture:
    """Draw the sixteen blocks of V and those of W, and write into each what it is or does.

    Parameters
    ----------
    labels
        Words for blocks by their names, such as "V31": row w, column x. Blocks of equal words have one color.
    rest
        What is true of all other blocks.

    Examples
    --------
    >>> block_grid({"V31": "P", "W13": "I", "W24": "1"}).alt[67:]
    'V, row w, column x: P. W, row x, column w: I. W, row y, column flag: 1. All other blocks: 0.'
    """
    unknown = [name for name in labels if name[:1] not in ("V", "W") or name[1:] not in _PLACES]
    if unknown:
        raise ValueError(f"labels must be for blocks from V11 to W44, got {', '.join(map(repr, unknown))}")
    colors = {text: str(place % 6 + 1) for place, text in enumerate(dict.fromkeys(labels.values()))}
    board = Board(4 * CELL_HEIGHT + 7)
    for matrix, left in (("V", LEFT), ("W", 26 + LEFT)):
        board.words(left + 2 * CELL_WIDTH, 4 * CELL_HEIGHT + 5.6, matrix, fontweight="bold")
        for i, name in enumerate(NAMES):
            x, y = left + CELL_WIDTH * i, 1 + CELL_HEIGHT * (3 - i)
            board.words(x + CELL_WIDTH / 2, 4 * CELL_HEIGHT + 2.6, name, color=ROW_COLORS[name])
            board.words(left - 0.8, y + CELL_HEIGHT / 2, name, color=ROW_COLORS[name], align="right")
            for j in range(4):
                text = labels.get(f"{matrix}{i + 1}{j + 1}")
                color, tint = (colors[text], 0.2) if text else ("6", 0)
                board.box(left + CELL_WIDTH * j, y, CELL_WIDTH, CELL_HEIGHT, text or "·", color=color, tint=tint)
    return Picture(board.figure, _words(labels, rest))


_PLACES = {f"{i}{j}": (row, column) for i, row in enumerate(NAMES, 1) for j, column in enumerate(NAMES, 1)}


def _words(labels: Mapping[str, str], rest: str) -> str:
    head = "Two grids of blocks, V and W, with rows and columns x, y, w, flag."
    said = []
    for name, text in labels.items():
        row, column = _PLACES[name[1:]]
        said.append(f"{name[0]}, row {row}, column {column}: {text}.")
    return " ".join([head, *said, *([f"All other blocks: {rest}."] if len(labels) < 32 else [])])
