r"""Training recipes: from which weight a layer starts on a prompt, and which answer it is asked for.

The loss of all recipes is half the mean squared distance of the answer token from (0, 0, target, 1).
Those that start at w_0 and ask for the prompt's own weight differ by how much w_0 says about it: if the
best guess of w from w_0 alone is r w_0, the least loss is at P = Γ^{-1} with W13/(-W24) = r I, and the
token passes on r w_0 itself. Label noise counts in Γ relative to what w_0 leaves unknown of w.
Numbers that are out of range are refused by name.
"""

from dataclasses import dataclass, field, replace
from typing import ClassVar, Generic, TypeVar

import numpy as np
import torch

from ttsbook import _validation as check
from ttsbook import theory
from ttsbook.arrays import Preconditioner
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Mixture, Task, mixture_of
from ttsbook.models import embedding
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.models.protocols import HasNextToken, Thinker
from ttsbook.tensors import Labels, Scalar, Token, Weights
from ttsbook.thinking import cot

Model = TypeVar("Model", bound=Thinker, contravariant=True)  # what fits those that can less fits those that can more


@dataclass(frozen=True)
class Recipe(Generic[Model]):
    """What all recipes share: an answer of one step.

    Parameters
    ----------
    trains
        Names of the parameters that training changes; by default all.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> from ttsbook.models.attention import LinearSelfAttention
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.isotropic(2), 4)
    >>> recipe, layer = Direct(), LinearSelfAttention(2, structure="blocks")
    >>> P, r = recipe.prediction(task)
    >>> P.round(3).tolist(), r
    ([[0.571, 0.0], [0.0, 0.571]], None)
    >>> layer.set_preconditioner(P).ratio().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    >>> round(recipe.expected_loss(layer, task).item(), 4)
    0.4286
    """

    trains: tuple[str, ...] | None = field(default=None, kw_only=True)
    needs: ClassVar[type[object]] = HasNextToken  # what the loss asks of a model
    ratio: ClassVar[float | None] = None
    """Predicted ratio r: share of w_0 in the best guess of the target from it. None where the loss leaves it open."""

    def pose(self, prompts: Prompts, generator: torch.Generator) -> tuple[Prompts, Weights, Weights]:
        """Pose the question: prompts, the weight to start from, and the weight that is asked for.

        Parameters
        ----------
        prompts
            Prompts as the task makes them.
        generator
            Source of randomness.
        """
        raise NotImplementedError(f"{type(self).__name__} must define pose or loss")

    def loss(self, model: Model, prompts: Prompts, generator: torch.Generator) -> Scalar:
        """Mean loss of a model on prompts; prompts and generator are those of `pose`."""
        prompts, w0, target = self.pose(prompts, generator)
        assert isinstance(model, HasNextToken)  # what the recipe `needs`, if it poses questions
        return _distance(model.next_token(embedding.embed(prompts, w0), prompts.lengths), target)

    def expected_loss(self, model: Model, task: Task | Mixture) -> Scalar:
        """Exact mean of the loss over all prompts that a task makes, where it is known.

        Raises
        ------
        ValueError
            If it is not known for this recipe and layer.
        """
        raise ValueError(f"{self} has no exact loss: give a batch or a pool")

    def prediction(self, task: Task | Mixture) -> tuple[Preconditioner | None, float | None]:
        """Predicted preconditioner and ratio r of W13 = -r W24 I, where the recipe determines them.

        The ratio is that of a layer of structure "full", which can pass on a part of w_0. One of structure "blocks"
        passes on the whole, so that a recipe with a ratio other than 1 ends at another ratio there.
        """
        return theory.preconditioner(task), self.ratio


def _distance(token: Token, target: Weights) -> Scalar:
    """Half the mean squared distance of a token from that of a weight."""
    return (token - embedding.weight_token(target)).square().sum(dim=-1).mean() / 2  # eq-proofs-loss


def _noise_like(w: Weights, generator: torch.Generator) -> Weights:
    """Draw a standard normal vector for each weight."""
    check.instance("generator", generator, torch.Generator)  # None would be PyTorch's global state
    return torch.randn(w.shape, generator=generator, dtype=w.dtype, device=w.device)


