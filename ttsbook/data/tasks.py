"""Tasks: where the examples of a prompt come from, and how many there are."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ttsbook import _validation as check
from ttsbook.data import covariance


@dataclass(frozen=True, eq=False)
class Task:
    r"""Linear regression in a prompt: :math:`x \sim N(0, \Lambda)`, :math:`y = \langle w, x\rangle + \varepsilon`.

    The weight :math:`w \sim N(0, I)` is drawn anew for each prompt.

    In the book: :prf:ref:`def-prompt`.

    Parameters
    ----------
    cov : array_like, shape (d, d)
        Covariance :math:`\Lambda` of the examples.
    prompt_length : int
        Number n of examples in a prompt, at least 1.
    noise_variance : float, default 0
        Variance of the label noise :math:`\varepsilon`.

    Raises
    ------
    ValueError
        If `cov` is not a covariance, `prompt_length` is below 1 or `noise_variance` is negative.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> Task(covariance.isotropic(5), 20)
    Task(dim=5, prompt_length=20, noise_variance=0.0)
    """

    cov: np.ndarray
    prompt_length: int
    noise_variance: float = field(default=0.0, kw_only=True)

    def __post_init__(self):
        cov = check.covariance("cov", self.cov).copy()
        cov.flags.writeable = False
        object.__setattr__(self, "cov", cov)
        object.__setattr__(self, "prompt_length", check.count("prompt_length", self.prompt_length, least=1))
        object.__setattr__(self, "noise_variance", check.number("noise_variance", self.noise_variance, least=0))

    def __repr__(self):
        return f"Task(dim={self.dim}, prompt_length={self.prompt_length}, noise_variance={self.noise_variance})"

    @property
    def dim(self):
        """Dimension d of the examples."""
        return len(self.cov)

    @cached_property
    def root(self):
        """Symmetric square root of the covariance, shape (d, d): it makes examples of standard normal numbers."""
        root = covariance.square_root(self.cov)
        root.flags.writeable = False
        return root


@dataclass(frozen=True, eq=False)
class Mixture:
    r"""Several tasks; each prompt comes from task :math:`\ell` with probability :math:`\pi_\ell`.

    In the book: :prf:ref:`prop-mixture`.

    Parameters
    ----------
    tasks : sequence of Task
        At least one task, all of one dimension.
    weights : array_like, shape (len(tasks),)
        Probabilities: not negative, with sum 1.

    Raises
    ------
    ValueError
        If there is no task, dimensions differ, or `weights` are not probabilities.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> easy, hard = Task(covariance.isotropic(5), 20), Task(covariance.power_law(5, 1.0), 20)
    >>> Mixture([easy, hard], [0.25, 0.75]).weights.tolist()
    [0.25, 0.75]
    """

    tasks: tuple[Task, ...]
    weights: np.ndarray

    def __post_init__(self):
        tasks = check.sequence("tasks", self.tasks, Task)
        if not tasks:
            raise ValueError("tasks must hold at least one Task, got none")
        check.same_dimension(**{f"tasks[{index}]": task.cov for index, task in enumerate(tasks)})
        weights = check.array("weights", self.weights).copy()
        if weights.shape != (len(tasks),):
            raise ValueError(f"weights must have shape ({len(tasks)},), one for each task, got {weights.shape}")
        if not (weights >= 0).all():
            raise ValueError(f"weights must not be negative or NaN, got {weights.tolist()}")
        if not np.isclose(weights.sum(), 1, rtol=0, atol=1e-8):
            raise ValueError(f"weights must sum to 1, got the sum {weights.sum():.9g}")
        weights.flags.writeable = False
        object.__setattr__(self, "tasks", tasks)
        object.__setattr__(self, "weights", weights)

    @property
    def dim(self):
        """Dimension d of the examples."""
        return self.tasks[0].dim


def mix(tasks, weights):
    """Mix those tasks that have a weight.

    Parameters
    ----------
    tasks : sequence of Task
        The tasks to choose from.
    weights : sequence of float
        Their weights, which are divided by their sum.

    Returns
    -------
    Mixture

    Raises
    ------
    ValueError
        If there is no task, dimensions differ, or weights are negative, not finite, all zero, or not one for each
        task.
    TypeError
        If something else than a task is to be mixed.

    Examples
    --------
    >>> mix([Task(np.eye(2), 5), Task(np.eye(2), 9)], [0.0, 0.5])
    Mixture(tasks=(Task(dim=2, prompt_length=9, noise_variance=0.0),), weights=array([1.]))
    """
    tasks, weights = check.sequence("tasks", tasks, Task), check.array("weights", weights)
    if weights.shape != (len(tasks),):
        raise ValueError(f"weights must have shape ({len(tasks)},), one for each task, got {weights.shape}")
    if not (np.isfinite(weights) & (weights >= 0)).all() or not weights.any():
        raise ValueError(f"weights must be finite, not negative and not all zero, got {weights.tolist()}")
    used = np.flatnonzero(weights)
    return Mixture([tasks[index] for index in used], weights[used] / weights.sum())
