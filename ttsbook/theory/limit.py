"""Endless test prompts, m = ∞: the exact error of every step, and the scaling law."""

import math

import numpy as np
from jaxtyping import Float64

from ttsbook import _validation as check
from ttsbook.arrays import CovarianceLike, Errors, Numbers, PreconditionerLike
from ttsbook.data.tasks import Task
from ttsbook.theory._chain import chain_errors, costs, matrices, warn_if_diverged


def scaling_law_bound(cov: CovarianceLike | Task, train_length: float, steps: int) -> Errors:
    r"""Leading term of the test-time scaling law (paper: Corollary 3.5).

    :math:`d\,\bigl(1 + n/(1 + H)\bigr)^{-2k}` for k = 0, ..., `steps`, with the hardness H. It bounds
    the exact error from above at m = ∞, with equality when all skills are equally strong.

    In the book: :prf:ref:`cor-scaling-law`.

    Parameters
    ----------
    cov
        Covariance :math:`\Lambda` of training and test prompts, positive definite; or a task, whose label
        noise counts.
    train_length
        Training prompt length n.
    steps
        Number of thinking steps.

    Examples
    --------
    >>> scaling_law_bound(np.eye(5), 18, 2).tolist()
    [5.0, 0.3125, 0.01953125]
    """
    h = costs(cov)
    n = check.number("train_length", train_length, least=1)
    steps = check.count("steps", steps, least=0)
    return len(h) * (1 + n / h[0]) ** (-2.0 * np.arange(steps + 1))  # eq-proofs-law


def cot_error_limit(P: PreconditionerLike, test_cov: CovarianceLike | Task, steps: int) -> Errors:
    r"""Exact error of each thinking step for an endless test prompt, m = ∞.

    :math:`e_k = \|(I - P\Sigma)^k\|_F^2`; for commuting matrices this is the trace of the paper's
    Remark 4.1, otherwise it is larger.

    In the book: :prf:ref:`prop-skills`.

    Parameters
    ----------
    P
        Preconditioner, any square matrix.
    test_cov
        Covariance :math:`\Sigma` of the test prompts; or a task, of which the covariance alone counts.
    steps
        Number of thinking steps.

    Warns
    -----
    DivergenceWarning
        If a diverging chain leaves float64, and its error is reported as inf.

    Examples
    --------
    >>> cot_error_limit(np.eye(2), np.diag([1.0, 0.5]), 3).tolist()
    [2.0, 0.25, 0.0625, 0.015625]
    """
    P, test_cov = matrices(P, test_cov)
    steps = check.count("steps", steps, least=0)
    errors = chain_errors((np.eye(len(P)) - P @ test_cov)[None], steps)[0]  # thm-overthinking
    warn_if_diverged(errors)
    return errors


