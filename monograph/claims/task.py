"""What the chapter on the task claims."""

# ruff: noqa: D401 - the docstring of a check is its claim, no command

from typing import TypeAlias

import numpy as np
from jaxtyping import Float64

from monograph.claims.ledger import ROUNDING, Evidence, Verdict, claim, judge, within
from monograph.claims.statements import Kind, Statement
from ttsbook import theory
from ttsbook.arrays import Covariance, Matrix, Number
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import intervals

DIM = 20
Measurement: TypeAlias = tuple[Float64[np.ndarray, " samples"], Number]
"""A quantity on simulated prompts, and the value that its mean should have."""


@claim(
    source="paper: definition of task hardness",
    bears_on=(Statement.HARDNESS,),
    kinds=(Kind.EXACT,),
    places=("setup/task#def-skill", "theorems/hardness#prop-hardness-range"),
    method="Hardness of power laws i^(−α) with d = 20, and of equal skills with a single weak one.",
    tolerance=1e-12,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
    remark="Not every hard task has a long tail: a single weak skill makes a task as hard, and one step errs less on "
    "it.",
)
def hardness(tolerance: float) -> Evidence:
    """A task is hard, Hard(Λ), tr Λ over the least strength, large, when it has a long tail of weak skills."""
    tails = [covariance.hardness(covariance.power_law(DIM, exponent)) for exponent in np.linspace(0, 2, 21)]
    long = covariance.power_law(DIM, 1.0)
    single = np.diag([*np.ones(DIM - 1), (DIM - 1) / (covariance.hardness(long) - 1)])
    even, middle, tail = tails[0], tails[5], tails[10]
    errors = [theory.direct_error(theory.preconditioner(Task(cov, 40)), cov, 40) / DIM for cov in (long, single)]
    return judge(
        abs(even / DIM - 1) <= tolerance and min(np.diff(tails)) > 0,
        f"Hardness {even:.0f} at α = 0, {middle:.0f} at 1/2, {tail:.0f} at 1. A single weak skill among equal ones has "
        f"{tail:.0f} too; one step (n = m = 40) leaves {errors[1]:.2f} of the error there, {errors[0]:.2f} at α = 1.",
    )


@claim(
    source="this book",
    places=("setup/task#prop-floor",),
    method="Least squares on prompts with d = 20, λᵢ ∝ 1/i and m = 5, 10, 15; the exact error of one step, any n.",
    tolerance=0.03,
    limits="half-width of the simultaneous 99 % band, relative to d − m",
    verdict=Verdict.HOLDS,
)
def information_floor(tolerance: float) -> Evidence:
    """With m examples the error of any answer is at least d − m, and least squares attains it."""
    rng, cov, found, margin = np.random.default_rng(0), covariance.power_law(DIM, 1.0), [], np.inf
    for m in (5, 10, 15):
        x = examples(cov, m, 8000, rng)  # (prompts, m, d)
        w = rng.standard_normal((len(x), DIM, 1))
        answers = x.transpose(0, 2, 1) @ np.linalg.solve(x @ x.transpose(0, 2, 1), x @ w)
        found.append((np.square(answers - w).sum(axis=(1, 2)), DIM - m))
        for n in (1, 10, 100, 1000):
            one_step = theory.direct_error(theory.preconditioner(Task(cov, n)), cov, m)
            margin = min(margin, one_step / (DIM - m))
    inside, width = band(found)
    return judge(
        inside == len(found) and width <= tolerance and margin >= 1,
        f"{inside} of {len(found)} values in the band, half-width at most {100 * width:.1f} %; "
        f"one step leaves at least {margin:.2f} (d − m).",
    )


@claim(
    source="this book",
    places=("setup/task#prop-direct",),
    method="Prompts drawn example by example, d = 20, with random P that do not commute with Σ.",
    tolerance=0.02,
    limits="half-width of the simultaneous 99 % band, relative to the exact value",
    verdict=Verdict.HOLDS,
)
def one_step_error(tolerance: float) -> Evidence:
    """The error of one step is d − 2 tr(PΣ) + tr(P((1 + 1/m)Σ² + (tr Σ/m)Σ)Pᵀ), for every P, Σ and m."""
    rng, found = np.random.default_rng(1), []
    for m in (5, 20, 80):
        for exponent in (0.0, 0.5, 1.0):
            cov = covariance.rotate(covariance.power_law(DIM, exponent), rng=rng)
            P = theory.preconditioner(Task(cov, m)) + rng.standard_normal((DIM, DIM)) / DIM
            x = examples(cov, m, 2000, rng)
            errors = np.square(P @ (x.transpose(0, 2, 1) @ x) / m - np.eye(DIM)).sum(axis=(1, 2))
            found.append((errors, theory.direct_error(P, cov, m)))
    inside, width = band(found)
    return judge(
        inside == len(found) and width <= tolerance,
        f"{inside} of {len(found)} exact values in the band, half-width at most {100 * width:.1f} %.",
    )


@claim(
    source="this book, Γ from the paper's Theorem 3.1",
    places=("setup/task#prop-best-step",),
    method="P solved from moments of Gaussian vectors (sums over pairings), d = 20, n = 1, 20, 400.",
    tolerance=1e-10,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def best_step(tolerance: float) -> Evidence:
    """Among all P, one step on training prompts errs least with P = Γ⁻¹, and then by the sum of hᵢ/(n + hᵢ)."""
    rng, gap = np.random.default_rng(2), 0.0
    for n in (1, 20, 400):
        for exponent in (0.0, 0.5, 1.0, 2.0):
            cov = covariance.rotate(covariance.power_law(DIM, exponent), rng=rng)
            P = np.linalg.solve(second_moment(cov, n), cov).T
            cost = 1 + np.trace(cov) / np.linalg.eigvalsh(cov)
            least = DIM - 2 * np.trace(P @ cov) + np.trace(P @ second_moment(cov, n) @ P.T)
            learned = theory.preconditioner(Task(cov, n))
            gap = max(gap, np.linalg.norm(P - learned) / np.linalg.norm(P), abs((cost / (n + cost)).sum() / least - 1))
    return judge(gap <= tolerance, f"Difference {within(gap, tolerance)}.")


def examples(
    cov: Covariance, length: int, samples: int, rng: np.random.Generator
) -> Float64[np.ndarray, "{samples} {length} d"]:
    """Prompts' examples (samples, length, d), drawn one by one."""
    return rng.standard_normal((samples, length, len(cov))) @ covariance.square_root(cov)


def band(pairs: list[Measurement]) -> tuple[int, float]:
    """Pairs of simulated errors and exact value: how many lie in a simultaneous 99 % band, and its half-width."""
    z = intervals.quantile(len(pairs))
    widths = [z * errors.std(ddof=1) / np.sqrt(len(errors)) for errors, _ in pairs]
    inside = sum(abs(errors.mean() - exact) <= width for (errors, exact), width in zip(pairs, widths, strict=True))
    return int(inside), float(max(width / exact for (_, exact), width in zip(pairs, widths, strict=True)))


def second_moment(cov: Covariance, length: int) -> Matrix:
    """E[S²] of an empirical covariance, from E[x_a x_b x_c x_d] = L_ab L_cd + L_ac L_bd + L_ad L_bc."""
    fourth = sum(np.einsum(f"{pair},{rest}->ad", cov, cov) for pair, rest in (("ab", "bd"), ("ab", "bd"), ("ad", "bb")))
    return (1 - 1 / length) * cov @ cov + fourth / length
