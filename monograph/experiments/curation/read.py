"""Layers trained on chosen mixtures, as the experiment `curation` found them: errors and paired comparisons."""

from dataclasses import dataclass

import numpy as np
import scipy  # loads its statistics when they are first asked for
from jaxtyping import Float64

from monograph.experiments.curation import plan
from monograph.experiments.results import Results, Run
from monograph.page import rounded
from ttsbook import _validation as check
from ttsbook import theory
from ttsbook.arrays import Covariance, MixtureWeights, Preconditioner, Vector, VectorLike
from ttsbook.data import covariance
from ttsbook.data.tasks import Task, mix

READINGS = ("skills", "length")
"""What the size B of a task counts: skills, or examples in a prompt."""
SOURCES = ("trained", "exact")
"""Preconditioners: those that layers learned, and the exact ones."""
STATISTICS = ("endless", "mean", "median")
"""Endless test prompts, or the mean or the median over finite ones."""
RANDOM = 20
"""Random mixtures of a pool."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Errors relative to those of the even mixture, pool by pool.

    Attributes
    ----------
    factors
        Error after training on the mixture, divided by that after training on all tasks alike.
    median, geometric_mean, low, high
        Median of the factors; their geometric mean with its 95 % t interval, of the logarithms.
    better, better_low, better_high
        Share of pools with a factor below 1, with its 95 % Clopper–Pearson interval.
    p_value
        Of a t test that the geometric mean is 1; NaN if all factors are 1.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> records = results.load("curation", "tiny")
    >>> one = compare(records, "paper", 1, reading="skills")
    >>> one.low <= one.geometric_mean <= one.high, 0 <= one.better <= 1
    (True, True)
    >>> one.wins
    '2 of 2'
    """

    factors: Float64[np.ndarray, " pools"]
    median: float
    geometric_mean: float
    low: float
    high: float
    better: float
    better_low: float
    better_high: float
    p_value: float

    @property
    def words(self) -> str:
        """Geometric mean and interval, such as "12 times (9.1–16)"."""
        return f"{rounded(self.geometric_mean)} times ({rounded(self.low)}–{rounded(self.high)})"

    @property
    def wins(self) -> str:
        """In how many pools the mixture is better than the even one, such as "13 of 20"."""
        return f"{round(self.better * len(self.factors))} of {len(self.factors)}"


def errors(
    records: Results, mixture: str, *, reading: str, source: str = "trained", statistic: str = "endless"
) -> Float64[np.ndarray, "pools chain"]:
    """Collect the errors / d of each thinking step after training on one of the mixtures.

    Parameters
    ----------
    records
        Of the experiment `curation`: ``results.load("curation")``.
    mixture
        Name of the mixture, such as "paper" or "exact, 30 prompts".
    reading
        What the size B of a task counts, one of `READINGS`.
    source
        The preconditioner that layers learned, with the geometric mean over their seeds, or the exact one, one of
        `SOURCES`.
    statistic
        Test prompts with m = ∞, or mean or median over the finite ones, one of `STATISTICS`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> errors(results.load("curation", "tiny"), "uniform", reading="skills").shape
    (2, 5)
    """
    check.choice("source", source, SOURCES)
    check.choice("statistic", statistic, STATISTICS)
    runs = records.select(reading=check.choice("reading", reading, READINGS))
    check.choice("mixture", mixture, tuple(runs[0]["exact"]))
    if source == "exact":
        return np.array([run["exact"][mixture][statistic] for run in runs])
    seeds = [[layer[statistic] for layer in run["trained"][mixture]] for run in runs]
    return np.array([np.exp(np.log(curves).mean(axis=0)) for curves in seeds])


def compare(records: Results, mixture: str, steps: int, **options: str) -> Comparison:
    """Compare a mixture with the even one on the same pools.

    Parameters
    ----------
    records, mixture
        As for `errors`.
    steps
        Number k of thinking steps.
    **options
        As for `errors`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> compare(results.load("curation", "tiny"), "uniform", 3, reading="skills").median
    1.0
    """
    return paired(errors(records, mixture, **options)[:, steps], errors(records, "uniform", **options)[:, steps])


