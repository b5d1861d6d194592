"""How many training prompts the preconditioner takes: its error against the number seen."""

from monograph.experiments.results import Run, Settings

PRESETS: dict[str, Settings] = {
    "tiny": {"dim": 3, "prompt_length": 8, "exponents": [0.7], "pools": [20, 100], "samples": 1000, "seeds": [0]},
    "cpu": {
        "dim": 10,
        "prompt_length": 20,
        "exponents": [0.0, 0.7],
        "pools": [30, 100, 300, 1000, 3000, 10000],
        "samples": 100_000,
        "seeds": [0, 1, 2, 3, 4],
    },
}


def runs(settings: Settings) -> list[Run]:
    """For each spectrum the predicted constant, and for each size of the pool one training a seed."""
    planned = []
    for exponent in settings["exponents"]:
        planned.append({"exponent": exponent, "pool": "endless", "seed": 0})
        planned += [
            {"exponent": exponent, "pool": pool, "seed": seed}
            for pool in settings["pools"]
            for seed in settings["seeds"]
        ]
    return planned
