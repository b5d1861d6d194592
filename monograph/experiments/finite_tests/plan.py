"""Mean and median error of each thinking step on finite test prompts, for many dimensions at fixed n/d and m/d."""

from monograph.experiments.results import Run, Settings

MODERATE = {"exponents": [0.0, 0.7, 1.0], "train_ratio": 2, "test_ratio": 4}
PRESETS: dict[str, Settings] = {
    "tiny": {**MODERATE, "steps": 5, "samples": {"10": 200, "20": 100}},
    "cpu": {**MODERATE, "steps": 20, "samples": {"25": 40_000, "50": 40_000, "100": 40_000, "200": 4000}},
}


def runs(settings: Settings) -> list[Run]:
    """One simulation for each dimension and spectrum."""
    return [
        {"dim": int(dim), "exponent": exponent} for dim in settings["samples"] for exponent in settings["exponents"]
    ]
