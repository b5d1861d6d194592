r"""Training recipes that a GPT needs: one step from every distance, or a whole chain and its end.

`recipes.Direct`, `recipes.Independent` and `recipes.Unrolled` fit a GPT as they are. These add what is
left to tell why a GPT does or does not learn to think.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from jaxtyping import Float

from ttsbook import _validation as check
from ttsbook.data.prompts import Prompts
from ttsbook.models import embedding
from ttsbook.models.protocols import HasAnswer, HasNextToken
from ttsbook.tensors import Scalar, Weights
from ttsbook.thinking import cot
from ttsbook.training.recipes import Recipe


@dataclass(frozen=True)
class Distances(Recipe[HasAnswer]):
    r"""One step from starts at every distance from the weight, :math:`w_0 = w + s\,\varepsilon`.

    Here :math:`s = 10^{-u}` with u uniform on [0, `decades`], and a `zeros` share of the starts is
    w_0 = 0 instead, as at test. The loss is the mean of
    :math:`\|w_1 - w\|^2 / (\|w_0 - w\|^2/d + \tau)`.

    In the book: :prf:ref:`prop-every-distance`.

    Parameters
    ----------
    decades
        Orders of magnitude that the distances span; zero makes all starts w + ε.
    relative
        Divide by the squared distance of the start. Otherwise the near starts, whose errors are small
        already, hardly count.
    zeros
        Share of starts at zero.
    starts
        Starts on each prompt, which the model encodes once.
    floor
        The τ of the loss, positive: below it a smaller error counts no more.

    Examples
    --------
    >>> Distances().starts
    8
    """

    decades: float = 2.0
    relative: bool = True
    zeros: float = 0.125
    starts: int = 8
    floor: float = 1e-3
    needs: ClassVar[type[object]] = HasAnswer

    def __post_init__(self) -> None:
        for name in ("decades", "zeros"):
            check.settle(self, **{name: check.number(name, getattr(self, name), least=0)})
        if self.zeros > 1:
            raise ValueError(f"zeros must be a share of at most 1, got {self.zeros!r}")
        check.flag("relative", self.relative)
        check.settle(self, starts=check.count("starts", self.starts, least=1))
        check.settle(self, floor=check.positive("floor", self.floor))

    def draw(self, w: Weights, generator: torch.Generator) -> Float[torch.Tensor, "batch {self.starts} d"]:
        """Draw starts for weights."""
        check.instance("generator", generator, torch.Generator)
        shape = len(w), self.starts, w.shape[1]
        uniform, zero = torch.rand(2, *shape[:2], 1, generator=generator, dtype=w.dtype, device=w.device)
        noise = torch.randn(shape, generator=generator, dtype=w.dtype, device=w.device)
        return torch.where(zero < self.zeros, 0.0, w[:, None] + 10 ** (-self.decades * uniform) * noise)

    def loss(self, model: HasAnswer, prompts: Prompts, generator: torch.Generator) -> Scalar:
        """Mean loss over prompts and starts."""
        w0, w = self.draw(prompts.w, generator), prompts.w[:, None]
        errors = (model.answer(prompts, w0) - w).square().sum(dim=-1)
        if self.relative:
            errors = errors / ((w0 - w).square().mean(dim=-1) + self.floor)  # prop-every-distance
        return errors.mean()


@dataclass(frozen=True)
class Outcome(Recipe[HasNextToken]):
    """Think some steps from w_0 = 0, and ask for the prompt's weight after the last one only.

    Parameters
    ----------
    depth
        Number of thinking steps.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> from ttsbook.models.transformer import Config, GPT
    >>> generator = torch.Generator().manual_seed(0)
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 4), 3, generator=generator)
    >>> model = GPT(Config(2, width=16, layers=1), generator=generator)
    >>> loss = Outcome(depth=2).loss(model, batch, generator)
    >>> bool(torch.isclose(loss, batch.w.square().sum(dim=1).mean() / 2))  # a new model keeps w0 = 0
    True
    """

    depth: int = 3

    def __post_init__(self) -> None:
        check.settle(self, depth=check.count("depth", self.depth, least=1))

    def loss(self, model: HasNextToken, prompts: Prompts, generator: torch.Generator) -> Scalar:
        """Half the mean squared distance of the last answer."""
        *_, last = cot.tokens(model.next_token, embedding.embed(prompts), [prompts.lengths] * self.depth)
        return (embedding.weight(last) - prompts.w).square().sum(dim=-1).mean() / 2


@dataclass(frozen=True)
class RollIn(Recipe[HasAnswer]):
    """Start where the model's own chain is after 0 to depth - 1 steps, and ask for the prompt's weight.

    The chain is not differentiated through.

    Parameters
    ----------
    depth
        Longest chain, plus one.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> from ttsbook.models.transformer import Config, GPT
    >>> generator = torch.Generator().manual_seed(0)
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 4), 3, generator=generator)
    >>> model = GPT(Config(2, width=16, layers=1), generator=generator)
    >>> loss = RollIn(depth=2).loss(model, batch, generator)
    >>> bool(1.8 < loss < 2)  # a new model keeps w0: d, but for what keeps the quotient finite
    True
    """

    depth: int = 10
    needs: ClassVar[type[object]] = HasAnswer

    def __post_init__(self) -> None:
        check.settle(self, depth=check.count("depth", self.depth, least=1))

    def loss(self, model: HasAnswer, prompts: Prompts, generator: torch.Generator) -> Scalar:
        """Mean of the squared distance after one more step, relative to that before it."""
        assert isinstance(model, torch.nn.Module)  # to think it must be one
        check.instance("generator", generator, torch.Generator)
        steps = int(torch.randint(self.depth, (), generator=generator, device=generator.device))
        w0 = cot.think(model, prompts, steps)[:, -1]
        before = (w0 - prompts.w).square().mean(dim=-1) + 1e-3  # a start at w would make the quotient infinite
        return ((model.answer(prompts, w0[:, None])[:, 0] - prompts.w).square().sum(dim=-1) / before).mean()


@dataclass(frozen=True)
class Curriculum:
    """Begin with few dimensions and short prompts, and add to them, as in Garg et al. (2022).

    Parameters
    ----------
    dim, length
        Active dimensions and examples at first.
    dim_step, length_step
        What is added to them.
    every
        Number of updates between two additions.

    Examples
    --------
    >>> Curriculum(5, 11, 1, 2, every=2000).at(4000)
    (7, 15)
    """

    dim: int
    length: int
    dim_step: int
    length_step: int
    every: int

    def __post_init__(self) -> None:
        for name, least in {"dim": 1, "length": 1, "every": 1, "dim_step": 0, "length_step": 0}.items():
            check.settle(self, **{name: check.count(name, getattr(self, name), least=least)})

    def at(self, update: int) -> tuple[int, int]:
        """Active dimensions and examples after some updates."""
        stage = check.count("update", update, least=0) // self.every
        return self.dim + stage * self.dim_step, self.length + stage * self.length_step

    def __call__(self, prompts: Prompts, update: int) -> Prompts:
        """Cut noiseless prompts down to what is active after some updates.

        Inactive dimensions of x and w become zero, and there are fewer examples.
        """
        dim, length = self.at(update)
        if prompts.condensed:
            raise ValueError("prompts must have all their examples for a curriculum, and condensed ones have not")
        gap = (prompts.y - (prompts.x @ prompts.w[..., None])[..., 0]).abs()
        if (gap > 1e-3 * (1 + prompts.y.abs())).any():  # more than labels in float32 lose by rounding
            raise ValueError("prompts must have no label noise for a curriculum, which makes the labels anew")
        active = (torch.arange(prompts.x.shape[-1], device=prompts.x.device) < dim).to(prompts.x)
        x, w = prompts.x[:, :length] * active, prompts.w * active
        y = (x @ w[..., None])[..., 0]
        return replace(prompts, x=x, y=y, w=w, lengths=prompts.lengths.clamp(max=length))
