"""What the chapter on attention claims about training recipes, from a small random start of all of V and W."""

# ruff: noqa: D401 - the docstring of a check is its claim, no command

from dataclasses import dataclass

import numpy as np

from monograph.claims.ledger import ROUNDING, Evidence, Verdict, claim, judge, within
from monograph.claims.statements import Kind, Statement
from monograph.claims.task import second_moment
from monograph.experiments import results
from monograph.experiments.gpt2 import read as gpt2
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import Numbers
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

DIM, LENGTH = 20, 40
ENTRIES = ("preconditioner_error", "predicted_preconditioner_error", "ratio", "mean", "median")
SETTING = "with d = 10, n = 20, λᵢ ∝ i^(−0.7), five seeds; chains on 1000 prompts with m = 200."


@dataclass(frozen=True, eq=False)
class Measured:
    """What weights do that a recipe taught or that it predicts: error of P, ratio r, errors of each thinking step."""

    dim: int
    preconditioner_error: Numbers
    predicted_preconditioner_error: Numbers
    ratio: Numbers
    mean: Numbers
    median: Numbers


@claim(
    source="this book",
    places=("setup/thinking#prop-no-gradient",),
    method=f"All weights from N(0, 0.05²), trained on the direct answer {SETTING}",
    tolerance=0.01,
    limits="relative error of the learned preconditioner",
    verdict=Verdict.HOLDS,
)
def generic_start(tolerance: float) -> Evidence:
    """From a small random start with w₀ = 0, training teaches a layer to answer and not to think."""
    runs = _trained("direct")
    ratio, errors = np.abs(runs.ratio).max(), runs.median / runs.dim
    return judge(
        runs.preconditioner_error.max() <= tolerance and ratio < 0.1 and errors[:, 5].min() > 1,
        f"P errs by {100 * runs.preconditioner_error.max():.2f} % at most. r is within {ratio:.2f} of 0, "
        f"where thinking needs 1. The median error / d is {errors[:, 1].max():.2f} at most after one step, and "
        f"{errors[:, 5].min():.1f} at least after five.",
    )


