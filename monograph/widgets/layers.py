"""Layers that think about fresh prompts: what most widgets simulate."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import traitlets
from jaxtyping import Float64

from monograph.widgets.simulation import Chunk, Curve, Simulating
from ttsbook import theory
from ttsbook.arrays import Covariance, Matrix, Preconditioner
from ttsbook.data.tasks import Task

if TYPE_CHECKING:  # a widget that is looked at needs no models
    import ttsbook.models.attention
    import ttsbook.models.transformer

ENDLESS = 10**12  # examples that stand for endless ones: S_m is off by some 10⁻⁶


class Chain(NamedTuple):
    """A layer, its test prompts, and its steps with the one that is put in words."""

    P: Preconditioner
    test_cov: Covariance
    test_length: int | None  # None stands for infinity
    steps: int
    place: int
    ratio: Matrix | None = None  # None stands for the identity


class LayerErrors(Simulating):
    """A widget whose curve is the error / d of each step of a layer; a subclass defines `chain`."""

    def chain(self) -> Chain:
        """Layer that is simulated, and its test prompts."""
        raise NotImplementedError

    def errors(self) -> Iterator[Chunk]:
        """Let the layer think about fresh prompts."""
        chain = self.chain()
        model, task = layer(chain.P, ratio=chain.ratio), Task(chain.test_cov, length(chain.test_length)[0])
        for gaps in thinking(model, task, chain.steps, seed=self.seed, chunk=self.CHUNK):
            yield gaps.mean(axis=-1)

    def headline(self) -> tuple[int, str, str]:
        """Say what is put in words: the place of a point, its name, and what the prompts are."""
        chain = self.chain()
        name = f"Error / d after {chain.place} step{'' if chain.place == 1 else 's'}"
        return chain.place, name, length(chain.test_length)[1]


class DirectErrors(Simulating):
    """A widget whose curve is the error of one step along each skill; a subclass defines `cov` and two lengths."""

    train_length: traitlets.Int[int, int]
    test_length: traitlets.Int[int | None, int | None]

    def cov(self) -> Covariance:
        """Covariance of training and test, as it is set."""
        raise NotImplementedError

    def expected(self) -> Curve:
        """Mean error over the skills, and the error along each, where the skill is."""
        cov, errors = self.cov(), np.empty(len(self.cov()))
        P = theory.preconditioner(Task(cov, self.train_length))
        errors[np.argsort(-np.diag(cov), kind="stable")] = theory.direct_error_by_skill(P, cov, self.test_length)
        return np.array([errors.mean(), *errors])

    def errors(self) -> Iterator[Chunk]:
        """Let the closed form answer fresh prompts in one step."""
        cov = self.cov()
        model = layer(theory.preconditioner(Task(cov, self.train_length)))
        task = Task(cov, length(self.test_length)[0])
        for gaps in thinking(model, task, 1, seed=self.seed, chunk=self.CHUNK):
            yield np.column_stack([gaps[:, 1].mean(axis=-1), gaps[:, 1]])

    def headline(self) -> tuple[int, str, str]:
        """Say what is put in words: the place of a point, its name, and what the prompts are."""
        return 0, "Mean error e₁/d", length(self.test_length)[1]


def layer(P: Preconditioner, *, ratio: Matrix | None = None) -> "ttsbook.models.attention.LinearSelfAttention":
    """Make the layer that has this preconditioner, in float64.

    Parameters
    ----------
    P
        Preconditioner.
    ratio
        Ratio R of W13 to -W24; by default the identity, as in the closed form.

    Examples
    --------
    >>> layer(np.eye(2), ratio=2 * np.eye(2)).ratio().tolist()
    [[2.0, 0.0], [0.0, 2.0]]
    """
    import torch  # only here and below: a widget that is looked at needs no models

    from ttsbook.models.attention import LinearSelfAttention

    model = LinearSelfAttention(len(P), dtype=torch.float64).set_preconditioner(P)
    if ratio is not None:
        with torch.no_grad():
            model.block("W13").copy_(torch.as_tensor(ratio))
    return model


def thinking(
    model: "ttsbook.models.attention.LinearSelfAttention | ttsbook.models.transformer.GPT",
    task: Task,
    steps: int,
    *,
    seed: int,
    chunk: int,
    condensed: bool = True,
) -> Iterator[Float64[np.ndarray, "{chunk} {steps}+1 d"]]:
    """Let a model think about fresh prompts, without end, and yield squared gaps to the weight by coordinate.

    Parameters
    ----------
    chunk
        Number of prompts at a time.
    condensed
        Draw condensed prompts, which a linear layer cannot tell from others.

    Examples
    --------
    >>> from ttsbook.data.tasks import Task
    >>> next(thinking(layer(np.eye(2)), Task(np.eye(2), ENDLESS), 1, seed=0, chunk=3)).shape
    (3, 2, 2)
    """
    import torch

    from ttsbook.data import prompts
    from ttsbook.thinking import cot

    generator, dtype = torch.Generator().manual_seed(seed), next(model.parameters()).dtype
    while True:
        drawn = prompts.sample(task, chunk, generator=generator, dtype=dtype, condensed=condensed)
        gaps = cot.think(model, drawn, steps).double() - drawn.w[:, None].double()
        yield gaps.square().numpy()


def length(test_length: int | None) -> tuple[int, str]:
    """Length of the prompts that stand for those of m examples, and how it is said; None stands for infinity.

    Examples
    --------
    >>> length(40), length(None)
    ((40, 'prompts of 40 examples'), (1000000000000, 'prompts of 10¹² examples, for m = ∞'))
    """
    if test_length is None:
        return ENDLESS, "prompts of 10¹² examples, for m = ∞"
    return test_length, f"prompts of {test_length} example{'s' if test_length > 1 else ''}"
