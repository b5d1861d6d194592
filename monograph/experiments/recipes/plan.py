"""Which training recipes teach a layer the step of an iterative solver, from a small random start."""

from monograph.experiments.results import Run, Settings

RECIPES = ("paper", "direct", "independent", "noisy", "unrolled", "teacher-forced", "shift")
PREDICTED = ("independent", "noisy", "teacher-forced", "shift")
"""Recipes of which theory predicts both what they teach: the preconditioner and the ratio."""
PRESETS: dict[str, Settings] = {
    "tiny": {
        "dim": 3,
        "prompt_length": 8,
        "test_length": 30,
        "steps": 5,
        "test_prompts": 50,
        "updates": 40,
        "batch": 32,
        "step_size": 0.01,
        "initial_scale": 0.05,
        "exponents": [0.7],
        "seeds": [0],
    },
    "cpu": {
        "dim": 10,
        "prompt_length": 20,
        "test_length": 200,
        "steps": 20,
        "test_prompts": 1000,
        "updates": 2500,
        "batch": 512,
        "step_size": 0.01,
        "initial_scale": 0.05,
        "exponents": [0.7],
        "seeds": [0, 1, 2, 3, 4],
    },
}


def runs(settings: Settings) -> list[Run]:
    """For each spectrum and recipe the predicted weights, if there are any, and one training a seed."""
    planned = []
    for exponent in settings["exponents"]:
        for name in RECIPES:
            seeds = ["predicted"] * (name in PREDICTED) + settings["seeds"]
            planned += [{"exponent": exponent, "recipe": name, "seed": seed} for seed in seeds]
    return planned
