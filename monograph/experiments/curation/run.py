"""Runs of the experiment `curation`."""

import warnings

import numpy as np
import torch
from jaxtyping import Float64

from monograph.experiments.curation import plan
from monograph.experiments.results import Run, Settings, significant
from monograph.experiments.runner import Experiment
from ttsbook import theory, training
from ttsbook.arrays import Covariance, MixtureWeights, Preconditioner
from ttsbook.data import covariance
from ttsbook.data.tasks import Task, mix
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.training import Adam, recipes

DIGITS = 4  # that are stored: more are noise
RECIPES = {"paper": recipes.Direct(trains=("V31",)), "shift": recipes.Shift()}


def measure(settings: Settings, *, reading: str, pool: int) -> Run:
    """Choose mixtures of a pool, train layers on them, and let all think on the same test prompts."""
    rng = plan.source(reading, pool)
    tasks, target = plan.draw_pool(settings, reading, rng), plan.target_of(settings)
    mixtures = plan.choose(settings, tasks, target, rng)
    S = covariance.sample_empirical(target, settings["test_length"], samples=settings["test_prompts"], rng=rng)
    outcome: Run = {
        "weights": {name: significant(weights, 6) for name, weights in mixtures.items()},
        "exact": {},
        "trained": {},
    }
    for name, weights in mixtures.items():
        outcome["exact"][name] = _curves(settings, _preconditioner(tasks, weights), target, S)
        seeds = settings["seeds"][reading] if name in plan.TRAINED else settings["seeds"][reading][:1]
        layers = [_train(settings, tasks, weights, "paper", seed) for seed in seeds]
        outcome["trained"][name] = [_curves(settings, layer.preconditioner(), target, S) for layer in layers]
    if reading == "skills" and pool < settings["shift_pools"]:
        outcome["shift"] = {}
        for name in ("uniform", "paper", "exact"):
            layer = _train(settings, tasks, mixtures[name], "shift", 0)
            curve = _layer_curve(settings, layer, S)
            outcome["shift"][name] = {"ratio": float(np.trace(layer.ratio()) / settings["dim"]), "finite": curve}
    return outcome


def _preconditioner(tasks: list[Task], weights: MixtureWeights) -> Preconditioner:
    return theory.preconditioner(mix(tasks, weights))


def _train(
    settings: Settings, tasks: list[Task], weights: MixtureWeights, recipe: str, seed: int
) -> LinearSelfAttention:
    """Train in float32: the noise of the gradient is far above its rounding."""
    generator = torch.Generator().manual_seed(seed)
    structure = "blocks" if recipe == "paper" else "full"
    model = LinearSelfAttention(settings["dim"], structure=structure, dtype=torch.float32)
    if recipe == "shift":
        model.randomize(0.05, generator=generator)
    training.train(
        model,
        mix(tasks, weights),
        recipe=RECIPES[recipe],
        updates=settings["updates"][recipe],
        generator=generator,
        batch=settings["batch"][recipe],
        condensed=True,
        optimizer=Adam(step_size=settings["step_size"][recipe]),
    )
    return model.double()


def _curves(
    settings: Settings, P: Preconditioner, target_cov: Covariance, S: Float64[np.ndarray, "prompts d d"]
) -> dict[str, list[float]]:
    """Error / d of a preconditioner at m = ∞, exact, and mean and median over the test prompts."""
    steps, dim = settings["steps"], settings["dim"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", theory.DivergenceWarning)
        endless = theory.cot_error_limit(P, target_cov, steps)
        finite = theory.layer_error(P, np.eye(dim), S, steps)
    return {
        "endless": significant(endless / dim, DIGITS),
        "mean": significant(finite.mean(axis=0) / dim, DIGITS),
        **_median(finite / dim),
    }


def _layer_curve(
    settings: Settings, layer: LinearSelfAttention, S: Float64[np.ndarray, "prompts d d"]
) -> dict[str, list[float]]:
    """Error / d of a layer's own P and ratio on the test prompts."""
    errors = theory.layer_error(layer.preconditioner(), layer.ratio(), S, settings["steps"]) / settings["dim"]
    return {"mean": significant(errors.mean(axis=0), DIGITS), **_median(errors)}


def _median(errors: Float64[np.ndarray, "prompts steps"]) -> dict[str, list[float]]:
    return {"median": significant(np.median(errors, axis=0), DIGITS)}


EXPERIMENT = Experiment("curation", (plan.__doc__ or "").strip(), plan.PRESETS, plan.runs, measure)
