r"""Test prompts of finite length: the mean error of every step without simulation.

For many skills d and examples m at fixed ratios the mean error follows a closed recursion. At finite
size it is larger, unless label noise is strong; `cot_error_gap` says by about how much.
"""

import warnings

import numpy as np
from jaxtyping import Float64

from ttsbook import _validation as check
from ttsbook.arrays import CovarianceLike, Errors, Matrix, Numbers, PreconditionerLike, Vector
from ttsbook.data.tasks import Task
from ttsbook.theory import _finite_size
from ttsbook.theory._chain import chain_errors, label_noise, matrices, once_lost, warn_if_diverged
from ttsbook.theory.stability import longest_stride_excess, preconditioned

LONGEST_SEARCH = 400  # steps looked at for the least error
TOLERANCE = 0.05  # estimated relative gap beyond which an approximation warns


class ValidityWarning(RuntimeWarning):
    """An approximation is used where its estimated relative error is above 5 %, or rare prompts carry the mean.

    Examples
    --------
    >>> from ttsbook import theory
    >>> from ttsbook.data import covariance
    >>> from ttsbook.data.tasks import Task
    >>> P = theory.preconditioner(Task(covariance.isotropic(5), 10))
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     _ = cot_error(P, covariance.isotropic(5), 10, 2)
    >>> print(caught[0].message)
    the mean differs from this approximation by an estimated 21 %: simulate it
    """


def cot_error(
    P: PreconditionerLike,
    test_cov: CovarianceLike | Task,
    test_length: int | None,
    steps: int,
    *,
    noise_variance: float | None = None,
    corrected: bool = False,
) -> Errors:
    r"""Approximate the mean error of each thinking step on prompts of m examples.

    The limit of many skills and examples at fixed ratios. With `corrected`, the first term of its
    expansion in 1/m is added; the correction is in the exponent, so that no error becomes negative.

    Parameters
    ----------
    P
        Preconditioner, symmetric and positive definite. It need not commute with `test_cov`.
    test_cov
        Covariance :math:`\Sigma` of the test prompts; or a task, whose label noise counts and whose length does not.
    test_length
        Test prompt length m; None stands for infinity, where the result is exact.
    steps
        Number of thinking steps.
    noise_variance
        Variance :math:`\sigma^2` of the label noise. By default that of a task, and 0 for a covariance.
    corrected
        Multiply by the exponential of `cot_error_gap`, where it is finite.

    Warns
    -----
    DivergenceWarning
        If an error is beyond the range of float64 and reported as inf.
    ValidityWarning
        If the estimated gap between the result and the mean is above 5 %: `cot_error_gap`, or, with
        `corrected`, twice its square, which is about what a correction leaves. Or if a few prompts with
        long strides carry the mean; the result then follows the median over prompts. Simulate there.

    Raises
    ------
    ValueError
        If P is not symmetric and positive definite, or an argument is out of range.

    Notes
    -----
    The recursion and its correction are derived in the appendix of the book: :ref:`proofs-recursion`. Its cost
    grows like :math:`d^2 k^2`: with :math:`z` and :math:`u` for the two numbers of steps, the sum over pairs of
    earlier steps is a geometric series in :math:`q(z) q(u) K(z, u)`, and
    :math:`1 - q(z) q(u) K = q(z) q(u)\,(u - z)/((1 - z) u q(u) - (1 - u) z q(z))` has a closed inverse.

    Rare prompts: the largest eigenvalue of :math:`P S_m` varies about its edge :math:`\lambda_+` by Tracy and
    Widom's law (El Karoui 2007). A warning is due where the mean of :math:`(\lambda - 1)^{2k}` over this law, as
    far as it exceeds :math:`(\lambda_+ - 1)^{2k}`, is above 5 % of the error.

    Examples
    --------
    >>> from ttsbook import theory
    >>> from ttsbook.data import covariance
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.power_law(100, 0.7, trace=100), 200)
    >>> (cot_error(theory.preconditioner(task), task.cov, 800, 3) / 100).round(4).tolist()
    [1.0, 0.2459, 0.0903, 0.0387]
    """
    corrected = check.flag("corrected", corrected)
    recursion = Recursion(P, test_cov, test_length, noise_variance)
    errors = recursion.errors(steps)
    gap = recursion.gap(errors)
    if reason := recursion.doubt(errors, gap, corrected=corrected):
        warnings.warn(reason, ValidityWarning, stacklevel=2)
    warn_if_diverged(errors)
    return errors * np.exp(np.where(np.isfinite(gap), gap, 0)) if corrected else errors


