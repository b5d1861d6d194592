"""How an update follows a gradient: optimizers, and how their step size changes over a training."""

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
    warm_up : int, default 0
        Number of first updates over which the step size rises to its value.

    Raises
    ------
    ValueError
        If `warm_up` is not an integer of at least 0.

    Examples
    --------
    >>> [Constant(warm_up=4).factor(update, 100) for update in (0, 1, 3, 50)]
    [0.25, 0.5, 1.0, 1.0]
    """

    warm_up: int = 0

    def __post_init__(self):
        check.count("warm_up", self.warm_up, least=0)

    def factor(self, update: int, updates: int) -> float:
        """Return the step size of an update, relative to the optimizer's.

        Parameters
        ----------
        update : int
            Number of updates done.
        updates : int
            Number of updates of the whole training.

        Returns
        -------
        float
        """
        return min(1.0, (update + 1) / self.warm_up) if self.warm_up else 1.0


@dataclass(frozen=True)
class Cosine(Constant):
    """Let the step size fall to zero along half a cosine, after a rise at the start.

    Parameters
    ----------
    warm_up : int, default 0
        Number of first updates over which the step size rises to its value.

    Raises
    ------
    ValueError
        If `warm_up` is not an integer of at least 0.

    Examples
    --------
    >>> [round(Cosine().factor(update, 100), 3) for update in (0, 50, 99)]
    [1.0, 0.5, 0.0]
    """

    def factor(self, update: int, updates: int) -> float:
        """Return the step size of an update, relative to the optimizer's; see `Constant.factor`.

        Parameters
        ----------
        update : int
            Number of updates done.
        updates : int
            Number of updates of the whole training.

        Returns
        -------
        float
        """
        return super().factor(update, updates) * (1 + math.cos(math.pi * update / updates)) / 2


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """What all optimizers have in common; one of them is to be taken.

    Parameters
    ----------
    step_size : float, default 0.01
        Largest step size.
    schedule : Constant or Cosine
        How the step size changes; by default `Cosine`.
    weight_decay : float, default 0
        Decay of the weights, as the optimizer has it.
    clip : float, optional
        Largest norm of a gradient; a longer one is scaled down to it.

    Raises
    ------
    ValueError
        If a number is out of range.
    TypeError
        If `schedule` is no schedule.

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
        check.number("step_size", self.step_size, least=0)
        check.instance("schedule", self.schedule, Constant)
        check.number("weight_decay", self.weight_decay, least=0)
        if self.clip is not None:
            check.positive("clip", self.clip)

    def of(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """Return PyTorch's optimizer of some parameters.

        Parameters
        ----------
        parameters : iterable of torch.nn.Parameter
            What is to be trained.

        Returns
        -------
        torch.optim.Optimizer
        """
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    """Adam, with decoupled weight decay.

    Parameters
    ----------
    step_size : float, default 0.01
        Largest step size.
    schedule : Constant or Cosine
        How the step size changes; by default `Cosine`.
    weight_decay : float, default 0
        Decoupled weight decay.
    clip : float, optional
        Largest norm of a gradient; a longer one is scaled down to it.

    Raises
    ------
    ValueError
        If a number is out of range.
    TypeError
        If `schedule` is no schedule.

    Examples
    --------
    >>> Adam(step_size=3e-3, schedule=Cosine(warm_up=100), clip=1.0).step_size
    0.003
    """

    def of(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """Return PyTorch's AdamW of some parameters; see `Optimizer.of`.

        Parameters
        ----------
        parameters : iterable of torch.nn.Parameter
            What is to be trained.

        Returns
        -------
        torch.optim.AdamW
        """
        return torch.optim.AdamW(parameters, lr=self.step_size, weight_decay=self.weight_decay)


@dataclass(frozen=True, kw_only=True)
class GradientDescent(Optimizer):
    """Plain gradient descent.

    Parameters
    ----------
    step_size : float, default 0.01
        Largest step size.
    schedule : Constant or Cosine
        How the step size changes; by default `Constant`.
    weight_decay : float, default 0
        Adds the weights, times this, to the gradient.
    clip : float, optional
        Largest norm of a gradient; a longer one is scaled down to it.

    Raises
    ------
    ValueError
        If a number is out of range.
    TypeError
        If `schedule` is no schedule.

    Examples
    --------
    >>> GradientDescent(step_size=0.1).schedule
    Constant(warm_up=0)
    """

    schedule: Constant = field(default_factory=Constant)

    def of(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """Return PyTorch's SGD of some parameters; see `Optimizer.of`.

        Parameters
        ----------
        parameters : iterable of torch.nn.Parameter
            What is to be trained.

        Returns
        -------
        torch.optim.SGD
        """
        return torch.optim.SGD(parameters, lr=self.step_size, weight_decay=self.weight_decay)
