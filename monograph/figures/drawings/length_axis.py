"""One axis of the training length, from lengths that are always safe to those with which chains diverge."""

from itertools import pairwise

import numpy as np

from monograph.figures.drawings.board import WIDTH, Board
from monograph.figures.picture import COLORS, Picture
from ttsbook import theory
from ttsbook.arrays import CovarianceLike

LEFT, RIGHT, LINE = 2.0, WIDTH - 2, 9.0


def length_axis(cov: CovarianceLike, test_cov: CovarianceLike) -> Picture:
    """Draw the training lengths n at which the fate of long chains changes, for endless test prompts.

    These are the safe length, 2 tr Λ/λ_max(Σ); n⋆, where the longest and the shortest stride sum to 2; and n_crit.

    Parameters
    ----------
    cov, test_cov
        Covariances of training and test, for which n⋆ and n_crit are finite.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> skewed = covariance.power_law(20, 0.8, trace=20)
    >>> length_axis(skewed, covariance.isotropic(20)).alt[-35:]
    'Beyond n_crit = 180 chains diverge.'
    """
    safe = 2 * np.trace(np.asarray(cov)) / np.linalg.eigvalsh(np.asarray(test_cov))[-1]
    star, critical = _best_length(cov, test_cov), theory.critical_train_length(cov, test_cov)
    if not safe < star < critical < np.inf:
        raise ValueError(f"lengths must rise and be finite, got {safe:.3g}, {star:.3g} and {critical:.3g}")
    low, high = safe / 2, 1.6 * critical
    board = Board(20)

    def place(length: float) -> float:
        return LEFT + (RIGHT - LEFT) * np.log(length / low) / np.log(high / low)

    stops = [low, safe, star, critical, high]
    texts = ["safe, whatever\nthe tail", "a larger n\nis better", "a larger n\nis worse", "chains\ndiverge"]
    for (start, end), text, color in zip(pairwise(stops), texts, "3152", strict=True):
        board.box(place(start), LINE - 0.7, place(end) - place(start), 1.4, color=color, tint=0.35)
        board.words((place(start) + place(end)) / 2, LINE + 3.2, text, color=color)
    for length, name in ((safe, "safe length"), (star, "n⋆"), (critical, "n_crit")):
        board.axes.plot([place(length)] * 2, [LINE - 1.4, LINE + 1.4], color=COLORS["ink"], linewidth=1.2)
        board.words(place(length), LINE - 3.4, f"{name}\n{length:.0f}")
    board.words((LEFT + RIGHT) / 2, 1.2, "examples n in a training prompt (logarithmic)")
    board.words((LEFT + RIGHT) / 2, 17.6, "long chains, endless test prompts")
    alt = (
        f"Axis of the training length n, logarithmic. Up to the safe length {safe:.0f} no chain diverges, whatever the "
        f"tail. Up to n⋆ = {star:.0f} a larger n is better for long chains, from there it is worse. Beyond n_crit = "
        f"{critical:.0f} chains diverge."
    )
    return Picture(board.figure, alt)


def _best_length(cov: CovarianceLike, test_cov: CovarianceLike) -> float:
    """Length n⋆, at which the longest and the shortest stride sum to 2."""
    from scipy.optimize import brentq  # here, so that pictures start without SciPy

    def excess(length: float) -> float:
        strides = np.real(theory.strides(np.linalg.inv(theory.gamma(cov, length)), test_cov))
        return float(strides.max() + strides.min() - 2)

    top = 1e6
    return float(brentq(excess, 1, top)) if excess(top) > 0 else np.inf
