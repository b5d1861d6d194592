r"""Spectra made for a purpose: those that layers are trained on, extreme ones of one hardness, and random ones.

Arguments that are out of range are refused by name.
"""

import numpy as np
from jaxtyping import Float64
from numpy.typing import ArrayLike

from ttsbook import _validation as check
from ttsbook.arrays import Covariance
from ttsbook.data import covariance

NAMES = ("isotropic", "skewed", "unscaled")
"""Names of the spectra that layers are trained on."""


def named(name: str, dim: int) -> Covariance:
    """Covariance that layers are trained on, by its name.

    Parameters
    ----------
    name
        "isotropic" or "skewed": equal strengths, or strengths proportional to 1/i, of trace d. "unscaled": 1/i itself.
    dim
        Dimension d.

    Examples
    --------
    >>> named("unscaled", 3).diagonal().round(2).tolist()
    [1.0, 0.5, 0.33]
    """
    check.choice("name", name, NAMES)
    if name == "isotropic":
        return covariance.isotropic(dim)
    return covariance.power_law(dim, 1.0, trace=dim if name == "skewed" else None)


def one_weak(dim: int, hardness: float) -> Covariance:
    r"""Diagonal covariance of this hardness and of trace d, with one weak skill and all others equally strong.

    The strongest skill comes first. In the book: :prf:ref:`prop-hardness-range`.

    Parameters
    ----------
    dim
        Dimension d, at least 2.
    hardness
        Hardness, at least d.

    Examples
    --------
    >>> np.diag(one_weak(3, 6.0)).tolist()
    [1.25, 1.25, 0.5]
    """
    weakest = _weakest(dim, hardness)
    return np.diag([*[(dim - weakest) / (dim - 1)] * (dim - 1), weakest])  # prop-hardness-range


def one_strong(dim: int, hardness: float) -> Covariance:
    r"""Diagonal covariance of this hardness and of trace d, with one strong skill and all others equally weak.

    The arguments are those of `one_weak`. In the book: :prf:ref:`prop-hardness-range`.

    Examples
    --------
    >>> np.diag(one_strong(3, 6.0)).tolist()
    [2.0, 0.5, 0.5]
    """
    weakest = _weakest(dim, hardness)
    return np.diag([dim - (dim - 1) * weakest, *[weakest] * (dim - 1)])  # prop-hardness-range


def _weakest(dim: int, hardness: float) -> float:
    """Strength of the weakest skill of a task of trace d."""
    dim = check.count("dim", dim, least=2)
    return dim / check.number("hardness", hardness, least=dim)  # def-skill


def random_spectra(dim: int, samples: int, *, rng: np.random.Generator) -> Float64[np.ndarray, "{samples} {dim}"]:
    r"""Strengths of random tasks from four families in turn, with trace d: positive and falling in each row.

    The families are power laws :math:`i^{-\alpha}` with :math:`\alpha` uniform on (0, 2);
    log-normal strengths with a spread uniform on (0, 1.5); two groups, the weak one of random size and
    up to :math:`10^{2.5}` times weaker; and gamma distributed strengths of random shape, from 1 to 10.

    Parameters
    ----------
    dim
        Dimension d, at least 2.
    samples
        Number of tasks.
    rng
        Source of randomness.

    Examples
    --------
    >>> random_spectra(20, 8, rng=np.random.default_rng(0)).sum(axis=1).round(9).tolist()
    [20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0]
    """
    dim, samples = check.count("dim", dim, least=2), check.count("samples", samples, least=1)
    check.instance("rng", rng, np.random.Generator)
    families = (
        lambda: np.arange(1, dim + 1) ** -rng.uniform(0, 2),
        lambda: np.exp(rng.uniform(0, 1.5) * rng.standard_normal(dim)),
        lambda: np.where(np.arange(dim) < rng.integers(1, dim), 1, 10 ** -rng.uniform(0, 2.5)),
        lambda: rng.gamma(10 ** rng.uniform(0, 1), size=dim),
    )
    spectra = np.array([families[place % 4]() for place in range(samples)])  # (samples, d)
    return dim * np.sort(spectra)[:, ::-1] / spectra.sum(axis=1, keepdims=True)


def measures(strengths: ArrayLike) -> dict[str, Float64[np.ndarray, " tasks"]]:
    r"""Measures of difficulty of tasks, by name, the larger the harder.

    They are "1 / least strength", in the unit of the strengths; and, without a unit, "condition number"
    :math:`\lambda_1/\lambda_d`, "hardness", "mean cost" and "harmonic mean cost" of the costs
    :math:`h_i = 1 + \mathrm{tr}\,\Lambda/\lambda_i`.

    Parameters
    ----------
    strengths
        Strengths of the skills of each task, positive, a row each.

    Examples
    --------
    >>> difficulty = measures([[2.0, 0.5]])
    >>> {name: values.round(2).tolist() for name, values in difficulty.items() if "cost" not in name}
    {'1 / least strength': [2.0], 'condition number': [4.0], 'hardness': [5.0]}
    """
    costs = _costs(strengths)
    strengths = check.array("strengths", strengths)
    return {
        "1 / least strength": 1 / strengths.min(axis=1),
        "condition number": strengths.max(axis=1) / strengths.min(axis=1),
        "hardness": costs.max(axis=1) - 1,  # def-skill
        "mean cost": costs.mean(axis=1),
        "harmonic mean cost": 1 / (1 / costs).mean(axis=1),
    }


def rank_correlations(strengths: ArrayLike, train_length: int, test_length: int | None) -> dict[str, float]:
    """Spearman's rank correlation of each of the `measures` with the exact direct error, over matched tasks.

    At 1 the measure puts the tasks in the order of their errors.

    Parameters
    ----------
    strengths
        Strengths of the skills of each task, positive, a row each; at least two tasks.
    train_length
        Training prompt length n.
    test_length
        Test prompt length m; None stands for infinity.

    Examples
    --------
    >>> rank_correlations([[1.0, 1.0], [1.5, 0.5], [1.9, 0.1]], 10, 10)["hardness"]
    1.0
    """
    from scipy.stats import spearmanr  # here, so that a layer is drawn and trained without it

    costs, n = _costs(strengths), check.count("train_length", train_length, least=1)
    inverse_m = check.inverse_length("test_length", test_length)
    if len(costs) < 2:
        raise ValueError(f"strengths must hold at least two tasks, got {len(costs)}")
    errors = _steady((costs * (costs + n**2 * inverse_m) / (n + costs) ** 2).sum(axis=1))  # prop-direct-matched
    ranked = measures(strengths).items()
    return {name: float(spearmanr(_steady(values), errors).statistic) for name, values in ranked}


def _steady(values: Float64[np.ndarray, " tasks"]) -> list[float]:
    """Round to ten digits: what differs by rounding alone is a tie."""
    return [float(f"{value:.10g}") for value in values]


def _costs(strengths: ArrayLike) -> Float64[np.ndarray, "tasks d"]:
    """Cost of each skill, after a check of the strengths."""
    strengths = check.array("strengths", strengths)
    if strengths.ndim != 2 or strengths.size == 0 or not (np.isfinite(strengths) & (strengths > 0)).all():
        raise ValueError(f"strengths must be a table of positive finite numbers, got {strengths.tolist()!r:.80}")
    return 1 + strengths.sum(axis=1, keepdims=True) / strengths  # prop-direct-matched
