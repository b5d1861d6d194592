r"""Supervised fine-tuning on finitely many prompts, in closed form.

The layer starts at a preconditioner :math:`P_0` and is shown B prompts. Each step of a chain is supervised: from
:math:`w_i = (1 - (1 - \eta)^i)\, w` it is asked for :math:`w_{i+1}`. With :math:`\Phi = [S_1 w_1 \dots S_B w_B]`
and :math:`\Omega = [w_1 \dots w_B]` the loss is a multiple of :math:`\|P\Phi - \eta\Omega\|_F^2`, however many steps
the chain has. Labels have no noise.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from jaxtyping import Float64

from ttsbook import _validation as check
from ttsbook.arrays import Covariance, CovarianceLike, Matrix, Preconditioner, PreconditionerLike
from ttsbook.data.tasks import Task, covariance_of
from ttsbook.theory._chain import noiseless
from ttsbook.theory.learned import gamma

Strengths: TypeAlias = Float64[np.ndarray, " rank"]
"""One number for each skill that the prompts have."""
RANK = 1e-7  # singular values below this share of the largest are zero: roots of strengths that rounding leaves


def sample_pairs(
    task: Task, samples: int, *, rng: np.random.Generator
) -> tuple[Float64[np.ndarray, "{samples} d"], Float64[np.ndarray, "{samples} d"]]:
    r"""Draw weights w, and what a first step sees of their prompts, :math:`S_n w = X y/n`; one a row.

    In the book: :prf:ref:`prop-one-draw`.

    Parameters
    ----------
    task
        What prompts are drawn from, without label noise.
    samples
        Number of prompts.
    rng
        Source of randomness.

    Notes
    -----
    No example is drawn. With :math:`u = A^{1/2} w`, the sum over examples is
    :math:`\|u\|\, A^{1/2} (s\, u/\|u\| + \sqrt s\, g)/n`, where s is chi-squared with n degrees of freedom and g normal
    across u: a prompt costs 2 d + 1 random numbers.

    Examples
    --------
    >>> w, seen = sample_pairs(Task(np.eye(2), 10**9), 3, rng=np.random.default_rng(0))
    >>> bool(np.allclose(seen, w, atol=1e-3))
    True
    """
    check.instance("task", task, Task)
    noiseless("task", task)
    samples = check.count("samples", samples, least=1)
    check.instance("rng", rng, np.random.Generator)
    w, across = rng.standard_normal((2, samples, task.dim))
    u = w @ task.root
    size = np.linalg.norm(u, axis=1, keepdims=True)
    unit = u / np.where(size > 0, size, 1)
    across -= (across * unit).sum(axis=1, keepdims=True) * unit
    s = rng.chisquare(task.prompt_length, (samples, 1))
    return w, size / task.prompt_length * (s * unit + np.sqrt(s) * across) @ task.root  # prop-one-draw


def minimum_norm(
    start: PreconditionerLike,
    w: Float64[np.ndarray, "prompts d"],
    seen: Float64[np.ndarray, "prompts d"],
    *,
    rate: float,
) -> Preconditioner:
    r"""Minimizer of the loss that is nearest to the start: where gradient descent ends.

    In the book: :prf:ref:`thm-sft`.

    Parameters
    ----------
    start
        Preconditioner :math:`P_0` before fine-tuning.
    w, seen
        Weights and :math:`S_n w` of the prompts, one a row, such as `sample_pairs` draws.
    rate
        Rate :math:`\eta` of the targets.

    Notes
    -----
    :math:`\eta\,\Omega\Phi^+ + P_0\,(I - \Phi\Phi^+)`.

    Examples
    --------
    >>> minimum_norm(3 * np.eye(2), np.array([[1.0, 0.0]]), np.array([[0.5, 0.0]]), rate=1.0).tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    start, rate = check.square_matrix("start", start), check.positive("rate", rate)
    w, seen = check.array("w", w), check.array("seen", seen)
    if w.ndim != 2 or w.shape != seen.shape or w.shape[1] != len(start) or not len(w):
        raise ValueError(f"w and seen must have shape (prompts, {len(start)}), got {w.shape} and {seen.shape}")
    inverse = np.linalg.pinv(seen.T, rcond=RANK)
    return rate * w.T @ inverse + start - (start @ seen.T) @ inverse  # thm-sft


