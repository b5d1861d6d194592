r"""How long to make each thinking step on a prompt, from what can be seen of it.

A schedule multiplies the steps of a chain by factors :math:`\alpha_k`, with 1 for thinking as usual:

.. math:: w_{k+1} = w_k + \alpha_k\, P\,(X y/m - S_m w_k).

It divides the attention by :math:`\rho = m/\alpha_k`. All compute in float64, and take any square P.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import torch
from jaxtyping import Bool, Float, Float64

from ttsbook import _tensor_validation, theory
from ttsbook import _validation as check
from ttsbook.arrays import Preconditioner, PreconditionerLike
from ttsbook.data.prompts import Prompts
from ttsbook.tensors import Examples, Labels, Lengths, Scalings, SquareMatrices, SquareMatrix, Weights, linalg

Schedule: TypeAlias = Float[torch.Tensor, "batch steps"]
"""Factor of each step of each prompt; 0 stays where it is."""

CAP = 1e100  # entries of a diverging chain are held there, as their squares are finite
REAL = 1e-8  # imaginary parts below this share of the largest stride are rounding


@dataclass(frozen=True, eq=False)
class Seen:
    r"""What a rule may look at: prompts without the weights behind their labels, the layer, and the label noise.

    Attributes
    ----------
    P
        Preconditioner of the layer, any square matrix.
    x, y, lengths
        Examples, labels and numbers of examples, as `Prompts` has them.
    steps
        Largest number of steps.
    noise_variance
        Variance :math:`\sigma^2` of the label noise of each prompt, or what it is taken for.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 5), 3, generator=torch.Generator())
    >>> seen = look(np.eye(2), batch, steps=4)
    >>> tuple(seen.S.shape), hasattr(seen, "w")
    ((3, 2, 2), False)
    """

    P: Preconditioner
    x: Examples
    y: Labels
    lengths: Lengths
    steps: int
    noise_variance: Scalings

    @cached_property
    def S(self) -> SquareMatrices:
        """Empirical covariance of each prompt."""
        return self.x.mT @ self.x / self.lengths[:, None, None]

    @cached_property
    def moment(self) -> Weights:
        """X y/m of each prompt."""
        return (self.y[:, None] @ self.x)[:, 0] / self.lengths[:, None]

    @cached_property
    def matrix(self) -> SquareMatrix:
        """P as a tensor."""
        return torch.as_tensor(self.P)

    @cached_property
    def warned(self) -> Bool[torch.Tensor, " batch"]:
        """Whether the chain of each prompt diverges at the usual scaling: its largest stride is above 2."""
        return torch.as_tensor(theory.largest_stride(self.P, self) > 2)  # prop-warning


def look(P: PreconditionerLike, prompts: Prompts, *, steps: int, noise_variance: float = 0.0) -> Seen:
    """Take from prompts what a rule may look at; their weights stay behind.

    Parameters
    ----------
    P
        Preconditioner of the layer, any square matrix of the prompts' dimension.
    prompts
        Prompts.
    steps
        Largest number of steps.
    noise_variance
        Variance of the label noise, or what it is taken for.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 50), 3, generator=torch.Generator().manual_seed(0))
    >>> look(3 * np.eye(2), batch, steps=4).warned.tolist()
    [True, True, True]
    """
    P = check.square_matrix("P", P)
    check.instance("prompts", prompts, Prompts)
    if len(P) != prompts.x.shape[-1]:
        raise ValueError(f"P must have the dimension of the prompts, {prompts.x.shape[-1]}, got {len(P)}")
    if prompts.condensed:
        raise ValueError("prompts must have all their examples, and condensed ones have not")
    steps = check.count("steps", steps, least=1)
    noise = torch.full((len(prompts.x),), check.number("noise_variance", noise_variance, least=0), dtype=torch.float64)
    return Seen(P, prompts.x.double(), prompts.y.double(), prompts.lengths, steps, noise)


def plain(seen: Seen) -> Schedule:
    """Make steps as the layer was trained to.

    Parameters
    ----------
    seen
        What is seen of the prompts.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 50), 1, generator=torch.Generator())
    >>> plain(look(np.eye(2), batch, steps=3)).tolist()
    [[1.0, 1.0, 1.0]]
    """
    return torch.ones(len(seen.x), seen.steps, dtype=torch.float64)


def safe(seen: Seen) -> Schedule:
    """Make steps of the one length with which each chain converges fastest, and none if it never does.

    They are those of `theory.best_scaling`. The arguments are those of `plain`.

    In the book: :prf:ref:`prop-safe-steps`.

    Examples
    --------
    >>> x, y = torch.diag(torch.tensor([1.0, 2.0]))[None], torch.tensor([[1.0, 0.0]])
    >>> batch = Prompts(x, y, torch.ones(1, 2), torch.tensor([2]))
    >>> safe(look(np.eye(2), batch, steps=2)).tolist()  # strides of 0.5 and 2
    [[0.8, 0.8]]
    """
    scaling = torch.as_tensor(theory.best_scaling(seen.P, seen))
    return (seen.lengths / scaling)[:, None].expand(-1, seen.steps).clone()  # prop-safe-steps


def safe_if_warned(seen: Seen) -> Schedule:
    """Make `safe` steps on prompts whose chain would diverge, and `plain` ones on all others.

    The arguments are those of `plain`.

    Examples
    --------
    >>> x, y = torch.diag(torch.tensor([1.0, 2.0]))[None], torch.tensor([[1.0, 0.0]])
    >>> batch = Prompts(x, y, torch.ones(1, 2), torch.tensor([2]))
    >>> [safe_if_warned(look(P * np.eye(2), batch, steps=1)).item() for P in (0.9, 1.6)]
    [1.0, 0.5]
    """
    return torch.where(seen.warned[:, None], safe(seen), plain(seen))


def chebyshev(seen: Seen) -> Schedule:
    r"""Follow Chebyshev's plan for exactly so many steps, in Leja's order: long and short ones take turns.

    Their inverses are :math:`\frac{\ell + \ell_{\min}}2 + \frac{\ell - \ell_{\min}}2 \cos\frac{(2j + 1)\pi}{2N}` with
    the largest and the smallest nonzero stride on the prompt. With complex strides they are `safe` ones. The arguments
    are those of `plain`.

    In the book: :prf:ref:`prop-safe-steps`.

    Examples
    --------
    >>> x, y = torch.diag(torch.tensor([1.0, 2.0]))[None], torch.tensor([[1.0, 0.0]])
    >>> batch = Prompts(x, y, torch.ones(1, 2), torch.tensor([2]))
    >>> (1 / chebyshev(look(np.eye(2), batch, steps=2))).round(decimals=2).tolist()  # 1.25 ± 0.75/√2
    [[1.78, 0.72]]
    """
    constant, largest = safe(seen), torch.as_tensor(theory.largest_stride(seen.P, seen))
    center = 1 / constant
    width = torch.where(constant > 0, largest[:, None] - center, 0)
    cosines = np.cos((2 * np.arange(seen.steps) + 1) * np.pi / (2 * seen.steps))
    planned = 1 / (center + width * torch.as_tensor(_leja_ordered(cosines)))  # prop-safe-steps
    strides = linalg.eigvals(seen.matrix @ seen.S)
    real = strides.imag.abs().amax(dim=1) <= REAL * strides.abs().amax(dim=1)
    return torch.where(real[:, None], planned, constant)


def _leja_ordered(points: Float64[np.ndarray, " points"]) -> Float64[np.ndarray, " points"]:
    """Order different points: each is the one with the largest product of distances from those before it."""
    remaining = list(points)
    order = [remaining.pop(int(np.abs(remaining).argmax()))]
    while remaining:
        distances = np.log(np.abs(np.subtract.outer(remaining, order))).sum(axis=1)
        order.append(remaining.pop(int(distances.argmax())))
    return np.array(order)


def chain(seen: Seen, schedule: Schedule) -> Float[torch.Tensor, "batch steps+1 d"]:
    """Answers after each step of a schedule, from zero; entries of a chain that diverges are held at 10¹⁰⁰.

    Parameters
    ----------
    seen
        What is seen of the prompts.
    schedule
        Factor of each step.

    Examples
    --------
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 3.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> seen = look(np.eye(2), batch, steps=2)
    >>> chain(seen, plain(seen)).tolist()
    [[[0.0, 0.0], [0.5, 1.5], [0.75, 2.25]]]
    """
    answers = [torch.zeros_like(seen.moment)]
    for factor in _tensor_validation.columns("schedule", schedule, len(seen.x)):
        gradient = seen.moment - (seen.S @ answers[-1][..., None])[..., 0]
        answers.append((answers[-1] + factor[:, None] * gradient @ seen.matrix.mT).clamp(-CAP, CAP))  # def-rule
    return torch.stack(answers, dim=1)