def compare_at_best(records: Results, mixture: str, **options: str) -> Comparison:
    """Compare a mixture with the even one on the same pools, each after the number of steps that is best for it.

    Parameters
    ----------
    records, mixture, **options
        As for `compare`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> compare_at_best(results.load("curation", "tiny"), "uniform", reading="skills").median
    1.0
    """
    ours, even = (errors(records, name, **options).min(axis=1) for name in (mixture, "uniform"))
    return paired(ours, even)


def paired(ours: Float64[np.ndarray, " pools"], even: Float64[np.ndarray, " pools"]) -> Comparison:
    """Compare errors on the same pools.

    Parameters
    ----------
    ours, even
        Errors with a mixture, and with the even one.

    Examples
    --------
    >>> paired(np.array([1.0, 4.0]), np.array([2.0, 2.0])).geometric_mean
    1.0
    """
    factors = ours / even
    logs = np.log(factors)
    share = scipy.stats.binomtest(int((factors < 1).sum()), len(factors)).proportion_ci(0.95)
    geometric_mean, low, high = np.exp(interval(logs)).tolist()
    with np.errstate(invalid="ignore"):
        p_value = float(scipy.stats.ttest_1samp(logs, 0).pvalue)
    return Comparison(
        factors,
        float(np.median(factors)),
        geometric_mean,
        low,
        high,
        float((factors < 1).mean()),
        share.low,
        share.high,
        p_value,
    )


def rescaled(
    records: Results, mixture: str, steps: int, *, reading: str
) -> tuple[Float64[np.ndarray, " pools"], Float64[np.ndarray, " pools"]]:
    r"""Compute exact errors / d with the scaling that is best for a mixture after k steps, at m = ∞, and its factors.

    The factors are those of `theory.best_scaling_limit`. In the book: :prf:ref:`prop-cure`.

    Parameters
    ----------
    records, mixture, reading
        As for `errors`.
    steps
        Number k of thinking steps.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> records = results.load("curation", "tiny")
    >>> after, _ = rescaled(records, "uniform", 3, reading="skills")
    >>> bool((after <= errors(records, "uniform", reading="skills", source="exact")[:, 3] * 1.001).all())
    True
    """
    after, factors = [], []
    for run in records.select(reading=reading):
        tasks, target = pool(records, run)
        P = theory.preconditioner(mix(tasks, run["weights"][mixture]))
        factors.append(theory.best_scaling_limit(P, target, steps))
        after.append(theory.cot_error_limit(P / factors[-1], target, steps)[steps] / len(P))
    return np.array(after), np.array(factors)


def interval(values: Float64[np.ndarray, "pools ..."]) -> Float64[np.ndarray, "3 ..."]:
    """Mean over pools of one value or several of each, and the lower and upper end of its 95 % t interval.

    Parameters
    ----------
    values
        A value or several of each pool.

    Examples
    --------
    >>> interval(np.array([1.0, 2.0, 3.0])).round(2).tolist()
    [2.0, -0.48, 4.48]
    """
    half = scipy.stats.t.ppf(0.975, len(values) - 1) * values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return np.array([values.mean(axis=0), values.mean(axis=0) - half, values.mean(axis=0) + half])


