"""What the chapter on thinking claims."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float64

from monograph.claims.ledger import ROUNDING, Evidence, Verdict, claim, judge, within
from monograph.claims.statements import Kind, Statement
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import Indices, Preconditioner, Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

DIM, LENGTH, STEPS = 10, 40, 30
Chain: TypeAlias = tuple[
    Float64[np.ndarray, "batch chain d"],
    Float64[np.ndarray, "batch m d"],
    Float64[np.ndarray, "batch d"],
    Preconditioner,
]
"""Answers of a trained layer, its prompts' x and w, and its P."""


@claim(
    source="paper: Proposition 3.2",
    bears_on=(Statement.NEWTON,),
    kinds=(Kind.THEOREM, Kind.EXACT),
    places=("setup/thinking#prop-recursion",),
    method="The layer run on its own answers, token by token, against the recursion, d = 10, m = 40, k ≤ 30.",
    tolerance=1e-12,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def recursion(tolerance: float) -> Evidence:
    """Thinking is wₖ₊₁ = wₖ − Γ⁻¹XXᵀ(wₖ − w)/m: Newton's method on the prompt's loss with Γ for its Hessian."""
    gap = max(_distance(_chain(exponent)) for exponent in (0.0, 0.5, 1.0))
    return judge(gap <= tolerance, f"Difference {within(gap, tolerance)}.")


@claim(
    source="this book",
    places=("setup/thinking#prop-recursion",),
    method="The layer run with ρ = number of tokens, against its recursion, d = 10, λᵢ ∝ 1/√i, n = m = 20, 64 prompts.",
    tolerance=1e-12,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def growing_scaling(tolerance: float) -> Evidence:
    """If ρ grows with the tokens, step i is shortened to m/(m + 1 + i): thinking slows down, and overshoots less."""
    fixed, growing = _chain(0.5, 20), _chain(0.5, 20, rho="tokens")
    gap = _distance(growing, scalings=20 + 1 + np.arange(STEPS))
    errors = [np.square(answers[:, -1] - w).sum(axis=1) / DIM for answers, _, w, _ in (fixed, growing)]
    medians, worse = [np.median(one) for one in errors], [(one > 1).sum() for one in errors]
    return judge(
        gap <= tolerance and medians[0] < medians[1] and worse[0] > worse[1],
        f"Difference {within(gap, tolerance)}. After {STEPS} steps the median error / d is {rounded(medians[1])} "
        f"({rounded(medians[0])} with ρ = m); {worse[1]} prompts end worse than no answer ({worse[0]} with ρ = m).",
    )


@claim(
    source="this book",
    places=("setup/thinking#prop-leaks",),
    method="Each other block of V and W, each two of them, and the 16 triples, nonzero in a layer with d = 10; k ≤ 5.",
    tolerance=1e-12,
    limits="relative distance from the recursion that is rounding; a departure must be above 10⁻⁷",
    verdict=Verdict.HOLDS,
)
def leaks(tolerance: float) -> Evidence:
    """With other nonzero blocks than the three of thinking a chain departs from the recursion only by a leak.

    There is one exactly if one of 7 single blocks, 40 pairs or 16 triples of blocks is nonzero.
    """
    from ttsbook.thinking import cot

    sets = [frozenset(names) for size in (1, 2) for names in combinations(_others(), size)]
    sets += [frozenset(leak) for leak in cot.LEAKS if len(leak) == 3]
    distances = dict(zip(sets, _perturbed(sets), strict=True))
    departed = {names for names, distance in distances.items() if distance > tolerance}
    foreseen = {names for names in distances if any(names.issuperset(leak) for leak in cot.LEAKS)}
    least = [sum(len(names) == size for names in cot.LEAKS if frozenset(names) in departed) for size in (1, 2, 3)]
    clear = all(distance > 1e-7 for names, distance in distances.items() if names in departed)
    return judge(
        departed == foreseen and clear and sum(least) == len(cot.LEAKS),
        f"{least[0]} of {len(_others())} blocks do harm alone, {least[1]} pairs and {least[2]} triples only together, "
        "as foreseen.",
    )


@claim(
    source="paper: Corollary 3.5, cost",
    bears_on=(Statement.COST,),
    kinds=(Kind.EXACT,),
    places=("setup/thinking#what-a-step-costs",),
    method="Floating-point operations of PyTorch counted, d = 10, 20, 40, m = 100, k = 1 to 50.",
    tolerance=0,
    limits="difference from 6d² operations a step",
    verdict=Verdict.HOLDS,
)
def cost(tolerance: float) -> Evidence:
    """Once the prompt is read, a thinking step costs O(d²) operations, whatever the length of the prompt."""
    counted = [
        _operations(dim, 100, k) - _operations(dim, 100, 0) - 6 * k * dim**2 for dim in (10, 20, 40) for k in (1, 50)
    ]
    lengths = [_operations(20, m, 1) - _operations(20, m, 0) for m in (10, 1000)]
    return judge(
        max(map(abs, counted)) <= tolerance and lengths[0] == lengths[1],
        f"6d² operations a step at every d; {lengths[0]} at d = 20 for m = 10 and for m = 1000.",
    )


@claim(
    source="this book, behind the paper's Corollary 3.5",
    places=("setup/thinking#prop-skills",),
    method="The recursion on an endless prompt, in coordinates that hide the skills, d = 20, n = 40, k ≤ 30.",
    tolerance=1e-10,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def skill_speeds(tolerance: float) -> Evidence:
    """On an endless prompt each step leaves hᵢ/(n + hᵢ) of the distance along skill i, whatever the others do."""
    rng = np.random.default_rng(3)
    gaps, costs = zip(*(_along_skills(exponent, rng) for exponent in (0.0, 0.5, 1.0)), strict=True)
    gap, ends = max(gaps), costs[-1][[0, -1]]
    steps = np.ceil(np.log(100) / np.log(1 + LENGTH / ends)).astype(int)  # ln(1/ε)/ln(1 + n/hᵢ), prop-skills
    return judge(
        gap <= tolerance,
        f"Difference {within(gap, tolerance)}. With λᵢ ∝ 1/i the strongest skill is within 1 % after {steps[0]} steps, "
        f"the weakest after {steps[1]}.",
    )


def _along_skills(exponent: float, rng: np.random.Generator) -> tuple[float, Vector]:
    """Largest difference of the distance along a skill from the predicted one, relative to w; and the skills' costs."""
    cov = covariance.rotate(covariance.power_law(20, exponent), rng=rng)
    strengths, directions = covariance.skills(cov)
    cost = 1 + np.trace(cov) / strengths
    w, P = rng.standard_normal(20), theory.preconditioner(Task(cov, LENGTH))
    answer, excess = np.zeros(20), []
    for k in range(1, STEPS + 1):
        answer = answer - P @ cov @ (answer - w)
        distance = directions.T @ (w - answer)
        predicted = (cost / (LENGTH + cost)) ** k * (directions.T @ w)  # prop-skills, Σ = Λ
        excess.append(np.abs(distance - predicted).max())
    return max(excess) / np.abs(w).max(), cost


def _chain(exponent: float, length: int = LENGTH, *, rho: Literal["tokens"] | None = None) -> Chain:
    """Literal chains of a trained layer."""
    import torch

    from ttsbook.data import prompts
    from ttsbook.models.attention import LinearSelfAttention
    from ttsbook.thinking import cot

    task = Task(covariance.rotate(covariance.power_law(DIM, exponent), rng=np.random.default_rng(0)), length)
    P = theory.preconditioner(task)
    model = LinearSelfAttention(DIM, dtype=torch.float64).set_preconditioner(P)
    drawn = prompts.sample(task, 64, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    answers = cot.think(model, drawn, STEPS, literal=True, rho=rho)
    return answers.numpy(), drawn.x.numpy(), drawn.w.numpy(), P


def _operations(dim: int, length: int, steps: int) -> int:
    """Floating-point operations of a chain on one prompt."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from ttsbook.data import prompts
    from ttsbook.models.attention import LinearSelfAttention
    from ttsbook.thinking import cot

    drawn = prompts.sample(Task(np.eye(dim), length), 1, generator=torch.Generator().manual_seed(0))
    with FlopCounterMode(display=False) as counter:
        cot.think(LinearSelfAttention(dim), drawn, steps, literal=False)
    return counter.get_total_flops()


def _distance(chain: Chain, scalings: Sequence[int] | Indices = (LENGTH,) * STEPS) -> float:
    """Largest distance of a chain from the recursion, relative to the answer."""
    answers, x, w, P = chain
    expected, gaps = np.zeros_like(w), []
    for k, rho in enumerate(scalings, start=1):
        expected = expected - np.einsum("bmj,bm->bj", x, np.einsum("bmi,bi->bm", x, expected - w)) @ P.T / rho
        gaps.append(np.linalg.norm(answers[:, k] - expected) / np.linalg.norm(expected))
    return max(gaps)


def _others() -> list[str]:
    """Names of all blocks that are zero at the optimum."""
    names = [f"{matrix}{row}{column}" for matrix, row, column in product("VW", "1234", "1234")]
    return [name for name in names if name not in ("V31", "W13", "W24")]


def _perturbed(sets: Iterable[Collection[str]]) -> Iterator[float]:
    """For each set of blocks: how far the chain is from the recursion if these blocks are nonzero."""
    import torch

    from ttsbook.data import prompts
    from ttsbook.models.attention import LinearSelfAttention
    from ttsbook.thinking import cot

    task, generator = Task(covariance.power_law(DIM, 0.5), 12), torch.Generator().manual_seed(0)
    drawn = prompts.sample(task, 2, generator=generator, dtype=torch.float64)
    noise = LinearSelfAttention(DIM, dtype=torch.float64).randomize(0.3, generator=generator)
    model = LinearSelfAttention(DIM, dtype=torch.float64).set_preconditioner(theory.preconditioner(task))
    expected = cot.think(model, drawn, 5, literal=False)
    for names in sets:
        for name in names:
            model.block(name).data.copy_(noise.block(name))
        yield ((cot.think(model, drawn, 5, literal=True) - expected).norm() / expected.norm()).item()
        for name in names:
            model.block(name).data.zero_()
