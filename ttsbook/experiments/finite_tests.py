"""Mean and median error of each thinking step on finite test prompts, for many dimensions at fixed n/d and m/d."""

import numpy as np

from ttsbook import covariance, theory
from ttsbook.experiments.runner import Experiment
from ttsbook.tasks import Task

MODERATE = {"exponents": [0.0, 0.7, 1.0], "train_ratio": 2, "test_ratio": 4}
PRESETS = {
    "tiny": {**MODERATE, "steps": 5, "samples": {"10": 200, "20": 100}},
    "cpu": {**MODERATE, "steps": 20, "samples": {"25": 40_000, "50": 40_000, "100": 40_000, "200": 4000}},
}


def runs(settings):
    """One simulation for each dimension and spectrum."""
    return [
        {"dim": int(dim), "exponent": exponent} for dim in settings["samples"] for exponent in settings["exponents"]
    ]


def measure(settings, *, dim, exponent):
    """Simulate a chain of thought at matched covariances."""
    cov = covariance.power_law(dim, exponent)
    P = theory.preconditioner(Task(cov, settings["train_ratio"] * dim))
    options = {"samples": settings["samples"][str(dim)], "rng": np.random.default_rng(0)}
    found = theory.simulate_cot_error(P, cov, settings["test_ratio"] * dim, settings["steps"], **options)
    return {
        "mean": found.mean.tolist(),
        "standard_error": found.standard_error.tolist(),
        "median": found.median.tolist(),
        "divergence_probability": found.divergence_probability,
    }


EXPERIMENT = Experiment("finite_tests", __doc__.strip(), PRESETS, runs, measure)
