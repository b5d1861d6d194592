"""Runs of the experiment `frozen`."""

import numpy as np
import torch

from monograph.experiments.frozen import plan
from monograph.experiments.results import Run, Settings
from monograph.experiments.runner import Experiment
from ttsbook import training
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.theory import dynamics
from ttsbook.training import Constant, Cosine, GradientDescent, recipes

RECIPE = recipes.Direct(trains=("V31",))


def measure(settings: Settings, *, dim: int, exponent: float, gradient: str, seed: int) -> Run:
    """Train with n = 2d by plain gradient descent, and compare with the predicted course."""
    task = Task(covariance.power_law(dim, exponent, trace=dim), 2 * dim)
    exact, step_size = gradient == "exact", settings["share"][gradient] * dynamics.largest_step(task)
    updates = settings["exact_updates"] if exact else settings["updates"][settings["dims"].index(dim)]
    history = training.train(
        LinearSelfAttention(dim, structure="blocks", dtype=torch.float64 if exact else torch.float32),
        task,
        recipe=RECIPE,
        updates=updates,
        generator=torch.Generator().manual_seed(seed),
        batch=None if exact else settings["batch"],
        optimizer=GradientDescent(step_size=step_size, schedule=Constant() if exact else Cosine()),
        record_every=max(1, updates // 50),
    )
    assert history.preconditioner_error is not None  # it is a layer's
    outcome = {
        "preconditioner_error": history.preconditioner_error[-1],
        "history_updates": history.updates.tolist(),
        "history_loss": history.loss.tolist(),
        "history_preconditioner_error": history.preconditioner_error.tolist(),
    }
    if exact:
        course, at = dynamics.descent(task, updates, step_size=step_size), history.updates.astype(int)
        outcome |= {"predicted_loss": course.loss[at].tolist()}
        outcome |= {"loss_gap": float(np.abs(history.loss / course.loss[at] - 1).max())}
    return outcome


EXPERIMENT = Experiment("frozen", (plan.__doc__ or "").strip(), plan.PRESETS, plan.runs, measure)