def holm(p_values: VectorLike) -> Vector:
    """Adjust p-values for their number, by the method of Holm (1979): those below α stand together at the level α.

    Parameters
    ----------
    p_values
        P-values.

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


def pool(records: Results, run: Run) -> tuple[list[Task], Covariance]:
    """Make the tasks of a run again, and its target.

    Parameters
    ----------
    records, run
        What the experiment `curation` found, and one of its runs.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> stored = results.load("curation", "tiny")
    >>> len(pool(stored, stored.runs[0])[0])
    4
    """
    return plan.pool_of(records.settings, run["reading"], run["pool"])


def qualities(tasks: list[Task], target_cov: Covariance, weights: MixtureWeights) -> tuple[float, float, float, float]:
    r"""Measure how a mixture covers a target, how relevant it is, how much of it is hard, and how careful it makes.

    Parameters
    ----------
    tasks
        Tasks in the order of `pools.KINDS`, as many of each kind.
    target_cov
        Covariance :math:`\Sigma` of the target, diagonal.
    weights
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
        :math:`\operatorname{tr} B_\pi/\operatorname{tr} A^2`, see `theory.caution`.

    Examples
    --------
    >>> from ttsbook.data.tasks import Task
    >>> easy, hard = Task(np.eye(2), 5), Task(np.diag([2.0, 0.5]), 5)
    >>> records = qualities([easy, hard, easy, hard], np.eye(2), np.array([0.0, 0.5, 0.5, 0.0]))
    >>> [round(value, 2) for value in records]
    [0.75, 1.0, 0.5, 1.7]
    """
    mean, between, within = theory.caution(mix(tasks, weights))
    roots = np.sqrt(np.diag(target_cov))
    return (
        float(np.linalg.eigvalsh(mean / np.outer(roots, roots))[0]),
        float(np.square(np.diag(mean)).sum() / np.square(mean).sum()),
        float(weights.reshape(4, -1)[[1, 3]].sum()),
        float(1 + np.trace(between + within) / np.trace(mean @ mean)),
    )


def kind_weights(records: Results, mixture: str, reading: str) -> Float64[np.ndarray, " 4"]:
    """Mean over pools of the weights that a mixture gives to the four kinds of tasks, in the order of `pools.KINDS`.

    Parameters
    ----------
    records, mixture, reading
        As for `errors`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> kind_weights(results.load("curation", "tiny"), "uniform", "skills").tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    weights = np.array([run["weights"][mixture] for run in records.select(reading=reading)])
    return weights.reshape(len(weights), 4, -1).sum(axis=2).mean(axis=0)


def rank_correlations(records: Results, reading: str, *, scaled: bool = False) -> Float64[np.ndarray, "pools 4"]:
    """Rank correlations of the `qualities` of random mixtures of each pool with their exact errors after five steps.

    They are Spearman's, over 20 mixtures of a pool, uniform on the simplex of weights: a Dirichlet distribution
    whose parameters are all 1.

    Parameters
    ----------
    records, reading
        As for `errors`.
    scaled
        Give each mixture the scaling that is best for it, as `rescaled` does.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> rank_correlations(results.load("curation", "tiny"), "skills").shape
    (2, 4)
    """
    rows = []
    for run in records.select(reading=check.choice("reading", reading, READINGS)):
        tasks, target = pool(records, run)
        drawn = _random_mixtures(run, len(tasks))
        after = [_after_five(theory.preconditioner(mix(tasks, weights)), target, scaled=scaled) for weights in drawn]
        measured = [qualities(tasks, target, weights) for weights in drawn]
        rows.append([scipy.stats.spearmanr(quality, after).statistic for quality in np.transpose(measured)])
    return np.array(rows)


