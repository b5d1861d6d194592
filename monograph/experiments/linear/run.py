"""Runs of the experiment `linear`."""

import warnings

import numpy as np
import torch

from monograph.experiments.linear import plan
from monograph.experiments.results import Run, Settings, significant
from monograph.experiments.runner import Experiment
from ttsbook import theory, training
from ttsbook.arrays import Covariance, Matrix
from ttsbook.data import spectra
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import evaluation
from ttsbook.training import Adam, recipes

RECIPES = {"shift": recipes.Shift(), "paper": recipes.Direct(trains=("V31",))}
ENDLESS = 10**9  # examples that stand for endless ones: S_m is off by some 10⁻⁴, leaks show where w_k is above 10⁴


def measure(settings: Settings, *, train: str, n: int, recipe: str, seed: int) -> Run:
    """Train a layer on condensed prompts, and let it think on test prompts that are the same for all layers."""
    cov = spectra.named(train, settings["dim"])
    model, history = _train(settings, Task(cov, n), recipe, seed)
    tests = {"matched": cov} | ({} if train == "isotropic" else {"isotropic": np.eye(len(cov))})
    assert history.preconditioner_error is not None and history.ratio_error is not None  # it is a layer's
    outcome = {
        "preconditioner_error": history.preconditioner_error[-1],
        "ratio_error": history.ratio_error[-1],
        "P": _in_units(model.preconditioner(), settings["unit"]),
    }
    if recipe != "paper":
        outcome["R_minus_I"] = _in_units(model.ratio() - np.eye(len(cov)), settings["unit"])
    for test, test_cov in tests.items():
        for m in settings["test_lengths"]:
            outcome[f"{test}, m={'inf' if m is None else m}"] = _curve(settings, model, test_cov, m, test)
    return outcome


def _train(settings: Settings, task: Task, recipe: str, seed: int) -> tuple[LinearSelfAttention, training.History]:
    """Train in float32: the noise of the gradient is far above its rounding."""
    generator = torch.Generator().manual_seed(seed)
    scale = settings["initial_scale"]
    if recipe == "paper":
        model = LinearSelfAttention(task.dim, structure="blocks", dtype=torch.float32)
        model.block("V31").data.normal_(0, scale, generator=generator)
    else:
        model = LinearSelfAttention(task.dim, dtype=torch.float32).randomize(scale, generator=generator)
    history = training.train(
        model,
        task,
        recipe=RECIPES[recipe],
        updates=settings["updates"][recipe],
        optimizer=Adam(step_size=settings["step_size"][recipe]),
        batch=settings["batch"],
        generator=generator,
        condensed=True,
    )
    return model.double(), history


def _curve(
    settings: Settings, model: LinearSelfAttention, test_cov: Covariance, m: int | None, test: str
) -> dict[str, list[float]]:
    """Measure mean, half the width of its simultaneous 99 % interval, and median."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", theory.DivergenceWarning)
        curve = evaluation.error_curve(
            model,
            Task(test_cov, ENDLESS if m is None else m),
            steps=settings["steps"][test],
            samples=settings["test_prompts"],
            generator=torch.Generator().manual_seed(1000),
            condensed=True,
        )
    with np.errstate(invalid="ignore"):
        half_width = np.where(np.isfinite(curve.high), curve.high - curve.mean, np.inf)
    outcome = {"mean": curve.mean, "half_width": half_width, "median": curve.median}
    digits = settings["digits"]
    return {name: significant(values, digits[name]) for name, values in outcome.items()}


def _in_units(matrix: Matrix, unit: float | None) -> list[list[float]]:
    """List the rows of a matrix, rounded to whole multiples of a unit if there is one."""
    return (matrix if unit is None else np.rint(matrix / unit).astype(int)).tolist()


EXPERIMENT = Experiment("linear", (plan.__doc__ or "").strip(), plan.PRESETS, plan.runs, measure)
