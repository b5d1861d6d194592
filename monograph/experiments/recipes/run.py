"""Runs of the experiment `recipes`."""

import warnings
from dataclasses import asdict
from typing import Literal

import numpy as np
import torch

from monograph.experiments.recipes import plan
from monograph.experiments.results import Run, Settings
from monograph.experiments.runner import Experiment
from ttsbook import theory, training
from ttsbook.arrays import Preconditioner
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import evaluation
from ttsbook.training import Adam, recipes

RECIPES = {
    "paper": recipes.Direct(trains=("V31",)),
    "direct": recipes.Direct(),
    "independent": recipes.Independent(),
    "noisy": recipes.Noisy(0.5),
    "unrolled": recipes.Unrolled(3),
    "teacher-forced": recipes.TeacherForced(0.3),
    "shift": recipes.Shift(),
}


def measure(settings: Settings, *, exponent: float, recipe: str, seed: int | Literal["predicted"]) -> Run:
    """Train a layer, or set the weights that theory predicts, and let it think."""
    task = _task(settings, exponent)
    if seed == "predicted":
        model, outcome = predicted_layer(RECIPES[recipe], task), {}
    else:
        model, outcome = _train(settings, task, recipe, seed)
    ratio, predicted = model.ratio(), RECIPES[recipe].prediction(task)[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", theory.DivergenceWarning)
        curve = evaluation.error_curve(
            model.double(),
            Task(task.cov, settings["test_length"]),
            steps=settings["steps"],
            samples=settings["test_prompts"],
            generator=torch.Generator().manual_seed(1000),
        )
    return {
        "preconditioner_error": _distance(model, theory.preconditioner(task)),
        "predicted_preconditioner_error": None if predicted is None else _distance(model, predicted),
        "ratio": float(np.trace(ratio) / task.dim),
        "ratio_error": float(np.linalg.norm(ratio - np.eye(task.dim)) / np.sqrt(task.dim)),
        "kept": _kept(model, task),
        **{name: np.asarray(value).tolist() for name, value in asdict(curve).items() if name != "samples"},
        **outcome,
    }


def predicted_layer(recipe: recipes.Recipe, task: Task) -> LinearSelfAttention:
    """Layer with the preconditioner P and the ratio r that a recipe should lead to.

    Where r is not 1, the answer also passes on only r w_0, through V33 W44 = (r - 1) n I.
    """
    P, ratio = recipe.prediction(task)
    if P is None or ratio is None:
        raise ValueError(f"recipe must be one whose prediction is known, got {recipe!r}")
    model = LinearSelfAttention(task.dim, dtype=torch.float64).set_preconditioner(P)
    identity = torch.eye(task.dim, dtype=torch.float64)
    with torch.no_grad():
        model.block("W13").copy_(ratio * identity)
        if ratio != 1:
            model.block("V33").copy_((ratio - 1) * task.prompt_length * identity)
            model.block("W44").fill_(1.0)
    return model


def _task(settings: Settings, exponent: float) -> Task:
    dim = settings["dim"]
    return Task(covariance.power_law(dim, exponent, trace=dim), settings["prompt_length"])


def _train(
    settings: Settings, task: Task, recipe: str, seed: int
) -> tuple[LinearSelfAttention, dict[str, list[float]]]:
    """Train in float32: the noise of the gradient is far above its rounding, and it draws prompts faster."""
    generator = torch.Generator().manual_seed(seed)
    if recipe == "paper":
        model = LinearSelfAttention(task.dim, structure="blocks", dtype=torch.float32)
    else:
        model = LinearSelfAttention(task.dim, dtype=torch.float32)
        model.randomize(settings["initial_scale"], generator=generator)
    history = training.train(
        model,
        task,
        recipe=RECIPES[recipe],
        updates=settings["updates"],
        generator=generator,
        batch=settings["batch"],
        optimizer=Adam(step_size=settings["step_size"]),
    )
    names = ("updates", "loss", "preconditioner_error", "ratio")
    return model, {f"history_{name}": getattr(history, name)[::5].tolist() for name in names}


def _distance(model: LinearSelfAttention, target: Preconditioner) -> float:
    return float(np.linalg.norm(model.preconditioner() - target) / np.linalg.norm(target))


def _kept(model: LinearSelfAttention, task: Task) -> float:
    """Share of w_0 that a step at training length passes on besides V31, or the mean of its diagonal."""
    passed = model.block("V33") * model.block("W44") / task.prompt_length
    return 1 + passed.diagonal().mean().item()


EXPERIMENT = Experiment("recipes", (plan.__doc__ or "").strip(), plan.PRESETS, plan.runs, measure)
