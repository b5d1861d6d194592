"""What the preset "large" of the experiment attention costs: its first updates, at full size."""

from monograph.experiments.results import Run, Settings

PRESETS: dict[str, Settings] = {
    "tiny": {"architectures": ["gpt"], "updates": 2},
    "cpu": {"architectures": ["gpt, paper's size", "gpt, paper's size, normalized"], "updates": 10},
}


def runs(settings: Settings) -> list[Run]:
    """One for each architecture."""
    return [{"architecture": name} for name in settings["architectures"]]
