r"""Which tasks to train on: the weights of a mixture, chosen for a target.

A mixture draws each training prompt from task :math:`\ell` with probability :math:`\pi_\ell`.
Two programs choose :math:`\pi` on the simplex for test prompts of covariance :math:`\Sigma`:
the paper's, which looks at covariances alone, and one that minimizes the error after k thinking
steps itself. Arguments that are out of range are refused by name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.linalg import lapack
from scipy.optimize import minimize, nnls

from ttsbook import _validation as check
from ttsbook import theory
from ttsbook.arrays import CovarianceLike, Matrix, MixtureWeights, Numbers, Preconditioner, VectorLike
from ttsbook.data import covariance
from ttsbook.data.tasks import Mixture, Task, covariance_of, mix

PROMPTS = 64  # simulated once, for the error of several steps at a finite test length
BEST = 4  # single tasks from which the search starts, and from the middle of each two of them
TINY = np.finfo(float).tiny
FLOOR = 1e-6  # least weight of a task if some task leaves a direction unused


@dataclass(frozen=True, eq=False)
class Selection:
    """Weights of a mixture, and the value of the program that chose them.

    Attributes
    ----------
    weights
        Probability of each task; the sum is 1.
    error
        Least value of the program.

    Examples
    --------
    >>> easy, hard = np.diag([1.0, 1.0]), np.diag([1.9, 0.1])
    >>> quadratic_program([easy, hard], np.eye(2)).weights.tolist()
    [1.0, 0.0]
    """

    weights: MixtureWeights
    error: float

    def mixture(self, tasks: Sequence[Task]) -> Mixture:
        """Mix those tasks that have a weight.

        Parameters
        ----------
        tasks
            The tasks that were chosen from, in their order.

        Examples
        --------
        >>> from ttsbook.data.tasks import Task
        >>> pool = [Task(np.eye(2), 9), Task(np.diag([1.9, 0.1]), 9)]
        >>> quadratic_program([task.cov for task in pool], np.eye(2)).mixture(pool).tasks
        (Task(dim=2, prompt_length=9, noise_variance=0.0),)
        """
        return mix(tasks, self.weights)


def quadratic_program(covs: Iterable[CovarianceLike | Task], target_cov: CovarianceLike | Task) -> Selection:
    r"""Choose weights by covariances alone (the paper's selection program).

    Minimizes :math:`\|I - \Sigma^{-1}\sum_\ell \pi_\ell\Lambda_\ell\|_F^2` over the simplex. Prompt
    lengths and label noise play no part in it. The least value, as `error`, is not the error of a layer trained on
    the mixture.

    In the book: :prf:ref:`prop-program`.

    Parameters
    ----------
    covs
        Covariances :math:`\Lambda_\ell` of the tasks, or the tasks.
    target_cov
        Covariance :math:`\Sigma` of the test prompts, positive definite, or their task.

    Notes
    -----
    The weights sum to 1, so the value is :math:`\|C\pi\|^2`, where column :math:`\ell` of C holds
    :math:`I - \Sigma^{-1}\Lambda_\ell`. Non-negative least squares solves
    :math:`\min_{u \ge 0} \|Cu\|^2 + c^2(1 - \mathbf 1^\top u)^2` (Lawson and Hanson 1974). For every sum
    s of u the best direction u/s is the minimizer sought, so u divided by its sum is exact for any
    c > 0; c is the least norm of a column, for the sake of scale. Where several mixtures are
    equally good, one of them is returned.

    Examples
    --------
    >>> chosen = quadratic_program([np.diag([2.0, 0.5]), np.diag([0.0, 1.5])], np.eye(2))
    >>> chosen.weights.round(12).tolist(), round(chosen.error, 12)
    ([0.5, 0.5], 0.0)
    """
    if isinstance(covs, Mixture):
        raise TypeError(f"covs must be covariances or tasks, got {check.shown(covs)}: pass its tasks")
    covs = [check.covariance(f"covs[{index}]", covariance_of(cov)) for index, cov in enumerate(covs)]
    if not covs:
        raise ValueError("covs must hold at least one covariance, got none")
    target_cov = check.covariance("target_cov", covariance_of(target_cov), definite=True)
    check.same_dimension(target_cov=target_cov, **{f"covs[{index}]": cov for index, cov in enumerate(covs)})
    gaps = np.eye(len(target_cov)) - np.linalg.solve(target_cov, np.stack(covs))  # prop-program
    columns = gaps.reshape(len(covs), -1).T
    norms = np.linalg.norm(columns, axis=0)
    if norms.min() == 0:
        weights = np.eye(len(covs))[norms.argmin()]
    else:
        system = np.vstack([np.linalg.qr(columns / norms.min(), mode="r"), np.ones(len(covs))])
        # SciPy's 3 iterations a task can be too few where tasks differ by orders of magnitude.
        weights = nnls(system, np.eye(len(system))[-1], maxiter=30 * len(covs))[0]
        weights /= weights.sum()
    return Selection(weights, float(np.square(columns @ weights).sum()))  # prop-program


def optimal_mixture(
    tasks: Sequence[Task],
    target_cov: CovarianceLike | Task,
    steps: int,
    *,
    test_length: int | None = None,
    samples: int = PROMPTS,
    rng: np.random.Generator | None = None,
) -> Selection:
    r"""Choose the weights that minimize the error after k thinking steps itself.

    The layer trained on the mixture has the preconditioner :math:`P = AB^{-1}` of
    `theory.preconditioner`. The objective is the error of k steps with it on test prompts of m
    examples:

    * m = ∞, any k: :math:`\|(I - P\Sigma)^k\|_F^2`, exact;
    * finite m, k = 1: `theory.direct_error`, exact;
    * finite m, k > 1: the mean of :math:`\|(I - PS_m)^k\|_F^2` over simulated prompts, the same in
      every evaluation. No exact form is at hand, as P is not symmetric in general. The least value is
      optimistic, being minimized on these prompts: judge the mixture with `theory.simulate_cot_error`.

    In the book: :prf:ref:`prop-gradient`.

    Parameters
    ----------
    tasks
        The pool of training tasks, with their prompt lengths and label noise. Each direction must be used
        by some task.
    target_cov
        Covariance :math:`\Sigma` of the test prompts, or their task. Its label noise averages out at m = ∞; at a
        finite `test_length` a task with noise is refused.
    steps
        Number k of thinking steps, at least 1.
    test_length
        Test prompt length m; None stands for infinity.
    samples
        Number of simulated prompts, where they are needed.
    rng
        Source of the simulated prompts; by default one of seed 0, so that the answer is the same
        in every call.

    Notes
    -----
    Sequential quadratic programming (SciPy's SLSQP) on :math:`\frac{1}{2k}\log e_k` with the analytic
    gradient, from the uniform mixture, the paper's, the four best single tasks and the middle of
    each two of these; the best end is polished by L-BFGS-B. The objective is not convex: the result
    is the best of these descents, and not shown to be the least of all: on two processors that differ in
    last digits, 6 of 2,880 least errors differed by more than 0.1 %, one by 40 %. If some task leaves a
    direction unused, weights stay at about 1e-6 or more.

    Examples
    --------
    >>> from ttsbook.data.tasks import Task
    >>> pool = [Task(covariance.power_law(10, a, trace=10), 50) for a in (0.2, 1.2)]
    >>> chosen = optimal_mixture(pool, covariance.power_law(10, 0.6, trace=10), 5)
    >>> chosen.weights.round(2).tolist()
    [0.45, 0.55]
    """
    mixture = Mixture(tasks)
    objective = MixtureError(mixture.tasks, target_cov, steps, test_length=test_length, samples=samples, rng=rng)
    floor = 0.0 if all(check.is_definite(task.cov) for task in mixture.tasks) else FLOOR
    minima = [_descend(objective, start, floor) for start in _starts(mixture, objective, floor)]
    weights = _polish(objective, _best(objective, minima), floor)
    return Selection(weights, objective.error(weights))


def _best(objective: "MixtureError", candidates: Iterable[MixtureWeights]) -> MixtureWeights:
    """Weights with the least error."""
    return min(candidates, key=lambda weights: objective.log_rate(weights)[0])


def _descend(objective: "MixtureError", start: MixtureWeights, floor: float) -> MixtureWeights:
    """Weights on the simplex at the end of a descent from `start`, never worse than it."""

    def surplus(weights: MixtureWeights) -> float:
        return weights.sum() - 1

    minimum = minimize(
        objective.log_rate,
        start,
        jac=True,
        method="SLSQP",
        bounds=[(floor, 1)] * len(start),
        constraints={"type": "eq", "fun": surplus, "jac": np.ones_like},
        options={"ftol": 1e-14, "maxiter": 500},
    )
    weights = minimum.x.clip(min=floor)
    return _best(objective, [start, weights / weights.sum()])


def _polish(objective: "MixtureError", start: MixtureWeights, floor: float) -> MixtureWeights:
    """Descend once more, in the ratios to the largest weight: a common factor changes no error."""
    largest = start.argmax()
    bounds = [(1, 1) if index == largest else (floor, None) for index in range(len(start))]
    minimum = minimize(
        objective.log_rate,
        start / start[largest],
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 2000, "maxcor": 30},
    )
    return _best(objective, [start, minimum.x / minimum.x.sum()])


def _starts(mixture: Mixture, objective: "MixtureError", floor: float) -> list[MixtureWeights]:
    """Feasible mixtures from which the descents start."""
    count, target = len(mixture.tasks), objective.target_cov
    starts = [mixture.weights]
    if check.is_definite(target):
        starts.append(quadratic_program([task.cov for task in mixture.tasks], target).weights)
    vertices = 0.9 * np.eye(count) + 0.1 * mixture.weights  # single tasks, each with a little of all
    best = sorted(vertices, key=lambda weights: objective.log_rate(weights)[0])[:BEST]
    starts += best + [(first + second) / 2 for first, second in combinations(best, 2)]
    return [(1 - count * floor) * start + floor for start in starts]


class MixtureError:
    r"""Error of k thinking steps as a function of the mixture's weights, with its gradient.

    The arguments are those of `optimal_mixture`.

    In the book: :prf:ref:`prop-gradient`.

    Examples
    --------
    >>> from ttsbook.data.tasks import Task
    >>> pool = [Task(covariance.isotropic(2), 8), Task(np.diag([1.0, 0.5]), 8)]
    >>> round(MixtureError(pool, np.eye(2), 1).error(np.array([1.0, 0.0])), 4)
    0.1488
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        target_cov: CovarianceLike | Task,
        steps: int,
        *,
        test_length: int | None = None,
        samples: int = PROMPTS,
        rng: np.random.Generator | None = None,
    ) -> None:
        tasks = Mixture(tasks).tasks
        if isinstance(target_cov, Task) and target_cov.noise_variance and test_length is not None:
            raise ValueError(f"target_cov must be a task without label noise at a finite length, got {target_cov!r}")
        self.target_cov = check.covariance("target_cov", covariance_of(target_cov))
        self.steps = check.count("steps", steps, least=1)
        inverse_m = check.inverse_length("test_length", test_length)
        samples = check.count("samples", samples, least=1)
        rng = check.instance("rng", np.random.default_rng(0) if rng is None else rng, np.random.Generator)
        check.same_dimension(target_cov=self.target_cov, **{f"tasks[{i}]": t.cov for i, t in enumerate(tasks)})
        check.covariance("the tasks' mean covariance", sum(t.cov for t in tasks) / len(tasks), definite=True)
        self.moments = np.stack([np.ravel(theory.moments(task)) for task in tasks])  # (tasks, 2 d²): A and B of each
        self.empirical, self.spread = self.target_cov[None], None
        if inverse_m and self.steps == 1:
            total = np.trace(self.target_cov)
            self.spread = inverse_m * (self.target_cov @ self.target_cov + total * self.target_cov)  # prop-direct
        elif test_length is not None:
            self.empirical = covariance.sample_empirical(self.target_cov, test_length, samples=samples, rng=rng)

    def error(self, weights: VectorLike) -> float:
        r"""Error :math:`e_k` of the mixture; inf beyond the range of float64.

        Parameters
        ----------
        weights
            Weights of the tasks. A common factor plays no part.
        """
        weights = check.array("weights", weights)
        if weights.shape != self.moments.shape[:1] or not (weights >= 0).all():
            raise ValueError(f"weights must be {len(self.moments)} numbers that are not negative, got {weights!r}")
        with np.errstate(over="ignore"):
            return float(np.exp(2 * self.steps * self.log_rate(weights)[0]))

    def log_rate(self, weights: MixtureWeights) -> tuple[float, MixtureWeights]:
        r"""Logarithm of the error per step, :math:`\frac{1}{2k}\log e_k`, and its gradient in the weights.

        Parameters
        ----------
        weights
            Weights of the tasks, each free: there is no constraint on their sum.
        """
        A, B = (weights @ self.moments).reshape(2, *self.target_cov.shape)
        factors, pivots, solution, info = lapack.dgesv(B.T, A.T)  # factors once what two `solve` would twice
        if info:
            raise np.linalg.LinAlgError("weights leave some direction to no task")
        P = solution.T  # prop-mixture
        log_error, slope = self._chains(P) if self.spread is None else self._one_step(P, self.spread)
        inner = lapack.dgetrs(factors, pivots, slope.T, trans=1)[0].T  # dP = (dA - P dB) B^-1
        gradient = self.moments @ np.concatenate([inner.ravel(), -(P.T @ inner).ravel()])  # prop-gradient
        return log_error / (2 * self.steps), gradient / (2 * self.steps)

    def _one_step(self, P: Preconditioner, spread: Matrix) -> tuple[float, Matrix]:
        """Logarithm of the exact direct error, and its gradient in P; the prompts' spread is E[S²] - Σ²."""
        T, slope = np.eye(len(P)) - P @ self.target_cov, P @ spread
        error = np.square(T).sum() + np.tensordot(slope, P, 2)  # prop-direct
        return np.log(error), 2 * (slope - T @ self.target_cov) / error

    def _chains(self, P: Preconditioner) -> tuple[float, Matrix]:
        """Logarithm of the mean error over the prompts, and its gradient in P, at any size of the error."""
        T = np.eye(len(P)) - P @ self.empirical  # prop-recursion
        powers, scales = [np.broadcast_to(np.eye(len(P)) / np.sqrt(len(P)), T.shape)], list[Numbers]()
        for _ in range(self.steps):
            product = T @ powers[-1]
            scales.append(np.sqrt(np.einsum("sij,sij->s", product, product))[:, None, None] + TINY)
            powers.append(product / scales[-1])
        logs = np.log(len(P)) + 2 * np.log(np.concatenate(scales, axis=2)).sum(axis=2)[:, 0]
        shares = np.exp(logs - logs.max())
        back = 2 * (shares / shares.sum())[:, None, None] * powers[-1]
        slope = np.zeros_like(T)
        for power, scale in zip(powers[-2::-1], reversed(scales), strict=True):  # eq-proofs-power-gradient
            back = back / scale
            slope = slope + back @ power.transpose(0, 2, 1)
            back = T.transpose(0, 2, 1) @ back
        return logs.max() + np.log(shares.mean()), -(slope @ self.empirical).sum(axis=0)
