r"""Families of tasks to compare measures of difficulty on: extreme ones of one hardness, and random ones."""

import numpy as np

from ttsbook import _validation as check


def one_weak(dim, hardness):
    r"""Covariance of this hardness with one weak skill, and all others equally strong.

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
