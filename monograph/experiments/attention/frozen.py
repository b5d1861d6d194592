"""Two heads of softmax attention of a fixed sharpness: what they see of a gap, and what they best say of it."""

import numpy as np
import torch
from jaxtyping import Float, Float64

from monograph.experiments.attention.models import opposite_heads
from ttsbook.arrays import Preconditioner
from ttsbook.data import prompts
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Task
from ttsbook.training.gpt_recipes import Distances


@torch.no_grad()
def seen(drawn: Prompts, gaps: Float[torch.Tensor, "batch d"], sharpness: float) -> Float[torch.Tensor, "batch d"]:
    r"""Difference of what heads of sharpness ±β see, over 2β; on an endless Gaussian prompt Σ times the gap.

    Parameters
    ----------
    drawn
        Prompts.
    gaps
        What is missing from the answer so far, w minus it.
    sharpness
        The β.

    Examples
    --------
    >>> x = torch.tensor([[[1.0], [-1.0]]])
    >>> drawn = Prompts(x, x[..., 0], torch.ones(1, 1), torch.tensor([2]))
    >>> seen(drawn, torch.full((1, 1), 100.0), 1.0).item()  # each head sees one example
    1.0
    """
    heads = opposite_heads(torch.eye(gaps.shape[1], dtype=gaps.dtype), sharpness)
    w0 = drawn.w - gaps
    return heads.answer(drawn, w0[:, None])[:, 0] - w0


def fitted(task: Task, sharpness: float, *, samples: int = 10_000, seed: int = 0) -> torch.Tensor:
    r"""Preconditioner with which heads of sharpness ±β do best by the loss of `Distances`: weighted least squares.

    Parameters
    ----------
    task
        What training prompts are drawn from.
    sharpness
        The β.
    samples
        Number of prompts, with one start each.
    seed
        Of the prompts.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> fitted(Task(covariance.isotropic(2), 10), 0.1, samples=50).shape
    torch.Size([2, 2])
    """
    generator, recipe = torch.Generator().manual_seed(seed), Distances(starts=1)
    drawn = prompts.sample(task, samples, generator=generator, dtype=torch.float64)
    gaps = drawn.w - recipe.draw(drawn.w, generator)[:, 0]
    scale = (gaps.square().mean(dim=1, keepdim=True) + recipe.floor).rsqrt()
    return torch.linalg.lstsq(scale * seen(drawn, gaps, sharpness), scale * gaps).solution.mT


def radius(P: Preconditioner, x: Float64[torch.Tensor, "batch m d"]) -> Float64[np.ndarray, " batch"]:
    """Spectral radius of the step of opposite heads at the answer, whatever their sharpness.

    Parameters
    ----------
    P
        Their preconditioner.
    x
        Examples of each prompt.

    Examples
    --------
    >>> radius(np.eye(1), torch.tensor([[[1.0], [-1.0]]], dtype=torch.float64)).tolist()
    [0.0]
    """
    centered = (x - x.mean(dim=1, keepdim=True)).numpy()
    S = np.einsum("bmi,bmj->bij", centered, centered) / x.shape[1]
    return np.abs(np.linalg.eigvals(np.eye(len(P)) - P @ S)).max(axis=1)  # prop-softmax-at-w


def cycle_error(P: Preconditioner, length: int, sharpness: float) -> float:
    """Error / d that a chain of opposite heads on isotropic prompts is expected to end with above the critical length.

    Parameters
    ----------
    P
        Their preconditioner.
    length
        Number of examples.
    sharpness
        The β.

    Examples
    --------
    >>> 0.9 < cycle_error(np.eye(1), 47, 1.1) < 1.1
    True
    """
    outermost = np.random.default_rng(0).standard_normal((2000, length)).max(axis=1).mean()
    return float((np.linalg.norm(P, 2) * outermost / (2 * sharpness)) ** 2 / len(P))
