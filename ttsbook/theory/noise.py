r"""Label noise on given prompts: the exact error after any number of steps, its limit, and the least it can be.

A chain on noisy labels goes from bias to noise: it forgets that it started at zero, and learns the noise.
"""

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float64
from numpy.typing import ArrayLike

from ttsbook import _validation as check
from ttsbook.arrays import CovarianceLike, Numbers, PreconditionerLike, Vector, VectorLike
from ttsbook.data import covariance
from ttsbook.data.tasks import Task, covariance_of
from ttsbook.theory._chain import empirical, label_noise, matrices, warn_if_diverged
from ttsbook.theory.finite import Recursion
from ttsbook.theory.stability import ADVICE, edges_of, upper_width

TURN = 1.05  # the error at the end, over the least one, from which a chain is said to turn

Phase: TypeAlias = Literal["falls", "turns", "diverges"]
"""How a long chain ends: close to its least error, above it by noise, or beyond all bounds."""


class NoisePhase(NamedTuple):
    """How a long chain on noisy labels ends, where its error is least, and what it costs to go on from there.

    In the book: :prf:ref:`thm-noise-turns`.

    Attributes
    ----------
    phase
        "diverges"; else "turns" if the error ends more than 5 % above its least value, and "falls" if not.
    best_steps
        Number of steps with the least error; None if the error still falls after 400.
    factor
        Error in the end over the least one, infinite for a chain that diverges.

    Examples
    --------
    >>> from ttsbook import theory
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.isotropic(20), 40, noise_variance=5.0)
    >>> outcome = noise_phase(theory.preconditioner(task), task, 40)
    >>> outcome.phase, outcome.best_steps
    ('turns', 6)
    """

    phase: Phase
    best_steps: int | None
    factor: float


def noisy_error(
    P: PreconditionerLike, S: ArrayLike, test_length: int, steps: VectorLike, *, noise_variance: float
) -> Float64[np.ndarray, "*samples looks"]:
    r"""Exact error after given numbers of steps, on given prompts, averaged over w and the label noise.

    With :math:`P^{1/2} S_m P^{1/2} = U\,\mathrm{diag}(\mu)\,U^\top`, :math:`r_i = 1 - \mu_i`,
    :math:`A = U^\top P\,U` and :math:`A' = U^\top P^{-1} U` it is

    .. math:: e_k = \sum_{i,j} A_{ij} A'_{ij}\, r_i^k r_j^k
              + \frac{\sigma^2}{m} \sum_i A_{ii} \frac{(1 - r_i^k)^2}{\mu_i}.

    A million steps cost as much as one.

    In the book: :prf:ref:`prop-noisy-error`.

    Parameters
    ----------
    P
        Preconditioner, symmetric and positive definite.
    S
        Empirical covariances of prompts, (samples, d, d), such as `covariance.sample_empirical` draws; or one, (d, d).
    test_length
        Test prompt length m.
    steps
        Numbers k of thinking steps, whole and not negative, in any order.
    noise_variance
        Variance :math:`\sigma^2` of the label noise.

    Warns
    -----
    DivergenceWarning
        If an error is beyond the range of float64 and reported as inf.

    Examples
    --------
    >>> noisy_error(np.eye(1), [[0.5]], 10, [0, 1, 2, 1_000_000], noise_variance=1.0).round(4).tolist()
    [1.0, 0.3, 0.175, 0.2]
    """
    P = check.definite("P", P, ADVICE)
    S, m = empirical(S, len(P)), check.count("test_length", test_length, least=1)
    noise_variance = check.number("noise_variance", noise_variance, least=0)
    steps = check.array("steps", steps)
    if steps.ndim != 1 or not (np.isfinite(steps) & (steps >= 0) & (steps == np.round(steps))).all():
        raise ValueError(f"steps must be a list of whole numbers of at least 0, got {check.shown(steps.tolist())}")
    root = covariance.square_root(P)
    middle = root @ S @ root
    mu, U = np.linalg.eigh((middle + middle.swapaxes(-1, -2)) / 2)  # prop-noisy-error
    left, right = U.swapaxes(-1, -2) @ root, U.swapaxes(-1, -2) @ np.linalg.inv(root)
    A, inverse = left @ left.swapaxes(-1, -2), right @ right.swapaxes(-1, -2)
    spanned = mu > check.RELATIVE_TOLERANCE * mu[..., -1:]
    weights = np.where(spanned, np.diagonal(A, axis1=-2, axis2=-1) / np.where(spanned, mu, 1), 0)
    with np.errstate(over="ignore", invalid="ignore"):
        powers = (1 - np.where(spanned, mu, 0))[..., None] ** steps  # (samples, d, looks)
        bias = (powers * ((A * inverse) @ powers)).sum(axis=-2)
        errors = bias + noise_variance / m * (weights[..., None] * np.square(1 - powers)).sum(axis=-2)
    errors = np.where(np.isfinite(errors), errors, np.inf)
    warn_if_diverged(errors)
    return errors