@dataclass(frozen=True)
class Direct(Recipe[HasNextToken]):
    """Direct answer from w_0 = 0, as in the paper.

    ``Direct(trains=("V31",))`` on a layer of structure "blocks" is our reading of its Theorem 3.1.

    In the book: :prf:ref:`prop-no-gradient`.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> from ttsbook.models.attention import LinearSelfAttention
    >>> from ttsbook.data.tasks import Task
    >>> task, recipe = Task(covariance.isotropic(2), 4), Direct(trains=("V31",))
    >>> layer = LinearSelfAttention(2, structure="blocks")
    >>> round(recipe.expected_loss(layer, task).item(), 4)
    1.0
    >>> layer = layer.set_preconditioner(theory.preconditioner(task))
    >>> round(recipe.expected_loss(layer, task).item(), 4)
    0.4286
    """

    def pose(self, prompts: Prompts, generator: torch.Generator) -> tuple[Prompts, Weights, Weights]:
        """Start from zero."""
        return prompts, torch.zeros_like(prompts.w), prompts.w

    def expected_loss(self, model: HasNextToken, task: Task | Mixture) -> Scalar:
        r"""Exact mean of the loss over all prompts, for a layer of structure "blocks".

        With P = V31 W24 it is :math:`\frac12(d - 2\,\mathrm{tr}\,P A + \mathrm{tr}\,P B P^\top)`, with A and B
        as in `theory.moments`.
        """
        if not isinstance(model, LinearSelfAttention) or model.structure != "blocks":
            kind = model.structure if isinstance(model, LinearSelfAttention) else type(model).__name__
            raise ValueError(f"model must be a layer of structure 'blocks' for the exact loss, got {kind!r}")
        P = model.block("V31") * model.block("W24")
        A, B = (torch.as_tensor(moment).to(P) for moment in theory.moments(task))
        return (task.dim - 2 * (P * A).sum() + (P @ B * P).sum()) / 2  # prop-direct


@dataclass(frozen=True)
class Independent(Recipe[HasNextToken]):
    """Direct answer from a random weight that has nothing to do with the prompt's: erase it, r = 0.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> generator = torch.Generator().manual_seed(0)
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 4), 3, generator=generator)
    >>> _, w0, target = Independent().pose(batch, generator)
    >>> torch.equal(target, batch.w), torch.equal(w0, batch.w)
    (True, False)
    >>> Independent().ratio
    0.0
    """

    ratio: ClassVar[float | None] = 0.0  # prop-shift

    def pose(self, prompts: Prompts, generator: torch.Generator) -> tuple[Prompts, Weights, Weights]:
        """Start from w_0 ~ N(0, I)."""
        return prompts, _noise_like(prompts.w, generator), prompts.w


@dataclass(frozen=True)
class Noisy(Recipe[HasNextToken]):
    """Start from the prompt's weight plus noise: r = 1/(1 + noise²).

    Parameters
    ----------
    noise
        Standard deviation of the noise, positive.

    Examples
    --------
    >>> Noisy(noise=1.0).ratio
    0.5
    """

    noise: float = 0.5

    def __post_init__(self) -> None:
        check.settle(self, noise=check.positive("noise", self.noise))

    def pose(self, prompts: Prompts, generator: torch.Generator) -> tuple[Prompts, Weights, Weights]:
        """Start from w plus noise."""
        return prompts, prompts.w + self.noise * _noise_like(prompts.w, generator), prompts.w

    @property
    def ratio(self) -> float:  # pyright: ignore[reportIncompatibleVariableOverride]  # the noise decides it
        """Share of w_0 in the best guess of w from it."""
        return 1 / (1 + self.noise**2)  # ex-noisy

    def prediction(self, task: Task | Mixture) -> tuple[Preconditioner, float | None]:
        """Learn w - r w_0, whose variance is 1 - r, so that label noise counts 1/(1 - r) times as much."""
        tasks = [
            replace(part, noise_variance=part.noise_variance / (1 - self.ratio)) for part in mixture_of(task).tasks
        ]
        noisier = tasks[0] if isinstance(task, Task) else Mixture(tasks, task.weights)
        return theory.preconditioner(noisier), self.ratio


