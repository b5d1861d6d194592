"""The cheap recipes of `gpt2`, each with as many updates as it can pay for with what `distances` spends."""

from monograph.experiments.results import Run, Settings

PRESETS: dict[str, Settings] = {
    "tiny": {"size": "tiny", "recipes": ["direct", "one start", "roll-in"], "counted": 10, "seeds": [0]},
    "cpu": {
        "size": "cpu",
        "recipes": ["direct", "independent", "roll-in", "one start"],
        "counted": 100,
        "seeds": [0, 1, 2],
    },
}


def runs(settings: Settings) -> list[Run]:
    """For each recipe one training a seed."""
    return [{"recipe": recipe, "seed": seed} for recipe in settings["recipes"] for seed in settings["seeds"]]
