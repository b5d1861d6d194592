"""Intervals for several means at once, and for a share."""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from ttsbook import _validation as check
from ttsbook.arrays import Numbers


def quantile(looks: int, confidence: float = 0.99) -> float:
    """Return how many standard errors to take on each side of several means, so that all intervals hold at once.

    By Bonferroni's correction, which shares 1 - `confidence` between the means.

    Parameters
    ----------
    looks
        Number of means.
    confidence
        Coverage of all intervals together.

    Examples
    --------
    >>> round(quantile(1), 2), round(quantile(10), 2)
    (2.58, 3.29)
    """
    looks = check.count("looks", looks, least=1)
    if not 0 < (coverage := check.number("confidence", confidence)) < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence!r}")
    return NormalDist().inv_cdf(1 - (1 - coverage) / (2 * looks))


def simultaneous(
    mean: ArrayLike, standard_error: ArrayLike, looks: int, confidence: float = 0.99
) -> tuple[Numbers, Numbers]:
    """Return the lower and upper ends of intervals around means of errors, which are not negative, for all at once.

    Parameters
    ----------
    mean
        Means of errors.
    standard_error
        Their standard errors, of the same shape. Where one is not finite nothing is known, and the interval
        goes from 0 to infinity.
    looks
        Number of means that are looked at.
    confidence
        Coverage of all intervals together.

    Examples
    --------
    >>> low, high = simultaneous(np.array([1.0, 1.0]), np.array([0.1, np.inf]), 2)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.72, 0.0], [1.28, inf])
    """
    mean, standard_error = check.array("mean", mean), check.array("standard_error", standard_error)
    if mean.shape != standard_error.shape:
        raise ValueError(f"standard_error must have the shape of mean, {mean.shape}, got {standard_error.shape}")
    if not (mean >= 0).all():
        raise ValueError(f"mean must not be negative or NaN, got {check.shown(mean.tolist())}")
    if (standard_error < 0).any():
        raise ValueError(f"standard_error must not be negative, got {check.shown(standard_error.tolist())}")
    half = quantile(looks, confidence) * standard_error
    known = np.isfinite(half)
    half = np.where(known, half, 0)
    return np.where(known, np.maximum(mean - half, 0), 0.0), np.where(known, mean + half, np.inf)


def share_interval(count: int, samples: int, confidence: float = 0.99) -> tuple[float, float]:
    """Return the ends of Wilson's interval for a share, which is good for small shares as well.

    Parameters
    ----------
    count
        How many of the samples have what is counted.
    samples
        Number of samples, at least 1.
    confidence
        Coverage.

    Examples
    --------
    >>> [round(end, 3) for end in share_interval(0, 100)]
    [0.0, 0.062]
    """
    samples, count = check.count("samples", samples, least=1), check.count("count", count, least=0)
    if count > samples:
        raise ValueError(f"count must be at most samples, got {count} of {samples}")
    square, share = quantile(1, confidence) ** 2 / samples, count / samples
    half = (square * (share * (1 - share) + square / 4)) ** 0.5
    low, high = (share + square / 2 - half) / (1 + square), (share + square / 2 + half) / (1 + square)
    return max(0.0, low) if count else 0.0, min(1.0, high) if count < samples else 1.0  # not 1 - 2e-16
