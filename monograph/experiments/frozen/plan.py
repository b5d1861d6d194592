"""The paper's training: V31 alone learns the preconditioner, and its loss falls as predicted."""

from monograph.experiments.results import Run, Settings

PRESETS: dict[str, Settings] = {
    "tiny": {
        "dims": [3],
        "exponents": [0.7],
        "share": {"exact": 0.5, "sampled": 0.2},
        "exact_updates": 60,
        "updates": [60],
        "batch": 32,
        "seeds": [0],
    },
    "cpu": {
        "dims": [10, 20],
        "exponents": [0.0, 0.7],
        "share": {"exact": 0.5, "sampled": 0.2},
        "exact_updates": 400,
        "updates": [1200, 2400],
        "batch": 512,
        "seeds": [0, 1, 2, 3, 4],
    },
}


def runs(settings: Settings) -> list[Run]:
    """For each dimension and spectrum the exact gradient, and sampled gradients, one run a seed."""
    return [
        {"dim": dim, "exponent": exponent, "gradient": gradient, "seed": seed}
        for dim in settings["dims"]
        for exponent in settings["exponents"]
        for gradient, seed in [("exact", 0), *(("sampled", seed) for seed in settings["seeds"])]
    ]
