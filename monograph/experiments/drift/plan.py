"""All weights free from the paper's start: W13 stays, W24 drifts, and thinking ends beside the weight."""

from monograph.experiments.results import Run, Settings

PRESETS: dict[str, Settings] = {
    "tiny": {
        "dim": 3,
        "prompt_length": 8,
        "test_length": 30,
        "steps": 5,
        "test_prompts": 50,
        "scales": [1.0, 3.0],
        "share": 0.02,
        "updates": 60,
        "batch": 32,
        "seeds": [0],
    },
    "cpu": {
        "dim": 5,
        "prompt_length": 20,
        "test_length": 500,
        "steps": 30,
        "test_prompts": 1000,
        "scales": [1.0, 3.0, 5.0],
        "share": 0.01,
        "updates": 3000,
        "batch": 64,
        "seeds": [0, 1, 2, 3, 4],
    },
}


def runs(settings: Settings) -> list[Run]:
    """For each c the exact gradient of the blocks, and sampled gradients of all of V and W, one run a seed."""
    return [
        {"c": c, "gradient": gradient, "seed": seed}
        for c in settings["scales"]
        for gradient, seed in [("exact", 0), *(("sampled", seed) for seed in settings["seeds"])]
    ]
