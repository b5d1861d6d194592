"""Layers that are trained on prompts of real rows."""

import numpy as np
import torch

from monograph.experiments.real import domains, plan
from monograph.experiments.results import Run, Settings
from ttsbook import theory, training
from ttsbook.arrays import Preconditioner
from ttsbook.data import prompts, rows
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.training import Adam, Cosine, recipes


def trained(settings: Settings, *, name: str, seed: int) -> Run:
    """Train all of V and W by shift, and compare P with what the moments of the pool and Gaussian ones predict.

    Parameters
    ----------
    settings
        Those of the plan.
    name
        Pool, one of `plan.LAYERS`.
    seed
        Seed of the start, the prompts and the batches.

    Examples
    --------
    >>> outcome = trained(plan.PRESETS["tiny"], name="iris: setosa", seed=0)
    >>> np.shape(outcome["P"])
    (4, 4)
    """
    pool, n = domains.pool(name), dict(plan.LAYERS)[name]
    pool = rows.standardize(pool, pool)[0]
    dim, generator = len(pool.cov), torch.Generator().manual_seed(seed)
    model = LinearSelfAttention(dim, dtype=torch.float32)
    model.randomize(settings["initial_scale"], generator=generator)
    x = pool.draw(n, samples=settings["pool"], rng=np.random.default_rng(seed))
    task = Task(pool.cov, n)
    training.train(
        model,
        task,
        recipe=recipes.Shift(),
        updates=settings["updates"],
        generator=generator,
        batch=settings["batch"],
        pool=prompts.label(torch.as_tensor(x, dtype=torch.float32), generator=generator),
        optimizer=Adam(step_size=settings["step_size"], schedule=Cosine()),
    )
    learned = model.preconditioner()
    return {
        "P": learned.tolist(),
        "to_own": _distance(learned, theory.preconditioner(task, fourth_moments=pool.fourth_moments)),
        "to_gaussian": _distance(learned, theory.preconditioner(task)),
        "ratio": float(np.trace(model.ratio()) / dim),
    }


def _distance(P: Preconditioner, target: Preconditioner) -> float:
    """Frobenius distance, relative to the target."""
    return float(np.linalg.norm(P - target) / np.linalg.norm(target))
