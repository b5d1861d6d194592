"""What the chapter on nonlinear attention claims of short test prompts and of two heads of softmax, by theory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from monograph.claims.ledger import ROUNDING, Evidence, Verdict, claim, judge, within
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

if TYPE_CHECKING:
    import torch

    from ttsbook.data.prompts import Prompts

CHAPTER = "beyond/attention"
DIM, EXPONENT = 5, 1.5
SKEWED = covariance.power_law(DIM, EXPONENT, trace=DIM)


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-short-prompts",),
    method="300 isotropic prompts of each of six lengths, and each of them without one example; d = 5, λᵢ ∝ i^(−1.5), "
    "n = 10 and 20. Chains: 4,000 prompts each.",
    tolerance=1e-9,
    limits="largest amount, relative, by which the largest stride exceeds the mean of those with an example left out",
    verdict=Verdict.HOLDS,
)
def short_prompts(tolerance: float) -> Evidence:
    """Shorter test prompts have a longer largest stride on average: below n_crit as well, chains diverge on them."""
    rng, excess = np.random.default_rng(0), -np.inf
    P = theory.preconditioner(Task(SKEWED, 10))
    for length in (3, 6, 10, 20, 50, 100):
        x = rng.standard_normal((300, length, DIM))
        left = [theory.largest_stride(P, np.delete(x, i, axis=1)) for i in range(length)]
        excess = max(excess, (theory.largest_stride(P, x) / np.mean(left, axis=0) - 1).max())
    shares = {(n, m): _diverging(n, m) for n in (10, 20) for m in (n, 200)}
    critical = theory.critical_train_length(SKEWED, np.eye(DIM))
    found = [f"{100 * shares[n, n]:.0f} and {100 * shares[n, 200]:.0f} % for n = {n}" for n in (10, 20)]
    return judge(
        excess <= tolerance and critical > 20 and all(shares[n, n] > shares[n, 200] + 0.1 for n in (10, 20)),
        f"It exceeds the mean by {within(max(excess, 0.0), tolerance)}. Prompts on which the chain diverges at m = n "
        f"and at m = 200: {'; '.join(found)}. The critical length is {critical:.1f}.",
    )


def _diverging(train_length: int, test_length: int) -> float:
    P = theory.preconditioner(Task(SKEWED, train_length))
    x = np.random.default_rng(1).standard_normal((4000, test_length, DIM))
    return float((theory.largest_stride(P, x) > 2).mean())


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-softmax-linear",),
    method="One prompt of 10⁶ Gaussian examples, d = 2, Σ with eigenvalues 0.6 and 1.4, eight gaps with β√(gᵀΣg) = "
    "0.5, 1 and 2, β = 0.3 and 3.",
    tolerance=0.03,
    limits="largest difference, relative, of what the heads see from Σ times the gap",
    verdict=Verdict.HOLDS,
)
def softmax_is_linear(tolerance: float) -> Evidence:
    """On endless Gaussian prompts, two opposite heads of softmax attention take the step of a linear layer."""
    rng, worst = np.random.default_rng(0), {}
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    cov = turn @ np.diag([0.6, 1.4]) @ turn.T
    x = rng.standard_normal((1_000_000, 2)) @ covariance.square_root(cov)
    for size in (0.5, 1.0, 2.0):
        differences = []
        for sharpness in (0.3, 3.0):
            for angle in np.linspace(0, np.pi, 4, endpoint=False):
                g = np.array([np.cos(angle), np.sin(angle)])
                g *= size / sharpness / np.sqrt(g @ cov @ g)
                seen = (_mean(x, sharpness * g) - _mean(x, -sharpness * g)) / (2 * sharpness)
                differences.append(np.linalg.norm(seen - cov @ g) / np.linalg.norm(cov @ g))
        worst[size] = max(differences)
    return judge(
        max(worst.values()) <= tolerance,
        f"At most {', '.join(rounded(100 * value) for value in worst.values())} % for the three sizes.",
    )


def _mean(x: np.ndarray, tilt: Vector) -> Vector:
    """Mean of the examples under the softmax of their scores."""
    scores = x @ tilt
    weights = np.exp(scores - scores.max())
    return weights @ x / weights.sum()


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-softmax-at-w",),
    method="200 prompts, d = 5, n = m = 30, Σ = I, P = Γ⁻¹ of λᵢ ∝ i^(−1.5), β = 0.1, 1 and 5; Jacobians by automatic "
    "differentiation.",
    tolerance=1e-8,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def softmax_at_w(tolerance: float) -> Evidence:
    """Near the answer two opposite heads step as the linear layer does on the centered prompt, however sharp."""
    import torch

    from monograph.experiments.attention.models import opposite_heads
    from ttsbook.thinking import cot

    P, drawn, gap = torch.as_tensor(theory.preconditioner(Task(SKEWED, 30))), _isotropic(30, 200), 0.0
    centered = drawn.x - drawn.x.mean(dim=1, keepdim=True)
    expected = torch.eye(DIM, dtype=torch.float64) - P @ (centered.mT @ centered / 30)
    for sharpness in (0.1, 1.0, 5.0):
        J = cot.step_jacobian(opposite_heads(P, sharpness), drawn, drawn.w)
        gap = max(gap, float((J - expected).abs().max() / expected.abs().max()))
    return judge(gap <= tolerance, f"Difference {within(gap, tolerance)}.")


def _isotropic(length: int, count: int, seed: int = 0, dim: int = DIM) -> Prompts:
    import torch

    from ttsbook.data import prompts

    generator = torch.Generator().manual_seed(seed)
    return prompts.sample(Task(np.eye(dim), length), count, generator=generator, dtype=torch.float64)


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-softmax-length",),
    method="Weighted least squares on 20,000 prompts, d = 5, λᵢ ∝ i^(−1.5), n = 10, 20 and 40, β = 0.01.",
    tolerance=0.03,
    limits="relative difference, in Frobenius norm, from (Λ + (tr Λ/n) I)⁻¹",
    verdict=Verdict.HOLDS,
)
def softmax_length(tolerance: float) -> Evidence:
    """Soft heads that are trained at n examples have a critical length of their own: n_crit without its λ."""
    from monograph.experiments.attention import frozen

    gaps = []
    for n in (10, 20, 40):
        expected = np.linalg.inv(SKEWED + DIM / n * np.eye(DIM))
        found = frozen.fitted(Task(SKEWED, n), 0.01, samples=20_000).numpy()
        gaps.append(np.linalg.norm(found - expected) / np.linalg.norm(expected))
    own = 2 * DIM / (1 - 2 * SKEWED[-1, -1])
    return judge(
        max(gaps) <= tolerance,
        f"At most {rounded(100 * max(gaps))} %. The heads' critical length is {own:.1f}, the layer's "
        f"{theory.critical_train_length(SKEWED, np.eye(DIM)):.1f}.",
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#two-heads-of-softmax-are-a-linear-layer",),
    method="Two heads of sharpness ±β fitted at n examples on 4,000 prompts, tested on 200 isotropic ones with m = "
    "1,000, at the answer: d = 5 and 10 with λᵢ ∝ i^(−1.5), d = 10 with 1/i; β = 0.3; n of two and of four thirds "
    "of the linear layer's critical length.",
    tolerance=0.05,
    limits="largest share of unstable prompts below, and of stable ones above",
    verdict=Verdict.HOLDS,
    remark="With β = 1 they cross earlier: already in training, sharp heads see less of large gaps than is there, and "
    "P makes up for it.",
)
def softmax_crossing(tolerance: float) -> Evidence:
    """Two heads of softmax lose the answer at 4/3 of the linear layer's critical length, and not at 2/3 of it."""
    below, above = [], []
    for dim, exponent in ((5, 1.5), (10, 1.5), (10, 1.0)):
        cov = covariance.power_law(dim, exponent, trace=dim)
        critical = theory.critical_train_length(cov, np.eye(dim))
        shares = [_unstable(Task(cov, round(part * critical / 3)), 0.3) for part in (2, 4)]
        below.append(shares[0])
        above.append(1 - shares[1])
    return judge(
        max(*below, *above) <= tolerance,
        f"Unstable below: at most {100 * max(below):.0f} %; stable above: at most {100 * max(above):.0f} %.",
    )


