"""Layers trained on chosen mixtures, as the experiment `curation` found them: errors and paired comparisons."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest, t, ttest_1samp

from ttsbook import _validation as check
from ttsbook import theory
from ttsbook.tasks import mix

READINGS = ("skills", "length")
"""What the size B of a task counts: skills, or examples in a prompt."""
SOURCES = ("trained", "exact")
"""Preconditioners: those that layers learned, and the exact ones."""
STATISTICS = ("endless", "mean", "median")
"""Endless test prompts, or the mean or the median over finite ones."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Errors relative to those of the even mixture, pool by pool.

    Attributes
    ----------
    factors : ndarray, shape (pools,)
        Error after training on the mixture, divided by that after training on all tasks alike.
    median, geometric_mean, low, high : float
        Median of the factors; their geometric mean with its 95 % t interval, of the logarithms.
    better, better_low, better_high : float
        Share of pools with a factor below 1, with its 95 % Clopper–Pearson interval.
    p_value : float
        Of a t test that the geometric mean is 1; NaN if all factors are 1.

    Examples
    --------
    >>> from ttsbook import results
    >>> found = results.load("curation", "tiny")
    >>> one = compare(found, "paper", 1, reading="skills")
    >>> one.low <= one.geometric_mean <= one.high, 0 <= one.better <= 1
    (True, True)
    """

    factors: np.ndarray
    median: float
    geometric_mean: float
    low: float
    high: float
    better: float
    better_low: float
    better_high: float
    p_value: float


def errors(found, mixture, *, reading, source="trained", statistic="endless"):
    """Collect the errors of thinking after training on one of the mixtures.

    Parameters
    ----------
    found : Results
        Of the experiment `curation`: ``results.load("curation")``.
    mixture : str
        Name of the mixture, such as "paper" or "exact, 30 prompts".
    reading : {"skills", "length"}
        What the size B of a task counts.
    source : {"trained", "exact"}, default "trained"
        The preconditioner that layers learned, with the geometric mean over their seeds, or the exact one.
    statistic : {"endless", "mean", "median"}, default "endless"
        Test prompts with m = ∞, or mean or median over the finite ones.

    Returns
    -------
    ndarray, shape (pools, steps + 1)
        Error / d.

    Raises
    ------
    ValueError
        If there is no such mixture or an argument is unknown.

    Examples
    --------
    >>> from ttsbook import results
    >>> errors(results.load("curation", "tiny"), "uniform", reading="skills").shape
    (2, 5)
    """
    check.choice("source", source, SOURCES)
    check.choice("statistic", statistic, STATISTICS)
    runs = found.select(reading=check.choice("reading", reading, READINGS))
    check.choice("mixture", mixture, tuple(runs[0]["exact"]))
    if source == "exact":
        return np.array([run["exact"][mixture][statistic] for run in runs])
    seeds = [[layer[statistic] for layer in run["trained"][mixture]] for run in runs]
    return np.array([np.exp(np.log(curves).mean(axis=0)) for curves in seeds])


def compare(found, mixture, steps, **options):
    """Compare a mixture with the even one on the same pools.

    Parameters
    ----------
    found : Results
        Of the experiment `curation`.
    mixture : str
        Name of the mixture.
    steps : int
        Number k of thinking steps.
    **options
        As for `errors`.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        As for `errors`.

    Examples
    --------
    >>> from ttsbook import results
    >>> compare(results.load("curation", "tiny"), "uniform", 3, reading="skills").median
    1.0
    """
    factors = errors(found, mixture, **options)[:, steps] / errors(found, "uniform", **options)[:, steps]
    logs, count = np.log(factors), len(factors)
    half = t.ppf(0.975, count - 1) * logs.std(ddof=1) / np.sqrt(count)
    share = binomtest(int((factors < 1).sum()), count).proportion_ci(0.95)
    mean_and_ends = np.exp([logs.mean(), logs.mean() - half, logs.mean() + half])
    with np.errstate(invalid="ignore"):
        p_value = float(ttest_1samp(logs, 0).pvalue)
    return Comparison(
        factors,
        float(np.median(factors)),
        *mean_and_ends.tolist(),
        float((factors < 1).mean()),
        share.low,
        share.high,
        p_value,
    )


def holm(p_values):
    """Adjust p-values for their number, by the method of Holm (1979): those below α stand together at the level α.

    Parameters
    ----------
    p_values : array_like, shape (tests,)
        P-values.

    Returns
    -------
    ndarray, shape (tests,)

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    p_values = np.asarray(p_values, dtype=np.float64)
    order = p_values.argsort()
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.maximum.accumulate(p_values[order] * np.arange(p_values.size, 0, -1)).clip(max=1)
    return adjusted


