"""Runs of the experiment `gpt2_compute`."""

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from monograph.experiments.gpt2 import run as gpt2
from monograph.experiments.gpt2.plan import PRESETS
from monograph.experiments.gpt2_compute import plan
from monograph.experiments.results import Run, Settings, significant
from monograph.experiments.runner import Experiment
from ttsbook.data import prompts
from ttsbook.models.transformer import GPT


def measure(settings: Settings, *, recipe: str, seed: int) -> Run:
    """Train by a recipe with the operations of `distances`, and let the model think on prompts like its own."""
    size = PRESETS[settings["size"]]
    trial, even = (gpt2.trial(size, "recipes", name) for name in (recipe, "distances"))
    costs = [operations(one, settings["counted"]) for one in (trial, even)]
    updates = round(trial.shape["updates"] * costs[1] / costs[0])
    model, history = trial.train(generator=torch.Generator().manual_seed(seed), updates=updates)
    return {
        "operations": costs[0],
        "updates": updates,
        "history_loss": significant(history.loss[::10], gpt2.DIGITS),
        "own": gpt2.curve(model, trial.tests["own"], size),
    }


def operations(trial: gpt2.Trial, counted: int) -> float:
    """Floating-point operations of the matrix products, there and back, that a prompt costs in an update.

    Parameters
    ----------
    trial
        Training whose recipe is counted.
    counted
        Losses to average over, as some recipes draw how far they think.
    """
    generator = torch.Generator().manual_seed(0)
    model = GPT(trial.config, generator=generator, dtype=torch.float32)
    drawn = prompts.sample(trial.task, 2, generator=generator, dtype=torch.float32)
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):  # fused kernels are not counted
        for _ in range(counted):
            trial.recipe.loss(model, drawn, generator).backward()
    return counter.get_total_flops() / counted / len(drawn.w)


EXPERIMENT = Experiment("gpt2_compute", (plan.__doc__ or "").strip(), plan.PRESETS, plan.runs, measure)
