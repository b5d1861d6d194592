"""Can a GPT think: recipes, prompt lengths, skewed training, and curated mixtures."""

import hashlib
import warnings
from dataclasses import asdict

import numpy as np
import torch

from ttsbook import (
    cot,
    covariance,
    evaluation,
    gpt_recipes,
    prompts,
    recipes,
    results,
    selection,
    training,
    transformer,
)
from ttsbook.experiments.runner import Experiment, device_of
from ttsbook.tasks import Mixture, Task
from ttsbook.theory import DivergenceWarning
from ttsbook.transformer import GPT, Config

RECIPES = {
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
    "outcome 8": (gpt_recipes.Outcome(8), {"sight": "chain"}),
    "faithful": (recipes.Direct(), {"sight": "chain", "tokens": "interleaved", "residual": False, "positions": 128}),
}
SPECTRA = {  # of the skewed training and of the pool to choose from; the last is turned around
    "skewed": 1.0,
    "pool": (0.8, 1.6, 2.0, 1.2),
}
_SMALL = {"width": 64, "heads": 4, "batch": 64, "clip": 1.0, "schedule": "cosine", "curriculum": None}
_TABLE = [name for name in RECIPES if name not in ("outcome 8", "faithful")]
PRESETS = {
    "tiny": {
        "folder": "tiny",
        "live": {
            **_SMALL,
            "width": 16,
            "heads": 2,
            "layers": 1,
            "dim": 2,
            "updates": 8,
            "step_size": 3e-3,
            "warm_up": 2,
        },
        "deep": {
            **_SMALL,
            "width": 16,
            "heads": 2,
            "layers": 2,
            "dim": 3,
            "updates": 8,
            "step_size": 2e-3,
            "warm_up": 2,
        },
        "prompt_length": 6,
        "common_length": 8,
        "recipes": ["direct", "distances", "positions"],
        "lengths": [4, 6],
        "layer_norms": [True, False],
        "mixtures": ["uniform", "paper", "exact"],
        "selection_steps": 3,
        "steps": 4,
        "test_prompts": 40,
        "seeds": [0],
        "ship": [],
        "device": "cpu",
    },
    "cpu": {
        "folder": "cpu",
        "live": {**_SMALL, "layers": 1, "dim": 5, "updates": 1500, "step_size": 3e-3, "warm_up": 100},
        "deep": {**_SMALL, "layers": 2, "dim": 10, "updates": 2000, "step_size": 2e-3, "warm_up": 100},
        "prompt_length": 20,
        "common_length": 40,
        "recipes": _TABLE,
        "lengths": [20, 30, 40],
        "layer_norms": [True, False],
        "mixtures": ["uniform", "paper", "exact"],
        "selection_steps": 10,
        "steps": 30,
        "test_prompts": 2048,
        "seeds": [0, 1, 2],
        "ship": ["live distances", "deep 20", "deep skewed"],
        "device": "cpu",
    },
    "paper": {
        "folder": "paper",
        "deep": {
            **_SMALL,
            "width": 256,
            "heads": 8,
            "layers": 12,
            "dim": 10,
            "updates": 12_000,
            "step_size": 5e-4,
            "warm_up": 500,
        },
        "prompt_length": 20,
        "common_length": 40,
        "recipes": ["outcome 8"],
        "lengths": [20, 30, 40],
        "layer_norms": [True, False],
        "mixtures": [],
        "selection_steps": 10,
        "steps": 30,
        "test_prompts": 2048,
        "seeds": [0],
        "ship": ["deep 20"],
        "device": "fastest",
    },
    "paper-faithful": {
        "folder": "paper-faithful",
        "deep": {
            **_SMALL,
            "width": 256,
            "heads": 8,
            "layers": 12,
            "dim": 10,
            "updates": 50_000,
            "step_size": 1e-4,
            "warm_up": 0,
            "schedule": "constant",
            "curriculum": [5, 11, 1, 2, 2000],
            "recipe": "faithful",
        },
        "prompt_length": 20,
        "common_length": 40,
        "recipes": [],
        "lengths": [20, 30, 40],
        "layer_norms": [True, False],
        "mixtures": [],
        "selection_steps": 10,
        "steps": 30,
        "test_prompts": 2048,
        "seeds": [0],
        "ship": ["deep 20"],
        "device": "fastest",
    },
}


def runs(settings):
    """For each part of the experiment its variants, one training a seed."""
    parts = {
        "recipes": settings["recipes"],
        "lengths": settings["lengths"],
        "skewed": settings["layer_norms"],
        "mixtures": settings["mixtures"],
    }
    return [
        {"part": part, "variant": variant, "seed": seed}
        for part, variants in parts.items()
        for variant in variants
        for seed in settings["seeds"]
    ]


