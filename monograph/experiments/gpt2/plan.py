"""Can a GPT think: recipes, prompt lengths, skewed training, and curated mixtures."""

from pathlib import Path
from typing import Any

import numpy as np

from monograph.experiments import results
from monograph.experiments.results import Run, Settings
from ttsbook.arrays import MixtureWeights
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import selection

SPECTRA: dict[str, Any] = {  # of the skewed training and of the pool to choose from; the last is turned around
    "skewed": 1.0,
    "pool": (0.8, 1.6, 2.0, 1.2),
}
_SMALL = {"width": 64, "heads": 4, "batch": 64, "clip": 1.0, "schedule": "cosine", "curriculum": None}
_TABLE = [
    "direct",
    "independent",
    "one distance",
    "plain loss",
    "absolute head",
    "interleaved",
    "unrolled 3",
    "unrolled 5",
    "roll-in",
    "outcome 5",
    "chain in sight",
    "positions",
    "distances",
]
PRESETS: dict[str, Settings] = {
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
    "large": {
        "folder": "large",
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


def runs(settings: Settings) -> list[Run]:
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


def shipped_path(name: str, preset: str = "cpu") -> Path:
    """File of a shipped model such as "live distances", trained at the size of a preset; it need not exist."""
    return results.results_dir() / preset / f"gpt2-{name.replace(' ', '-')}.safetensors"


def pool(dim: int, length: int) -> list[Task]:
    """Tasks of trace d to choose from: strong on the first skills, more and most so, and on the last ones."""
    *first, last = SPECTRA["pool"]
    covs = [covariance.power_law(dim, exponent, trace=dim) for exponent in first]
    covs.append(np.diag(np.diag(covariance.power_law(dim, last, trace=dim))[::-1]))
    return [Task(cov, length) for cov in covs]


def mixture_weights(name: str, tasks: list[Task], steps: int) -> MixtureWeights:
    """Weights of a mixture for an isotropic target, at unlimited test length.

    It is "uniform", all alike, "paper", by the paper's program, or "exact", by the error itself after k steps.
    """
    target = np.eye(tasks[0].dim)
    if name == "paper":
        return selection.quadratic_program([task.cov for task in tasks], target).weights
    if name == "exact":
        return selection.optimal_mixture(tasks, target, steps).weights
    return np.full(len(tasks), 1 / len(tasks))
