"""Runs of the experiment `drift`."""

import numpy as np
import torch

from monograph.experiments.drift import plan
from monograph.experiments.results import Run, Settings
from monograph.experiments.runner import Experiment
from ttsbook import training
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.theory import dynamics
from ttsbook.thinking import evaluation
from ttsbook.training import GradientDescent, recipes

RECIPE = recipes.Direct()


def measure(settings: Settings, *, c: float, gradient: str, seed: int) -> Run:
    """Train with small constant steps, a gradient flow where they are exact, and let the layer think."""
    dim, exact = settings["dim"], gradient == "exact"
    task = Task(covariance.power_law(dim, 0.7, trace=dim), settings["prompt_length"])
    model = LinearSelfAttention(dim, structure="blocks" if exact else "full", dtype=torch.float64)
    model.set_preconditioner(np.zeros((dim, dim)), c=c)
    history = training.train(
        model,
        task,
        recipe=RECIPE,
        updates=settings["updates"],
        generator=torch.Generator().manual_seed(seed),
        batch=None if exact else settings["batch"],
        optimizer=GradientDescent(step_size=settings["share"] * dynamics.largest_step(task, c=c)),
    )
    assert history.ratio is not None and history.preconditioner_error is not None  # it is a layer's
    curve = evaluation.error_curve(
        model,
        Task(task.cov, settings["test_length"]),
        steps=settings["steps"],
        samples=settings["test_prompts"],
        generator=torch.Generator().manual_seed(1000),
    )
    ratio = dynamics.drift(task, c=c)
    return {
        "W24": model.block("W24").item(),
        "W13_moved": (model.block("W13") - c * torch.eye(dim, dtype=torch.float64)).abs().max().item(),
        "ratio": history.ratio[-1],
        "predicted_ratio": ratio,
        "predicted_floor": dim * (1 / ratio - 1) ** 2,
        "preconditioner_error": history.preconditioner_error[-1],
        "mean": curve.mean.tolist(),
        "median": curve.median.tolist(),
        "history_updates": history.updates[::5].tolist(),
        "history_ratio": history.ratio[::5].tolist(),
    }


EXPERIMENT = Experiment("drift", (plan.__doc__ or "").strip(), plan.PRESETS, plan.runs, measure)
