"""What a model must be able to do, for thinking and for the recipes: a model of one's own needs no base class."""

from typing import Protocol, runtime_checkable

import torch

from ttsbook.data.prompts import Prompts


@runtime_checkable
class Thinker(Protocol):
    """A model that can be run on its own answers: it has a dimension, and answers embedded prompts.

    Examples
    --------
    >>> from ttsbook.models.attention import LinearSelfAttention
    >>> isinstance(LinearSelfAttention(2), Thinker), isinstance(torch.nn.Linear(2, 2), Thinker)
    (True, False)
    """

    dim: int

    def __call__(self, E: torch.Tensor, rho: torch.Tensor | None = None) -> torch.Tensor:
        """Answer embedded prompts (batch, 2d + 2, tokens): the last column is the next token."""
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

    def next_token(self, E: torch.Tensor, rho: torch.Tensor | None = None) -> torch.Tensor:
        """Answer the last column of what the model makes of embedded prompts.

        Parameters
        ----------
        E : torch.Tensor, shape (batch, 2d + 2, tokens)
            Embedded prompts.
        rho : torch.Tensor, shape (batch,), optional
            Scaling ρ.

        Returns
        -------
        torch.Tensor, shape (batch, 2d + 2)
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

    def answer(self, prompts: Prompts, w0: torch.Tensor) -> torch.Tensor:
        """Answer each of the weights with the next one.

        Parameters
        ----------
        prompts : Prompts
            Prompts.
        w0 : torch.Tensor, shape (batch, weights, d)
            Weights that the model reads, each alone.

        Returns
        -------
        torch.Tensor, shape (batch, weights, d)
        """
        ...