@claim(
    source="this book",
    places=("setup/thinking#prop-shift",),
    method="Exact regression of w on w₀, Sw and Sw₀ from moments of Gaussian vectors, d = 20, n = 40, Var w₀ = 1/4.",
    tolerance=1e-9,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def shifted_starts(tolerance: float) -> Evidence:
    """If the gap w − w₀ is independent of the start w₀, only the step of thinking minimizes the loss.

    If w₀ is independent of w, only erasing it does.
    """
    gap, variance = 0.0, 0.25
    for exponent in (0.0, 0.7, 1.0):
        task = Task(covariance.power_law(DIM, exponent, trace=DIM), LENGTH)
        cov, square, P = task.cov, second_moment(task.cov, LENGTH), theory.preconditioner(task)
        for shared, expected in ((variance, (np.eye(DIM), P, -P)), (0.0, (np.zeros_like(P), P, np.zeros_like(P)))):
            total = 1 + shared  # variance of w, whose covariance with w₀ is `shared`
            moments = np.block(
                [
                    [variance * np.eye(DIM), shared * cov, variance * cov],
                    [shared * cov, total * square, shared * square],
                    [variance * cov, shared * square, variance * square],
                ]
            )
            found = np.linalg.solve(moments, np.vstack([shared * np.eye(DIM), total * cov, shared * cov])).T
            gap = max(gap, np.linalg.norm(found - np.hstack(expected)) / np.linalg.norm(np.hstack(expected)))
    return judge(gap <= tolerance, f"Difference {within(gap, tolerance)}.")


@claim(
    source="this book",
    places=("setup/thinking#prop-shift",),
    method=f"All weights from N(0, 0.05²), trained on shifted starts {SETTING}",
    tolerance=0.01,
    limits="relative error of the learned preconditioner, and distance of r from 1",
    verdict=Verdict.HOLDS,
)
def learned_thinking(tolerance: float) -> Evidence:
    """From a small random start, shifted starts teach all of V and W the step of thinking: Γ⁻¹, and W13 = −W24 I."""
    runs = _trained("shift")
    closed = _predicted("shift").median / runs.dim
    off, errors = np.abs(runs.ratio - 1).max(), runs.median.max(axis=0) / runs.dim
    return judge(
        max(runs.preconditioner_error.max(), off) <= tolerance and (np.diff(runs.median[:, :6]) < 0).all(),
        f"P errs by {100 * runs.preconditioner_error.max():.2f} % at most, r by {100 * off:.2f} %. The median "
        f"error / d is {rounded(errors[5])} at most after 5 steps and {rounded(errors[20])} after 20, in place of "
        f"{rounded(closed[5])} and {rounded(closed[20])} with the closed form.",
    )


@claim(
    source="this book",
    places=("setup/thinking#which-training-teaches-a-layer-to-think",),
    method=f"All weights from N(0, 0.05²), trained by three recipes {SETTING}",
    tolerance=0.01,
    limits="distance of P (relative) and of r from what the recipe predicts",
    verdict=Verdict.HOLDS,
)
def other_recipes(tolerance: float) -> Evidence:
    """Unrelated starts teach to erase them, noisy ones to shrink them, a teacher's iterates plain gradient descent."""
    gap, found = 0.0, []
    for recipe in ("independent", "noisy", "teacher-forced"):
        runs, expected = _trained(recipe), _predicted(recipe)
        off = np.abs(runs.ratio - expected.ratio).max()
        gap = max(gap, off, runs.predicted_preconditioner_error.max())
        found.append(f"{recipe} {rounded(runs.median[:, 20].min() / runs.dim)} (r = {expected.ratio:.1f})")
    closed = _predicted("shift").median[20] / runs.dim
    return judge(
        gap <= tolerance,
        f"Distance {100 * gap:.2f} % at most. The median error / d after 20 steps is at least: {', '.join(found)}; "
        f"with the closed form of thinking it is {rounded(closed)}.",
    )


@claim(
    source="this book",
    places=("setup/thinking#which-training-teaches-a-layer-to-think",),
    method=f"All weights from N(0, 0.05²), trained on the mean loss of three steps {SETTING}",
    tolerance=1.0,
    limits="mean error of the first three steps, relative to that of the closed form",
    verdict=Verdict.HOLDS,
)
def unrolled_steps(tolerance: float) -> Evidence:
    """Training on three unrolled steps serves those three; the chain that it teaches does not go on improving."""
    runs, exact = _trained("unrolled"), _predicted("shift")
    early = runs.mean[:, 1:4].sum(axis=1) / exact.mean[1:4].sum()
    last, closed = runs.median[:, 20] / runs.dim, exact.median[20] / runs.dim
    return judge(
        early.max() < tolerance and last.min() > 1000 * closed,
        f"The first three steps have {early.min():.2f} to {early.max():.2f} times the mean error of the closed form. "
        f"After 20, the median error / d is {rounded(last.min())} to {rounded(last.max())}, not {rounded(closed)}.",
    )


@claim(
    source="paper: when long chains emerge",
    bears_on=(Statement.EMERGENCE,),
    kinds=(Kind.LAYER, Kind.GPT),
    places=("setup/thinking#which-training-teaches-a-layer-to-think", "experiments/gpt2#recipes-that-fail-and-why"),
    method="Direct answers alone in training. Linear layers with d = 10, n = 20, and a GPT with d = 5, as stored.",
    tolerance=1e-3,
    limits="largest median error / d after 20 steps of layers whose W was frozen",
    verdict=Verdict.CAVEAT,
    caveat="If W is frozen at W13 = cI, W24 = −c. From a small random start, or in a GPT, the chain gets worse. From "
    "W13 = cI, W24 = −c with all weights free it ends beyond the answer (drift).",
)
def emergence(tolerance: float) -> Evidence:
    """A model that was trained to answer directly, without a chain of thought, can think for many steps."""
    frozen, free = (_trained(recipe).median[:, 20] / _trained(recipe).dim for recipe in ("paper", "direct"))
    gpt = gpt2.errors("recipes", "direct")
    return judge(
        frozen.max() <= tolerance,
        f"Median error / d after 20 steps: at most {rounded(frozen.max())} with W frozen, at least "
        f"{rounded(free.min())} from a small random start. Mean of the GPT: {rounded(gpt[:, 1].max())} at most after "
        f"one step, {rounded(gpt[:, 20].min())} at least after 20.",
        exception=free.min() > 1 and gpt[:, 20].min() > 1,
    )


def _trained(recipe: str) -> Measured:
    """Collect what the trainings by a recipe found, one row a seed."""
    found = results.load("recipes")
    runs = [run for run in found.select(recipe=recipe, exponent=0.7) if run["seed"] != "predicted"]
    return Measured(
        found.settings["dim"], **{name: np.array([run[name] for run in runs], dtype=np.float64) for name in ENTRIES}
    )


def _predicted(recipe: str) -> Measured:
    """Find what the weights do that a recipe predicts."""
    found = results.load("recipes")
    (run,) = found.select(recipe=recipe, exponent=0.7, seed="predicted")
    return Measured(found.settings["dim"], **{name: np.array(run[name], dtype=np.float64) for name in ENTRIES})
