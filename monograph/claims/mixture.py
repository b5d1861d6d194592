"""What the chapter on the choice of training tasks claims about mixtures."""

# ruff: noqa: D401 - the docstring of a check is its claim, no command

import numpy as np

from monograph.claims.ledger import ROUNDING, Evidence, Verdict, claim, judge, within
from monograph.claims.statements import Kind, Statement
from monograph.claims.task import second_moment
from monograph.experiments.selection import examples
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import Covariance, MixtureWeights, Preconditioner
from ttsbook.data import covariance, pools
from ttsbook.data.tasks import Mixture, Task
from ttsbook.theory import selection

DIM = 20
CHAPTER = "theorems/task-selection"


def _other_orders(mixture: Mixture) -> dict[str, Preconditioner]:
    """What P might be taken for: the factors swapped, the inverse of the mean Γ, the mean of the inverses."""
    A, B = theory.moments(mixture)
    gammas = [theory.gamma(task.cov, task.prompt_length) for task in mixture.tasks]
    return {
        "B⁻¹A": np.linalg.solve(B, A),
        "(mean Γ)⁻¹": np.linalg.inv(np.tensordot(mixture.weights, gammas, 1)),
        "mean of Γ⁻¹": np.tensordot(mixture.weights, np.linalg.inv(gammas), 1),
    }


