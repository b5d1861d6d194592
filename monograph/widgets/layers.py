"""Layers that think about fresh prompts: what most widgets simulate."""

from typing import NamedTuple

import numpy as np

from monograph.widgets.simulation import Simulating
from ttsbook import theory
from ttsbook.data.tasks import Task

ENDLESS = 10**12  # examples that stand for endless ones: S_m is off by some 10⁻⁶


class Chain(NamedTuple):
    """A layer, its test prompts, and its steps with the one that is put in words."""

    P: np.ndarray  # (d, d)
    test_cov: np.ndarray  # (d, d)
    test_length: int | None  # None stands for infinity
    steps: int
    place: int
    ratio: np.ndarray | None = None  # (d, d), None for the identity


class LayerErrors(Simulating):
    """A widget whose curve is the error / d of each step of a layer; a subclass defines `chain`."""

    def errors(self):
        """Let the layer think about fresh prompts.

        Yields
        ------
        ndarray, shape (prompts, steps + 1)
        """
        chain = self.chain()
        model, task = layer(chain.P, ratio=chain.ratio), Task(chain.test_cov, length(chain.test_length)[0])
        for gaps in thinking(model, task, chain.steps, seed=self.seed, chunk=self.CHUNK):
            yield gaps.mean(axis=-1)

    def headline(self):
        """Say what is put in words: the place of a point, its name, and what the prompts are.

        Returns
        -------
        int
        str
        str
        """
        chain = self.chain()
        name = f"Error / d after {chain.place} step{'' if chain.place == 1 else 's'}"
        return chain.place, name, length(chain.test_length)[1]


class DirectErrors(Simulating):
    """A widget whose curve is the error of one step along each skill; a subclass defines `cov`."""

    def expected(self):
        """Mean error over the skills, and the error along each, where the skill is."""
        cov, errors = self.cov(), np.empty(len(self.cov()))
        P = theory.preconditioner(Task(cov, self.train_length))
        errors[np.argsort(-np.diag(cov), kind="stable")] = theory.direct_error_by_skill(P, cov, self.test_length)
        return np.array([errors.mean(), *errors])

    def errors(self):
        """Let the closed form answer fresh prompts in one step.

        Yields
        ------
        ndarray, shape (prompts, d + 1)
        """
        cov = self.cov()
        model = layer(theory.preconditioner(Task(cov, self.train_length)))
        task = Task(cov, length(self.test_length)[0])
        for gaps in thinking(model, task, 1, seed=self.seed, chunk=self.CHUNK):
            yield np.column_stack([gaps[:, 1].mean(axis=-1), gaps[:, 1]])

    def headline(self):
        """Say what is put in words: the place of a point, its name, and what the prompts are.

        Returns
        -------
        int
        str
        str
        """
        return 0, "Mean error e₁/d", length(self.test_length)[1]


def layer(P, *, ratio=None):
    """Make the layer that has this preconditioner.

    Parameters
    ----------
    P
        Preconditioner.
    ratio
        Ratio R of W13 to -W24; by default the identity, as in the closed form.

    Returns
    -------
    LinearSelfAttention
        In float64.

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


def thinking(model, task, steps, *, seed, chunk, condensed=True):
    """Let a model think about fresh prompts, without end.

    Parameters
    ----------
    model
        What thinks.
    task
        What the prompts are drawn from.
    steps
        Number of thinking steps.
    seed
        Seed of the prompts.
    chunk
        Number of prompts at a time.
    condensed
        Draw condensed prompts, which a linear layer cannot tell from others.

    Yields
    ------
    ndarray, shape (chunk, steps + 1, d)
        Squared gap to the weight along each coordinate.

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


def length(test_length):
    """Length of the prompts that stand for those of m examples, and how it is said.

    Parameters
    ----------
    test_length
        Test prompt length m; None stands for infinity.

    Returns
    -------
    int
    str

    Examples
    --------
    >>> length(40), length(None)
    ((40, 'prompts of 40 examples'), (1000000000000, 'prompts of 10¹² examples, for m = ∞'))
    """
    if test_length is None:
        return ENDLESS, "prompts of 10¹² examples, for m = ∞"
    return test_length, f"prompts of {test_length} example{'s' if test_length > 1 else ''}"
