"""The paper's training: V31 alone learns the preconditioner, and its loss falls as predicted."""

import numpy as np
import torch

from ttsbook import covariance, dynamics, recipes, training
from ttsbook.attention import LinearSelfAttention
from ttsbook.experiments.runner import Experiment
from ttsbook.tasks import Task

RECIPE = recipes.Direct(trains=("V31",))
PRESETS = {
    "tiny": {
        "dims": [3],
        "exponents": [0.7],
        "share": {"exact": 0.5, "sampled": 0.2},
        "exact_updates": 60,
        "updates": [60],
        "batch": 32,
        "seeds": [0],
    },
    "cpu": {
        "dims": [10, 20],
        "exponents": [0.0, 0.7],
        "share": {"exact": 0.5, "sampled": 0.2},
        "exact_updates": 400,
        "updates": [1200, 2400],
        "batch": 512,
        "seeds": [0, 1, 2, 3, 4],
    },
}


def runs(settings):
    """For each dimension and spectrum the exact gradient, and sampled gradients, one run a seed."""
    return [
        {"dim": dim, "exponent": exponent, "gradient": gradient, "seed": seed}
        for dim in settings["dims"]
        for exponent in settings["exponents"]
        for gradient, seed in [("exact", 0), *(("sampled", seed) for seed in settings["seeds"])]
    ]


def measure(settings, *, dim, exponent, gradient, seed):
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
        optimizer="gd",
        step_size=step_size,
        schedule="constant" if exact else "cosine",
        record_every=max(1, updates // 50),
    )
    found = {
        "preconditioner_error": history.preconditioner_error[-1],
        "history_updates": history.updates.tolist(),
        "history_loss": history.loss.tolist(),
        "history_preconditioner_error": history.preconditioner_error.tolist(),
    }
    if exact:
        course, at = dynamics.descent(task, updates, step_size=step_size), history.updates.astype(int)
        found |= {"predicted_loss": course.loss[at].tolist()}
        found |= {"loss_gap": float(np.abs(history.loss / course.loss[at] - 1).max())}
    return found


EXPERIMENT = Experiment("frozen", __doc__.strip(), PRESETS, runs, measure)
