"""A character transformer: three blocks, rotary positions, and a window of characters in sight."""

import math
from typing import TypeAlias

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch.nn import functional

from monograph.experiments.words.traces import CHARACTERS

Characters: TypeAlias = Int[torch.Tensor, "batch length"]
Logits: TypeAlias = Float[torch.Tensor, "batch length characters"]
Sight: TypeAlias = Bool[torch.Tensor, "_ 1 asking seen"]
Angles: TypeAlias = Float[torch.Tensor, "length half"]
Seen: TypeAlias = Float[torch.Tensor, "batch heads _ size"]
"""Keys or values."""
Cache: TypeAlias = list[tuple[Seen, Seen]]
"""Keys and values of each block."""
Whole: TypeAlias = Shaped[torch.Tensor, "batch heads length size"]
Cut: TypeAlias = Shaped[torch.Tensor, "stretches heads seen size"]
"""Texts, and stretches of them."""
BASE = 1000.0
"""Base of the wave lengths of the rotary positions."""
STRETCH = 32
"""Characters that attend together where the window is not longer: to themselves and to the stretch before them."""


def sight(documents: Int[torch.Tensor, "batch length"], window: int | None) -> Sight:
    """Let each character see those before it in its document, of these the last `window`, itself among them.

    Parameters
    ----------
    documents
        Number of the document that each character is of.
    window
        Number of characters, or None for all.

    Examples
    --------
    >>> sight(torch.tensor([[0, 0, 0]]), 2)[0, 0].int().tolist()
    [[1, 0, 0], [1, 1, 0], [0, 1, 1]]
    """
    place = torch.arange(documents.shape[1])
    back = place[:, None] - place
    seen = (back >= 0) if window is None else (back >= 0) & (back < window)
    return ((documents[:, :, None] == documents[:, None]) & seen)[:, None]


def near(documents: Int[torch.Tensor, "batch length"], window: int) -> Sight:
    """Say the same of stretches: each character of one, and those of the one before and its own that it sees.

    Parameters
    ----------
    documents
        As for `sight`; the length is a multiple of `STRETCH`.
    window
        Number of characters, at most `STRETCH`.

    Examples
    --------
    >>> near(torch.zeros(1, 64, dtype=torch.int64), 24).shape
    torch.Size([2, 1, 32, 64])
    """
    asking = documents.view(-1, STRETCH)
    seen = _with_last(documents[:, None, :, None])[:, 0, :, 0]
    back = torch.arange(STRETCH)[:, None] + STRETCH - torch.arange(2 * STRETCH)
    first = (torch.arange(len(asking)) % (documents.shape[1] // STRETCH) == 0)[:, None, None]
    inside = (back >= 0) & (back < window) & ~(first & (torch.arange(2 * STRETCH) < STRETCH))
    return ((asking[:, :, None] == seen[:, None]) & inside)[:, None]


def _stretches(heads: Whole) -> Cut:
    """Cut texts into stretches, each a text of its own."""
    return heads.unflatten(2, (-1, STRETCH)).transpose(1, 2).flatten(0, 1)


def _with_last(heads: Whole) -> Cut:
    """Cut texts into stretches, each behind the one before; behind the first one there is nothing to see."""
    cut = heads.unflatten(2, (-1, STRETCH)).transpose(1, 2)
    last = cut.roll(1, dims=1)
    return torch.cat([last, cut], dim=3).flatten(0, 1)


def _turned(heads: Float[torch.Tensor, "batch heads length size"], angles: Angles) -> torch.Tensor:
    """Turn the pairs (i, i + size/2) of each head's coordinates by the angles of their places."""
    first, second = heads.chunk(2, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)


class Block(torch.nn.Module):
    """Attention, then a perceptron, each read through a norm and added to the stream.

    Parameters
    ----------
    width, heads
        Width of the stream, and heads of attention.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm = torch.nn.LayerNorm(width)
        self.attention = torch.nn.Linear(width, 3 * width, bias=False)
        self.merge = torch.nn.Linear(width, width, bias=False)
        self.perceptron_norm = torch.nn.LayerNorm(width)
        self.widen = torch.nn.Linear(width, 4 * width)
        self.narrow = torch.nn.Linear(4 * width, width)

    def forward(
        self,
        h: Float[torch.Tensor, "batch length width"],
        angles: Angles,
        mask: Sight | None,
        past: tuple[torch.Tensor, torch.Tensor] | None,
        window: int | None,
    ) -> tuple[Float[torch.Tensor, "batch length width"], tuple[torch.Tensor, torch.Tensor]]:
        """Run the block on what is new, after what is past; return keys and values of what stays in sight, too."""
        batch, length, width = h.shape
        split = self.attention(self.attention_norm(h)).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        query, key = _turned(query, angles), _turned(key, angles)
        if past is not None:
            key, value = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
        if mask is None and window is not None:  # one new character
            key, value = key[:, :, -window:], value[:, :, -window:]
        kept = key, value
        if mask is not None and mask.shape[2] < length:
            query, key, value = _stretches(query), _with_last(key), _with_last(value)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        h = h + self.merge(mixed.transpose(1, 2).reshape(batch, length, width))
        h = h + self.narrow(functional.gelu(self.widen(self.perceptron_norm(h)), approximate="tanh"))
        return h, kept


class CharacterTransformer(torch.nn.Module):
    """Predict the next character of a text.

    Parameters
    ----------
    width, heads, layers
        Shape.
    window
        How many characters each one sees, itself among them; None for all before it.
    generator
        Source of the first weights.

    Examples
    --------
    >>> model = CharacterTransformer(64, 4, 3, window=24, generator=torch.Generator().manual_seed(0))
    >>> sum(weights.numel() for weights in model.parameters())
    151744
    """

    def __init__(self, width: int, heads: int, layers: int, *, window: int | None, generator: torch.Generator) -> None:
        super().__init__()
        self.window = window
        self.read = torch.nn.Embedding(len(CHARACTERS), width)
        self.blocks = torch.nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.last_norm = torch.nn.LayerNorm(width)
        self.say = torch.nn.Linear(width, len(CHARACTERS), bias=False)
        half = width // heads // 2
        self.rates = BASE ** (-torch.arange(half, dtype=torch.float32) / half)
        self._start(generator, 1 / math.sqrt(2 * layers))

    @torch.no_grad()
    def _start(self, generator: torch.Generator, damping: float) -> None:
        """Draw the first weights: of what adds to the stream smaller ones."""
        for name, weights in self.named_parameters():
            if weights.ndim == 2:
                scale = 1 / math.sqrt(weights.shape[1])
                damped = name.endswith(("merge.weight", "narrow.weight"))
                weights.normal_(0, scale * (damping if damped else 1), generator=generator)
            elif name.endswith("bias"):
                weights.zero_()

    def forward(
        self, characters: Characters, mask: Sight | None = None, *, past: Cache | None = None, start: int = 0
    ) -> tuple[Logits, Cache]:
        """Return logits of the next character at each place, and keys and values for what follows.

        Parameters
        ----------
        characters
            Numbers of the characters; after a past, one for each text.
        mask
            Who sees whom: of `sight`, or None after a past.
        past
            What an earlier call returned.
        start
            Number of characters before these.
        """
        place = torch.arange(start, start + characters.shape[1], dtype=torch.float32)
        angles, h, kept = place[:, None] * self.rates, self.read(characters), []
        for index, block in enumerate(self.blocks):
            h, seen = block(h, angles, mask, None if past is None else past[index], self.window)
            kept.append(seen)
        return self.say(self.last_norm(h)), kept
