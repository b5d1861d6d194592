"""Runs of the experiment `attention_cost`."""

import torch

from monograph.experiments.attention import run as attention
from monograph.experiments.attention.plan import ARCHITECTURES, SPECTRA
from monograph.experiments.attention_cost import plan
from monograph.experiments.results import Run, Settings, significant
from monograph.experiments.runner import Experiment
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

DIM, LENGTH = 5, 20


def measure(settings: Settings, *, architecture: str) -> Run:
    """Do the first updates of a training; its time divided by their number is the cost of one."""
    shape = ARCHITECTURES[architecture]
    task = Task(covariance.power_law(DIM, SPECTRA["steep"], trace=DIM), LENGTH)
    generator = torch.Generator().manual_seed(0)
    model, history = attention.train(shape, task, generator, updates=settings["updates"])
    return {
        "planned_updates": attention.planned_updates(shape, DIM),
        "updates": settings["updates"],
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "history_loss": significant(history.loss, attention.DIGITS),
    }


EXPERIMENT = Experiment("attention_cost", (plan.__doc__ or "").strip(), plan.PRESETS, plan.runs, measure)
