"""Intervals for several means at once."""

from statistics import NormalDist

import numpy as np

from ttsbook import _validation as check


def quantile(looks, confidence=0.99):
    """Return how many standard errors to take on each side of several means, so that all intervals hold at once.

    By Bonferroni's correction, which shares 1 - `confidence` between the means.

    Parameters
    ----------
    looks : int
        Number of means.
    confidence : float, default 0.99
        Coverage of all intervals together.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> round(quantile(1), 2), round(quantile(10), 2)
    (2.58, 3.29)
    """
    check.count("looks", looks, least=1)
    if not 0 < check.number("confidence", confidence) < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence!r}")
    return NormalDist().inv_cdf(1 - (1 - confidence) / (2 * looks))


def simultaneous(mean, standard_error, looks, confidence=0.99):
    """Return the ends of intervals around means of errors, which are not negative, for all looks at once.

    Parameters
    ----------
    mean, standard_error : ndarray
        Of the same shape. Where the standard error is not finite nothing is known.
    looks : int
        Number of means that are looked at.
    confidence : float, default 0.99
        Coverage of all intervals together.

    Returns
    -------
    low, high : ndarray
        From 0 to infinity where nothing is known.

    Examples
    --------
    >>> low, high = simultaneous(np.array([1.0, 1.0]), np.array([0.1, np.inf]), 2)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.72, 0.0], [1.28, inf])
    """
    half = quantile(looks, confidence) * np.asarray(standard_error)
    known = np.isfinite(half)
    half = np.where(known, half, 0)
    return np.where(known, np.maximum(mean - half, 0), 0.0), np.where(known, mean + half, np.inf)
