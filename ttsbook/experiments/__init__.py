"""Experiments too long for a notebook; `python -m ttsbook.experiments` runs them.

Each module holds one experiment: its presets, its runs, and what one run does. A run depends on its
own seed alone, so that runs may be done in any order, in several processes, and after an interruption.
"""

from ttsbook.experiments import (
    curation,
    drift,
    finite_prompts,
    finite_tests,
    frozen,
    gpt2,
    gpt2_cost,
    linear,
    recipes,
    selection,
)
from ttsbook.experiments.runner import Experiment, run

__all__ = ["EXPERIMENTS", "Experiment", "run"]

MODULES = (
    frozen,
    drift,
    finite_prompts,
    recipes,
    finite_tests,
    selection,
    linear,
    curation,
    gpt2,
    gpt2_cost,
)
EXPERIMENTS = {module.EXPERIMENT.name: module.EXPERIMENT for module in MODULES}
"""All experiments, by the name that the command line takes."""
