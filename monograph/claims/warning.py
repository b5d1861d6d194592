"""What the chapter on overthinking claims of finite prompts, and of a warning from the prompt alone."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float64

from monograph.claims.ledger import Evidence, Verdict, claim, judge
from monograph.claims.statements import Kind, Statement
from monograph.page import rounded
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

DIM = 20


@claim(
    source="this book",
    places=("theorems/overthinking#prop-mean-grows",),
    method="λᵢ ∝ i^(−0.8) with trace 20, Σ = Λ, d = 20, n = 400, m = 100, 4,000 prompts, k ≤ 100.",
    tolerance=0.5,
    limits="share of diverging prompts below which the median must fall and the mean must grow",
    verdict=Verdict.HOLDS,
)
def mean_grows(tolerance: float) -> Evidence:
    """At finite m the mean error grows without bound with k for every n, even where the median prompt is solved."""
    cov = covariance.power_law(DIM, 0.8, trace=DIM)
    thought = theory.simulate_cot_error(
        theory.preconditioner(Task(cov, 400)), cov, 100, 100, samples=4000, rng=np.random.default_rng(0)
    )
    mean, median, share = thought.mean / DIM, thought.median / DIM, thought.divergence_probability
    return judge(
        0 < share < tolerance and mean[100] > 1e3 > mean[0] > mean[5] and (np.diff(median) < 0).all(),
        f"{100 * share:.0f} % of the prompts diverge. The mean of e/d falls to {rounded(mean.min())} at "
        f"k = {mean.argmin()}, and is {rounded(mean[20])} at k = 20; the median is {rounded(median[20])} there.",
    )


@claim(
    source="this book",
    bears_on=(Statement.WEAK,),
    kinds=(Kind.SIMULATION,),
    places=("theorems/overthinking#prop-warning",),
    method="6,000 prompts and weights in 60 settings, d = 20, λᵢ ∝ i^(−0.8), Σ = Λ or I, n 25 to 400, m 25 to 1,000; "
    "chains run to k = 20, and to k = 2,048 for the long run.",
    tolerance=0.95,
    limits="least sensitivity and specificity for “the answer after 20 steps is farther off than one before”",
    verdict=Verdict.HOLDS,
)
def warning(tolerance: float) -> Evidence:
    """From a prompt without label noise, λ_max(P S_m) > 2 tells before thinking whether a chain diverges."""
    warned, diverged, turned, worse = _warned_prompts()
    sensitivity, specificity = warned[turned].mean(), 1 - warned[~turned].mean()
    share = warned.reshape(-1, 100).mean(axis=1)  # by setting
    mixed = np.repeat((share > 0) & (share < 1), 100)
    return judge(
        (warned == diverged).all() and min(sensitivity, specificity) >= tolerance and warned[worse].all(),
        f"Long run: {(warned != diverged).sum()} errors in {warned.size}. At k = 20: sensitivity "
        f"{100 * sensitivity:.1f} %, specificity {100 * specificity:.1f} %; in the {mixed.sum() // 100} settings where "
        f"some prompts are warned of and others not, {100 * warned[turned & mixed].mean():.1f} % and "
        f"{100 - 100 * warned[~turned & mixed].mean():.1f} %; all {100 * worse.mean():.0f} % of prompts "
        f"that end worse than no answer are among those warned of.",
    )


def _warned_prompts() -> Iterator[Bool[np.ndarray, " prompts"]]:
    """Say for each prompt: was it warned of, did it diverge, was step 20 worse than one before, or than none."""
    rng, found = np.random.default_rng(0), []
    cov = covariance.power_law(DIM, 0.8, trace=DIM)
    for test_cov in (cov, np.eye(DIM)):
        for n in (25, 50, 100, 200, 400):
            P = theory.preconditioner(Task(cov, n))
            for m in (25, 50, 100, 200, 400, 1000):
                x = rng.standard_normal((100, m, DIM)) @ covariance.square_root(test_cov)
                T = np.eye(DIM) - P @ (x.swapaxes(1, 2) @ x) / m
                found.append((theory.largest_stride(P, x) > 2, *_course(T, rng.standard_normal((100, DIM, 1)))))
    return (np.concatenate(part) for part in zip(*found, strict=True))


def _course(
    T: Float64[np.ndarray, "prompts d d"], gap: Float64[np.ndarray, "prompts d 1"]
) -> tuple[Bool[np.ndarray, " prompts"], ...]:
    """Whether chains with these maps diverge, whether step 20 is worse than an earlier one, and than the start."""
    errors, start = [np.square(gap).sum(axis=(1, 2))], gap
    for _ in range(20):
        gap = T @ gap
        errors.append(np.square(gap).sum(axis=(1, 2)))
    errors = np.array(errors)
    with np.errstate(over="ignore", invalid="ignore"):
        half = np.linalg.matrix_power(T, 1024)
        middle = half @ start
        sizes = [np.square(one).sum(axis=(1, 2)) for one in (middle, half @ middle)]
    diverged = ~np.isfinite(sizes[1]) | (sizes[1] > sizes[0])
    return diverged, errors[20] > errors.min(axis=0), errors[20] > errors[0]
