"""Runs of the experiment `gpt2`."""

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

import torch

from monograph.experiments import results
from monograph.experiments.gpt2 import plan
from monograph.experiments.results import Run, Settings, significant
from monograph.experiments.runner import Experiment, device_of
from ttsbook import training
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models import transformer
from ttsbook.models.transformer import GPT, Config
from ttsbook.theory import DivergenceWarning
from ttsbook.thinking import cot, evaluation
from ttsbook.training import Adam, Checkpoint, Constant, Cosine, gpt_recipes, recipes

DIGITS = 6  # that are stored: more are noise
Variant: TypeAlias = str | int | bool
"""Recipe, prompt length, whether there is a LayerNorm, or mixture, as the part of the experiment has it."""
RECIPES: dict[str, tuple[recipes.Recipe, dict[str, Any]]] = {
    "direct": (recipes.Direct(), {}),
    "independent": (recipes.Independent(), {}),
    "one distance": (gpt_recipes.Distances(decades=0), {}),
    "plain loss": (gpt_recipes.Distances(relative=False), {}),
    "absolute head": (gpt_recipes.Distances(), {"residual": False}),
    "interleaved": (gpt_recipes.Distances(), {"tokens": "interleaved"}),
    "unrolled 3": (recipes.Unrolled(3), {}),
    "unrolled 5": (recipes.Unrolled(5), {}),
    "roll-in": (gpt_recipes.RollIn(10), {}),
    "outcome 5": (gpt_recipes.Outcome(5), {}),
    "chain in sight": (recipes.Unrolled(5), {"sight": "chain"}),
    "positions": (recipes.Unrolled(5), {"sight": "chain", "positions": 64}),
    "distances": (gpt_recipes.Distances(), {}),
    "one start": (gpt_recipes.Distances(starts=1), {}),
    "outcome 8": (gpt_recipes.Outcome(8), {"sight": "chain"}),
    "faithful": (recipes.Direct(), {"sight": "chain", "tokens": "interleaved", "residual": False, "positions": 128}),
}


SCHEDULES = {"constant": Constant, "cosine": Cosine}


@dataclass(frozen=True)
class Trial:
    """One training of the experiment.

    Attributes
    ----------
    shape
        Size of the model and of its training, from the settings.
    config
        Of the model.
    recipe
        Training loss.
    task
        What training prompts are drawn from.
    tests
        What the trained model thinks about.
    ship
        Name that the model is shipped under.
    notes
        What the results say of it beside its errors.
    """

    shape: Settings
    config: Config
    recipe: recipes.Recipe
    task: Task | Mixture
    tests: dict[str, Task]
    ship: str = ""
    notes: dict[str, Any] = field(default_factory=dict)

    def train(self, *, generator: torch.Generator, **options: Any) -> tuple[GPT, training.History]:
        """Make a model and train it, in float32.

        Parameters
        ----------
        generator
            Source of all randomness.
        **options
            For `training.train`, before those of the shape.
        """
        model = GPT(self.config, generator=generator, dtype=torch.float32)
        shape = self.shape
        schedule = SCHEDULES[shape["schedule"]](warm_up=shape["warm_up"])
        optimizer = Adam(step_size=shape["step_size"], schedule=schedule, clip=shape["clip"])
        planned: dict[str, Any] = {"updates": shape["updates"], "batch": shape["batch"], "optimizer": optimizer}
        if shape["curriculum"] is not None:
            *first, every = shape["curriculum"]
            planned["curriculum"] = gpt_recipes.Curriculum(*first, every=every)
        history = training.train(model, self.task, recipe=self.recipe, generator=generator, **planned | options)
        return model, history


def trial(settings: Settings, part: str, variant: Variant) -> Trial:
    """Say what a run trains and on what; the part of the experiment is one of `PARTS`."""
    return PARTS[part](settings, variant)


