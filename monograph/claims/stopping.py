"""What the chapter on stopping claims: rules that do not know the answer, and what none of them can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from monograph.claims.ledger import ROUNDING, Evidence, Verdict, claim, judge, within
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

if TYPE_CHECKING:
    from ttsbook.data.prompts import Prompts

CHAPTER = "beyond/stopping"
SKEWED = covariance.power_law(10, 0.8, trace=10)


@claim(
    source="this book",
    places=(f"{CHAPTER}#thm-stopping-floor",),
    method="d = 10, λᵢ ∝ i^(−0.8), n = 100, Σ = I, m = 50, 400 warned prompts of 200 weights each, k ≤ 60; layers with "
    "a symmetric P and with a P whose strides are complex.",
    tolerance=1e-9,
    limits="largest amount, relative, by which an error falls below the bound of its weight",
    verdict=Verdict.HOLDS,
)
def stopping_floor(tolerance: float) -> Evidence:
    """On a warned prompt no depth, not even one chosen in hindsight, has a mean error below that of one unit skill."""
    rng, below, means = np.random.default_rng(0), -np.inf, []
    P = theory.preconditioner(Task(SKEWED, 100))
    turn = np.eye(10) + np.triu(np.full((10, 10), 0.3), 1) - np.tril(np.full((10, 10), 0.3), -1)
    for S in covariance.sample_empirical(np.eye(10), 50, samples=400, rng=rng):
        layer = 1.3 * (P if len(means) % 2 else P @ turn)
        T = np.eye(10) - layer @ S
        values, left = np.linalg.eig(T.T)
        w = rng.standard_normal((200, 10))
        floor = np.abs(w @ left[:, np.abs(values).argmax()]) ** 2
        gap, least = w, np.square(w).sum(axis=1)
        for _ in range(60):
            gap = gap @ T.T
            least = np.minimum(least, np.square(gap).sum(axis=1))
        if np.abs(values).max() >= 1:
            below = max(below, ((floor - least) / floor).max())
            means.append(least.mean())
        else:
            means.append(np.inf)
    warned = np.isfinite(means)
    return judge(
        below <= tolerance and warned.sum() > 300,
        f"Below the bound by {within(below, tolerance)} on {warned.sum()} warned prompts; the mean error in hindsight "
        f"is {np.mean(np.array(means)[warned]) / 10:.2f} of d.",
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-blind",),
    method="500 prompts, d = 10, λᵢ ∝ i^(−0.8), n = m = 30, σ² = 10, k ≤ 60: residuals and steps in their norms.",
    tolerance=1e-9,
    limits="largest rise of the residual, relative, of a chain that converges",
    verdict=Verdict.HOLDS,
)
def residuals_are_blind(tolerance: float) -> Evidence:
    """As long as a chain converges its residual never rises, while noise makes its error rise."""
    import torch

    from ttsbook.data import prompts
    from ttsbook.thinking import schedules

    task = Task(SKEWED, 30, noise_variance=10.0)
    drawn = prompts.sample(task, 500, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    seen = schedules.look(theory.preconditioner(task), drawn, steps=60, noise_variance=10.0)
    chain = schedules.chain(seen, schedules.plain(seen))
    residual = (seen.y[:, None] - chain @ seen.x.mT).square().sum(dim=2).numpy()
    calm = ~seen.warned.numpy()
    rise = (np.diff(residual, axis=1) / residual[:, :1])[calm].max()
    errors = (chain - drawn.w[:, None]).square().sum(dim=2).numpy()[calm]
    turned = np.mean(errors[:, -1] > 1.05 * errors.min(axis=1))
    return judge(
        rise <= tolerance and turned > 0.5,
        f"The residual rises by {within(rise, tolerance)}; {100 * turned:.0f} % of the {calm.sum()} chains that "
        "converge end more than 5 % above their least error.",
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-expected",),
    method="40 prompts, d = 6, n = m = 9, σ² = 2, P symmetric and not; usual, safe, Chebyshev's and greedy steps; sums "
    "over all unit weights and unit noises.",
    tolerance=1e-9,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def expected_error(tolerance: float) -> Evidence:
    """Before a label is read, the expected error has a closed form, for every layer and all steps."""
    import torch

    from ttsbook.data import prompts
    from ttsbook.thinking import expected, schedules

    task, gap = Task(covariance.power_law(6, 0.8, trace=6), 9, noise_variance=2.0), 0.0
    drawn = prompts.sample(task, 40, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    symmetric = theory.preconditioner(task)
    for P in (symmetric, symmetric @ (np.eye(6) + np.diag(np.full(5, 0.5), 1))):
        seen = schedules.look(P, drawn, steps=8, noise_variance=2.0)
        unit = [schedules.look(P, _labeled(drawn, i), steps=8) for i in range(15)]
        for make in (schedules.plain, schedules.safe, schedules.chebyshev, expected.greedy):
            steps = make(seen)
            runs = [schedules.chain(one, steps) for one in unit]
            targets = torch.eye(6, dtype=torch.float64)
            bias = [(run - target).square().sum(dim=2) for run, target in zip(runs, targets, strict=False)]
            noise = [run.square().sum(dim=2) for run in runs[6:]]
            total = torch.stack(bias).sum(dim=0) + 2.0 * torch.stack(noise).sum(dim=0)
            gap = max(gap, float((expected.errors(seen, steps) / total - 1).abs().max()))
    return judge(gap <= tolerance, f"Difference {within(gap, tolerance)}.")


def _labeled(drawn: Prompts, index: int) -> Prompts:
    """Give prompts the labels of one unit weight, or of one unit noise."""
    import torch

    from ttsbook.data.prompts import Prompts

    dim, y = drawn.x.shape[2], torch.zeros_like(drawn.y)
    if index < dim:
        y = drawn.x[..., index]
    else:
        y[:, index - dim] = 1
    return Prompts(drawn.x, y, drawn.w, drawn.lengths)


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-safe-steps",),
    method="1,000 prompts without noise, d = 10, λᵢ ∝ i^(−0.8), n = 200, Σ = I, m = 60, 12 steps.",
    tolerance=1 + 1e-9,
    limits="largest ratio of an expected error to its bound",
    verdict=Verdict.HOLDS,
)
def safe_steps_bound(tolerance: float) -> Evidence:
    """On every prompt the errors of safe steps and of Chebyshev's plan stay below bounds that the strides give."""
    import torch

    from ttsbook.data import prompts
    from ttsbook.thinking import expected, schedules

    P = theory.preconditioner(Task(SKEWED, 200))
    task, steps = Task(np.eye(10), 60), 12
    drawn = prompts.sample(task, 1000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    seen = schedules.look(P, drawn, steps=steps)
    root = covariance.square_root(P)
    mu = np.linalg.eigvalsh(root @ seen.S.numpy() @ root)
    spread = mu[:, -1] / mu[:, 0]
    start = 10 * np.linalg.cond(P)
    bounds = {
        schedules.safe: start * ((spread - 1) / (spread + 1)) ** (2 * steps),
        schedules.chebyshev: 4 * start * ((np.sqrt(spread) - 1) / (np.sqrt(spread) + 1)) ** (2 * steps),
    }
    ratios = [expected.errors(seen, make(seen))[:, -1].numpy() / bound for make, bound in bounds.items()]
    warned = seen.warned.double().mean().item()
    return judge(
        max(ratio.max() for ratio in ratios) <= tolerance and warned > 0.9,
        f"At most {ratios[0].max():.2f} of the bound with safe steps and {ratios[1].max():.2f} with Chebyshev's; "
        f"{100 * warned:.0f} % of the prompts are warned.",
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-greedy",),
    method="80 prompts, d = 10, m = 12, σ² from 0 to 10, 40 steps, with layers Γ⁻¹, random, negative and singular.",
    tolerance=1e-9,
    limits="largest rise of the expected error, relative to d",
    verdict=Verdict.HOLDS,
)
def greedy_never_rises(tolerance: float) -> Evidence:
    """With greedy steps the expected error never rises, whatever the layer has learned."""
    import torch

    from ttsbook.data import prompts
    from ttsbook.thinking import expected, schedules

    rng, rise = np.random.default_rng(0), -np.inf
    layers = [theory.preconditioner(Task(SKEWED, 50)), rng.standard_normal((10, 10)), -np.eye(10)]
    layers.append(np.diag([1.0] * 5 + [0.0] * 5))
    for noise in (0.0, 0.1, 1.0, 10.0):
        task = Task(SKEWED, 12, noise_variance=noise)
        drawn = prompts.sample(task, 20, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        for P in layers:
            seen = schedules.look(P, drawn, steps=40, noise_variance=noise)
            rise = max(rise, float(expected.errors(seen, expected.greedy(seen)).diff(dim=1).max()) / 10)
    return judge(rise <= tolerance, f"The expected error rises by {within(max(rise, 0.0), tolerance)} of d.")