@dataclass(frozen=True)
class Shift(Recipe[HasNextToken]):
    """Start from a random weight and ask for that weight plus the prompt's: r = 1.

    A layer of structure "full" learns it with `cot.leaks`, small ones, so that `theory.largest_stride` does not tell
    all that its chain may do: train one of structure "blocks" for that.

    In the book: :prf:ref:`prop-shift`.

    Parameters
    ----------
    scale
        Standard deviation of the start, positive.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> generator = torch.Generator().manual_seed(0)
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 4), 3, generator=generator)
    >>> _, w0, target = Shift().pose(batch, generator)
    >>> torch.allclose(target - w0, batch.w, atol=1e-6)
    True
    """

    scale: float = 1.0
    ratio: ClassVar[float | None] = 1.0  # prop-shift

    def __post_init__(self) -> None:
        check.settle(self, scale=check.positive("scale", self.scale))

    def pose(self, prompts: Prompts, generator: torch.Generator) -> tuple[Prompts, Weights, Weights]:
        """Shift the weight of the prompts by the start, and the labels with it."""
        w0 = self.scale * _noise_like(prompts.w, generator)
        shifted = replace(prompts, y=prompts.y + _labels(prompts, w0), w=prompts.w + w0)  # prop-shift
        return shifted, w0, shifted.w


@dataclass(frozen=True)
class TeacherForced(Recipe[HasNextToken]):
    """From each iterate of plain gradient descent on the prompt's loss, ask for the next.

    Parameters
    ----------
    rate
        Step size of the teacher, positive.
    depth
        Number of steps of the teacher, from zero; each prompt shows one of them.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> from ttsbook.data.tasks import Task
    >>> P, r = TeacherForced(rate=0.5).prediction(Task(covariance.isotropic(2), 4))
    >>> P.tolist(), r
    ([[0.5, 0.0], [0.0, 0.5]], 1.0)
    """

    rate: float
    depth: int = 5
    ratio: ClassVar[float | None] = 1.0  # the teacher goes on from all of w_0

    def __post_init__(self) -> None:
        check.settle(self, depth=check.count("depth", self.depth, least=1), rate=check.positive("rate", self.rate))

    def pose(self, prompts: Prompts, generator: torch.Generator) -> tuple[Prompts, Weights, Weights]:
        """Start from the iterate after 0 to depth - 1 steps."""
        check.instance("generator", generator, torch.Generator)
        depths = torch.randint(self.depth, prompts.lengths.shape, generator=generator, device=prompts.x.device)
        w0, iterate = torch.zeros_like(prompts.w), torch.zeros_like(prompts.w)
        for step in range(1, self.depth):
            iterate = self._teach(prompts, iterate)
            w0 = torch.where((depths == step)[:, None], iterate, w0)
        return prompts, w0, self._teach(prompts, w0)

    def _teach(self, prompts: Prompts, w: Weights) -> Weights:
        """Step of gradient descent."""
        residual = prompts.y - _labels(prompts, w)
        return w + self.rate * (residual[:, None] @ prompts.x)[:, 0] / prompts.lengths[:, None]

    def prediction(self, task: Task | Mixture) -> tuple[Preconditioner, float | None]:
        """Learn plain gradient descent."""
        return self.rate * np.eye(task.dim), self.ratio


@dataclass(frozen=True)
class Unrolled(Recipe[HasNextToken]):
    """Think some steps from w_0 = 0, appending tokens, and ask for the prompt's weight after each.

    Parameters
    ----------
    depth
        Number of thinking steps.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.models.attention import LinearSelfAttention
    >>> from ttsbook.data.tasks import Task
    >>> generator = torch.Generator().manual_seed(0)
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 4), 3, generator=generator)
    >>> Unrolled(depth=2).loss(LinearSelfAttention(2), batch, generator).shape
    torch.Size([])
    """

    depth: int = 3

    def __post_init__(self) -> None:
        check.settle(self, depth=check.count("depth", self.depth, least=1))

    def loss(self, model: HasNextToken, prompts: Prompts, generator: torch.Generator) -> Scalar:
        """Mean loss over prompts and steps."""
        tokens = cot.tokens(model.next_token, embedding.embed(prompts), [prompts.lengths] * self.depth)
        losses = (_distance(token, prompts.w) for token in list(tokens)[1:])
        return sum(losses, start=prompts.w.new_zeros(())) / self.depth

    def prediction(self, task: Task | Mixture) -> tuple[None, None]:
        """Find a compromise between the steps, which has no closed form."""
        return None, None


def _labels(prompts: Prompts, w: Weights) -> Labels:
    """Labels that a weight would give the examples; zero on padding."""
    return (prompts.x @ w[..., None])[..., 0]