def measure(settings: Settings, *, part: str, variant: Variant, seed: int) -> Run:
    """Train one GPT, and let it think on the prompts that its part asks about."""
    one, device = trial(settings, part, variant), device_of(settings)
    generator = torch.Generator(device).manual_seed(seed)
    name = hashlib.sha256(repr((settings, part, variant, seed)).encode()).hexdigest()[:12]
    kept = results.checkpoint_path("gpt2", settings["folder"], name)
    every = max(1, one.shape["updates"] // 20)
    model, history = one.train(generator=generator, checkpoint=Checkpoint(kept, every=every))
    outcome: Run = {
        "device": device,
        "history_loss": significant(history.loss[::10], DIGITS),
        "parameters": _size(model),
    }
    for test, task in one.tests.items():
        outcome[test] = curve(model, task, settings)
    if part == "skewed":
        outcome["skills"] = _skills(model, one.tests["shifted"], settings)
    if one.ship in settings["ship"] and seed == settings["seeds"][0]:
        transformer.save(plan.shipped_path(one.ship, settings["folder"]), model, generator=generator, half=True)
    kept.unlink(missing_ok=True)
    return outcome | one.notes


def _recipes(settings: Settings, name: str) -> Trial:
    """Recipes on short prompts, by a model small enough to be trained in a chapter."""
    shape = settings.get("live", settings["deep"])
    recipe, changes = RECIPES[name]
    task = _isotropic(shape, settings["prompt_length"])
    return Trial(shape, _config(shape, changes), recipe, task, {"own": task}, f"live {name}")


def _lengths(settings: Settings, length: int) -> Trial:
    """Training prompts of several lengths, and one length for all tests."""
    shape, (recipe, changes) = settings["deep"], _deep_recipe(settings)
    task, common = (_isotropic(shape, one) for one in (length, settings["common_length"]))
    return Trial(shape, _config(shape, changes), recipe, task, {"own": task, "common": common}, f"deep {length}")


def _skewed(settings: Settings, layer_norm: bool) -> Trial:
    """Train on a skewed spectrum and test on the isotropic one, too, with LayerNorm or without."""
    shape, (recipe, changes) = settings["deep"], _deep_recipe(settings)
    shifted = _isotropic(shape, settings["prompt_length"])
    task = Task(covariance.power_law(shifted.dim, plan.SPECTRA["skewed"], trace=shifted.dim), shifted.prompt_length)
    config = _config(shape, changes | {"layer_norm": layer_norm})
    return Trial(shape, config, recipe, task, {"shifted": shifted, "own": task}, "" if layer_norm else "deep skewed")


def _mixtures(settings: Settings, name: str) -> Trial:
    """Train on a mixture that was chosen for the isotropic target."""
    shape, (recipe, changes) = settings["deep"], _deep_recipe(settings)
    tasks = plan.pool(shape["dim"], settings["prompt_length"])
    weights = plan.mixture_weights(name, tasks, settings["selection_steps"])
    tests, notes = {"own": _isotropic(shape, settings["prompt_length"])}, {"weights": weights.tolist()}
    return Trial(shape, _config(shape, changes), recipe, Mixture(tasks, weights), tests, notes=notes)


PARTS: dict[str, Callable[[Settings, Any], Trial]] = {
    "recipes": _recipes,
    "lengths": _lengths,
    "skewed": _skewed,
    "mixtures": _mixtures,
}
"""For each part of the experiment, what one of its variants trains."""


def _deep_recipe(settings: Settings) -> tuple[recipes.Recipe, dict[str, Any]]:
    return RECIPES[settings["deep"].get("recipe", "distances")]


def _isotropic(shape: Settings, length: int) -> Task:
    return Task(covariance.isotropic(shape["dim"]), length)


def _config(shape: Settings, changes: dict[str, Any]) -> Config:
    return Config(shape["dim"], **{name: shape[name] for name in ("width", "layers", "heads")} | changes)


def _size(model: GPT) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def curve(model: GPT, task: Task, settings: Settings) -> dict[str, list[float]]:
    """Errors after each step; infinite where a chain left the floating type."""
    generator = torch.Generator(device_of(settings)).manual_seed(1000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergenceWarning)
        options = {"steps": settings["steps"], "samples": settings["test_prompts"]}
        outcome = evaluation.error_curve(model, task, generator=generator, **options)
    return {name: significant(value, DIGITS) for name, value in asdict(outcome).items() if name != "samples"}


def _skills(model: GPT, task: Task, settings: Settings) -> dict[str, list[list[float]]]:
    """Mean and median squared error of each skill after each step, (steps + 1, d), on half as many prompts."""
    generator = torch.Generator(device_of(settings)).manual_seed(1000)
    drawn = prompts.sample(task, settings["test_prompts"] // 2, generator=generator, dtype=torch.float32)
    gap = (cot.think(model, drawn, settings["steps"]) - drawn.w[:, None]).double().square()
    return {
        "mean": significant(gap.mean(dim=0).numpy(force=True), DIGITS),
        "median": significant(gap.median(dim=0).values.numpy(force=True), DIGITS),
    }


EXPERIMENT = Experiment("gpt2", (plan.__doc__ or "").strip(), plan.PRESETS, plan.runs, measure)
