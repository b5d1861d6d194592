"""Runs of the experiment `finite_tests`."""

import numpy as np

from monograph.experiments.finite_tests import plan
from monograph.experiments.results import Run, Settings
from monograph.experiments.runner import Experiment
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task


def measure(settings: Settings, *, dim: int, exponent: float) -> Run:
    """Simulate a chain of thought at matched covariances."""
    cov = covariance.power_law(dim, exponent)
    P = theory.preconditioner(Task(cov, settings["train_ratio"] * dim))
    samples, rng = settings["samples"][str(dim)], np.random.default_rng(0)
    outcome = theory.simulate_cot_error(
        P, cov, settings["test_ratio"] * dim, settings["steps"], samples=samples, rng=rng
    )
    return {
        "mean": outcome.mean.tolist(),
        "standard_error": outcome.standard_error.tolist(),
        "median": outcome.median.tolist(),
        "divergence_probability": outcome.divergence_probability,
    }


EXPERIMENT = Experiment("finite_tests", (plan.__doc__ or "").strip(), plan.PRESETS, plan.runs, measure)