def largest_step(seen: Float64[np.ndarray, "prompts d"], *, rate: float, depth: int) -> float:
    r"""Step size below which gradient descent on the mean loss of chains converges.

    It is :math:`2B/(c_k\, \lambda_{\max}(\Phi\Phi^\top))` with :math:`c_k = \sum_{i<k} (1 - \eta)^{2i}`.

    In the book: :prf:ref:`thm-sft-descent`.

    Parameters
    ----------
    seen
        As in `minimum_norm`.
    rate
        Rate :math:`\eta` of the targets.
    depth
        Number k of supervised steps.

    Examples
    --------
    >>> largest_step(np.eye(2), rate=1.0, depth=5)
    4.0
    """
    seen = check.array("seen", seen)
    if seen.ndim != 2 or not seen.any():
        raise ValueError(f"seen must have shape (prompts, d) and be somewhere not zero, got shape {seen.shape}")
    powers = (1 - check.positive("rate", rate)) ** (2 * np.arange(check.count("depth", depth, least=1)))
    return float(2 * len(seen) / (powers.sum() * np.linalg.norm(seen, 2) ** 2))  # thm-sft-descent


@dataclass(frozen=True, eq=False)
class FineTuning:
    r"""Fine-tuning of a layer that starts at a preconditioner, on prompts of a task, as B grows with d.

    Parameters
    ----------
    start
        Preconditioner :math:`P_0` before fine-tuning.
    task
        What its prompts are drawn from; the covariance A may be singular.
    rate
        Rate :math:`\eta` of the targets.

    Notes
    -----
    In the limit of many skills and prompts the pairs :math:`(w, S_n w)` are Gaussian, and fine-tuning is a regression
    without ridge: w given what is seen has the mean :math:`\Gamma^{-1} S_n w` and the covariance
    :math:`I - A\Gamma^{-1}`.

    Examples
    --------
    >>> tuning = FineTuning(np.eye(2), Task(np.diag([1.0, 0.0]), 4), rate=0.5)
    >>> tuning.limit.round(3).tolist()
    [[0.333, 0.0], [0.0, 1.0]]
    """

    start: Preconditioner
    task: Task
    rate: float

    def __post_init__(self) -> None:
        check.settle(self, start=check.square_matrix("start", self.start))
        check.instance("task", self.task, Task)
        noiseless("task", self.task)
        check.same_dimension(start=self.start, task=self.task.cov)
        check.settle(self, rate=check.positive("rate", self.rate))

    @cached_property
    def _basis(self) -> tuple[Strengths, Strengths, Float64[np.ndarray, "d rank"]]:
        """Nonzero strengths of A, the eigenvalues of Γ there, and the skills, one a column."""
        strengths, skills = np.linalg.eigh(self.task.cov)
        used = strengths > check.RELATIVE_TOLERANCE * strengths[-1]
        gammas = np.diag(gamma(np.diag(strengths), self.task.prompt_length))
        return strengths[used], gammas[used], skills[:, used]

    @property
    def rank(self) -> int:
        """Number of skills in the prompts, where the error of a direct answer has its peak."""
        return len(self._basis[0])

    @cached_property
    def _taught(self) -> Matrix:
        """What endless prompts teach: the rate times Γ⁻¹ on the range of A."""
        _, gammas, skills = self._basis
        return self.rate * (skills / gammas) @ skills.T

    @property
    def limit(self) -> Preconditioner:
        """Preconditioner after endlessly many prompts.

        In the book: :prf:ref:`prop-sft-limit`.
        """
        skills = self._basis[2]
        return self._taught + self.start - (self.start @ skills) @ skills.T  # prop-sft-limit

    def mean_preconditioner(self, count: int) -> Preconditioner:
        """Mean preconditioner after fine-tuning on B prompts, in the same limit.

        In the book: :prf:ref:`prop-sft-error`.

        Parameters
        ----------
        count
            Number B of prompts.

        Examples
        --------
        >>> tuning = FineTuning(3 * np.eye(4), Task(np.eye(4), 10**6), rate=1.0)
        >>> np.diag(tuning.mean_preconditioner(1)).round(3).tolist()  # a quarter of what there is to learn
        [2.5, 2.5, 2.5, 2.5]
        """
        strengths, gammas, skills = self._basis
        moments = strengths * gammas
        kappa = _resolution(moments, check.count("count", count, least=1))
        L = np.eye(self.task.dim) - (skills * (moments / (moments + kappa))) @ skills.T
        return self._taught + (self.start - self._taught) @ L  # prop-sft-error

    def direct_error(self, count: int, test_cov: CovarianceLike | Task, test_length: int | None) -> float:
        r"""Mean error of the direct answer after fine-tuning on B prompts, for d, n, m and B large alike.

        It is infinite at the peak, where B is the rank of A.

        In the book: :prf:ref:`prop-sft-error`.

        Parameters
        ----------
        count
            Number B of prompts.
        test_cov
            Covariance :math:`\Sigma` of the test prompts, or a task with it and without label noise.
        test_length
            Test prompt length m; None stands for infinity.

        Examples
        --------
        >>> tuning = FineTuning(np.eye(2), Task(np.eye(2), 4), rate=1.0)
        >>> tuning.direct_error(2, np.eye(2), None)
        inf
        """
        cov = self._test(test_cov)
        noiseless("test_cov", test_cov)
        inverse_m = check.inverse_length("test_length", test_length)
        mean, (strengths, gammas, skills) = self.mean_preconditioner(count), self._basis
        if count == self.rank:
            return math.inf
        moments = strengths * gammas
        kappa = _resolution(moments, count)
        squared = cov @ cov
        noise = inverse_m * (squared + np.trace(cov) * cov)  # the mean square of S_m is their sum
        practice = ((skills.T @ (squared + noise)) * skills.T).sum(axis=1)
        freedom = np.square(moments / (moments + kappa)).sum()
        spread = (practice * moments / (moments + kappa) ** 2).sum() / (count - freedom)
        forgotten = (self.start - self._taught) @ (skills * np.sqrt(moments) * (kappa / (moments + kappa)))  # D L C^½
        unexplained = self.task.dim - (strengths / gammas).sum()  # tr(I - A Γ⁻¹)
        error = np.square(np.eye(self.task.dim) - mean @ cov).sum() + (mean @ noise * mean).sum()
        return float(error + spread * (np.square(forgotten).sum() + self.rate**2 * unexplained))  # prop-sft-error

    def critical_count(self, test_cov: CovarianceLike | Task) -> float:
        r"""Return the number of prompts beyond which a chain on endless test prompts converges, in the same limit.

        In the book: :prf:ref:`prop-sft-count`.

        Parameters
        ----------
        test_cov
            Covariance :math:`\Sigma` of the test prompts, or a task with it, without correlations between skills that
            fine-tuning shows and others.

        Returns
        -------
        float
            Infinite if the chain of `limit` does not converge.

        Examples
        --------
        >>> round(FineTuning(np.eye(4), Task(np.eye(4), 8), rate=1.0).critical_count(np.eye(4)), 9)
        6.5
        """
        cov = self._test(test_cov)
        strengths, gammas, skills = self._basis
        Pi = skills @ skills.T
        for name, matrix in (("test_cov", cov), ("start", self.start)):
            if np.abs(Pi @ matrix - matrix @ Pi).max() > check.RELATIVE_TOLERANCE * np.abs(matrix).max():
                raise ValueError(f"{name} must not correlate skills that fine-tuning shows with others")
        if np.abs(1 - np.linalg.eigvals(self.limit @ cov)).max() >= 1:
            return math.inf
        inner = skills.T @ cov @ skills
        step = self.rate * inner / gammas[:, None]
        columns = (inner / (strengths * gammas)) @ inner
        rows = self.rate**2 * (1 - strengths / gammas)
        edges = list[float]()
        for gap in (step, 2 * np.eye(self.rank) - step):  # z = 1 and -1, less the mean map
            inverse = np.linalg.inv(gap)
            edges.append(float(((inverse.T @ columns @ inverse) * np.diag(rows)).sum()))
        return self.rank + max(edges)  # prop-sft-count

    def _test(self, test_cov: CovarianceLike | Task) -> Covariance:
        cov = check.covariance("test_cov", covariance_of(test_cov))
        check.same_dimension(start=self.start, test_cov=cov)
        return cov


def _resolution(moments: Strengths, count: int) -> float:
    r"""Solve :math:`\sum_j c_j/(c_j + \kappa) = B` for κ, by bisection of its logarithm; 0 if B is no less than d."""
    if count >= len(moments):
        return 0.0
    low, high = math.log(moments.min()) - 60, math.log(moments.sum() / count)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (moments / (moments + math.exp(middle))).sum() > count else (low, middle)
    return math.exp(low)