def cot_error_gap(
    P: PreconditionerLike,
    test_cov: CovarianceLike | Task,
    test_length: int | None,
    steps: int,
    *,
    noise_variance: float | None = None,
) -> Errors:
    r"""Estimate how far the mean error lies above the limit that `cot_error` computes, relative to it.

    The first term of the expansion in 1/m at fixed m/d, divided by the limit. It falls like 1/d at
    fixed ratios and, without label noise, usually grows with the number of steps. What it leaves is of
    the order of its square, in isotropic cases up to 2.5 times that; where chains begin to diverge
    (`spectral_edges` above 2) it leaves far more. It is inf where the limit is so small that rounding
    hides the term, or so large that it is inf. The arguments are those of `cot_error`.

    Notes
    -----
    It is derived in the appendix of the book: :ref:`proofs-recursion`.
    For one step the mean is exactly the limit times 1 + gap. With :math:`P = I/g` and
    :math:`\Sigma = I` that gap is :math:`1/(d + m (g - 1)^2)`.

    Examples
    --------
    >>> from ttsbook import theory
    >>> from ttsbook.data import covariance
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.isotropic(100), 200)
    >>> cot_error_gap(theory.preconditioner(task), task.cov, 400, 5)[[1, 5]].round(3).tolist()
    [0.005, 0.024]
    """
    recursion = Recursion(P, test_cov, test_length, noise_variance)
    return recursion.gap(recursion.errors(steps))


def recursion_error(
    P: PreconditionerLike,
    test_cov: CovarianceLike | Task,
    test_length: int | None,
    steps: int,
    *,
    noise_variance: float | None = None,
) -> Errors:
    """Compute `cot_error` without estimating its gap."""
    return Recursion(P, test_cov, test_length, noise_variance).errors(steps)


class Recursion:
    """Mean errors on prompts of m examples, None for endless ones, in the basis where P^½ΣP^½ = diag(s).

    P is A there, and its inverse B. The arguments are those of `cot_error`.

    Examples
    --------
    >>> chain = Recursion(np.eye(20) / 1.5, np.eye(20), 40, noise_variance=None)
    >>> errors = chain.errors(2)
    >>> chain.doubt(errors, chain.gap(errors))
    'the mean differs from this approximation by an estimated 7 %: simulate it'
    """

    def __init__(
        self, P: PreconditionerLike, test_cov: CovarianceLike | Task, m: int | None, noise_variance: float | None
    ) -> None:
        self.s, vectors, root = preconditioned(P, test_cov)
        self.m, self.noise_variance = check.length("test_length", m), label_noise(test_cov, noise_variance)
        half, inverse = vectors.T @ root, np.linalg.solve(root, vectors).T
        self.A, self.B = half @ half.T, inverse @ inverse.T  # proofs-recursion
        P, test_cov = matrices(P, test_cov)
        self.T = np.eye(len(P)) - P @ test_cov

    def errors(self, steps: int) -> Errors:
        """Limit of the mean errors for many skills and examples at fixed ratios; exact for endless prompts."""
        steps = check.count("steps", steps, least=0)
        if self.m is None:
            return chain_errors(self.T[None], steps)[0]
        with np.errstate(over="ignore", invalid="ignore"):
            return _recursion(self.s, self.A, self.B, self.m, steps, self.noise_variance)

    def falling_errors(self) -> Float64[np.ndarray, " looks"]:
        """Compute `errors` for so many steps that they have begun to rise, or for LONGEST_SEARCH."""
        steps = 25
        while (errors := self.errors(steps)).argmin() == steps:
            if steps == LONGEST_SEARCH:
                break
            steps = min(2 * steps, LONGEST_SEARCH)
        return errors

    def gap(self, errors: Numbers) -> Numbers:
        """First term of the expansion in 1/m at fixed m/d, relative to the `errors`."""
        if self.m is None or self.s[-1] == 0:
            return np.zeros_like(errors)
        with np.errstate(all="ignore"):  # far beyond convergence all is lost in overflow, and said to be
            steps = len(errors) - 1
            limit, term = _finite_size.expansion(self.s, self.A, self.B, self.m, steps, self.noise_variance)
            agree = np.abs(limit - errors) <= 1e-3 * errors  # else rounding has eaten the expansion
            gap = np.where(agree & np.isfinite(errors), term / errors, np.inf)
        gap[0] = 0.0  # no step, no gap
        return gap

    def doubt(self, errors: Numbers, gap: Numbers, *, corrected: bool = False) -> str | None:
        """Say why the means may be far from these errors, if they may; `corrected` errors have the gap in them."""
        worst = float(np.abs(gap).max())
        worst = 2 * worst**2 if corrected else worst
        if worst > TOLERANCE:
            amount = f"an estimated {100 * worst:.0f} %" if np.isfinite(worst) else "what rounding hides"
            return f"the mean differs from this approximation by {amount}: simulate it"
        tail = longest_stride_excess(self.s, check.inverse_length("test_length", self.m), len(errors) - 1)
        if (tail[1 + corrected :] > TOLERANCE * errors[1 + corrected :]).any():  # a corrected first step is exact
            return "a few prompts with long strides carry the mean, and this value follows the median: simulate it"
        return None


