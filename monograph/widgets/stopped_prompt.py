"""What a rule makes of one prompt. It needs PyTorch, which the widget imports only where it draws."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64

from monograph.experiments.stopping.rules import RULES
from ttsbook import theory
from ttsbook.data import prompts
from ttsbook.data.tasks import Task
from ttsbook.thinking import expected, schedules


@dataclass(frozen=True, eq=False)
class Stopped:
    """A chain on one prompt, and where a rule stops it; errors are divided by d.

    Attributes
    ----------
    expected, errors
        Error that one may expect, and error, after each step of the rule's schedule.
    depth
        Number of steps that the rule takes.
    error
        What it leaves.

    Examples
    --------
    >>> Stopped(np.ones(2), np.ones(2), 1, 1.0).depth
    1
    """

    expected: Float64[np.ndarray, " steps"]
    errors: Float64[np.ndarray, " steps"]
    depth: int
    error: float


def stop(rule: str, trained: Task, test: Task, *, steps: int, seed: int) -> Stopped:
    """Draw a prompt of the test, and let a rule step and stop the layer that was trained on the other task.

    Parameters
    ----------
    rule
        Name of the rule in `monograph.experiments.stopping.rules.RULES`.
    trained, test
        Where the layer's prompts and this one come from; both with the label noise of the test.
    steps
        Most steps.
    seed
        Seed of the prompt.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> task = Task(covariance.isotropic(3), 20)
    >>> stop("all steps", task, task, steps=5, seed=0).depth
    5
    """
    P, noise = theory.preconditioner(trained), test.noise_variance
    drawn = prompts.sample(test, 1, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    seen = schedules.look(P, drawn, steps=steps, noise_variance=noise)
    schedule = RULES[rule].schedule(seen)
    chosen = RULES[rule](seen.P, drawn, steps=steps, noise_variance=noise)
    gaps = schedules.chain(seen, schedule) - drawn.w[:, None]
    return Stopped(
        expected.errors(seen, schedule)[0].numpy() / test.dim,
        gaps.square().sum(dim=2)[0].numpy() / test.dim,
        int(chosen.depth[0]),
        float((chosen.answer - drawn.w).square().sum()) / test.dim,
    )