def bayes_error(S: ArrayLike, test_length: int, *, noise_variance: float) -> Numbers | np.float64:
    r"""Least mean error that any answer can have on a given prompt: :math:`\sum_i \sigma^2/(m s_i + \sigma^2)`.

    The :math:`s_i` are the eigenvalues of :math:`S_m`. Ridge regression with the penalty :math:`\sigma^2/m` attains
    it. Without noise it is the number of directions that no example has.

    In the book: :prf:ref:`thm-noise-turns`.

    Parameters
    ----------
    S
        Empirical covariances of prompts, (samples, d, d), or one, (d, d).
    test_length
        Test prompt length m.
    noise_variance
        Variance :math:`\sigma^2` of the label noise.

    Examples
    --------
    >>> float(bayes_error(np.diag([1.0, 0.5]), 2, noise_variance=1.0).round(6))  # 1/3 + 1/2
    0.833333
    """
    S = empirical(S)
    m = check.count("test_length", test_length, least=1)
    noise_variance = check.number("noise_variance", noise_variance, least=0)
    s = np.linalg.eigvalsh((S + S.swapaxes(-1, -2)) / 2)
    spanned = s > check.RELATIVE_TOLERANCE * s[..., -1:]
    snr = m * np.where(spanned, s, 0)
    return np.where(spanned, noise_variance / np.where(spanned, snr + noise_variance, 1), 1.0).sum(axis=-1)


def least_squares_error(
    test_cov: CovarianceLike | Task, test_length: int, *, noise_variance: float | None = None
) -> float:
    r"""Mean error of ordinary least squares, where every chain ends that converges, for m of at least d.

    :math:`\sigma^2\,\mathrm{tr}\,\Sigma^{-1}/(m - d - 1)`, and inf for m = d and m = d + 1, where rare prompts
    carry the mean.

    In the book: :prf:ref:`prop-noisy-error`.

    Parameters
    ----------
    test_cov
        Covariance :math:`\Sigma` of the test prompts, positive definite.
    test_length
        Test prompt length m, at least d.
    noise_variance
        Variance :math:`\sigma^2` of the label noise. By default that of a task, and 0 for a covariance.

    Examples
    --------
    >>> least_squares_error(np.eye(5), 16, noise_variance=2.0)
    1.0
    """
    noise_variance = label_noise(test_cov, noise_variance)
    test_cov = check.covariance("test_cov", covariance_of(test_cov), definite=True)
    m = check.count("test_length", test_length, least=len(test_cov))
    freedom = m - len(test_cov) - 1
    if noise_variance == 0:
        return 0.0
    return float(noise_variance * np.trace(np.linalg.inv(test_cov)) / freedom) if freedom > 0 else np.inf


