"""Which tasks the paper's program selects, and how often that helps, as the experiment `selection` found it."""

import numpy as np
import scipy  # loads its statistics when they are first asked for
from jaxtyping import Float64
from numpy.typing import ArrayLike

from monograph.experiments.results import Results, Run
from monograph.experiments.selection import plan
from ttsbook import theory
from ttsbook.arrays import Covariance, Preconditioner
from ttsbook.theory import selection


def pool_groups(records: Results) -> dict[str, Run]:
    """Name the runs of the experiment `selection`: each is one way to make pools.

    Parameters
    ----------
    records
        Of the experiment `selection`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> next(iter(pool_groups(results.load("selection"))))
    'raw spectra, shared skills, target 0.5'
    """
    names = {"raw": "raw spectra", "trace d": "equal traces"}
    return {f"{names[run['scale']]}, {run['skills']} skills, target {run['target']:g}": run for run in records.runs}


def rescaled(records: Results, run: Run, *, pools: int) -> Float64[np.ndarray, "2 {pools} steps"]:
    """Compute exact errors with the scaling that is best for a mixture, in the first pools of a run.

    They are those / d of the even mixture and then of the program's, for the numbers of steps in the settings.
    In the book: :prf:ref:`prop-cure`.

    Parameters
    ----------
    records
        Of the experiment `selection`.
    run
        One of its runs.
    pools
        Number of pools.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> records = results.load("selection")
    >>> even, program = rescaled(records, records.runs[0], pools=2)
    >>> even.shape, bool((even <= np.array(records.runs[0]["uniform"])[:2]).all())
    ((2, 3), True)
    """
    way = {name: run[name] for name in ("scale", "target", "skills")}
    errors = []
    for pool in range(pools):
        tasks, target_cov = plan.pool_of(records.settings, **way, pool=pool)
        chosen = selection.quadratic_program([task.cov for task in tasks], target_cov).weights
        for weights in (np.full(len(tasks), 1 / len(tasks)), chosen):
            P = plan.preconditioner(tasks, weights)
            errors.append([_least(P, target_cov, steps) for steps in records.settings["steps"]])
    return np.array(errors).reshape(pools, 2, -1).swapaxes(0, 1)


def share(wins: ArrayLike, confidence: float = 0.95) -> tuple[float, float, float]:
    """Compute the share of the pools that count and its Clopper–Pearson interval.

    Parameters
    ----------
    wins
        Pools that count.
    confidence
        Coverage of the interval.

    Examples
    --------
    >>> [float(round(value, 2)) for value in share([True, True, True, False])]
    [0.75, 0.19, 0.99]
    """
    wins = np.asarray(wins)
    interval = scipy.stats.binomtest(int(wins.sum()), wins.size).proportion_ci(confidence)
    return wins.mean(), interval.low, interval.high


def percent(wins: ArrayLike) -> str:
    """Write the share of the pools that count and its 95 % interval in words.

    Parameters
    ----------
    wins
        Pools that count.

    Examples
    --------
    >>> percent([True, True, True, False])
    '75 % (19–99 %)'
    """
    return "{:.0f} % ({:.0f}–{:.0f} %)".format(*(100 * value for value in share(wins)))


def _least(P: Preconditioner, target_cov: Covariance, steps: int) -> float:
    """Error / d after k steps with the best scaling."""
    factor = theory.best_scaling_limit(P, target_cov, steps)
    return theory.cot_error_limit(P / factor, target_cov, steps)[steps] / len(P)
