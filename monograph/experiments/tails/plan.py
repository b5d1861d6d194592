"""What training learns from features that are not Gaussian, from a small random start of all of V and W.

The rule, written before the runs: a layer has learned the fourth moments if its P is within 5 % of Λ B⁻¹, and closer
to it than a third of its distance from Γ⁻¹. The claim holds if every layer has.
"""

from monograph.experiments.results import Run, Settings

KINDS = ("signs", "sphere", "sparse", "scales")
PRESETS: dict[str, Settings] = {
    "tiny": {
        "dim": 3,
        "prompt_length": 6,
        "exponent": 0.8,
        "pool": 200,
        "updates": 40,
        "batch": 32,
        "step_size": 0.01,
        "initial_scale": 0.05,
        "seeds": [0],
    },
    "cpu": {
        "dim": 6,
        "prompt_length": 12,
        "exponent": 0.8,
        "pool": 40_000,
        "updates": 1500,
        "batch": 256,
        "step_size": 0.01,
        "initial_scale": 0.05,
        "seeds": [0, 1, 2, 3, 4],
    },
}


def runs(settings: Settings) -> list[Run]:
    """For each kind of features one training a seed."""
    return [{"kind": kind, "seed": seed} for kind in KINDS for seed in settings["seeds"]]