@claim(
    source="paper: training on several tasks, in our form",
    bears_on=(Statement.MIXTURE,),
    kinds=(Kind.THEOREM, Kind.EXACT),
    places=(f"{CHAPTER}#prop-mixture",),
    method="P solved from moments of Gaussian vectors (sums over pairings), three tasks of d = 20 with random skills.",
    tolerance=1e-10,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def mixture_preconditioner(tolerance: float) -> Evidence:
    """Training on a mixture learns P = AB⁻¹ with A = Σ π Λ and B = Σ π ΛΓ, each Γ with its own prompt length."""
    mixture = examples.three_tasks(rng=np.random.default_rng(0))
    parts = list(zip(mixture.weights, mixture.tasks, strict=True))
    second = np.sum([weight * second_moment(task.cov, task.prompt_length) for weight, task in parts], axis=0)
    P = np.linalg.solve(second.T, np.sum([weight * task.cov for weight, task in parts], axis=0).T).T
    learned, size = theory.preconditioner(mixture), np.linalg.norm(P)
    gap = np.linalg.norm(P - learned) / size
    other = min(np.linalg.norm(matrix - P) / size for matrix in _other_orders(mixture).values())
    return judge(
        gap <= tolerance and other > 0.02,
        f"Difference {within(gap, tolerance)}. B⁻¹A, the inverse of the mean Γ and the mean of the inverses are "
        f"all off by {100 * other:.0f} % or more.",
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-same-skills",),
    method="200 random mixtures of tasks with the same 20 skills, against powers of I − PΣ.",
    tolerance=1e-9,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def effective_strength(tolerance: float) -> Evidence:
    """Where tasks share their skills, γᵢ of a mixture is the mean of the tasks' own γᵢ, weighted by πλᵢ.

    It is above the mean strength Σ πλᵢ.
    """
    rng, gap, inside = np.random.default_rng(1), 0.0, 0
    for _ in range(200):
        strengths, weights = rng.uniform(0.01, 2, (4, DIM)), rng.dirichlet(np.ones(4))
        tasks = [Task(np.diag(row), int(n)) for row, n in zip(strengths, rng.integers(2, 500, 4), strict=True)]
        each = np.array([np.diag(theory.gamma(task.cov, task.prompt_length)) for task in tasks])
        mean = weights @ strengths
        gamma, target = weights @ (strengths * each) / mean, rng.uniform(0.1, 2, DIM)
        P = theory.preconditioner(Mixture(tasks, weights))
        error = np.square(np.linalg.matrix_power(np.eye(DIM) - P @ np.diag(target), 3)).sum()
        gap = max(gap, abs(((1 - target / gamma) ** 6).sum() / error - 1))
        inside += (gamma > mean).all() and (each.min(axis=0) <= gamma).all() and (gamma <= each.max(axis=0)).all()
    return judge(
        gap <= tolerance and inside == 200,
        f"Difference after three steps {within(gap, tolerance)}. γᵢ within its bounds in {inside} of 200 mixtures.",
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-gradient",),
    method="Central differences of the exact error at random mixtures of five tasks, d = 20, k = 1, 5, 20.",
    tolerance=1e-5,
    limits="difference relative to the largest entry of the gradient",
    verdict=Verdict.HOLDS,
)
def weights_gradient(tolerance: float) -> Evidence:
    """∂e/∂π = ⟨G B⁻¹, Λ − PΛΓ⟩, G being the gradient of the error in P."""
    rng, worst, h = np.random.default_rng(2), 0.0, 1e-5
    target = covariance.power_law(DIM, 0.8, trace=DIM)
    for steps in (1, 5, 20):
        tasks = pools.random_pool(DIM, rng=rng, trace=DIM, turned=True)[3:]
        weights = rng.dirichlet(np.full(len(tasks), 5.0))
        rate, gradient = selection.MixtureError(tasks, target, steps).log_rate(weights)

        def error(weights: MixtureWeights, tasks: list[Task] = tasks, steps: int = steps) -> float:
            return theory.cot_error_limit(theory.preconditioner(Mixture(tasks, weights)), target, steps)[steps]

        moves = h * (np.eye(len(tasks)) - weights)  # toward each task; the gradient along the weights is zero
        slopes = np.array([(error(weights + move) - error(weights - move)) / (2 * h) for move in moves])
        slopes /= 2 * steps * np.exp(2 * steps * rate)
        worst = max(worst, np.abs(gradient - slopes).max() / np.abs(slopes).max())
    return judge(worst <= tolerance, f"Difference {within(worst, tolerance)}.")


@claim(
    source="paper: the message on training data",
    bears_on=(Statement.MESSAGE,),
    kinds=(Kind.EXACT,),
    places=(f"{CHAPTER}#fig-qualities",),
    method="Equal shares of four tasks, d = 20, n = 100, target of exponent 0.8, m = ∞; each lack alone, by "
    "pools.qualities.",
    tolerance=100.0,
    limits="factor by which each lack must raise the error after five steps",
    verdict=Verdict.CAVEAT,
    caveat="One example of each lack, made to show it, at the scaling of training; and hard tasks help if their strong "
    "skills are the target's: hard_where_aligned. Where they are not, tasks of equal strengths do better, also in "
    "pools whose tasks point in random directions: hard_in_pools, hard_rescaled.",
)
def three_qualities(tolerance: float) -> Evidence:
    """Training tasks should be diverse, relevant and hard: without one of the three the error can be far larger."""
    target = covariance.power_law(DIM, 0.8, trace=DIM)
    mixtures = list(examples.lacking_one(target, rng=np.random.default_rng(3)).values())
    full, *lacking = (_error_after_five_steps(covs, target) for covs in mixtures)
    diversity, relevance, hardness = map(rounded, lacking)
    easy = _error_after_five_steps([2 * covariance.isotropic(DIM)] * 4, target)
    return judge(
        _each_lacks_one(mixtures, target) and min(lacking) / full >= tolerance,
        f"Error / d after five steps: {rounded(full)} with all three, {diversity} without diversity, {relevance} "
        f"without relevance, {hardness} without hardness; {rounded(easy)} without hardness and with twice the trace.",
        exception=lacking[2] < lacking[1],  # hard tasks that point elsewhere do worse than easy ones
    )


def _error_after_five_steps(covs: list[Covariance], target: Covariance) -> float:
    """Error / d of thinking on the target, after training on equal shares of tasks with these covariances."""
    P = theory.preconditioner(pools.even(covs, 100))
    return theory.cot_error_limit(P, target, 5)[5] / DIM


def _each_lacks_one(mixtures: list[list[Covariance]], target: Covariance) -> bool:
    """Whether each mixture but the first lacks one quality, in this order: diversity, relevance, hardness."""
    diversity, relevance, hardness = zip(*(pools.qualities(covs, target) for covs in mixtures), strict=True)
    return (
        diversity[1] < 0.5 < min(diversity[0], *diversity[2:])
        and relevance[2] < 0.8 < min(relevance[0], relevance[1], relevance[3])
        and hardness[3] < 0.5 * min(hardness[:3])
    )
