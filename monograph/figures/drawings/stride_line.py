"""The line of strides: too short, right, too long, and so long that each step leads farther away."""

from collections.abc import Mapping

from monograph.figures.drawings.board import WIDTH, Board
from monograph.figures.picture import COLORS, Picture
from monograph.page import rounded

LEFT, RIGHT, LINE = 3.0, WIDTH - 2, 10.0
REGIONS = ((0, 1, "too short:\nnearer,\nsame side", "1"), (1, 2, "too long:\nnearer,\nother side", "5"))


def stride_line(strides: Mapping[str, float]) -> Picture:
    """Draw strides on their line, with what a step of each length does.

    A step of stride μ leaves the part 1 − μ of the gap: it is right at 1, and leads farther away beyond 2.

    Parameters
    ----------
    strides
        Strides by the words for them, one to three, not negative.

    Examples
    --------
    >>> stride_line({"weakest skill": 2.2}).alt[-44:]
    '“weakest skill”: 2.2, farther at every step.'
    """
    if not 1 <= len(strides) <= 3 or min(strides.values()) < 0:
        raise ValueError(f"strides must hold one to three numbers, none negative, got {dict(strides)}")
    end = max(2.8, 1.1 * max(strides.values()))
    board = Board(15.5 + 2.4 * len(strides))

    def place(stride: float) -> float:
        return LEFT + (RIGHT - LEFT) * stride / end

    for low, high, text, color in (*REGIONS, (2, end, "farther\nat every\nstep", "2")):
        board.box(place(low), LINE - 2.6, place(high) - place(low), 5.2, text, color=color, tint=0.22)
    for stride, text in ((0, "0\nno step"), (1, "1\narrives at once"), (2, "2\nas far as before")):
        board.axes.plot([place(stride)] * 2, [LINE - 3.2, LINE + 2.6], color=COLORS["ink"], linewidth=1.2)
        board.words(max(place(stride), LEFT + 0.8), LINE - 5.0, text)
    board.words((LEFT + RIGHT) / 2, 1.2, "stride μ: the part of the gap that one step covers")
    for row, (name, stride) in enumerate(strides.items()):
        height = LINE + 5.2 + 2.4 * row
        board.axes.plot([place(stride)] * 2, [LINE + 3.2, height], color=COLORS["ink"], linewidth=0.7)
        board.axes.plot(place(stride), LINE + 3.2, marker="v", color=COLORS["ink"])
        side = 1 if place(stride) < WIDTH / 2 else -1
        text = f"{name}: {rounded(stride)}"
        board.words(place(stride) + 0.7 * side, height, text, align="left" if side > 0 else "right")
    return Picture(board.figure, _words(strides))


def _words(strides: Mapping[str, float]) -> str:
    said = [f"“{name}”: {rounded(stride)}, {_effect(stride)}." for name, stride in strides.items()]
    head = (
        "Number line of the stride μ. At 0 there is no step. Up to 1 a step is too short, and leads nearer. At 1 it "
        "arrives. From 1 to 2 it is too long, and leads nearer on the other side. At 2 it ends as far away as before, "
        "and beyond 2 each step leads farther away."
    )
    return " ".join([head, *said])


def _effect(stride: float) -> str:
    if stride > 2:
        return "farther at every step"
    return "too long" if stride > 1 else "too short" if stride < 1 else "right"
