"""Runs of the experiment `stopping`."""

import torch
from jaxtyping import Float

from monograph.experiments.results import Run, Settings, significant
from monograph.experiments.runner import Experiment
from monograph.experiments.stopping import plan
from monograph.experiments.stopping.rules import RULES
from monograph.experiments.stopping.settings import make
from ttsbook.thinking import expected, schedules

DIGITS = 5  # that are stored: more are noise


def measure(settings: Settings, *, family: str, index: int) -> Run:
    """Let all rules answer the prompts of a setting, and compare them with the best depth in hindsight."""
    setting, steps = make(family, index, settings["prompts"]), settings["steps"]
    seen = schedules.look(setting.P, setting.prompts, steps=steps, noise_variance=setting.noise_variance)
    hindsight = _median(setting.errors(schedules.chain(seen, schedules.plain(seen))).amin(dim=1))
    errors: dict[str, float] = {}
    for name, rule in RULES.items():
        plan_ = rule(setting.P, setting.prompts, steps=steps, noise_variance=setting.noise_variance)
        errors[name] = _median(setting.errors(plan_.answer[:, None])[:, 0])
    exact = schedules.look(setting.P, setting.prompts, steps=steps)
    for name, answer in {"least squares": expected.bayes(exact), "ridge": expected.bayes(seen)}.items():
        errors[name] = _median(setting.errors(answer[:, None])[:, 0])
    return {
        "dim": len(setting.P),
        "length": setting.prompts.x.shape[1],
        "noise": significant(setting.noise_variance, DIGITS),
        "warned": float(seen.warned.double().mean()),
        "hindsight": significant(hindsight, DIGITS),
        "errors": {name: significant(error, DIGITS) for name, error in errors.items()},
    }


def _median(errors: Float[torch.Tensor, " batch"]) -> float:
    """Mean of the two in the middle, as NumPy takes it."""
    return float(errors.quantile(0.5))


EXPERIMENT = Experiment("stopping", (plan.__doc__ or "").split("\n")[0], plan.PRESETS, plan.runs, measure)
