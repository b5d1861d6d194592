"""Training: one loop for all recipes."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from jaxtyping import Float64
from tqdm import tqdm

from ttsbook import _tensor_validation, theory
from ttsbook import _validation as check
from ttsbook.arrays import Preconditioner
from ttsbook.data import prompts
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Mixture, Task, mixture_of
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.models.protocols import Thinker
from ttsbook.tensors import Scalar
from ttsbook.thinking import cot
from ttsbook.training._run import TrainingRun
from ttsbook.training.optimizers import Adam, Optimizer
from ttsbook.training.recipes import Recipe

Model = TypeVar("Model", bound=Thinker)


@dataclass(frozen=True)
class Checkpoint:
    """Where the state of a training is kept, so that it can be resumed.

    Parameters
    ----------
    path
        File. A training that finds its own checkpoint there goes on from it, to the same bits.
    every
        Number of updates between two checkpoints.

    Examples
    --------
    >>> Checkpoint("run.safetensors", every=100).every
    100
    """

    path: str | os.PathLike[str]
    every: int = 500

    def __post_init__(self) -> None:
        check.instance("path", self.path, str, os.PathLike)
        check.settle(self, every=check.count("every", self.every, least=1))


@dataclass(frozen=True, eq=False)
class History:
    """What was recorded during training.

    Attributes
    ----------
    updates
        Number of updates before each record.
    loss
        Loss on the batch of that moment.
    preconditioner_error
        Frobenius distance of the learned preconditioner from the one that the recipe's `prediction` has, relative to
        the latter's norm. Where a recipe predicts none, that of `theory.preconditioner` takes its place.
    ratio
        Mean of the diagonal of W13/(-W24).
    ratio_error
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

    updates: Float64[np.ndarray, " records"]
    loss: Float64[np.ndarray, " records"]
    preconditioner_error: Float64[np.ndarray, " records"] | None = None
    ratio: Float64[np.ndarray, " records"] | None = None
    ratio_error: Float64[np.ndarray, " records"] | None = None


