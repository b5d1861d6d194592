"""Runs of the experiment `tails`."""

import numpy as np
import torch

from monograph.experiments.results import Run, Settings
from monograph.experiments.runner import Experiment
from monograph.experiments.tails import plan
from ttsbook import theory, training
from ttsbook.arrays import Preconditioner
from ttsbook.data import covariance, features, prompts
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.training import Adam, recipes

FEATURES = {
    "signs": features.ThreePoint(1.0),
    "sphere": features.Sphere(),
    "sparse": features.Sparse(0.1),
    "scales": features.ScaleMixture(0.1, 5.5),
}
"""Kinds of features, by their names in the plan."""


def measure(settings: Settings, *, kind: str, seed: int) -> Run:
    """Train by shift, in float32 as the noise of the gradient is far above its rounding, and compare P."""
    dim = settings["dim"]
    task = Task(covariance.power_law(dim, settings["exponent"], trace=dim), settings["prompt_length"])
    generator = torch.Generator().manual_seed(seed)
    model = LinearSelfAttention(dim, dtype=torch.float32)
    model.randomize(settings["initial_scale"], generator=generator)
    pool = prompts.sample(task, settings["pool"], generator=generator, dtype=torch.float32, features=FEATURES[kind])
    training.train(
        model,
        task,
        recipe=recipes.Shift(),
        updates=settings["updates"],
        generator=generator,
        batch=settings["batch"],
        pool=pool,
        optimizer=Adam(step_size=settings["step_size"]),
    )
    learned, ratio = model.preconditioner(), model.ratio()
    moments = features.fourth_moments(task.cov, FEATURES[kind])
    return {
        "P": learned.tolist(),
        "to_own": _distance(learned, theory.preconditioner(task, fourth_moments=moments)),
        "to_gaussian": _distance(learned, theory.preconditioner(task)),
        "ratio": float(np.trace(ratio) / dim),
    }


def _distance(P: Preconditioner, target: Preconditioner) -> float:
    """Frobenius distance, relative to the target."""
    return float(np.linalg.norm(P - target) / np.linalg.norm(target))


EXPERIMENT = Experiment("tails", (plan.__doc__ or "").split("\n")[0], plan.PRESETS, plan.runs, measure)