def caution(mixed):
    r"""Split what makes the steps of a layer smaller than the inverse of its mean covariance.

    :math:`B_\pi = A^2 + V_{\rm between} + V_{\rm within}`, with :math:`V_{\rm between} = \sum_\ell \pi_\ell
    (\Lambda_\ell - A)^2` and :math:`V_{\rm within} = \sum_\ell \frac{\pi_\ell}{n_\ell}(\Lambda_\ell^2 +
    \operatorname{tr}(\Lambda_\ell)\, \Lambda_\ell)`.

    In the book: :prf:ref:`prop-spread`.

    Parameters
    ----------
    mixed : Mixture
        Tasks and weights, without label noise.

    Returns
    -------
    mean, between, within : ndarray, each of shape (d, d)
        A and the two parts.

    Examples
    --------
    >>> from ttsbook.tasks import Mixture, Task
    >>> parts = caution(Mixture([Task(np.eye(1), 4), Task(3 * np.eye(1), 4)], [0.5, 0.5]))
    >>> [part.item() for part in parts]
    [2.0, 1.0, 2.5]
    """
    pairs = list(zip(mixed.weights, mixed.tasks, strict=True))
    mean = sum(weight * task.cov for weight, task in pairs)
    between = sum(weight * (task.cov - mean) @ (task.cov - mean) for weight, task in pairs)
    noise = [weight / task.prompt_length * task.cov for weight, task in pairs]
    within = sum(one @ task.cov + np.trace(task.cov) * one for one, task in zip(noise, mixed.tasks, strict=True))
    return mean, between, within


def conditioning(mixed):
    r"""Condition number of :math:`B_\pi`: how much slower gradient descent learns one direction than another.

    Parameters
    ----------
    mixed : Mixture
        Tasks and weights.

    Returns
    -------
    float

    Examples
    --------
    >>> from ttsbook.tasks import Mixture, Task
    >>> round(conditioning(Mixture([Task(np.diag([1.0, 0.1]), 10**9)], [1.0])))
    100
    """
    return float(np.linalg.cond(theory.moments(mixed)[1]))


def pool(found, run):
    """Make the tasks of a run again, and its target.

    Parameters
    ----------
    found : Results
        Of the experiment `curation`.
    run : dict
        One of its runs.

    Returns
    -------
    tasks : list of Task
    target_cov : ndarray, shape (d, d)

    Examples
    --------
    >>> from ttsbook import results
    >>> stored = results.load("curation", "tiny")
    >>> len(pool(stored, stored.runs[0])[0])
    4
    """
    from ttsbook.experiments import curation  # imports torch

    return curation.pool_of(found.settings, run["reading"], run["pool"])


def qualities(tasks, target_cov, weights):
    r"""Measure how a mixture covers a target, how relevant it is, how much of it is hard, and how careful it makes.

    Parameters
    ----------
    tasks : list of Task
        Tasks in the order of `pools.KINDS`, as many of each kind.
    target_cov : ndarray, shape (d, d)
        Covariance :math:`\Sigma` of the target, diagonal.
    weights : ndarray, shape (tasks,)
        Weights of the mixture.

    Returns
    -------
    coverage : float
        Least eigenvalue of :math:`\Sigma^{-1/2} A \Sigma^{-1/2}`: how much the direction that is practiced least,
        for its strength in the target, is practiced.
    relevance : float
        Share of the squared entries of A that lies on the diagonal in the target's skills.
    hard_share : float
        Weight of the hard tasks.
    caution : float
        :math:`\operatorname{tr} B_\pi/\operatorname{tr} A^2`, see `caution`.

    Examples
    --------
    >>> from ttsbook.tasks import Task
    >>> easy, hard = Task(np.eye(2), 5), Task(np.diag([2.0, 0.5]), 5)
    >>> found = qualities([easy, hard, easy, hard], np.eye(2), np.array([0.0, 0.5, 0.5, 0.0]))
    >>> [round(value, 2) for value in found]
    [0.75, 1.0, 0.5, 1.7]
    """
    mean, between, within = caution(mix(tasks, weights))
    roots = np.sqrt(np.diag(target_cov))
    return (
        float(np.linalg.eigvalsh(mean / np.outer(roots, roots))[0]),
        float(np.square(np.diag(mean)).sum() / np.square(mean).sum()),
        float(weights.reshape(4, -1)[[1, 3]].sum()),
        float(1 + np.trace(between + within) / np.trace(mean @ mean)),
    )


def learned_ratios(found, steps):
    """How far trained layers think unlike the exact preconditioner, with the condition number of their training.

    In the book: :prf:ref:`prop-rare`.

    Parameters
    ----------
    found : Results
        Of the experiment `curation`.
    steps : int
        Number k of thinking steps.

    Returns
    -------
    ratios, conditions : ndarray, each of shape (pools, mixtures)
        Error at m = ∞ of the layers, geometric mean over seeds, relative to that of the exact
        preconditioner; and `conditioning` of the mixture. The six mixtures that do not rest on an
        estimate, pools of both readings.

    Examples
    --------
    >>> from ttsbook import results
    >>> [part.shape for part in learned_ratios(results.load("curation", "tiny"), 3)]
    [(3, 6), (3, 6)]
    """
    names = [name for name in found.runs[0]["exact"] if "prompts" not in name]
    ratios, conditions = [], []
    for reading in READINGS:
        curves = [
            errors(found, name, reading=reading) / errors(found, name, reading=reading, source="exact")
            for name in names
        ]
        ratios += np.array(curves)[..., steps].T.tolist()
        for run in found.select(reading=reading):
            tasks, _ = pool(found, run)
            conditions.append([conditioning(mix(tasks, run["weights"][name])) for name in names])
    return np.array(ratios), np.array(conditions)