def best_scaling_limit(P: PreconditionerLike, test_cov: CovarianceLike | Task, steps: int) -> float:
    r"""Factor c for which dividing by c times the usual scaling leaves the least error on endless prompts.

    It minimizes :math:`\|(I - P\Sigma/c)^k\|_F^2`, so that ``cot_error_limit(P / c, test_cov, steps)[-1]`` is
    least, also where that is too small for a number. Where P and :math:`\Sigma` commute, c tends to the mean of
    the largest and the smallest stride as k grows. P need not be symmetric, so a mixture's will do. It is
    infinite if no step of this direction helps: :math:`\mathrm{tr}\,P\Sigma \le 0`.

    To think with it, let :math:`\rho` be c times the prompt length; `best_scaling` gives :math:`\rho` itself.

    In the book: :prf:ref:`prop-cure`.

    Parameters
    ----------
    P
        Preconditioner.
    test_cov
        Covariance :math:`\Sigma` of the test prompts; or a task, of which the covariance alone counts.
    steps
        Number k of thinking steps, at least 1.

    Notes
    -----
    A search on :math:`e_k^{1/2k}`, from a grid. A step of any size helps only if a small one does: the mean of
    the eigenvalues of :math:`P\Sigma/c` is :math:`\mu = \mathrm{tr}(P\Sigma)/(cd)`, and
    :math:`e_k \ge d\,|1 - \mu|^{2k}`.

    Examples
    --------
    >>> round(best_scaling_limit(np.diag([1.0, 3.0]), np.eye(2), 1), 6)  # Σ μ² / Σ μ
    2.5
    >>> round(best_scaling_limit(np.diag([1.0, 3.0]), np.eye(2), 20), 2)
    2.01
    """
    P, test_cov = matrices(P, test_cov)
    steps = check.count("steps", steps, least=1)
    identity, T = np.eye(len(P)), P @ test_cov
    size, trace = np.linalg.norm(T), np.trace(T)
    if trace <= check.RELATIVE_TOLERANCE * size:
        return math.inf

    def rate(eta: Numbers) -> Numbers:
        """2k-th root of the error with c = 1/eta."""
        return _root_error(identity - np.multiply.outer(eta, T), steps)  # prop-cure

    # The error falls up to the least of these 1/c; beyond the last, the trace alone or the largest eigenvalue
    # leaves more than no answer does.
    least: float = trace / (10 * np.sqrt(len(P)) * steps * size**2)
    eigenvalues = np.linalg.eigvals(T)
    most: float = (1 + len(P) ** (0.5 / steps)) / max(np.abs(eigenvalues).max(), trace / len(P))
    grid = np.union1d(np.geomspace(least, most, 60), np.linspace(least, most, 40))
    etas = np.union1d(grid, 1 / eigenvalues.real[eigenvalues.real > 1 / most])  # where T is far from normal
    from scipy.optimize import minimize_scalar  # here, so that theory starts without SciPy

    rates = np.pad(rate(etas), 1, constant_values=np.inf)
    valleys = np.flatnonzero((rates[1:-1] <= rates[:-2]) & (rates[1:-1] <= rates[2:]))  # there may be several
    searches = [
        minimize_scalar(
            lambda eta: rate(np.asarray(eta)).item(),
            bounds=(etas[max(valley - 1, 0)], etas[min(valley + 1, len(etas) - 1)]),
            method="bounded",
            options={"xatol": 1e-10 * etas[valley]},
        )
        for valley in valleys
    ]
    candidates = [*(search.x for search in searches), *etas[valleys]]  # a search may end in a lesser valley
    return float(1 / min(candidates, key=lambda eta: rate(np.asarray(eta)).item()))


def _root_error(T: Float64[np.ndarray, "*grid d d"], steps: int) -> Float64[np.ndarray, "*grid"]:
    """Take the 2k-th root of the error of k steps with each T: it stays within float64 for any k."""
    power, log = np.eye(T.shape[-1]), 0.0
    for bit in f"{steps:b}":  # square for each bit, and multiply where it is set
        power, log = power @ power, 2 * log
        power = power @ T if bit == "1" else power
        norm = np.sqrt(np.square(power).sum(axis=(-2, -1))) + np.finfo(float).tiny
        power, log = power / norm[..., None, None], log + np.log(norm)
    return np.asarray(np.exp(log / steps))


def train_length_for(cov: CovarianceLike | Task, relative_error: float, steps: int, *, bound: bool = False) -> float:
    r"""Training prompt length n that leaves a given error after k steps, at m = ∞ and matched covariances.

    Solves :math:`\sum_i (1 + n/h_i)^{-2k} = \varepsilon d` with :math:`h_i = 1 + \mathrm{tr}\,\Lambda/\lambda_i`;
    or, for the bound of Corollary 3.5, :math:`n = (1 + H)(\varepsilon^{-1/(2k)} - 1)`, which is enough
    for every spectrum of hardness H and exact if all skills are equally strong.

    In the book: :prf:ref:`cor-scaling-law`.

    Parameters
    ----------
    cov
        Covariance :math:`\Lambda` of training and test prompts, positive definite; or a task, whose label
        noise counts.
    relative_error
        Error :math:`\varepsilon = e_k/d` to be left, between 0 and 1.
    steps
        Number of thinking steps k, at least 1.
    bound
        Use the bound in place of the exact error.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> round(train_length_for(covariance.power_law(20, 1.0), 0.01, 1), 1)
    384.5
    >>> round(train_length_for(covariance.power_law(20, 1.0), 0.01, 10), 1)
    12.7
    """
    if not 0 < (share := check.number("relative_error", relative_error)) < 1:
        raise ValueError(f"relative_error must lie between 0 and 1, got {relative_error!r}")
    power = 2 * check.count("steps", steps, least=1)
    h = costs(cov)
    least, most = (h[[-1, 0]] * np.expm1(-np.log(share) / power)).tolist()  # eq-proofs-length
    if check.flag("bound", bound) or most - least <= 1e-12 * most:  # equal skills leave nothing to search
        return most
    from scipy.optimize import brentq  # here, so that theory starts without SciPy

    def excess(n: float) -> float:
        """Logarithm of the error with prompts of this length, relative to the one to be left."""
        return np.log(np.mean((1 + n / h) ** -power) / share)  # eq-proofs-law

    return brentq(excess, least, most, rtol=1e-12)
