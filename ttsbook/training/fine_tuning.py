r"""Supervised fine-tuning: every step of a chain is shown, and covers the same part of what is left."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch

from ttsbook import _validation as check
from ttsbook.arrays import Preconditioner
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models import embedding
from ttsbook.models.protocols import HasAnswer, HasNextToken
from ttsbook.tensors import Scalar
from ttsbook.theory.fine_tuning import FineTuning
from ttsbook.training.recipes import Recipe


@dataclass(frozen=True)
class SupervisedSteps(Recipe[HasNextToken]):
    r"""From each weight of a chain, :math:`w_i = (1 - (1 - \eta)^i)\, w`, ask for the next one.

    The loss is half the squared distance, summed over the steps. To start from what is learned already, train a model
    that has been trained before; with a `pool` there are only so many prompts.

    In the book: :prf:ref:`thm-sft`.

    Parameters
    ----------
    rate
        Part :math:`\eta` of the gap that each step of the chain covers, positive and at most 1.
    depth
        Number of steps.

    Examples
    --------
    >>> import torch
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.models.attention import LinearSelfAttention
    >>> generator = torch.Generator().manual_seed(0)
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 4), 3, generator=generator)
    >>> loss = SupervisedSteps(rate=0.5, depth=2).loss(LinearSelfAttention(2), batch, generator)
    >>> expected = (0.25 + 0.0625) * batch.w.square().sum(dim=1).mean() / 2  # a new layer keeps each weight
    >>> bool(torch.isclose(loss, expected))
    True
    """

    rate: float
    depth: int = 5
    ratio: ClassVar[float | None] = 1.0  # each step goes on from all of its weight

    def __post_init__(self) -> None:
        check.settle(self, depth=check.count("depth", self.depth, least=1), rate=check.positive("rate", self.rate))
        if self.rate > 1:
            raise ValueError(f"rate must be at most 1, got {self.rate!r}")

    def loss(self, model: HasNextToken, prompts: Prompts, generator: torch.Generator) -> Scalar:
        """Mean over prompts of the loss of a whole chain."""
        gaps = (1 - self.rate) ** torch.arange(self.depth + 1, dtype=prompts.w.dtype, device=prompts.w.device)
        weights = (1 - gaps)[:, None] * prompts.w[:, None]  # (batch, depth + 1, d)
        starts, targets = weights[:, :-1], weights[:, 1:]
        if isinstance(model, HasAnswer):
            answers = model.answer(prompts, starts)
        else:
            embedded = [embedding.embed(prompts, start) for start in starts.unbind(dim=1)]
            answers = torch.stack([embedding.weight(model.next_token(E, prompts.lengths)) for E in embedded], dim=1)
        return (answers - targets).square().sum(dim=(1, 2)).mean() / 2  # thm-sft

    def prediction(self, task: Task | Mixture) -> tuple[Preconditioner, float | None]:
        """Learn shorter steps on endlessly many prompts of a task."""
        task = check.instance("task", task, Task)
        return FineTuning(np.zeros((task.dim, task.dim)), task, self.rate).limit, self.ratio
