"""The loop of thinking: answer, append, run again."""

import numpy as np

from monograph.figures.drawings.board import TESTING, THINKING, Board
from monograph.figures.picture import Picture
from monograph.page import rounded
from ttsbook.arrays import VectorLike

ROW = 5.4
SUBSCRIPTS = "₀₁₂₃"


def thinking_loop(distances: VectorLike) -> Picture:
    """Draw how each answer is appended to the prompt, and the same layer runs on the longer prompt.

    Parameters
    ----------
    distances
        Distances of the answers w₀, w₁, ... from the weight: three or four.

    Examples
    --------
    >>> thinking_loop([2, 1, 0.5]).alt[-52:]
    'Distances of the answers from w: w₀ 2, w₁ 1, w₂ 0.5.'
    """
    distances = np.asarray(distances, dtype=np.float64)
    if distances.ndim != 1 or distances.size not in (3, 4):
        raise ValueError(f"distances must be three or four numbers, got shape {distances.shape}")
    board = Board(ROW * distances.size + 4.4)
    top = board.axes.get_ylim()[1]
    board.words(8, top - 1.6, "the prompt", color=TESTING)
    board.words(22.5, top - 1.6, "its answers", color=THINKING)
    board.words(47.5, top - 1.8, "distance\nto w")
    board.box(36.2, 0.8, 7, top - 5.2, "same\nlayer,\nV and W")
    for k, distance in enumerate(distances):
        y = top - 3.8 - ROW * (k + 0.5)
        board.box(1, y - 1.6, 14, 3.2, "m examples", color=TESTING)
        for i in range(k + 1):
            board.box(16 + 4.2 * i, y - 1.6, 3.8, 3.2, f"w{SUBSCRIPTS[i]}", color=THINKING, tint=0.3 if i == k else 0.1)
        right = 16 + 4.2 * (k + 1)
        if k < distances.size - 1:
            board.arrow((right + 0.2, y - 0.5), (36, y - 0.5))
        if k:
            board.arrow((36, y + 1.0), (right + 0.2, y + 1.0), color=THINKING)
        board.words(47.5, y, rounded(distance), color=THINKING)
    return Picture(board.figure, _words(distances))


def _words(distances: np.ndarray) -> str:
    said = ", ".join(f"w{SUBSCRIPTS[k]} {rounded(distance)}" for k, distance in enumerate(distances))
    return (
        f"Drawing of a loop in {distances.size} rows. The first row is the prompt, m examples and the start w₀. The "
        "layer reads it and returns w₁, which is appended; the next row is this longer prompt, read by the same layer, "
        f"and so on. Distances of the answers from w: {said}."
    )
