"""How long to think: the number of steps after which the error is least."""

import bisect
import warnings
from typing import NamedTuple

import numpy as np

from ttsbook import _validation as check
from ttsbook.arrays import Covariance, CovarianceLike, Matrix, PreconditionerLike, Vector
from ttsbook.data.tasks import Task
from ttsbook.theory._chain import label_noise, matrices
from ttsbook.theory.finite import LONGEST_SEARCH, Recursion, ValidityWarning
from ttsbook.theory.stability import edges_of, upper_width

LONGEST_CHAIN = 100_000  # steps looked at for endless prompts, where P and Σ do not commute


class BestDepth(NamedTuple):
    """Number of steps with the least error, None if one should never stop; and whether the chain diverges.

    Attributes
    ----------
    steps
        Number of steps with the least error; None if no number is too many: the error falls forever, or
        ends at a value that it keeps.
    diverges
        Whether the chain diverges in the end.

    Examples
    --------
    >>> best = best_depth(np.diag([1.0, 2.1]), np.eye(2))
    >>> best.steps, best.diverges
    (1, True)
    """

    steps: int | None
    diverges: bool


def best_depth(
    P: PreconditionerLike,
    test_cov: CovarianceLike | Task,
    *,
    test_length: int | None = None,
    noise_variance: float | None = None,
) -> BestDepth:
    r"""Find the number of thinking steps after which the error is least.

    In the book: :prf:ref:`prop-best-depth`.

    Parameters
    ----------
    P
        Preconditioner: any square matrix for endless prompts, symmetric and positive definite for others.
    test_cov
        Covariance :math:`\Sigma` of the test prompts; or a task, whose label noise counts and whose length does not.
    test_length
        Test prompt length m. By default m = ∞, and the answer is exact; else it is that of
        many skills and examples, by `cot_error` and `spectral_edges`. There mean and median over prompts
        agree; at finite size it speaks of the median, as rare diverging prompts make the mean turn earlier.
    noise_variance
        Variance :math:`\sigma^2` of the label noise in the test prompts; by default that of a task, and 0 for a
        covariance. At m = ∞ it averages out; else a chain that converges turns as well, from bias
        to noise.

    Warns
    -----
    ValidityWarning
        At finite m, where `cot_error` would warn up to the number of steps returned; or, where chains
        converge in the limit, if an upper edge two standard deviations higher would make them diverge.

    Raises
    ------
    ValueError
        If the least error is not known within 400 steps at finite m, or within 100,000 at m = ∞ if P and
        :math:`\Sigma` do not commute.

    Notes
    -----
    At m = ∞ the chain diverges if the spectral radius r of :math:`I - P\Sigma` is above 1. As
    :math:`e_k \ge r^{2k}`, no step beyond :math:`r^{2k} > \min_{j \le k} e_j` can be better. If P and
    :math:`\Sigma` commute, :math:`e_k = \sum_i (1 - s_i)^{2k}` is convex in k, and the search ends at the
    first rise.

    Examples
    --------
    >>> from ttsbook import theory
    >>> from ttsbook.data import covariance
    >>> from ttsbook.data.tasks import Task
    >>> trained = covariance.power_law(20, 0.8, trace=20)
    >>> best_depth(theory.preconditioner(Task(trained, 200)), covariance.isotropic(20))
    BestDepth(steps=7, diverges=True)
    >>> best_depth(theory.preconditioner(Task(trained, 50)), covariance.isotropic(20))
    BestDepth(steps=None, diverges=False)
    """
    noise_variance = label_noise(test_cov, noise_variance)
    if test_length is None:
        return _endless(*matrices(P, test_cov))
    recursion = Recursion(P, test_cov, test_length, noise_variance)
    s, inverse_m = recursion.s, check.inverse_length("test_length", test_length)
    edge = edges_of(s, inverse_m)[1]
    if edge <= 2 and not noise_variance:
        if edge + 2 * upper_width(s, inverse_m) > 2:
            message = "some prompts diverge, so that their mean error turns, and this depth is that of the median"
            warnings.warn(message, ValidityWarning, stacklevel=2)
        return BestDepth(None, diverges=False)
    errors = recursion.falling_errors()
    best = int(errors.argmin())
    if best == LONGEST_SEARCH:
        raise ValueError(f"test_length: the error still falls after {LONGEST_SEARCH} steps, got {test_length!r}")
    errors = recursion.errors(best)
    if reason := recursion.doubt(errors, recursion.gap(errors)):
        warnings.warn(reason, ValidityWarning, stacklevel=2)
    return BestDepth(best, diverges=edge > 2)


def _endless(P: Matrix, test_cov: Covariance) -> BestDepth:
    """Best depth at m = ∞."""
    T = np.eye(len(P)) - P @ test_cov
    radius = np.abs(np.linalg.eigvals(T)).max()
    if radius < 1 + check.RELATIVE_TOLERANCE:
        return BestDepth(None, diverges=False)
    commute = np.allclose(P @ test_cov, test_cov @ P, rtol=0, atol=1e-12 * np.abs(P @ test_cov).max())
    if commute and np.allclose(P, P.T, rtol=0, atol=1e-12 * np.abs(P).max()):
        return BestDepth(_convex_minimum(np.abs(np.linalg.eigvalsh((T + T.T) / 2))), diverges=True)
    power, best, least, k = np.eye(len(P)), 0, float(len(P)), 0
    while radius ** (2 * k) <= least:  # no later step can be better: the error is at least radius^(2k)
        if k == LONGEST_CHAIN:
            raise ValueError(f"P: the least error is not known after {k} steps, the chain diverges too slowly")
        k += 1
        power = T @ power
        if (error := np.square(power).sum()) < least:  # thm-overthinking
            best, least = k, error
    return BestDepth(best, diverges=True)


def _convex_minimum(factors: Vector) -> int:
    """Integer k with the least sum of factors^(2k), convex in k and growing in the end."""

    def rises(k: int) -> bool:
        """Whether step k + 1 makes the error no smaller."""
        return not (factors ** (2.0 * k) * (np.square(factors) - 1)).sum() < 0  # eq-proofs-rise

    with np.errstate(over="ignore"):  # far beyond the least error
        return bisect.bisect_left(range(2**60), True, key=rises)  # the largest factor is above 1 by 1e-10
