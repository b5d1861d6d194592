"""The book as a whole: where it lies, and what it is called in `_config.yml`."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build" / "html"
_SETTINGS = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
TITLE, AUTHORS = _SETTINGS["title"], _SETTINGS["author"]
SUBTITLE = "Training data and test-time scaling: an interactive monograph"
