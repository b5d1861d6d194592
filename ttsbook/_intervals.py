"""Intervals for several means of errors at once."""

from statistics import NormalDist

import numpy as np


def normal_quantile(looks, confidence=0.99):
    """Return how many standard errors on each side of a mean Bonferroni's correction takes for so many looks."""
    return NormalDist().inv_cdf(1 - (1 - confidence) / (2 * looks))


def simultaneous(mean, standard_error, looks, confidence=0.99):
    """Return the ends of intervals around means of errors, which are not negative, for all looks at once.

    Where the standard error is not finite nothing is known: the interval reaches from 0 to infinity.
    """
    half = normal_quantile(looks, confidence) * np.asarray(standard_error)
    known = np.isfinite(half)
    half = np.where(known, half, 0)
    return np.where(known, np.maximum(mean - half, 0), 0.0), np.where(known, mean + half, np.inf)
