r"""Covariances of the examples: which skills a task needs, and how strong each is.

An eigenvector of a covariance is a *skill*, its eigenvalue the skill's *strength*. Arguments that are out of range,
and matrices that are no covariances, are refused by name.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from ttsbook import _validation as check
from ttsbook.arrays import Covariance, CovarianceLike, Matrix, Vector


class Skills(NamedTuple):
    """Eigenvalues and eigenvectors of a covariance, strongest skill first.

    Attributes
    ----------
    strengths
        Eigenvalues.
    directions
        Eigenvectors, one skill a column.

    Examples
    --------
    >>> skills(np.diag([0.5, 2.0])).strengths.tolist()
    [2.0, 0.5]
    """

    strengths: Vector
    directions: Matrix


def isotropic(dim: int) -> Covariance:
    r"""Covariance with all skills equally strong, :math:`\Lambda = I`.

    Parameters
    ----------
    dim
        Dimension d.

    Examples
    --------
    >>> hardness(isotropic(3))
    3.0
    """
    return np.eye(check.count("dim", dim, least=1))


def power_law(dim: int, exponent: float, *, trace: float | None = None) -> Covariance:
    r"""Diagonal covariance with a long tail, :math:`\lambda_i \propto i^{-\alpha}`.

    Parameters
    ----------
    dim
        Dimension d.
    exponent
        The exponent :math:`\alpha \ge 0`; 0 gives equal strengths.
    trace
        Scale the strengths to this sum. By default the strongest skill has strength 1.

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
        strengths *= check.positive("trace", trace) / strengths.sum()
    return np.diag(strengths)


def rotate(cov: CovarianceLike, *, rng: np.random.Generator) -> Covariance:
    r"""Give a covariance uniformly random skill directions, keeping the strengths.

    Returns :math:`Q \Lambda Q^\top` with Q from the Haar measure on the orthogonal group.

    Parameters
    ----------
    cov
        Covariance.
    rng
        Source of randomness.

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
    return (rotated + rotated.T) / 2  # symmetric to the last bit


def skills(cov: CovarianceLike) -> Skills:
    """Skills of a covariance: its eigenvalues and eigenvectors, strongest first.

    Parameters
    ----------
    cov
        Covariance.

    Examples
    --------
    >>> skills([[1.0, 0.0], [0.0, 3.0]]).strengths.tolist()
    [3.0, 1.0]
    """
    strengths, directions = np.linalg.eigh(check.covariance("cov", cov))
    return Skills(strengths[::-1].clip(min=0), directions[:, ::-1])  # def-skill; rounding makes a zero negative


def hardness(cov: CovarianceLike) -> float:
    r"""Hardness of a task, :math:`\mathrm{Hard}(\Lambda) = \mathrm{tr}\,\Lambda / \lambda_{\min}(\Lambda)`.

    In the book: :prf:ref:`def-skill`.

    Parameters
    ----------
    cov
        Covariance, positive definite.

    Returns
    -------
    float
        At least d, with equality when all skills are equally strong.

    Examples
    --------
    >>> round(hardness(power_law(4, 1.0)), 6)
    8.333333
    """
    cov = check.covariance("cov", cov, definite=True)
    return float(np.trace(cov) / np.linalg.eigvalsh(cov)[0])  # def-skill


def sample_empirical(
    cov: CovarianceLike, length: int, *, samples: int, rng: np.random.Generator
) -> Float64[np.ndarray, "{samples} d d"]:
    r"""Draw empirical covariances :math:`S_m = X X^\top / m` without drawing the m examples.

    Parameters
    ----------
    cov
        Covariance :math:`\Sigma` of the examples.
    length
        Prompt length m. The cost does not depend on it.
    samples
        Number of draws.
    rng
        Source of randomness.

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
    # A float, as a length may be beyond the integers of 64 bits.
    factor[:, diagonal, diagonal] = np.sqrt(rng.chisquare(float(length) - diagonal, size=(samples, rank)))
    factor = square_root(cov) @ factor  # prop-condensed
    return factor @ factor.transpose(0, 2, 1) / length


def square_root(cov: CovarianceLike) -> Matrix:
    r"""Symmetric square root :math:`\Sigma^{1/2}` of a covariance.

    Parameters
    ----------
    cov
        Covariance; zero eigenvalues are allowed.

    Examples
    --------
    >>> square_root([[4.0, 0.0], [0.0, 9.0]]).tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    strengths, directions = np.linalg.eigh(check.covariance("cov", cov))
    return (directions * np.sqrt(strengths.clip(min=0))) @ directions.T