def aligned_correlations(
    records: Results, reading: str, *, exponent: float, shuffled: bool = False
) -> Float64[np.ndarray, "pools 2"]:
    """Rank correlations of the share of hard tasks with the error after five steps, tasks having the target's skills.

    In the pools of `rank_correlations` skills point in random directions, so a hard task is never hard along the
    target's skills. Here each task keeps its spectrum and its prompt length, and the mixtures drawn are the same;
    its directions alone are replaced by the target's. The first of the two is with steps as they are, the second with
    the scaling that is best for each mixture.

    Parameters
    ----------
    records, reading
        As for `errors`.
    exponent
        Of the target's power law.
    shuffled
        Give each task the target's skills in a random order. By default it has them in the target's: its strongest
        skill is the target's strongest.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> aligned_correlations(results.load("curation", "tiny"), "skills", exponent=0.8).shape
    (2, 2)
    """
    target = np.diag(covariance.power_law(dim := records.settings["dim"], exponent, trace=dim))
    found = []
    for run in records.select(reading=check.choice("reading", reading, READINGS)):
        tasks, _ = pool(records, run)
        spectra, lengths = _spectra(run, tasks, shuffled=shuffled), np.array([task.prompt_length for task in tasks])
        drawn = _random_mixtures(run, len(tasks))
        B = drawn @ (
            spectra * ((lengths + 1)[:, None] * spectra + spectra.sum(axis=1, keepdims=True)) / lengths[:, None]
        )
        strides = target * (drawn @ spectra) / B  # prop-same-skills
        hard_shares = drawn.reshape(RANDOM, 4, -1)[:, [1, 3]].sum(axis=(1, 2))
        after = np.square((1 - strides) ** 5).sum(axis=1), _least_after_five(strides)
        found.append([scipy.stats.spearmanr(hard_shares, errors).statistic for errors in after])
    return np.array(found)


def _random_mixtures(run: Run, count: int) -> Float64[np.ndarray, "mixtures tasks"]:
    rng = np.random.default_rng([run["pool"], len(run["reading"]), RANDOM])
    return rng.dirichlet(np.ones(count), RANDOM)


def _spectra(run: Run, tasks: list[Task], *, shuffled: bool) -> Float64[np.ndarray, "tasks d"]:
    """Strengths of each task, strongest first or in a random order."""
    spectra = np.array([covariance.skills(task.cov).strengths for task in tasks])
    rng = np.random.default_rng([run["pool"], len(run["reading"]), RANDOM, 1])
    return rng.permuted(spectra, axis=1) if shuffled else spectra


def _least_after_five(strides: Float64[np.ndarray, "mixtures d"]) -> Float64[np.ndarray, " mixtures"]:
    """Least error after five steps over all scalings: it is convex in a = 1/c, and its slope is halved down to zero."""
    low, high = np.zeros((len(strides), 1)), 1 / strides.min(axis=1, keepdims=True)
    for _ in range(50):
        a = (low + high) / 2
        rising = np.sum(strides * (1 - a * strides) ** 9, axis=1, keepdims=True) < 0
        low, high = np.where(rising, low, a), np.where(rising, a, high)
    return np.square((1 - low * strides) ** 5).sum(axis=1)


def _after_five(P: Preconditioner, target_cov: Covariance, *, scaled: bool) -> float:
    c = theory.best_scaling_limit(P, target_cov, 5) if scaled else 1.0
    return float(theory.cot_error_limit(P / c, target_cov, 5)[5])


def learned_ratios(
    records: Results, steps: int
) -> tuple[Float64[np.ndarray, "pools mixtures"], Float64[np.ndarray, "pools mixtures"]]:
    """How far trained layers think unlike the exact preconditioner, with the condition number of their training.

    The first are the errors at m = ∞ of the layers after k steps, geometric mean over seeds, relative to those of the
    exact preconditioner; the others `theory.conditioning` of the mixture. The six mixtures that do not rest on an
    estimate, pools of both readings. In the book: :prf:ref:`prop-rare`.

    Parameters
    ----------
    records
        As for `errors`.
    steps
        Number k of thinking steps.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> [part.shape for part in learned_ratios(results.load("curation", "tiny"), 3)]
    [(3, 6), (3, 6)]
    """
    names = [name for name in records.runs[0]["exact"] if "prompts" not in name]
    ratios, conditions = [], []
    for reading in READINGS:
        curves = [
            errors(records, name, reading=reading) / errors(records, name, reading=reading, source="exact")
            for name in names
        ]
        ratios += np.array(curves)[..., steps].T.tolist()
        for run in records.select(reading=reading):
            tasks, _ = pool(records, run)
            conditions.append([theory.conditioning(mix(tasks, run["weights"][name])) for name in names])
    return np.array(ratios), np.array(conditions)
