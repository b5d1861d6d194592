"""A prompt in its two phases: in training, and in a test."""

from monograph.figures.drawings.board import TESTING, THINKING, TRAINING, Board
from monograph.figures.picture import Picture

ALT = (
    "Drawing of two phases, from left to right. Training: many prompts with n examples (x, y) each, of "
    "covariance Λ, go into the layer, which answers w₁; the difference from w corrects the layer. Test: one "
    "prompt with m examples, of covariance Σ and with a weight w that was never used, goes into the same layer, "
    "which is not corrected any more; its answer is added to the prompt, and the layer is asked again, k times."
)


def two_phases() -> Picture:
    """Draw how a prompt is used in training, and how in a test.

    Examples
    --------
    >>> two_phases().alt[:47]
    'Drawing of two phases, from left to right. Trai'
    """
    board = Board(29)
    for shift, text in ((1.4, ""), (0.7, ""), (0, "x₁, y₁  …  xₙ, yₙ")):
        _prompt(board, 1 + shift, 18.4 + shift, text, TRAINING)
    board.words(1, 27.4, "Training: many prompts", color=TRAINING, align="left", fontweight="bold")
    board.words(9, 16.6, "n examples, covariance Λ", color=TRAINING)
    board.arrow((19.4, 21), (23, 21))
    board.box(23, 18.4, 10, 5.2, "layer")
    board.arrow((33, 21), (37, 21))
    board.words(39.2, 21, "w₁")
    board.words(46, 21, "against w", color=TRAINING)
    board.arrow((45, 22.6), (28, 24), color=TRAINING, bend=0.25)
    board.words(37, 26.6, "corrects the layer", color=TRAINING)
    board.words(1, 12.6, "Test: one new prompt", color=TESTING, align="left", fontweight="bold")
    _prompt(board, 1, 5.4, "x₁, y₁  …  xₘ, yₘ", TESTING)
    board.words(9, 3.4, "m examples, covariance Σ", color=TESTING)
    board.arrow((17.5, 8), (23, 8))
    board.box(23, 5.4, 10, 5.2, "same layer")
    board.arrow((33, 8), (37, 8))
    board.words(44, 8, "w₁, w₂, … wₖ", color=THINKING)
    board.arrow((43, 6.4), (20, 7.4), color=THINKING, bend=-0.32)
    board.words(40, 1.4, "add it, ask again: k steps", color=THINKING)
    return Picture(board.figure, ALT)


def _prompt(board: Board, x: float, y: float, text: str, color: str) -> None:
    board.box(x, y, 16.5, 5.2, color="paper", tint=1)
    board.box(x, y, 16.5, 5.2, text, color=color)
