"""Simulation: Bartlett's decomposition against long prompts, and the exact average over w."""

from functools import partial

import numpy as np

from benchmarks.timing import median_seconds
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

DIM, SAMPLES = 50, 100


def draw_examples(cov, length, *, samples, rng):
    """Empirical covariances of `samples` prompts, from all their examples."""
    x = rng.standard_normal((samples, length, len(cov))) @ covariance.square_root(cov)
    return x.transpose(0, 2, 1) @ x / length


def compare_cost():
    """Print the time to draw empirical covariances against the prompt length."""
    cov = covariance.power_law(DIM, 1.0)
    rng = np.random.default_rng(0)
    print(f"Time to draw {SAMPLES} empirical covariances, d = {DIM}: median of 5 runs, taking turns")
    print(f"{'m':>8} {'Bartlett':>12} {'all examples':>14} {'ratio':>8}")
    for length in (20, 200, 2000, 20000):
        options = {"samples": SAMPLES, "rng": rng}
        seconds = median_seconds(
            {
                "bartlett": partial(covariance.sample_empirical, cov, length, **options),
                "examples": partial(draw_examples, cov, length, **options),
            }
        )
        ratio = seconds["examples"] / seconds["bartlett"]
        print(f"{length:8d} {1e3 * seconds['bartlett']:9.1f} ms {1e3 * seconds['examples']:11.1f} ms {ratio:8.1f}")


def draw_weights(P, cov, length, steps, *, samples, rng):
    """Squared errors of chains, one number a prompt, each with a weight w of its own."""
    S = covariance.sample_empirical(cov, length, samples=samples, rng=rng)
    gap = rng.standard_normal((samples, len(P), 1))  # w_0 - w
    for _ in range(steps):
        gap = gap - P @ (S @ gap)
    return np.square(gap).sum(axis=(1, 2))


def compare_variance():
    """Print the variance of the mean error, at equal time, with w drawn and with w averaged exactly."""
    cov, length, samples = covariance.power_law(DIM, 1.0), 2 * DIM, 1000
    P = theory.preconditioner(Task(cov, length))
    rng = np.random.default_rng(0)
    print(f"\nVariance saved by averaging exactly over w, d = {DIM}, n = m = {length}, {samples} prompts a run")
    print(f"{'k':>3} {'variance ratio':>16} {'time ratio':>12} {'saved at equal time':>22}")
    for steps in (1, 3, 10):
        options = {"samples": samples, "rng": rng}
        candidates = {
            "exact": partial(theory.simulate_cot_error, P, cov, length, steps, **options),
            "drawn": partial(draw_weights, P, cov, length, steps, **options),
        }
        seconds = median_seconds(candidates)
        exact = samples * candidates["exact"]().standard_error[-1] ** 2
        variance = candidates["drawn"]().var(ddof=1) / exact
        slower = seconds["exact"] / seconds["drawn"]
        print(f"{steps:3d} {variance:16.1f} {slower:12.1f} {variance / slower:22.1f}")


def run():
    """Print both comparisons."""
    compare_cost()
    compare_variance()
