"""Runs of the experiment `finite_prompts`."""

from typing import Literal

import numpy as np
import torch

from monograph.experiments.finite_prompts import plan
from monograph.experiments.results import Run, Settings
from monograph.experiments.runner import Experiment
from ttsbook import theory, training
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.theory import dynamics
from ttsbook.training import GradientDescent, recipes

RECIPE = recipes.Direct(trains=("V31",))


def measure(settings: Settings, *, exponent: float, pool: int | Literal["endless"], seed: int) -> Run:
    """Train V31 on one pool, with its exact gradient, until the slowest direction is learned to 1e-4."""
    dim = settings["dim"]
    task = Task(covariance.power_law(dim, exponent, trace=dim), settings["prompt_length"])
    target = theory.preconditioner(task)
    if pool == "endless":
        rng = np.random.default_rng(seed)
        constant, standard_error = dynamics.finite_prompts_error(task, samples=settings["samples"], rng=rng)
        scale = np.linalg.norm(target) ** 2
        return {"constant": constant / scale, "standard_error": standard_error / scale}
    generator = torch.Generator().manual_seed(seed)
    drawn = prompts.sample(task, pool, generator=generator, dtype=torch.float64)
    features = ((drawn.y[:, None] @ drawn.x)[:, 0] / task.prompt_length).numpy()
    curvatures = np.linalg.eigvalsh(features.T @ features / pool)
    updates = int(np.ceil(np.log(1e4) * curvatures[-1] / curvatures[0]))
    history = training.train(
        LinearSelfAttention(dim, structure="blocks", dtype=torch.float64),
        task,
        recipe=RECIPE,
        updates=updates,
        generator=generator,
        batch=None,
        pool=drawn,
        optimizer=GradientDescent(step_size=1 / curvatures[-1]),
    )
    assert history.preconditioner_error is not None  # it is a layer's
    regression = np.linalg.lstsq(features, drawn.w.numpy(), rcond=None)[0].T
    return {
        "preconditioner_error": history.preconditioner_error[-1],
        "regression_error": float(np.linalg.norm(regression - target) / np.linalg.norm(target)),
        "updates": updates,
    }


EXPERIMENT = Experiment("finite_prompts", (plan.__doc__ or "").strip(), plan.PRESETS, plan.runs, measure)