def mean_answers(
    P: PreconditionerLike, test_cov: CovarianceLike, test_length: int | None, steps: int
) -> Float64[np.ndarray, "{steps}+1 d d"]:
    """Matrices that take w to the mean answer of each step over prompts, in the limit of `cot_error`."""
    s, vectors, root = preconditioned(P, test_cov)
    test_length = check.length("test_length", test_length)
    steps = check.count("steps", steps, least=0)
    with np.errstate(over="ignore", invalid="ignore"):
        phi = (1 - s) ** np.arange(steps + 1)[:, None] if test_length is None else _series(s, test_length, steps)[1]
    return (root @ vectors * (1 - phi)[:, None]) @ np.linalg.solve(root, vectors).T


def _recursion(s: Vector, A: Matrix, B: Matrix, m: int, steps: int, noise_variance: float) -> Errors:
    """Limit of the mean errors, with P = A and P⁻¹ = B in the basis where P^½ΣP^½ = diag(s)."""
    q, phi = _series(s, m, 2 * steps)
    finite = np.logical_and.accumulate(np.isfinite(phi).all(axis=1)).sum() - 1
    errors, antidiagonals = np.full(steps + 1, np.inf), np.zeros(2 * steps + 1)  # sums of spread along them
    reached = min(steps, int(finite))
    spread = _spread(phi[:reached], s, np.diag(A) / m, np.diag(B), noise_variance)
    slope = np.diff(q, prepend=0.0)
    errors[0] = len(s)
    for k in range(1, reached + 1):
        row = spread[k - 1, :k]
        antidiagonals[k - 1 : 2 * k - 2] += 2 * row[:-1]
        antidiagonals[2 * k - 2] += row[-1]
        earlier = slope[: 2 * k - 1] @ antidiagonals[2 * k - 2 :: -1] + 2 * q[: k - 1] @ row[:-1][::-1]
        errors[k] = phi[k] @ (A * B) @ phi[k] + earlier  # eq-proofs-recursion-error
    return once_lost(errors)


def _spread(
    phi: Float64[np.ndarray, "k d"], s: Vector, left: Vector, right: Vector, noise_variance: float
) -> Float64[np.ndarray, "k k"]:
    """Sum over i, j of s_i left_i (s_j right_j F F' + noise G G'): F convolves phi_i and phi_j, G sums phi_i."""
    steps, total = len(phi), 0.0
    lag = np.subtract.outer(np.arange(steps), np.arange(steps))  # (steps, steps)
    sums = np.cumsum(phi, axis=0)
    for column, weight in enumerate(s * left):
        toeplitz = np.where(lag >= 0, phi[lag, column], 0.0)
        responses = toeplitz @ phi  # (steps, d)
        total = total + weight * ((responses * (s * right)) @ responses.T)  # eq-proofs-recursion-two
    return total + noise_variance * ((sums * (s * left)) @ sums.T) if steps else np.zeros((0, 0))


def _series(s: Vector, m: int, steps: int) -> tuple[Errors, Float64[np.ndarray, "{steps}+1 d"]]:
    """Coefficients q and mean responses phi of the recursion, by step."""
    q, r, phi = np.zeros(steps + 1), np.zeros(steps + 1), np.ones((steps + 1, len(s)))
    q[0] = 1.0
    for k in range(steps + 1):
        if k >= 1:
            r[k] = (s * phi[k - 1]).sum() / m  # eq-proofs-limit-one
            q[k] = -r[1 : k + 1] @ q[k - 1 :: -1][:k]  # eq-proofs-limit-one
        if k < steps:
            phi[k + 1] = phi[k] - s * (q[k::-1] @ phi[: k + 1])  # eq-proofs-limit-one
    return q, phi