def _unstable(task: Task, sharpness: float) -> float:
    """Share of long isotropic prompts on which a small gap of fitted heads grows, by prop-softmax-at-w."""
    from monograph.experiments.attention import frozen

    x = _isotropic(1000, 200, dim=task.dim).x
    P = frozen.fitted(task, sharpness, samples=4000).numpy()
    return float((frozen.radius(P, x) > 1).mean())


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-softmax-bounded",),
    method="P = Γ⁻¹ with n = 40 and 200, λᵢ ∝ i^(−1.5), d = 5, 40 isotropic prompts, m = 30 and 200; gaps of up to "
    "20 times the bound in all directions, and chains of 30 steps with β = 0.1, 1 and 3.",
    tolerance=1e-9,
    limits="largest rise of the norm beyond r, excess of a step over its bound, and difference of the first steps of "
    "chains that are the same up to 1/β, relative",
    verdict=Verdict.HOLDS,
)
def softmax_is_bounded(tolerance: float) -> Evidence:
    """Heads of softmax attention saturate: no chain leaves all bounds, and the size of its swings goes with 1/β."""
    rise, scaled, longest = -np.inf, 0.0, 0.0
    for n in (40, 200):
        for m in (30, 200):
            P, drawn = theory.preconditioner(Task(SKEWED, n)), _isotropic(m, 40, seed=m)
            rise = max(rise, _rise_beyond_the_bound(P, drawn))
            gaps = {beta: beta * _chain(P, drawn, beta, drawn.w / beta) for beta in (0.1, 1.0, 3.0)}
            scaled = max(scaled, *(float((gap - gaps[1.0])[:, :5].abs().max()) for gap in gaps.values()))
            longest = max(longest, _longest_step(P, drawn, gaps[1.0]))
    return judge(
        max(rise, scaled, longest - 1) <= tolerance,
        f"It rises by {within(max(rise, 0.0), tolerance)}; scaled chains differ by {within(scaled, tolerance)}; the "
        f"longest step is {longest:.2f} of its bound.",
    )


