"""Runs of the experiment `selection`."""

from typing import Any

import numpy as np

from monograph.experiments.results import Run, Settings
from monograph.experiments.runner import Experiment
from monograph.experiments.selection import plan
from ttsbook import theory
from ttsbook.theory import selection


def measure(settings: Settings, **way: Any) -> Run:
    """Weights of each kind under the paper's program, and errors per d of three mixtures, pool by pool."""
    dim, steps = settings["dim"], settings["steps"]
    outcome = {name: [] for name in ("kind_weights", "diverges", "uniform", "paper", "exact")}
    for pool in range(settings["pools"]):
        tasks, target_cov = plan.pool_of(settings, **way, pool=pool)
        weights = selection.quadratic_program([task.cov for task in tasks], target_cov).weights
        outcome["kind_weights"].append(weights.reshape(4, -1).sum(axis=1).round(9).tolist())
        mixtures = {"uniform": np.full(len(tasks), 1 / len(tasks)), "paper": weights}
        learned = {name: plan.preconditioner(tasks, mixture) for name, mixture in mixtures.items()}
        for name, P in learned.items():
            outcome[name].append((theory.cot_error_limit(P, target_cov, max(steps))[steps] / dim).tolist())
        outcome["diverges"].append(
            bool(np.abs(np.linalg.eigvals(np.eye(dim) - learned["paper"] @ target_cov)).max() > 1)
        )
        best = [selection.optimal_mixture(tasks, target_cov, k).error / dim for k in steps]
        outcome["exact"].append(best)
    return outcome


EXPERIMENT = Experiment("selection", (plan.__doc__ or "").strip(), plan.PRESETS, plan.runs, measure)
