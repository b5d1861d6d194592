"""Runs of the experiment `attention`."""

import warnings
from typing import Any

import numpy as np
import torch

from monograph.experiments.attention import plan
from monograph.experiments.attention.models import LinearLayers, SoftmaxHeads
from monograph.experiments.results import Run, Settings, significant
from monograph.experiments.runner import Experiment, device_of
from ttsbook import theory, training
from ttsbook.data import covariance, prompts
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Task
from ttsbook.models.protocols import HasAnswer
from ttsbook.models.transformer import GPT, Config
from ttsbook.thinking import cot
from ttsbook.training import Adam, Cosine
from ttsbook.training.gpt_recipes import Distances

DIGITS = 6  # that are stored: more are noise
FRESH = 4096
"""Prompts on which a model's loss is compared with that of the linear layer."""


def measure(settings: Settings, *, architecture: str, dim: int, spectrum: str, length: int, seed: int) -> Run:
    """Train one model by `Distances`, in float32; let it think on long prompts in float64."""
    shape = plan.ARCHITECTURES[architecture] | settings["changes"]
    task = Task(covariance.power_law(dim, plan.SPECTRA[spectrum], trace=dim), length)
    model, history = train(shape, task, torch.Generator(device_of(settings)).manual_seed(seed))
    model.double().eval()
    thought, mapped = (_long_prompts(settings, dim, name) for name in ("test_prompts", "maps"))
    return {
        "history_loss": significant(history.loss[::10], DIGITS),
        "loss_ratio": significant(_loss_ratio(model, task, device_of(settings)), 4),
        **_thinking(model, thought, settings["steps"]),
        **_maps(model, mapped),
    }


def train(
    shape: Settings, task: Task, generator: torch.Generator, *, updates: int | None = None
) -> tuple[GPT | SoftmaxHeads | LinearLayers, training.History]:
    """Make a model and train it by `Distances`, in float32, for so many updates or for those of its shape.

    Parameters
    ----------
    shape
        Architecture of the plan.
    task
        What training prompts are drawn from.
    generator
        Source of all randomness.
    updates
        Fewer than planned, to see what one costs.
    """
    model = _model(shape, task.dim, generator)
    optimizer = Adam(step_size=shape["step_size"], schedule=Cosine(warm_up=min(100, shape["updates"] // 2)), clip=1.0)
    options: dict[str, Any] = {"updates": updates or planned_updates(shape, task.dim), "batch": shape["batch"]}
    return model, training.train(model, task, recipe=Distances(), generator=generator, optimizer=optimizer, **options)


def planned_updates(shape: Settings, dim: int) -> int:
    """Say how many updates an architecture gets: the more, the larger d."""
    return max(1, shape["updates"] * dim // 5)


def _long_prompts(settings: Settings, dim: int, name: str) -> Prompts:
    """As many isotropic prompts as the settings say under this name."""
    task = Task(covariance.isotropic(dim), settings["test_length"])
    generator = torch.Generator(device_of(settings)).manual_seed(1000)
    return prompts.sample(task, settings[name], generator=generator, dtype=torch.float64)


def _model(shape: Settings, dim: int, generator: torch.Generator) -> GPT | SoftmaxHeads | LinearLayers:
    if "layer_norm" in shape:
        return GPT(
            Config(dim, **{name: shape[name] for name in ("layers", "layer_norm", "width", "heads") if name in shape}),
            generator=generator,
            dtype=torch.float32,
        )
    if "heads" in shape:
        return SoftmaxHeads(dim, heads=shape["heads"], scale=shape["scale"], generator=generator)
    tied = shape.get("tied", False)
    return LinearLayers(dim, layers=shape["layers"], scale=shape["scale"], tied=tied, generator=generator)


@torch.no_grad()
def _loss_ratio(model: HasAnswer, task: Task, device: str = "cpu") -> float:
    """Training loss on fresh prompts of the training length, relative to that of the linear layer's Γ⁻¹."""
    fresh = prompts.sample(task, FRESH, generator=torch.Generator(device).manual_seed(2000), dtype=torch.float64)
    linear = _Linear(torch.as_tensor(theory.preconditioner(task), device=device))
    losses = [
        Distances().loss(one, fresh, torch.Generator(device).manual_seed(2001)).item()  # the same starts for both
        for one in (model, linear)
    ]
    return losses[0] / losses[1]


class _Linear(torch.nn.Module):
    """The linear layer of a preconditioner, answering several weights at once."""

    def __init__(self, P: torch.Tensor) -> None:
        super().__init__()
        self.P, self.dim = P, len(P)

    def answer(self, prompts: Prompts, w0: torch.Tensor) -> torch.Tensor:
        """Take one preconditioned step from each weight."""
        gaps = prompts.y[:, None] - w0 @ prompts.x.mT
        return w0 + gaps @ prompts.x / prompts.x.shape[1] @ self.P.mT


def _thinking(model: torch.nn.Module, drawn: Prompts, steps: int) -> Run:
    """Mean and median of e_k/d; infinite where a chain left the floating type."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", theory.DivergenceWarning)
        gap = cot.think(model, drawn, steps) - drawn.w[:, None]
    errors = gap.square().mean(dim=-1).numpy(force=True)
    return {"mean": significant(errors.mean(axis=0), DIGITS), "median": significant(np.median(errors, axis=0), DIGITS)}


def _maps(model: torch.nn.Module, drawn: Prompts) -> Run:
    """How a step moves weights near the prompt's own: eigenvalues of its Jacobian, and strides by skill."""
    maps = cot.step_jacobian(model, drawn, drawn.w).numpy(force=True)
    values = np.linalg.eigvals(maps)
    return {
        "unstable": float((np.abs(values).max(axis=1) > 1).mean()),
        "overshoots": float((values.real.min(axis=1) < -1).mean()),
        "pushes": float((values.real.max(axis=1) > 1).mean()),
        "lowest": significant(np.quantile(values.real.min(axis=1), [0.25, 0.5, 0.75]), DIGITS),
        "highest": significant(np.quantile(values.real.max(axis=1), [0.25, 0.5, 0.75]), DIGITS),
        "strides": significant(np.median(1 - np.diagonal(maps, axis1=1, axis2=2), axis=0), DIGITS),
        "eigenvalues": [significant(part[:32].ravel(), DIGITS) for part in (values.real, values.imag)],
    }


EXPERIMENT = Experiment("attention", (plan.__doc__ or "").split("\n")[0], plan.PRESETS, plan.runs, measure)