def wiener_depth(strides: VectorLike, signal_to_noise: VectorLike) -> Vector:
    r"""Find the number of steps, a real one, after which each skill alone would have its least error.

    :math:`k_i = \ln(1 + m s_i/\sigma^2)\,/\,|\ln|1 - \mu_i||` for the stride :math:`\mu_i` and the ratio of signal to
    noise :math:`m s_i/\sigma^2`. Exact where P and :math:`S_m` commute: the filter of Wiener.

    In the book: :prf:ref:`prop-wiener`.

    Parameters
    ----------
    strides
        Strides, each above 0 and below 2.
    signal_to_noise
        Ratios of signal to noise, at least 0.

    Examples
    --------
    >>> wiener_depth([0.5, 0.5, 0.1], [1.0, 3.0, 3.0]).round(3).tolist()
    [1.0, 2.0, 13.158]
    """
    mu, ratio = check.array("strides", strides), check.array("signal_to_noise", signal_to_noise)
    if mu.shape != ratio.shape:
        raise ValueError(f"signal_to_noise must have the shape of strides, {mu.shape}, got {ratio.shape}")
    if not ((mu > 0) & (mu < 2)).all():
        raise ValueError(f"strides must be above 0 and below 2, got {check.shown(mu.tolist())}")
    if not (np.isfinite(ratio) & (ratio >= 0)).all():
        raise ValueError(f"signal_to_noise must be finite and not negative, got {check.shown(ratio.tolist())}")
    with np.errstate(divide="ignore"):
        return np.log1p(ratio) / np.abs(np.log(np.abs(1 - mu)))  # prop-wiener


def noise_phase(
    P: PreconditionerLike,
    test_cov: CovarianceLike | Task,
    test_length: int,
    *,
    noise_variance: float | None = None,
) -> NoisePhase:
    r"""Say from the spectra how a long chain on noisy labels ends: it falls, turns by noise, or diverges.

    It diverges if the largest stride is above 2 on most prompts: its median lies below the upper edge of
    `spectral_edges` by that of Tracy and Widom's law. Else, in the limit of many skills and examples, the error of
    `cot_error` ends at :math:`\sigma^2\,\mathrm{tr}\,\Sigma^{-1}/(m - d)`, which is held against its least
    value. At finite size this speaks of the median over prompts.

    In the book: :prf:ref:`thm-noise-turns`.

    Parameters
    ----------
    P
        Preconditioner, symmetric and positive definite.
    test_cov
        Covariance :math:`\Sigma` of the test prompts, positive definite.
    test_length
        Test prompt length m, above d.
    noise_variance
        Variance :math:`\sigma^2` of the label noise. By default that of a task, and 0 for a covariance.

    Examples
    --------
    >>> noise_phase(np.eye(20) / 2, covariance.isotropic(20), 200, noise_variance=0.1).phase
    'falls'
    >>> noise_phase(np.eye(20) * 2, covariance.isotropic(20), 200, noise_variance=0.1)[::2]
    ('diverges', inf)
    """
    noise_variance = label_noise(test_cov, noise_variance)
    P, test_cov = matrices(P, test_cov)
    test_cov = check.covariance("test_cov", test_cov, definite=True)
    m = check.count("test_length", test_length, least=len(P) + 1)
    recursion = Recursion(P, test_cov, m, noise_variance)
    errors, s = recursion.falling_errors(), recursion.s
    best = int(errors.argmin()) if errors.argmin() < len(errors) - 1 else None
    # The median of Tracy and Widom's law, -1.27, is minus its standard deviation.
    if edges_of(s, 1 / m)[1] - upper_width(s, 1 / m) > 2:
        return NoisePhase("diverges", best, np.inf)
    end = noise_variance * np.trace(np.linalg.inv(test_cov)) / (m - len(P))
    factor = max(1.0, float(end / errors.min()))
    return NoisePhase("turns" if factor > TURN else "falls", best, factor)
