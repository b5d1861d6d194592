"""Trained layers that think: error against depth, on prompts like those of training and on isotropic ones."""

from monograph.experiments.results import Run, Settings

RECIPES = ("shift", "paper")
PRESETS: dict[str, Settings] = {
    "tiny": {
        "dim": 3,
        "train_lengths": {"isotropic": [4], "skewed": [4, 40], "unscaled": [4]},
        "test_lengths": [None, 30],
        "steps": {"matched": 4, "isotropic": 6},
        "test_prompts": 50,
        "updates": {"shift": 40, "paper": 40},
        "step_size": {"shift": 0.01, "paper": 0.01},
        "batch": 32,
        "initial_scale": 0.05,
        "unit": None,
        "digits": {"mean": 6, "half_width": 6, "median": 6},
        "seeds": [0],
    },
    "cpu": {
        "dim": 20,
        "train_lengths": {
            "isotropic": [10, 20, 30],
            "skewed": [10, 20, 30, 100, 200, 400],
            "unscaled": [10, 20, 30],
        },
        "test_lengths": [None, 1000, 200],
        "steps": {"matched": 20, "isotropic": 30},
        "test_prompts": 2000,
        "updates": {"shift": 3000, "paper": 2500},
        "step_size": {"shift": 0.005, "paper": 0.01},
        "batch": 512,
        "initial_scale": 0.05,
        "unit": 1e-5,
        "digits": {"mean": 4, "half_width": 2, "median": 4},
        "seeds": [0, 1, 2, 3, 4],
    },
}


def runs(settings: Settings) -> list[Run]:
    """For each training spectrum, training length and recipe one training a seed."""
    return [
        {"train": train, "n": n, "recipe": recipe, "seed": seed}
        for train, lengths in settings["train_lengths"].items()
        for n in lengths
        for recipe in RECIPES
        for seed in settings["seeds"]
    ]