def train(
    model: Model,
    task: Task | Mixture,
    *,
    recipe: Recipe[Model],
    updates: int,
    generator: torch.Generator,
    batch: int | None = 256,
    pool: Prompts | None = None,
    condensed: bool = False,
    curriculum: Callable[[Prompts, int], Prompts] | None = None,
    optimizer: Optimizer | None = None,
    record_every: int | None = None,
    checkpoint: Checkpoint | None = None,
    progress: bool = False,
) -> History:
    r"""Train a model by a recipe; the model is changed in place.

    Parameters
    ----------
    model
        Layer, or another module that the recipe fits, such as a GPT, with its initial weights.
    task
        What training prompts are drawn from.
    recipe
        Training loss, and which parameters it changes.
    updates
        Number of updates.
    generator
        Source of all randomness.
    batch
        Number of prompts in each update. None takes the exact gradient: over the whole pool, or
        without one the expectation over all prompts, which `recipes.Direct` knows for a layer of
        structure "blocks".
    pool
        The only prompts there are to train on. By default each update draws new ones.
    condensed
        Draw condensed prompts, which a linear layer cannot tell from others: see `prompts.sample`. A pool has been
        drawn already.
    curriculum
        Function of prompts and the number of updates done that gives the prompts to train on, such as
        `gpt_recipes.Curriculum`.
    optimizer
        How an update follows the gradient; by default `Adam`.
    record_every
        Number of updates between two records; by default there are about 100 records. The first and
        the last moment are always recorded.
    checkpoint
        Where the state of the run is kept. A run that finds its own checkpoint goes on from it, to the same bits.
    progress
        Write rate and time left to standard error.

    Raises
    ------
    TrainingDiverged
        If the loss stops being finite.
    ValueError
        If a number is out of range, prompts or task do not fit the layer, a parameter is not finite, the
        recipe trains one that the layer does not have or that is frozen, or the checkpoint belongs to another run
        or cannot tell this one from others: a lambda, a function inside another.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> from ttsbook.data.tasks import Task
    >>> from ttsbook.theory import dynamics
    >>> from ttsbook.training import recipes
    >>> from ttsbook.training.optimizers import GradientDescent
    >>> task = Task(covariance.isotropic(5), 20)
    >>> model = LinearSelfAttention(5, structure="blocks")
    >>> history = train(
    ...     model,
    ...     task,
    ...     recipe=recipes.Direct(trains=("V31",)),
    ...     updates=20,
    ...     generator=torch.Generator(),
    ...     batch=None,
    ...     optimizer=GradientDescent(step_size=dynamics.largest_step(task) / 3),
    ... )
    >>> history.preconditioner_error[:3].round(3).tolist()
    [1.0, 0.333, 0.111]
    """
    updates = check.count("updates", updates, least=0)
    every = check.count("record_every", max(1, updates // 100) if record_every is None else record_every, least=1)
    optimizer = check.instance("optimizer", Adam() if optimizer is None else optimizer, Optimizer)
    if checkpoint is not None:
        check.instance("checkpoint", checkpoint, Checkpoint)
    module, parameters = _check_fit(model, task, recipe, generator, pool)
    if condensed:
        cot.check_condensed(module)
        if pool is not None:
            raise ValueError("condensed concerns prompts to be drawn, and a pool has its own: leave one of the two out")
    source = _Source(task, generator, batch, pool, condensed, curriculum)
    target = _target(recipe, task) if isinstance(model, LinearSelfAttention) else None
    run = TrainingRun(module, parameters, optimizer.of(parameters), generator, target)
    options = {"updates": updates, "optimizer": optimizer, "record_every": every} | source.options()
    config = {} if checkpoint is None else _identity(run, options, task, recipe, pool)
    if checkpoint is not None and Path(checkpoint.path).exists():
        run.restore(checkpoint.path, config)
    with tqdm(total=updates, desc="training", unit="update", initial=run.update, disable=not progress) as bar:
        while True:
            loss = source.loss(model, recipe, run.update, parameters[0].dtype)
            run.observe(loss.item(), record=run.update % every == 0 or run.update == updates)
            if run.update == updates:
                return History(*np.array(run.records).T)
            run.descend(loss, optimizer.step_size * optimizer.schedule.factor(run.update, updates), optimizer.clip)
            bar.update()
            if checkpoint is not None and (run.update % checkpoint.every == 0 or run.update == updates):
                run.save(checkpoint.path, config)


@dataclass(frozen=True, eq=False)
class _Source:
    """Where the prompts of an update come from."""

    task: Task | Mixture
    generator: torch.Generator
    batch: int | None
    pool: Prompts | None
    condensed: bool
    curriculum: Callable[[Prompts, int], Prompts] | None

    def __post_init__(self) -> None:
        if self.batch is not None:
            check.settle(self, batch=check.count("batch", self.batch, least=1))
        if self.curriculum is not None and not callable(self.curriculum):
            raise TypeError(
                f"curriculum must be a function of prompts and an update, got {check.shown(self.curriculum)}"
            )

    def options(self) -> dict[str, object]:
        """Return what tells one run from another, apart from its task and its pool."""
        return {name: getattr(self, name) for name in ("batch", "condensed", "curriculum")}

    def loss(self, model: Model, recipe: Recipe[Model], update: int, dtype: torch.dtype) -> Scalar:
        """Loss on the prompts of one update."""
        batch = self.prompts(dtype)
        if batch is None:
            return recipe.expected_loss(model, self.task)
        if self.curriculum is not None:
            batch = check.instance("what curriculum returns", self.curriculum(batch, update), Prompts)
        return recipe.loss(model, batch, self.generator)

    def prompts(self, dtype: torch.dtype) -> Prompts | None:
        """Draw prompts, anew or from the pool; None stands for all that a task can make."""
        if self.batch is None:
            return self.pool
        if self.pool is None:
            return prompts.sample(
                self.task, self.batch, condensed=self.condensed, generator=self.generator, dtype=dtype
            )
        x = self.pool.x
        places = torch.randint(len(x), (self.batch,), generator=self.generator, device=x.device)
        return Prompts(x[places], self.pool.y[places], self.pool.w[places], self.pool.lengths[places])


def _check_fit(
    model: Model, task: Task | Mixture, recipe: Recipe[Model], generator: torch.Generator, pool: Prompts | None
) -> tuple[torch.nn.Module, list[torch.nn.Parameter]]:
    """Return the model as a module, and its parameters to train."""
    module = check.instance("model", model, torch.nn.Module)
    check.instance("task", task, Task, Mixture)
    check.instance("recipe", recipe, Recipe)
    check.instance("generator", generator, torch.Generator)
    if task.dim != model.dim:
        raise ValueError(f"task must have the model's dimension {model.dim}, got {task.dim}")
    if pool is not None:
        check.instance("pool", pool, Prompts)
        cot.check_fit(module, pool)
    if not isinstance(model, recipe.needs):
        protocol = f"{recipe.needs.__name__} of ttsbook.models.protocols"
        raise TypeError(f"model must be a {protocol} for {recipe}, got a {type(model).__name__}")
    parameters = dict(module.named_parameters())
    for name, parameter in parameters.items():
        _tensor_validation.finite(f"the model's {name}", parameter)
    free = [name for name, parameter in parameters.items() if parameter.requires_grad]
    layer = isinstance(model, LinearSelfAttention)
    kind = f"layer of structure {model.structure!r}" if layer else type(model).__name__
    trains = free if recipe.trains is None else check.sequence("the recipe's trains", recipe.trains, str)
    for name in trains:
        if name not in parameters:
            raise ValueError(f"recipe trains {name}, but a {kind} has only {', '.join(parameters)}")
        if name not in free:
            raise ValueError(f"recipe trains {name}, but its requires_grad is False")
    if not free:
        raise ValueError(f"model must have parameters to train, but a {kind} has none that requires a gradient")
    if not trains:
        raise ValueError(f"recipe must train something, got trains={recipe.trains!r}")
    return module, [parameters[name] for name in trains]


def _target(recipe: Recipe[Any], task: Task | Mixture) -> Preconditioner:
    """Preconditioner that a layer is held against."""
    predicted, _ = recipe.prediction(task)
    return theory.preconditioner(task) if predicted is None else predicted


def _identity(
    run: TrainingRun, options: dict[str, object], task: Task | Mixture, recipe: Recipe[Any], pool: Prompts | None
) -> dict[str, str]:
    """Tell one run from another in a few short strings."""
    mixture = mixture_of(task)
    tasks = [(part.cov.tobytes(), part.prompt_length, part.noise_variance) for part in mixture.tasks]
    tensors = [] if pool is None else [pool.x, pool.y, pool.w, pool.lengths]
    examples = [tensor.numpy(force=True).tobytes() for tensor in tensors]
    weights = [value.numpy(force=True).tobytes() for value in run.model.parameters()]
    shape = run.model.structure if isinstance(run.model, LinearSelfAttention) else repr(run.model)
    return {name: _named(value) for name, value in options.items()} | {
        "recipe": _named(recipe),
        "task": _digest(tasks, mixture.weights),
        "pool": _digest(examples),
        "initial weights": _digest(shape, weights),
        "seed of the generator": _digest(run.generator.get_state().numpy().tolist()),
    }


def _named(value: object) -> str:
    """Tell a value, or a function by its name, in a way that another process would, or refuse."""
    name = getattr(value, "__qualname__", None)
    identifier = repr(value) if name is None else f"{value.__module__}.{name}"
    hides_fields = is_dataclass(value) and "__dataclass_fields__" not in vars(type(value))
    if hides_fields or " at 0x" in identifier or any(part in (name or "") for part in ("<lambda>", "<locals>")):
        raise ValueError(
            "a run with a checkpoint must be told from others by functions at the top of a module and by dataclasses, "
            f"got {check.shown(value)}"
        )
    return identifier


def _digest(*values: object) -> str:
    """Say values in a few letters."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]
