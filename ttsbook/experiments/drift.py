"""All weights free from the paper's start: W13 stays, W24 drifts, and thinking ends beside the weight."""

import numpy as np
import torch

from ttsbook import covariance, dynamics, evaluation, recipes, training
from ttsbook.attention import LinearSelfAttention
from ttsbook.experiments.runner import Experiment
from ttsbook.tasks import Task

RECIPE = recipes.Direct()
PRESETS = {
    "tiny": {
        "dim": 3,
        "prompt_length": 8,
        "test_length": 30,
        "steps": 5,
        "test_prompts": 50,
        "scales": [1.0, 3.0],
        "share": 0.02,
        "updates": 60,
        "batch": 32,
        "seeds": [0],
    },
    "cpu": {
        "dim": 5,
        "prompt_length": 20,
        "test_length": 500,
        "steps": 30,
        "test_prompts": 1000,
        "scales": [1.0, 3.0, 5.0],
        "share": 0.01,
        "updates": 3000,
        "batch": 64,
        "seeds": [0, 1, 2, 3, 4],
    },
}


def runs(settings):
    """For each c the exact gradient of the blocks, and sampled gradients of all of V and W, one run a seed."""
    return [
        {"c": c, "gradient": gradient, "seed": seed}
        for c in settings["scales"]
        for gradient, seed in [("exact", 0), *(("sampled", seed) for seed in settings["seeds"])]
    ]


def measure(settings, *, c, gradient, seed):
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
        optimizer="gd",
        step_size=settings["share"] * dynamics.largest_step(task, c=c),
        schedule="constant",
    )
    curve = evaluation.error_curve(
        model,
        Task(task.cov, settings["test_length"]),
        steps=settings["steps"],
        prompts=settings["test_prompts"],
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


EXPERIMENT = Experiment("drift", __doc__.strip(), PRESETS, runs, measure)
