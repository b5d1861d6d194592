"""Tasks: where the examples of a prompt come from, and how many there are.

Arguments that are out of range are refused by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ttsbook import _validation as check
from ttsbook.arrays import Covariance, CovarianceLike, Matrix, MixtureWeights, Numbers, VectorLike
from ttsbook.data import covariance


@dataclass(frozen=True, eq=False, init=False)
class Task:
    r"""Linear regression in a prompt: :math:`x \sim N(0, \Lambda)`, :math:`y = \langle w, x\rangle + \varepsilon`.

    The weight :math:`w \sim N(0, I)` is drawn anew for each prompt.

    In the book: :prf:ref:`def-prompt`.

    Parameters
    ----------
    cov
        Covariance :math:`\Lambda` of the examples.
    prompt_length
        Number n of examples in a prompt.
    noise_variance
        Variance of the label noise :math:`\varepsilon`.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> Task(covariance.isotropic(5), 20)
    Task(dim=5, prompt_length=20, noise_variance=0.0)
    """

    cov: Covariance
    prompt_length: int
    noise_variance: float

    def __init__(self, cov: CovarianceLike, prompt_length: int, *, noise_variance: float = 0.0) -> None:
        cov = check.covariance("cov", cov).copy()
        cov.flags.writeable = False
        length = check.count("prompt_length", prompt_length, least=1)
        noise_variance = check.number("noise_variance", noise_variance, least=0)
        check.settle(self, cov=cov, prompt_length=length, noise_variance=noise_variance)

    def __setstate__(self, state: dict[str, Any]) -> None:
        # What was pickled or copied could be written to again.
        self.__dict__.update(state)
        for value in state.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def __repr__(self) -> str:
        return f"Task(dim={self.dim}, prompt_length={self.prompt_length}, noise_variance={self.noise_variance})"

    @property
    def dim(self) -> int:
        """Dimension d of the examples."""
        return len(self.cov)

    @cached_property
    def root(self) -> Matrix:
        """Symmetric square root of the covariance: it makes examples of standard normal numbers."""
        root = covariance.square_root(self.cov)
        root.flags.writeable = False
        return root


def covariance_of(given: CovarianceLike | Task) -> CovarianceLike:
    """Covariance of a task; a covariance is returned as it is.

    Parameters
    ----------
    given
        A covariance, or a task with one.

    Examples
    --------
    >>> covariance_of(Task([[2.0]], 5)).tolist()
    [[2.0]]
    """
    return given.cov if isinstance(given, Task) else given


@dataclass(frozen=True, eq=False, init=False)
class Mixture:
    r"""Several tasks; each prompt comes from task :math:`\ell` with probability :math:`\pi_\ell`.

    In the book: :prf:ref:`prop-mixture`.

    Parameters
    ----------
    tasks
        At least one task, all of one dimension.
    weights
        Probabilities: not negative, with sum 1. By default all tasks are as likely.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> easy, hard = Task(covariance.isotropic(5), 20), Task(covariance.power_law(5, 1.0), 20)
    >>> Mixture([easy, hard], [0.25, 0.75]).weights.tolist()
    [0.25, 0.75]
    """

    tasks: tuple[Task, ...]
    weights: MixtureWeights

    def __init__(self, tasks: Sequence[Task], weights: VectorLike | None = None) -> None:
        tasks = check.sequence("tasks", tasks, Task)
        if not tasks:
            raise ValueError("tasks must hold at least one Task, got none")
        check.same_dimension(**{f"tasks[{index}]": task.cov for index, task in enumerate(tasks)})
        weights = check.array("weights", np.full(len(tasks), 1 / len(tasks)) if weights is None else weights).copy()
        _one_each(weights, tasks)
        if not (weights >= 0).all():
            raise ValueError(f"weights must not be negative or NaN, got {weights.tolist()}")
        if not np.isclose(weights.sum(), 1, rtol=0, atol=1e-8):
            raise ValueError(f"weights must sum to 1, got the sum {weights.sum():.9g}")
        weights.flags.writeable = False
        check.settle(self, tasks=tasks, weights=weights)

    @property
    def dim(self) -> int:
        """Dimension d of the examples."""
        return self.tasks[0].dim


def mixture_of(given: Task | Mixture) -> Mixture:
    """Mixture of one task alone; a mixture is returned as it is.

    Parameters
    ----------
    given
        A mixture, or a task.

    Examples
    --------
    >>> mixture_of(Task([[2.0]], 5)).weights.tolist()
    [1.0]
    """
    return given if isinstance(given, Mixture) else Mixture([given])


def mix(tasks: Sequence[Task], weights: VectorLike) -> Mixture:
    """Mix those tasks that have a weight.

    Parameters
    ----------
    tasks
        The tasks to choose from.
    weights
        Their weights, which are divided by their sum.

    Examples
    --------
    >>> mix([Task(np.eye(2), 5), Task(np.eye(2), 9)], [0.0, 0.5])
    Mixture(tasks=(Task(dim=2, prompt_length=9, noise_variance=0.0),), weights=array([1.]))
    """
    tasks, weights = check.sequence("tasks", tasks, Task), check.array("weights", weights)
    _one_each(weights, tasks)
    if not (np.isfinite(weights) & (weights >= 0)).all() or not weights.any():
        raise ValueError(f"weights must be finite, not negative and not all zero, got {weights.tolist()}")
    used = np.flatnonzero(weights)
    shares = weights[used] / weights.max()  # whose sum does not overflow
    return Mixture([tasks[index] for index in used], shares / shares.sum())


def _one_each(weights: Numbers, tasks: Sequence[Task]) -> None:
    """Refuse weights that are not one for each task."""
    if weights.shape != (len(tasks),):
        raise ValueError(f"weights must have shape ({len(tasks)},), one for each task, got {weights.shape}")
