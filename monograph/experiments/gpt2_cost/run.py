"""Runs of the experiment `gpt2_cost`."""

import torch

from monograph.experiments.gpt2 import run as gpt2
from monograph.experiments.gpt2.plan import PRESETS
from monograph.experiments.gpt2_cost import plan
from monograph.experiments.results import Run, Settings
from monograph.experiments.runner import Experiment


def measure(settings: Settings, *, size: str, part: str, variant: gpt2.Variant, curriculum: bool, updates: int) -> Run:
    """Do the first updates of a run; its time divided by their number is the cost of one."""
    trial = gpt2.trial(PRESETS[size], part, variant)
    options = {} if curriculum else {"curriculum": None}
    generator = torch.Generator().manual_seed(0)
    model, history = trial.train(generator=generator, updates=updates, record_every=1, **options)
    return {
        "planned_updates": trial.shape["updates"],
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "history_loss": history.loss.tolist(),
    }


EXPERIMENT = Experiment("gpt2_cost", (plan.__doc__ or "").strip(), plan.PRESETS, plan.runs, measure)
