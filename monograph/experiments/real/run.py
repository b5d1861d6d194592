"""Runs of the experiment `real`."""

from typing import Any

from monograph.experiments.real import labels, layers, pairs, plan
from monograph.experiments.results import Run, Settings
from monograph.experiments.runner import Experiment

PARTS = {"layer": layers.trained, "pair": pairs.pair, "matched": pairs.matched, "labels": labels.measure}
"""What is done in each part of the plan."""


def measure(settings: Settings, *, part: str, **arguments: Any) -> Run:
    """Do one run of its part."""
    return PARTS[part](settings, **arguments)


EXPERIMENT = Experiment("real", (plan.__doc__ or "").split("\n")[0], plan.PRESETS, plan.runs, measure)