def measure(settings, *, part, variant, seed):
    """Train one GPT, and let it think on the prompts that its part asks about."""
    plan, device = plan_of(settings, part, variant), device_of(settings)
    generator = torch.Generator(device).manual_seed(seed)
    name = hashlib.sha256(repr((settings, part, variant, seed)).encode()).hexdigest()[:12]
    kept = results.results_dir() / "unfinished" / f"gpt2-{name}.safetensors"
    every = max(1, plan["shape"]["updates"] // 20)
    model, history = train(plan, generator=generator, checkpoint=kept, checkpoint_every=every)
    found = {"device": device, "history_loss": _rounded(history.loss[::10]), "parameters": _size(model)}
    for test, task in plan["tests"].items():
        found[test] = _curve(model, task, settings)
    if part == "skewed":
        found["skills"] = _skills(model, plan["tests"]["shifted"], settings)
    if plan["ship"] in settings["ship"] and seed == settings["seeds"][0]:
        transformer.save(shipped_path(plan["ship"], settings["folder"]), model, generator=generator, half=True)
    kept.unlink(missing_ok=True)
    return found | plan["notes"]


def train(plan, *, generator, **options):
    """Make a model and train it, in float32.

    Parameters
    ----------
    plan : dict
        From `plan_of`.
    generator : torch.Generator
        Source of all randomness.
    **options
        For `training.train`, before those of the plan.

    Returns
    -------
    model : GPT
    history : training.History
    """
    shape, model = plan["shape"], GPT(plan["config"], generator=generator, dtype=torch.float32)
    planned = {name: shape[name] for name in ("updates", "batch", "step_size", "warm_up", "clip", "schedule")}
    if shape["curriculum"] is not None:
        *first, every = shape["curriculum"]
        planned["curriculum"] = gpt_recipes.Curriculum(*first, every=every)
    history = training.train(model, plan["task"], recipe=plan["recipe"], generator=generator, **planned | options)
    return model, history


def shipped_path(name, preset="cpu"):
    """File of a shipped model, which need not exist.

    Parameters
    ----------
    name : str
        Such as "live distances".
    preset : str, default "cpu"
        Size that it was trained at.

    Returns
    -------
    pathlib.Path
    """
    return results.results_dir() / preset / f"gpt2-{name.replace(' ', '-')}.safetensors"


def pool(dim, length):
    """Tasks to choose a mixture from: strong on the first skills, more and most so, and on the last ones.

    Parameters
    ----------
    dim, length : int
        Dimension and prompt length of all of them.

    Returns
    -------
    list of Task
        With trace d.
    """
    *first, last = SPECTRA["pool"]
    covs = [covariance.power_law(dim, exponent, trace=dim) for exponent in first]
    covs.append(np.diag(np.diag(covariance.power_law(dim, last, trace=dim))[::-1]))
    return [Task(cov, length) for cov in covs]


def mixture_weights(name, tasks, steps):
    """Weights of a mixture for an isotropic target, at unlimited test length.

    Parameters
    ----------
    name : {"uniform", "paper", "exact"}
        All alike, by the paper's program, or by the error itself.
    tasks : list of Task
        Pool.
    steps : int
        Number of thinking steps for which the error is minimized.

    Returns
    -------
    ndarray, shape (tasks,)
    """
    target = np.eye(tasks[0].dim)
    if name == "paper":
        return selection.quadratic_program([task.cov for task in tasks], target).weights
    if name == "exact":
        return selection.optimal_mixture(tasks, target, steps).weights
    return np.full(len(tasks), 1 / len(tasks))


def plan_of(settings, part, variant):
    """Say what a run trains and on what.

    Parameters
    ----------
    settings : dict
        One of `PRESETS`.
    part : {"recipes", "lengths", "skewed", "mixtures"}
        Part of the experiment.
    variant : str, int or bool
        Recipe, prompt length, whether there is a LayerNorm, or mixture.

    Returns
    -------
    dict
        Shape, configuration, recipe, training task, test tasks, the name it is shipped under, and notes.
    """
    shape = settings["live"] if part == "recipes" and "live" in settings else settings["deep"]
    dim, length = shape["dim"], settings["prompt_length"]
    recipe, changes = RECIPES[variant if part == "recipes" else shape.get("recipe", "distances")]
    task, ship, notes = Task(covariance.isotropic(dim), length), f"live {variant}", {}
    tests = {"own": task}
    if part == "lengths":
        task, ship = Task(task.cov, variant), f"deep {variant}"
        tests = {"own": task, "common": Task(task.cov, settings["common_length"])}
    elif part == "skewed":
        tests = {"shifted": task}
        task, changes = (
            Task(covariance.power_law(dim, SPECTRA["skewed"], trace=dim), length),
            changes | {"layer_norm": variant},
        )
        ship, tests["own"] = "" if variant else "deep skewed", task
    elif part == "mixtures":
        tasks = pool(dim, length)
        weights = mixture_weights(variant, tasks, settings["selection_steps"])
        task, ship, notes = Mixture(tasks, weights), "", {"weights": weights.tolist()}
    config = Config(dim, **{name: shape[name] for name in ("width", "layers", "heads")} | changes)
    return {
        "shape": shape,
        "config": config,
        "recipe": recipe,
        "task": task,
        "tests": tests,
        "ship": ship,
        "notes": notes,
    }


def _size(model):
    return sum(parameter.numel() for parameter in model.parameters())


def _curve(model, task, settings):
    """Errors after each step; infinite where a chain left the floating type."""
    generator = torch.Generator(device_of(settings)).manual_seed(1000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergenceWarning)
        options = {"steps": settings["steps"], "prompts": settings["test_prompts"]}
        curve = evaluation.error_curve(model, task, generator=generator, **options)
    return {name: _rounded(value) for name, value in asdict(curve).items() if name != "samples"}


def _skills(model, task, settings):
    """Mean and median squared error of each skill after each step, (steps + 1, d), on half as many prompts."""
    generator = torch.Generator(device_of(settings)).manual_seed(1000)
    drawn = prompts.sample(task, settings["test_prompts"] // 2, generator=generator, dtype=torch.float32)
    gap = (cot.think(model, drawn, settings["steps"]) - drawn.w[:, None]).double().square()
    return {
        "mean": _rounded(gap.mean(dim=0).numpy(force=True)),
        "median": _rounded(gap.median(dim=0).values.numpy(force=True)),
    }


def _rounded(values):
    """Six digits: more are noise, and the file is shipped."""
    return [_rounded(value) if np.ndim(value) else float(f"{value:.6g}") for value in values]


EXPERIMENT = Experiment("gpt2", __doc__.strip(), PRESETS, runs, measure)
