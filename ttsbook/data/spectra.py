r"""Spectra made for a purpose: those that layers are trained on, extreme ones of one hardness, and random ones."""

import numpy as np
from scipy.stats import spearmanr

from ttsbook import _validation as check
from ttsbook.data import covariance

NAMES = ("isotropic", "skewed", "unscaled")
"""Names of the spectra that layers are trained on."""


def named(name, dim):
    """Covariance that layers are trained on, by its name.

    Parameters
    ----------
    name : {"isotropic", "skewed", "unscaled"}
        Equal strengths, or strengths proportional to 1/i, of trace d; or 1/i itself.
    dim : int
        Dimension d.

    Returns
    -------
    ndarray, shape (d, d)

    Raises
    ------
    ValueError
        If there is no such name.

    Examples
    --------
    >>> named("unscaled", 3).diagonal().round(2).tolist()
    [1.0, 0.5, 0.33]
    """
    check.choice("name", name, NAMES)
    if name == "isotropic":
        return covariance.isotropic(dim)
    return covariance.power_law(dim, 1.0, trace=dim if name == "skewed" else None)


def one_weak(dim, hardness):
    r"""Covariance of this hardness with one weak skill, and all others equally strong.

    In the book: :prf:ref:`prop-hardness-range`.

    Parameters
    ----------
    dim : int
        Dimension d, at least 2.
    hardness : float
        Hardness, at least d.

    Returns
    -------
    ndarray, shape (d, d)
        Diagonal, strongest skill first, with trace d.

    Raises
    ------
    ValueError
        If `dim` is below 2, or `hardness` is below `dim`.

    Examples
    --------
    >>> np.diag(one_weak(3, 6.0)).tolist()
    [1.25, 1.25, 0.5]
    """
    weakest = _weakest(dim, hardness)
    return np.diag([*[(dim - weakest) / (dim - 1)] * (dim - 1), weakest])


def one_strong(dim, hardness):
    r"""Covariance of this hardness with one strong skill, and all others equally weak.

    In the book: :prf:ref:`prop-hardness-range`.

    Parameters
    ----------
    dim : int
        Dimension d, at least 2.
    hardness : float
        Hardness, at least d.

    Returns
    -------
    ndarray, shape (d, d)
        Diagonal, strongest skill first, with trace d.

    Raises
    ------
    ValueError
        If `dim` is below 2, or `hardness` is below `dim`.

    Examples
    --------
    >>> np.diag(one_strong(3, 6.0)).tolist()
    [2.0, 0.5, 0.5]
    """
    weakest = _weakest(dim, hardness)
    return np.diag([dim - (dim - 1) * weakest, *[weakest] * (dim - 1)])


def _weakest(dim, hardness):
    dim = check.count("dim", dim, least=2)
    return dim / check.number("hardness", hardness, least=dim)


def random_spectra(dim, count, *, rng):
    r"""Strengths of random tasks from four families in turn, with trace d.

    The families are power laws :math:`i^{-\alpha}` with :math:`\alpha` uniform on (0, 2);
    log-normal strengths with a spread uniform on (0, 1.5); two groups, the weak one of random size and
    up to :math:`10^{2.5}` times weaker; and gamma distributed strengths of random shape, from 1 to 10.

    Parameters
    ----------
    dim : int
        Dimension d, at least 2.
    count : int
        Number of tasks, at least 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray, shape (count, d)
        Each row positive, falling, with sum d.

    Raises
    ------
    ValueError
        If `dim` is below 2 or `count` is below 1.

    Examples
    --------
    >>> random_spectra(20, 8, rng=np.random.default_rng(0)).sum(axis=1).round(9).tolist()
    [20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0]
    """
    dim, count = check.count("dim", dim, least=2), check.count("count", count, least=1)
    check.instance("rng", rng, np.random.Generator)
    families = (
        lambda: np.arange(1, dim + 1) ** -rng.uniform(0, 2),
        lambda: np.exp(rng.uniform(0, 1.5) * rng.standard_normal(dim)),
        lambda: np.where(np.arange(dim) < rng.integers(1, dim), 1, 10 ** -rng.uniform(0, 2.5)),
        lambda: rng.gamma(10 ** rng.uniform(0, 1), size=dim),
    )
    spectra = np.array([families[place % 4]() for place in range(count)])  # (count, d)
    return dim * np.sort(spectra)[:, ::-1] / spectra.sum(axis=1, keepdims=True)


def measures(strengths):
    r"""Measures of difficulty of tasks, by name, the larger the harder.

    Parameters
    ----------
    strengths : array_like, shape (count, d)
        Strengths of the skills of each task, positive.

    Returns
    -------
    dict of str to ndarray, shape (count,)
        "1 / least strength", in the unit of the strengths; and, without a unit, "condition number"
        :math:`\lambda_1/\lambda_d`, "hardness", "mean cost" and "harmonic mean cost" of the costs
        :math:`h_i = 1 + \mathrm{tr}\,\Lambda/\lambda_i`.

    Raises
    ------
    ValueError
        If `strengths` is not such an array.

    Examples
    --------
    >>> found = measures([[2.0, 0.5]])
    >>> {name: values.round(2).tolist() for name, values in found.items() if "cost" not in name}
    {'1 / least strength': [2.0], 'condition number': [4.0], 'hardness': [5.0]}
    """
    costs = _costs(strengths)
    strengths = check.array("strengths", strengths)
    return {
        "1 / least strength": 1 / strengths.min(axis=1),
        "condition number": strengths.max(axis=1) / strengths.min(axis=1),
        "hardness": costs.max(axis=1) - 1,
        "mean cost": costs.mean(axis=1),
        "harmonic mean cost": 1 / (1 / costs).mean(axis=1),
    }


def rank_correlations(strengths, train_length, test_length):
    """Spearman's rank correlation of each of the `measures` with the exact direct error, over matched tasks.

    Parameters
    ----------
    strengths : array_like, shape (count, d)
        Strengths of the skills of each task, positive; at least two tasks.
    train_length : int
        Training prompt length n, at least 1.
    test_length : int or None
        Test prompt length m, at least 1; None stands for infinity.

    Returns
    -------
    dict of str to float
        From -1 to 1; at 1 the measure puts the tasks in the order of their errors.

    Raises
    ------
    ValueError
        If `strengths` is not such an array, or a length is below 1.

    Examples
    --------
    >>> rank_correlations([[1.0, 1.0], [1.5, 0.5], [1.9, 0.1]], 10, 10)["hardness"]
    1.0
    """
    costs, n = _costs(strengths), check.count("train_length", train_length, least=1)
    inverse_m = check.inverse_length("test_length", test_length)
    if len(costs) < 2:
        raise ValueError(f"strengths must hold at least two tasks, got {len(costs)}")
    errors = (costs * (costs + n**2 * inverse_m) / (n + costs) ** 2).sum(axis=1)
    ranked = {name: _steady(values) for name, values in measures(strengths).items()}
    return {name: float(spearmanr(values, _steady(errors)).statistic) for name, values in ranked.items()}


def _steady(values):
    """Round to ten digits: what differs by rounding alone is a tie."""
    return [float(f"{value:.10g}") for value in values]


def _costs(strengths):
    """Cost of each skill, (count, d), after a check of the strengths."""
    strengths = check.array("strengths", strengths)
    if strengths.ndim != 2 or strengths.size == 0 or not (np.isfinite(strengths) & (strengths > 0)).all():
        raise ValueError(f"strengths must be a table of positive finite numbers, got {strengths.tolist()!r:.80}")
    return 1 + strengths.sum(axis=1, keepdims=True) / strengths