def _chain(P: np.ndarray, drawn: Prompts, sharpness: float, gaps: torch.Tensor, steps: int = 30) -> torch.Tensor:
    """Gaps of a chain of opposite heads, (batch, steps + 1, d)."""
    import torch

    from monograph.experiments.attention import frozen

    found, matrix = [gaps], torch.as_tensor(P)
    for _ in range(steps):
        found.append(found[-1] - frozen.seen(drawn, found[-1], sharpness) @ matrix.mT)
    return torch.stack(found, dim=1)


def _rise_beyond_the_bound(P: np.ndarray, drawn: Prompts) -> float:
    """Largest rise, relative, of a gap's norm in one step from beyond r, with the width of the examples from below."""
    import torch

    inverse, rises = torch.linalg.inv(torch.as_tensor(P)), []
    apart = torch.cdist(drawn.x, drawn.x).amax(dim=(1, 2))
    r = (2 * np.log(drawn.x.shape[1]) + float(np.linalg.norm(P, 2)) * apart.square() / 4) / _least_width(drawn.x)
    generator = torch.Generator().manual_seed(1)
    for factor in (1.0, 3.0, 20.0):
        ways = torch.randn(drawn.w.shape, generator=generator, dtype=torch.float64)
        gaps = factor * r[:, None] * ways / ways.norm(dim=1, keepdim=True)
        before, after = (((g @ inverse) * g).sum(dim=1) for g in _chain(P, drawn, 1.0, gaps, 1).unbind(dim=1))
        rises.append(float((after / before - 1).max()))
    return max(rises)


def _least_width(x: torch.Tensor) -> torch.Tensor:
    """Least width of the examples over 4,000 directions."""
    import torch

    ways = torch.randn(4000, x.shape[2], generator=torch.Generator().manual_seed(2), dtype=x.dtype)
    seen = x @ (ways / ways.norm(dim=1, keepdim=True)).mT
    return (seen.amax(dim=1) - seen.amin(dim=1)).amin(dim=1)


def _longest_step(P: np.ndarray, drawn: Prompts, gaps: torch.Tensor) -> float:
    """Length of the steps of a chain with β = 1, relative to the bound ‖P‖W/2; the largest."""
    steps = gaps.diff(dim=1)
    lengths = steps.norm(dim=2)
    seen = drawn.x @ (steps / lengths[..., None].clamp(min=1e-300)).mT
    width = seen.amax(dim=1) - seen.amin(dim=1)
    return float((lengths / (float(np.linalg.norm(P, 2)) * width / 2)).nan_to_num().max())


@claim(
    source="this book",
    places=(f"{CHAPTER}#fig-softmax-cycle",),
    method="P = Γ⁻¹, λᵢ ∝ i^(−1.5), d = 5, n = 30, 40, 80, 200, β = 1, m = 50, 200, 500, 100 isotropic prompts: "
    "median error after 40 steps.",
    tolerance=0.25,
    limits="largest difference, relative, from the square of the largest stride times the mean largest of m normals, "
    "over 4dβ²",
    verdict=Verdict.HOLDS,
    remark="An approximation, without a fitted constant: it leaves out what other skills add, and that heads of finite "
    "sharpness do not see the outermost example alone.",
)
def softmax_cycle(tolerance: float) -> Evidence:
    """How far a chain of softmax heads is driven off can be said beforehand: by the outermost example on each side."""
    from monograph.experiments.attention import frozen

    ratios = []
    for n in (30, 40, 80, 200):
        P = theory.preconditioner(Task(SKEWED, n))
        for m in (50, 200, 500):
            drawn = _isotropic(m, 100, seed=5)
            end = _chain(P, drawn, 1.0, drawn.w, 40)[:, -1].square().mean(dim=1).median()
            ratios.append(float(end) / frozen.cycle_error(P, m, 1.0))
    return judge(
        max(abs(ratio - 1) for ratio in ratios) <= tolerance,
        f"Measured over predicted: {min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} settings.",
    )
