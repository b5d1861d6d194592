"""The recipes of `gpt2` at equal compute: each has the updates that it can pay for with what `distances` spends."""

from monograph.experiments.results import Run, Settings

PRESETS: dict[str, Settings] = {
    "tiny": {"size": "tiny", "recipes": ["direct", "one start", "roll-in"], "counted": 10, "seeds": [0]},
    "cpu": {
        "size": "cpu",
        "recipes": [  # one update of the others of `gpt2` costs as much as one of `distances`
            "direct",
            "independent",
            "interleaved",
            "unrolled 3",
            "unrolled 5",
            "roll-in",
            "outcome 5",
            "chain in sight",
            "positions",
            "one start",
        ],
        "counted": 100,
        "seeds": [0, 1, 2],
    },
}


def runs(settings: Settings) -> list[Run]:
    """For each recipe one training a seed."""
    return [{"recipe": recipe, "seed": seed} for recipe in settings["recipes"] for seed in settings["seeds"]]
