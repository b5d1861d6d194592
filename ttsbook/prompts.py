"""Prompts: batches of examples, labels and the weights that made them."""

from dataclasses import dataclass

import numpy as np
import torch

from ttsbook import _validation as check
from ttsbook import covariance
from ttsbook.tasks import Mixture, Task


@dataclass(frozen=True, eq=False)
class Prompts:
    """A batch of prompts of up to m examples in d dimensions.

    A prompt shorter than m, as a mixture makes them, ends in zero examples: these change neither
    the sum of x xᵀ nor that of x y. `lengths` counts the others.
    """

    x: torch.Tensor  # (batch, m, d)
    y: torch.Tensor  # (batch, m)
    w: torch.Tensor  # (batch, d)
    lengths: torch.Tensor  # (batch,)


def sample(task, batch, *, generator, dtype=torch.float32):
    r"""Draw prompts: examples :math:`x \sim N(0, \Lambda)`, weights :math:`w \sim N(0, I)` and labels.

    Parameters
    ----------
    task : Task or Mixture
        What to draw from. Each prompt of a mixture draws its task first.
    batch : int
        Number of prompts, at least 1.
    generator : torch.Generator
        Source of randomness; the prompts are made on its device.
    dtype : torch.dtype, default torch.float32
        Floating type of x, y and w.

    Returns
    -------
    Prompts
        x of shape (batch, m, d), y (batch, m), w (batch, d), lengths (batch,).

    Raises
    ------
    TypeError
        If `task` or `generator` is of another type.
    ValueError
        If `batch` is below 1.

    Examples
    --------
    >>> task = Task(covariance.isotropic(5), 20)
    >>> drawn = sample(task, 8, generator=torch.Generator().manual_seed(0))
    >>> tuple(drawn.x.shape), tuple(drawn.y.shape), tuple(drawn.w.shape)
    ((8, 20, 5), (8, 20), (8, 5))
    """
    if isinstance(task, Task):
        task = Mixture([task], [1.0])
    check.instance("task", task, Mixture)
    check.count("batch", batch, least=1)
    check.instance("generator", generator, torch.Generator)
    options = {"dtype": dtype, "device": generator.device}

    def stack(values):
        return torch.as_tensor(np.stack(values), **options)

    lengths = torch.tensor([part.prompt_length for part in task.tasks], device=generator.device)
    which = torch.multinomial(stack([task.weights])[0], batch, replacement=True, generator=generator)
    roots = stack([covariance.square_root(part.cov) for part in task.tasks])  # (tasks, d, d)
    noise = stack([np.sqrt(part.noise_variance) for part in task.tasks])  # (tasks,)
    length = int(lengths.max())
    used = torch.arange(length, device=generator.device) < lengths[which, None]  # (batch, m)
    x = torch.randn(batch, length, task.dim, generator=generator, **options) @ roots[which]
    w = torch.randn(batch, task.dim, generator=generator, **options)
    y = torch.einsum("bmd,bd->bm", x, w)
    y = y + noise[which, None] * torch.randn(batch, length, generator=generator, **options)
    return Prompts(x * used[..., None], y * used, w, lengths[which])
