"""What the large sizes of the experiment gpt2 cost: their first updates, at full size."""

from monograph.experiments.results import Run, Settings

PRESETS: dict[str, Settings] = {
    "tiny": {
        "runs": [
            {"size": "tiny", "part": "lengths", "variant": 4, "curriculum": True, "updates": 3},
            {"size": "tiny", "part": "recipes", "variant": "direct", "curriculum": True, "updates": 3},
        ],
    },
    "cpu": {
        "runs": [
            {"size": "large", "part": "lengths", "variant": 40, "curriculum": True, "updates": 50},
            {"size": "large", "part": "skewed", "variant": False, "curriculum": True, "updates": 50},
            {"size": "large", "part": "recipes", "variant": "outcome 8", "curriculum": True, "updates": 10},
            {"size": "paper-faithful", "part": "lengths", "variant": 40, "curriculum": True, "updates": 50},
            {"size": "paper-faithful", "part": "lengths", "variant": 40, "curriculum": False, "updates": 10},
        ],
    },
}


def runs(settings: Settings) -> list[Run]:
    """Each of the listed runs."""
    return settings["runs"]
