"""Which tasks the paper's program selects, and how often that helps, as the experiment `selection` found it."""

import numpy as np
from scipy.stats import binomtest


def pool_groups(found):
    """Name the runs: each is one way to make pools.

    Parameters
    ----------
    found : Results
        Of the experiment `selection`.

    Returns
    -------
    dict of str to dict
        Runs by their names.

    Examples
    --------
    >>> from ttsbook import results
    >>> next(iter(pool_groups(results.load("selection"))))
    'raw spectra, axis-aligned skills, target 0.2'
    """
    names = {"raw": "raw spectra", "trace d": "equal traces"}
    return {f"{names[run['scale']]}, {run['skills']} skills, target {run['target']:g}": run for run in found.runs}


def share(wins, confidence=0.95):
    """Compute a share of pools and its Clopper–Pearson interval.

    Parameters
    ----------
    wins : array_like of bool, shape (pools,)
        Pools that count.
    confidence : float, default 0.95
        Coverage of the interval.

    Returns
    -------
    share, low, high : float

    Examples
    --------
    >>> [float(round(value, 2)) for value in share([True, True, True, False])]
    [0.75, 0.19, 0.99]
    """
    wins = np.asarray(wins)
    interval = binomtest(int(wins.sum()), wins.size).proportion_ci(confidence)
    return wins.mean(), interval.low, interval.high


def percent(wins):
    """Write a share of pools and its 95 % interval in words.

    Parameters
    ----------
    wins : array_like of bool, shape (pools,)
        Pools that count.

    Returns
    -------
    str

    Examples
    --------
    >>> percent([True, True, True, False])
    '75 % (19–99 %)'
    """
    return "{:.0f} % ({:.0f}–{:.0f} %)".format(*(100 * value for value in share(wins)))
