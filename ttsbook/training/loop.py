"""Training: one loop for all recipes."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from ttsbook import _validation as check
from ttsbook import theory
from ttsbook.data import prompts as prompt_batches
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import cot
from ttsbook.training._run import TrainingRun
from ttsbook.training.recipes import Recipe

OPTIMIZERS = {"adam": torch.optim.AdamW, "gd": torch.optim.SGD}
"""Optimizers by name."""
SCHEDULES = {"cosine": lambda share: (1 + math.cos(math.pi * share)) / 2, "constant": lambda share: 1.0}
"""Step size of an update, relative to the first, as a function of the share of updates done."""


@dataclass(frozen=True, eq=False)
class History:
    """What was seen during training; all arrays have shape (records,).

    Attributes
    ----------
    updates : ndarray
        Number of updates before each record.
    loss : ndarray
        Loss on the batch of that moment.
    preconditioner_error : ndarray
        Frobenius distance of the learned preconditioner from `theory.preconditioner`, relative to the
        latter's norm.
    ratio : ndarray
        Mean of the diagonal of W13/(-W24).
    ratio_error : ndarray
        Frobenius distance of W13/(-W24) from the identity, divided by √d.

    Notes
    -----
    The last three are None for a model that is not a LinearSelfAttention.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> from ttsbook.training import recipes
    >>> from ttsbook.data.tasks import Task
    >>> history = train(
    ...     LinearSelfAttention(2),
    ...     Task(covariance.isotropic(2), 8),
    ...     recipe=recipes.Shift(),
    ...     updates=10,
    ...     generator=torch.Generator().manual_seed(0),
    ...     record_every=5,
    ... )
    >>> history.updates.tolist()
    [0.0, 5.0, 10.0]
    """

    updates: np.ndarray
    loss: np.ndarray
    preconditioner_error: np.ndarray | None = None
    ratio: np.ndarray | None = None
    ratio_error: np.ndarray | None = None


def train(
    model,
    task,
    *,
    recipe,
    updates,
    generator,
    batch=256,
    pool=None,
    condensed=False,
    optimizer="adam",
    step_size=1e-2,
    schedule="cosine",
    warm_up=0,
    weight_decay=0.0,
    clip=None,
    curriculum=None,
    record_every=None,
    checkpoint=None,
    checkpoint_every=500,
    progress=False,
):
    r"""Train a model by a recipe; the model is changed in place.

    Parameters
    ----------
    model : LinearSelfAttention or torch.nn.Module
        Layer, or another model that the recipe fits, such as a GPT, with its initial weights.
    task : Task or Mixture
        What training prompts are drawn from.
    recipe : Recipe
        Training loss, and which parameters it changes.
    updates : int
        Number of updates, at least 0.
    generator : torch.Generator
        Source of all randomness.
    batch : int or None, default 256
        Number of prompts in each update. None takes the exact gradient: over the whole pool, or
        without one the expectation over all prompts, which `recipes.Direct` knows for a layer of
        structure "blocks".
    pool : Prompts, optional
        The only prompts there are to train on. By default each update draws new ones.
    condensed : bool, default False
        Draw condensed prompts, which a linear layer cannot tell from others: see `prompts.sample`.
    optimizer : {"adam", "gd"}, default "adam"
        Adam, or plain gradient descent.
    step_size : float, default 0.01
        Step size of the first update.
    schedule : {"cosine", "constant"}, default "cosine"
        Let the step size fall to zero along half a cosine, or keep it.
    warm_up : int, default 0
        Number of first updates over which the step size rises to its value.
    weight_decay : float, default 0
        Decoupled weight decay.
    clip : float, optional
        Largest norm of a gradient; a longer one is scaled down to it.
    curriculum : callable, optional
        Function of prompts and the number of updates done that gives the prompts to train on, such as
        `gpt_recipes.Curriculum`.
    record_every : int, optional
        Number of updates between two records; by default there are about 100 records. The first and
        the last moment are always recorded.
    checkpoint : path-like, optional
        File for the state of the run. A run that finds its own checkpoint goes on from it, to the same bits.
    checkpoint_every : int, default 500
        Number of updates between two checkpoints.
    progress : bool, default False
        Write rate and time left to standard error.

    Returns
    -------
    History

    Raises
    ------
    TrainingDiverged
        If the loss stops being finite.
    ValueError
        If a number is out of range, prompts or task do not fit the layer, the recipe trains a
        parameter that the layer does not have, or the checkpoint belongs to another run.
    TypeError
        If an argument is of another type.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> from ttsbook.theory import dynamics
    >>> from ttsbook.training import recipes
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.isotropic(5), 20)
    >>> model = LinearSelfAttention(5, structure="blocks")
    >>> history = train(
    ...     model,
    ...     task,
    ...     recipe=recipes.Direct(trains=("V31",)),
    ...     updates=20,
    ...     generator=torch.Generator(),
    ...     batch=None,
    ...     optimizer="gd",
    ...     step_size=dynamics.largest_step(task) / 3,
    ...     schedule="constant",
    ... )
    >>> history.preconditioner_error[:3].round(3).tolist()
    [1.0, 0.333, 0.111]
    """
    options = {
        "updates": check.count("updates", updates, least=0),
        "batch": batch if batch is None else check.count("batch", batch, least=1),
        "optimizer": check.choice("optimizer", optimizer, tuple(OPTIMIZERS)),
        "step_size": check.number("step_size", step_size, least=0),
        "schedule": check.choice("schedule", schedule, tuple(SCHEDULES)),
        "warm_up": check.count("warm_up", warm_up, least=0),
        "weight_decay": check.number("weight_decay", weight_decay, least=0),
        "clip": clip if clip is None else check.positive("clip", clip),
        "curriculum": curriculum,
        "record_every": max(1, updates // 100) if record_every is None else record_every,
        "condensed": condensed,
    }
    every, save_every = check.count("record_every", options["record_every"], least=1), checkpoint_every
    check.count("checkpoint_every", checkpoint_every, least=1)
    parameters = _check_fit(model, task, recipe, generator, pool)
    state = OPTIMIZERS[optimizer](parameters, lr=step_size, weight_decay=weight_decay)
    target = theory.preconditioner(task) if isinstance(model, LinearSelfAttention) else None
    run = TrainingRun(model, parameters, state, generator, target)
    config = {name: _named(value) for name, value in options.items()} | _identity(run, task, recipe, pool)
    if checkpoint is not None and Path(checkpoint).exists():
        run.restore(checkpoint, config)
    with tqdm(total=updates, desc="training", unit="update", initial=run.update, disable=not progress) as line:
        while True:
            loss = _loss(run, task, recipe, batch, pool, condensed, curriculum)
            run.observe(loss.item(), record=run.update % every == 0 or run.update == updates)
            if run.update == updates:
                return History(*np.array(run.records).T)
            rise = min(1.0, (run.update + 1) / warm_up) if warm_up else 1.0
            run.descend(loss, rise * step_size * SCHEDULES[schedule](run.update / updates), clip)
            line.update()
            if checkpoint is not None and (run.update % save_every == 0 or run.update == updates):
                run.save(checkpoint, config)


def _check_fit(model, task, recipe, generator, pool):
    """Return the parameters to train."""
    check.instance("model", model, torch.nn.Module)
    check.instance("task", task, Task, Mixture)
    check.instance("recipe", recipe, Recipe)
    check.instance("generator", generator, torch.Generator)
    if task.dim != model.dim:
        raise ValueError(f"task must have the model's dimension {model.dim}, got {task.dim}")
    if pool is not None:
        check.instance("pool", pool, Prompts)
        cot.check_fit(model, pool)
    if not hasattr(model, recipe.needs):
        raise TypeError(f"model must have the method {recipe.needs} for {recipe}, got a {type(model).__name__}")
    parameters = dict(model.named_parameters())
    if recipe.trains is not None and not recipe.trains:
        raise ValueError(f"recipe must train something, got trains={recipe.trains!r}")
    for name in recipe.trains or ():
        if name not in parameters:
            found = ", ".join(parameters)
            kind = getattr(model, "structure", type(model).__name__)
            raise ValueError(f"recipe trains {name}, but a layer of structure {kind!r} has only {found}")
    return [parameters[name] for name in recipe.trains or parameters]


def _loss(run, task, recipe, batch, pool, condensed, curriculum):
    if batch is None and pool is None:
        return recipe.expected_loss(run.model, task)
    if pool is None:
        options = {"dtype": run.parameters[0].dtype, "condensed": condensed}
        drawn = prompt_batches.sample(task, batch, generator=run.generator, **options)
    elif batch is None:
        drawn = pool
    else:
        chosen = torch.randint(len(pool.x), (batch,), generator=run.generator, device=pool.x.device)
        drawn = Prompts(pool.x[chosen], pool.y[chosen], pool.w[chosen], pool.lengths[chosen])
    if curriculum is not None:
        drawn = curriculum(drawn, run.update)
    return recipe.loss(run.model, drawn, run.generator)


def _identity(run, task, recipe, pool):
    """Tell one run from another, apart from the options, in a few short strings."""
    parts = getattr(task, "tasks", (task,))
    tasks = [(part.cov.tobytes(), part.prompt_length, part.noise_variance) for part in parts]
    tensors = [] if pool is None else [pool.x, pool.y, pool.w, pool.lengths]
    prompts = [tensor.numpy(force=True).tobytes() for tensor in tensors]
    weights = [value.numpy(force=True).tobytes() for value in run.model.parameters()]
    return {
        "recipe": _named(recipe),
        "task": _digest(tasks, getattr(task, "weights", None)),
        "pool": _digest(prompts),
        "initial weights": _digest(getattr(run.model, "structure", None) or repr(run.model), weights),
        "seed of the generator": _digest(run.generator.get_state().tolist()),
    }


def _named(value):
    """Tell a value, or a function by its name, in a way that another process would."""
    return f"{value.__module__}.{value.__qualname__}" if hasattr(value, "__qualname__") else repr(value)


def _digest(*values):
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]
