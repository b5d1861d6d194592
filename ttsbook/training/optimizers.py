"""How an update follows a gradient: optimizers, and how their step size changes over a training.

Numbers that are out of range are refused by name.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import torch

from ttsbook import _validation as check


@dataclass(frozen=True)
class Constant:
    """Keep the step size, after a rise at the start.

    Parameters
    ----------
    warm_up
        Number of first updates over which the step size rises to its value.

    Examples
    --------
    >>> [Constant(warm_up=4).factor(update, 100) for update in (0, 1, 3, 50)]
    [0.25, 0.5, 1.0, 1.0]
    """

    warm_up: int = 0

    def __post_init__(self) -> None:
        check.settle(self, warm_up=check.count("warm_up", self.warm_up, least=0))

    def factor(self, update: int, updates: int) -> float:
        """Return the step size of an update, relative to the optimizer's.

        Parameters
        ----------
        update
            Number of updates done.
        updates
            Number of updates of the whole training.
        """
        return min(1.0, (update + 1) / self.warm_up) if self.warm_up else 1.0


@dataclass(frozen=True)
class Cosine(Constant):
    """Let the step size fall to zero along half a cosine, after a rise at the start as that of `Constant`.

    Examples
    --------
    >>> [round(Cosine().factor(update, 100), 3) for update in (0, 50, 99)]
    [1.0, 0.5, 0.0]
    """

    def factor(self, update: int, updates: int) -> float:
        """Return the step size of an update, relative to the optimizer's; see `Constant.factor`."""
        updates = check.count("updates", updates, least=1)
        return super().factor(update, updates) * (1 + math.cos(math.pi * update / updates)) / 2


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """What all optimizers have in common; one of them is to be taken.

    Parameters
    ----------
    step_size
        Largest step size.
    schedule
        How the step size changes: `Constant` or `Cosine`.
    weight_decay
        Decay of the weights, as the optimizer has it.
    clip
        Largest norm of a gradient; a longer one is scaled down to it.

    Examples
    --------
    >>> isinstance(Adam(), Optimizer), isinstance(GradientDescent(), Optimizer)
    (True, True)
    """

    step_size: float = 1e-2
    schedule: Constant = field(default_factory=Cosine)
    weight_decay: float = 0.0
    clip: float | None = None

    def __post_init__(self) -> None:
        for name in ("step_size", "weight_decay"):
            check.settle(self, **{name: check.number(name, getattr(self, name), least=0)})
        check.instance("schedule", self.schedule, Constant)
        if self.clip is not None:
            check.settle(self, clip=check.positive("clip", self.clip))

    def of(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """Return PyTorch's optimizer of the parameters that are to be trained."""
        raise NotImplementedError(f"{type(self).__name__} must define of")


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    """Adam, with decoupled weight decay. By default its step size follows a `Cosine`.

    The arguments are those of `Optimizer`.

    Examples
    --------
    >>> Adam(step_size=3e-3, schedule=Cosine(warm_up=100), clip=1.0).step_size
    0.003
    """

    def of(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.AdamW:
        """Return PyTorch's AdamW of some parameters; see `Optimizer.of`."""
        return torch.optim.AdamW(parameters, lr=self.step_size, weight_decay=self.weight_decay)


@dataclass(frozen=True, kw_only=True)
class GradientDescent(Optimizer):
    """Plain gradient descent. By default its step size is `Constant`.

    The arguments are those of `Optimizer`; `weight_decay` adds the weights, times this, to the gradient.

    Examples
    --------
    >>> GradientDescent(step_size=0.1).schedule
    Constant(warm_up=0)
    """

    schedule: Constant = field(default_factory=Constant)

    def of(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.SGD:
        """Return PyTorch's SGD of some parameters; see `Optimizer.of`."""
        return torch.optim.SGD(parameters, lr=self.step_size, weight_decay=self.weight_decay)
