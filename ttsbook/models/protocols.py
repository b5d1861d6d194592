"""What a model must be able to do, for thinking and for the recipes: a model of one's own needs no base class."""

from collections.abc import Callable
from typing import Protocol, TypeAlias, runtime_checkable

import torch
from jaxtyping import Float

from ttsbook.data.prompts import Prompts
from ttsbook.tensors import Chain, Embedded, Lengths, Scalings, Token

Solver: TypeAlias = Callable[[Prompts, int], Chain]
"""Function of prompts and steps that gives the answers after each step."""


@runtime_checkable
class Thinker(Protocol):
    """A model that can be run on its own answers: it has a dimension, and answers embedded prompts.

    Examples
    --------
    >>> from ttsbook.models.attention import LinearSelfAttention
    >>> isinstance(LinearSelfAttention(2), Thinker), isinstance(torch.nn.Linear(2, 2), Thinker)
    (True, False)
    """

    @property
    def dim(self) -> int:
        """Dimension d of the prompts."""
        ...

    def __call__(self, E: Embedded, rho: Scalings | Lengths) -> Embedded:
        """Answer embedded prompts: the last column is the next token."""
        ...


@runtime_checkable
class HasNextToken(Thinker, Protocol):
    """A model that answers with the next token, without the work for the others.

    Examples
    --------
    >>> from ttsbook.models.attention import LinearSelfAttention
    >>> isinstance(LinearSelfAttention(2), HasNextToken)
    True
    """

    def next_token(self, E: Embedded, rho: Scalings | Lengths) -> Token:
        """Answer the last column of what the model makes of embedded prompts.

        Parameters
        ----------
        E
            Embedded prompts.
        rho
            Scaling ρ, such as the number of examples; a model may ignore it.
        """
        ...


@runtime_checkable
class HasAnswer(Thinker, Protocol):
    """A model that answers several weights of each prompt at once.

    Examples
    --------
    >>> from ttsbook.models.attention import LinearSelfAttention
    >>> from ttsbook.models.transformer import GPT, Config
    >>> gpt = GPT(Config(2, width=8, heads=1, layers=1), generator=torch.Generator())
    >>> isinstance(gpt, HasAnswer)
    True
    >>> isinstance(LinearSelfAttention(2), HasAnswer)
    False
    """

    def answer(
        self, prompts: Prompts, w0: Float[torch.Tensor, "batch weights d"]
    ) -> Float[torch.Tensor, "batch weights d"]:
        """Answer each of the weights with the next one.

        Parameters
        ----------
        prompts
            Prompts.
        w0
            Weights that the model reads, each alone.
        """
        ...
