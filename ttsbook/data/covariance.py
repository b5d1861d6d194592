r"""Covariances of the examples: which skills a task needs, and how strong each is.

An eigenvector of a covariance is a *skill*, its eigenvalue the skill's *strength*.
"""

from typing import NamedTuple

import numpy as np

from ttsbook import _validation as check


class Skills(NamedTuple):
    """Eigenvalues and eigenvectors of a covariance, strongest skill first.

    Attributes
    ----------
    strengths : ndarray, shape (d,)
        Eigenvalues.
    directions : ndarray, shape (d, d)
        Eigenvectors, one skill a column.

    Examples
    --------
    >>> skills(np.diag([0.5, 2.0])).strengths.tolist()
    [2.0, 0.5]
    """

    strengths: np.ndarray  # (d,)
    directions: np.ndarray  # (d, d), one skill a column


def isotropic(dim):
    r"""Covariance with all skills equally strong, :math:`\Lambda = I`.

    Parameters
    ----------
    dim : int
        Dimension d, at least 1.

    Returns
    -------
    ndarray, shape (d, d)

    Raises
    ------
    ValueError
        If `dim` is not a positive integer.

    Examples
    --------
    >>> hardness(isotropic(3))
    3.0
    """
    return np.eye(check.count("dim", dim, least=1))


def power_law(dim, exponent, *, trace=None):
    r"""Diagonal covariance with a long tail, :math:`\lambda_i \propto i^{-\alpha}`.

    Parameters
    ----------
    dim : int
        Dimension d, at least 1.
    exponent : float
        The exponent :math:`\alpha \ge 0`; 0 gives equal strengths.
    trace : float, optional
        Scale the strengths to this sum. By default the strongest skill has strength 1.

    Returns
    -------
    ndarray, shape (d, d)

    Raises
    ------
    ValueError
        If `dim` is not a positive integer, `exponent` is negative, or `trace` is not positive.

    Examples
    --------
    >>> np.diag(power_law(4, 1.0)).round(2).tolist()
    [1.0, 0.5, 0.33, 0.25]
    >>> float(np.trace(power_law(4, 1.0, trace=4)).round(12))
    4.0
    """
    dim = check.count("dim", dim, least=1)
    strengths = np.arange(1, dim + 1) ** -check.number("exponent", exponent, least=0)
    if trace is not None:
        if check.number("trace", trace) <= 0:
            raise ValueError(f"trace must be positive, got {trace!r}")
        strengths *= trace / strengths.sum()
    return np.diag(strengths)


def rotate(cov, *, rng):
    r"""Give a covariance uniformly random skill directions, keeping the strengths.

    Returns :math:`Q \Lambda Q^\top` with Q from the Haar measure on the orthogonal group.

    Parameters
    ----------
    cov : array_like, shape (d, d)
        Covariance.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray, shape (d, d)

    Raises
    ------
    ValueError
        If `cov` is not a covariance.

    Notes
    -----
    The factor Q of a Gaussian matrix is Haar distributed once the signs of R's diagonal are
    made positive (Mezzadri 2007).

    Examples
    --------
    >>> turned = rotate(power_law(4, 1.0), rng=np.random.default_rng(0))
    >>> skills(turned).strengths.round(2).tolist()
    [1.0, 0.5, 0.33, 0.25]
    """
    cov = check.covariance("cov", cov)
    check.instance("rng", rng, np.random.Generator)
    q, r = np.linalg.qr(rng.standard_normal(cov.shape))
    q *= np.sign(np.diag(r))
    rotated = q @ cov @ q.T
    return (rotated + rotated.T) / 2


def skills(cov):
    """Skills of a covariance: its eigenvalues and eigenvectors, strongest first.

    Parameters
    ----------
    cov : array_like, shape (d, d)
        Covariance.

    Returns
    -------
    Skills
        `strengths`, shape (d,), falling, and `directions`, shape (d, d), one skill a column.

    Raises
    ------
    ValueError
        If `cov` is not a covariance.

    Examples
    --------
    >>> skills([[1.0, 0.0], [0.0, 3.0]]).strengths.tolist()
    [3.0, 1.0]
    """
    strengths, directions = np.linalg.eigh(check.covariance("cov", cov))
    return Skills(strengths[::-1].clip(min=0), directions[:, ::-1])


def hardness(cov):
    r"""Hardness of a task, :math:`\mathrm{Hard}(\Lambda) = \mathrm{tr}\,\Lambda / \lambda_{\min}(\Lambda)`.

    In the book: :prf:ref:`def-skill`.

    Parameters
    ----------
    cov : array_like, shape (d, d)
        Covariance, positive definite.

    Returns
    -------
    float
        At least d, with equality when all skills are equally strong.

    Raises
    ------
    ValueError
        If `cov` is not a covariance, or has a zero eigenvalue.

    Examples
    --------
    >>> round(hardness(power_law(4, 1.0)), 6)
    8.333333
    """
    cov = check.covariance("cov", cov, definite=True)
    return float(np.trace(cov) / np.linalg.eigvalsh(cov)[0])


def sample_empirical(cov, length, *, samples, rng):
    r"""Draw empirical covariances :math:`S_m = X X^\top / m` without drawing the m examples.

    Parameters
    ----------
    cov : array_like, shape (d, d)
        Covariance :math:`\Sigma` of the examples.
    length : int
        Prompt length m, at least 1. The cost does not depend on it.
    samples : int
        Number of draws, at least 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray, shape (samples, d, d)

    Raises
    ------
    ValueError
        If `cov` is not a covariance, or `length` or `samples` is below 1.

    Notes
    -----
    Bartlett's decomposition (Bartlett 1933): :math:`m S_m = \Sigma^{1/2} T T^\top \Sigma^{1/2}`
    with T lower trapezoidal of shape (d, min(d, m)), :math:`T_{jj}^2 \sim \chi^2_{m-j+1}` for
    j from 1 and :math:`T_{ij} \sim N(0, 1)` below the diagonal, all independent.

    Examples
    --------
    >>> s = sample_empirical(isotropic(2), 10**9, samples=1, rng=np.random.default_rng(0))
    >>> s.round(3).tolist()
    [[[1.0, 0.0], [0.0, 1.0]]]
    """
    cov = check.covariance("cov", cov)
    length = check.count("length", length, least=1)
    samples = check.count("samples", samples, least=1)
    check.instance("rng", rng, np.random.Generator)
    dim = len(cov)
    rank = min(dim, length)
    factor = np.tril(rng.standard_normal((samples, dim, rank)), -1)  # (samples, d, rank)
    diagonal = np.arange(rank)
    factor[:, diagonal, diagonal] = np.sqrt(rng.chisquare(float(length) - diagonal, size=(samples, rank)))
    factor = square_root(cov) @ factor
    return factor @ factor.transpose(0, 2, 1) / length


def square_root(cov):
    r"""Symmetric square root :math:`\Sigma^{1/2}` of a covariance.

    Parameters
    ----------
    cov : array_like, shape (d, d)
        Covariance; zero eigenvalues are allowed.

    Returns
    -------
    ndarray, shape (d, d)

    Raises
    ------
    ValueError
        If `cov` is not a covariance.

    Examples
    --------
    >>> square_root([[4.0, 0.0], [0.0, 9.0]]).tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    strengths, directions = np.linalg.eigh(check.covariance("cov", cov))
    return (directions * np.sqrt(strengths.clip(min=0))) @ directions.T
