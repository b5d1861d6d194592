"""A chain of thought as powers of a matrix: what the modules of theory share."""

import warnings

import numpy as np
from jaxtyping import Float64
from numpy.typing import ArrayLike

from ttsbook import _validation as check
from ttsbook.arrays import Covariance, CovarianceLike, Matrix, Numbers, PreconditionerLike, Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task, covariance_of


class DivergenceWarning(RuntimeWarning):
    """A chain of thought grew beyond the range of float64; its error is reported as inf.

    Examples
    --------
    >>> from ttsbook import theory
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     print(theory.cot_error_limit(1e100 * np.eye(1), np.eye(1), 2).tolist())
    [1.0, 1e+200, inf]
    >>> caught[0].category is DivergenceWarning
    True
    """


def matrices(P: PreconditionerLike, test_cov: CovarianceLike | Task) -> tuple[Matrix, Covariance]:
    """Return a preconditioner and a test covariance, or that of a task, of one dimension, checked."""
    P, test_cov = check.square_matrix("P", P), check.covariance("test_cov", covariance_of(test_cov))
    check.same_dimension(P=P, test_cov=test_cov)
    return P, test_cov


def empirical(S: ArrayLike, dim: int | None = None) -> Float64[np.ndarray, "*samples d d"]:
    """Return empirical covariances, one or several, checked."""
    S = check.finite("S", S)
    size = S.shape[-1] if dim is None and S.ndim else dim
    if S.ndim not in (2, 3) or S.shape[-2:] != (size, size) or S.size == 0:
        size = size or "d"
        raise ValueError(f"S must have shape ({size}, {size}) or (samples, {size}, {size}), got {S.shape}")
    if np.abs(S - S.swapaxes(-1, -2)).max() > check.RELATIVE_TOLERANCE * np.abs(S).max():
        raise ValueError("S must be symmetric: pass x.T @ x / m of examples x")
    if (least := np.diagonal(S, axis1=-2, axis2=-1).min()) < 0:
        raise ValueError(f"S must have means of squares on its diagonal, got {least:.3g}")
    return S


def label_noise(test_cov: CovarianceLike | Task, noise_variance: float | None) -> float:
    """Return the variance of the label noise in test prompts, checked: by default that of a task, and else 0."""
    if noise_variance is None:
        noise_variance = test_cov.noise_variance if isinstance(test_cov, Task) else 0.0
    return check.number("noise_variance", noise_variance, least=0)


def noiseless(name: str, given: object) -> None:
    """Refuse a task whose labels have noise."""
    if isinstance(given, Task) and given.noise_variance:
        raise ValueError(f"{name} must have no label noise, got the variance {given.noise_variance:g}")


def training(cov: CovarianceLike | Task) -> tuple[Covariance, float]:
    """Return a training covariance, checked, or that of a task; and its trace plus the task's label noise."""
    noise_variance = 0.0
    if isinstance(cov, Task):
        cov, noise_variance = cov.cov, cov.noise_variance
    cov = check.covariance("cov", cov, definite=True)
    return cov, float(np.trace(cov)) + noise_variance


def costs(cov: CovarianceLike | Task) -> Vector:
    """Return the costs of the skills of training, the largest first: `skill_costs` without the directions."""
    cov, total = training(cov)
    return 1 + total / np.linalg.eigvalsh(cov)  # prop-direct-matched


def chain_errors(
    T: Float64[np.ndarray, "batch d d"], steps: int, noise: Float64[np.ndarray, "batch d d"] | None = None
) -> Float64[np.ndarray, "batch {steps}+1"]:
    """Errors of chains with error maps T, given the noise P S P' s²/m."""
    identity = np.eye(T.shape[-1])
    power = total = identity
    errors = np.full((len(T), steps + 1), float(T.shape[-1]))
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(1, steps + 1):
            total = identity if k == 1 or noise is None else T @ total + identity
            power = T if k == 1 else T @ power  # prop-recursion
            errors[:, k] = np.square(power).sum(axis=(1, 2))  # eq-proofs-quadratic
            if noise is not None:
                errors[:, k] += ((total @ noise) * total).sum(axis=(1, 2))  # proofs-recursion, label noise
    return once_lost(errors)


def once_lost(errors: Numbers) -> Numbers:
    """Errors along the last axis, infinite from the first that is not finite: inf - inf would be NaN."""
    return np.where(np.logical_or.accumulate(~np.isfinite(errors), axis=-1), np.inf, errors)


def spectral_radius(
    P: Matrix, S: Float64[np.ndarray, "batch d d"], T: Float64[np.ndarray, "batch d d"]
) -> Float64[np.ndarray, " batch"]:
    """Spectral radius of each T = I - P S, through symmetric matrices where P allows it."""
    if np.array_equal(P, P.T) and np.linalg.eigvalsh(P)[0] > 0:
        root = covariance.square_root(P)
        eigenvalues = 1 - np.linalg.eigvalsh(root @ S @ root)
    else:
        eigenvalues = np.linalg.eigvals(T)
    return np.abs(eigenvalues).max(axis=1)


def warn_if_diverged(errors: Numbers) -> None:
    """Warn the caller of the public function if an error is infinite."""
    if np.isinf(errors).any():
        message = "a chain diverged beyond the range of float64; its error is reported as inf"
        warnings.warn(message, DivergenceWarning, stacklevel=3)
