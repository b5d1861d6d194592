"""How many training prompts the preconditioner takes: its error against the number seen."""

import numpy as np
import torch

from ttsbook import covariance, dynamics, prompts, recipes, theory, training
from ttsbook.attention import LinearSelfAttention
from ttsbook.experiments.runner import Experiment
from ttsbook.tasks import Task

RECIPE = recipes.Direct(trains=("V31",))
PRESETS = {
    "tiny": {"dim": 3, "prompt_length": 8, "exponents": [0.7], "pools": [20, 100], "samples": 1000, "seeds": [0]},
    "cpu": {
        "dim": 10,
        "prompt_length": 20,
        "exponents": [0.0, 0.7],
        "pools": [30, 100, 300, 1000, 3000, 10000],
        "samples": 100_000,
        "seeds": [0, 1, 2, 3, 4],
    },
}


def runs(settings):
    """For each spectrum the predicted constant, and for each size of the pool one training a seed."""
    planned = []
    for exponent in settings["exponents"]:
        planned.append({"exponent": exponent, "pool": "endless", "seed": 0})
        planned += [
            {"exponent": exponent, "pool": pool, "seed": seed}
            for pool in settings["pools"]
            for seed in settings["seeds"]
        ]
    return planned


def measure(settings, *, exponent, pool, seed):
    """Train V31 on one pool, with its exact gradient, until the slowest direction is learned to 1e-4."""
    dim = settings["dim"]
    task = Task(covariance.power_law(dim, exponent, trace=dim), settings["prompt_length"])
    target = theory.preconditioner(task)
    if pool == "endless":
        options = {"samples": settings["samples"], "rng": np.random.default_rng(seed)}
        constant, standard_error = dynamics.finite_prompts_error(task, **options)
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
        optimizer="gd",
        step_size=1 / curvatures[-1],
        schedule="constant",
    )
    regression = np.linalg.lstsq(features, drawn.w.numpy(), rcond=None)[0].T
    return {
        "preconditioner_error": history.preconditioner_error[-1],
        "regression_error": float(np.linalg.norm(regression - target) / np.linalg.norm(target)),
        "updates": updates,
    }


EXPERIMENT = Experiment("finite_prompts", __doc__.strip(), PRESETS, runs, measure)
