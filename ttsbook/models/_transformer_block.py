"""One block of a GPT: attention, then a perceptron, each read through a norm and added to the stream."""

from typing import TypeAlias, Unpack

import torch
from jaxtyping import Bool, Float
from torch.nn import functional

from ttsbook.tensors import Options

Stream: TypeAlias = Float[torch.Tensor, "batch tokens width"]
"""What the blocks read and add to."""
Heads: TypeAlias = Float[torch.Tensor, "batch heads seen size"]
"""Keys or values; size = width / heads."""
Queries: TypeAlias = Float[torch.Tensor, "batch heads asking size"]
"""Queries of the tokens that ask, which may be the last ones alone."""
Mask: TypeAlias = Bool[torch.Tensor, "*prompts asking seen"]
"""Who sees whom, in each prompt or in all."""


def blank_linear(inputs: int, outputs: int, **options: Unpack[Options]) -> torch.nn.Linear:
    """Linear map whose weights are not set: its owner sets them from a generator of its own."""
    return torch.nn.utils.skip_init(torch.nn.Linear, inputs, outputs, **options)  # pyright: ignore  # says Module


def norm(width: int, *, layer_norm: bool, **options: Unpack[Options]) -> torch.nn.Module:
    """LayerNorm, or nothing in its place."""
    return torch.nn.LayerNorm(width, **options) if layer_norm else torch.nn.Identity()


class Block(torch.nn.Module):
    """Block of a GPT whose parts can be run alone, for the cache.

    Parameters
    ----------
    width
        Width of the stream.
    heads
        Heads of attention, a divisor of the width.
    layer_norm
        Whether there are norms.
    **options
        Floating type and device.
    """

    def __init__(self, width: int, heads: int, *, layer_norm: bool, **options: Unpack[Options]) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm = norm(width, layer_norm=layer_norm, **options)
        self.attention = blank_linear(width, 3 * width, **options)
        self.merge = blank_linear(width, width, **options)
        self.perceptron_norm = norm(width, layer_norm=layer_norm, **options)
        self.widen = blank_linear(width, 4 * width, **options)
        self.narrow = blank_linear(4 * width, width, **options)

    def forward(
        self, h: Stream, mask: Bool[torch.Tensor, "..."] | None, *, causal: bool, keep: int
    ) -> Float[torch.Tensor, "batch asking width"]:
        """Run the block, and answer at that many last tokens, which see all others."""
        query, key, value = self.project(h, keep)
        mask = None if mask is None else mask[..., -keep:, :]
        return self.attend(h[:, -keep:], query, key, value, mask, causal=causal and keep == h.shape[1])

    def project(self, h: Stream, keep: int) -> tuple[Queries, Heads, Heads]:
        """Project to queries of the last `keep` tokens, and to keys and values of all."""
        normed, width = self.attention_norm(h), h.shape[-1]
        if keep == h.shape[1]:
            query, key, value = self._split(self.attention(normed), 3)
            return query, key, value
        weight, bias = self.attention.weight, self.attention.bias
        last = normed[:, normed.shape[1] - keep :]
        (query,) = self._split(functional.linear(last, weight[:width], bias[:width]), 1)
        key, value = self._split(functional.linear(normed, weight[width:], bias[width:]), 2)
        return query, key, value

    def _split(self, joined: Float[torch.Tensor, "batch tokens joined"], parts: int) -> tuple[Heads, ...]:
        """Split what a projection made into its parts, and each of these into heads."""
        batch, length, width = joined.shape
        shape = (batch, length, parts, self.heads, width // (parts * self.heads))
        return joined.view(shape).permute(2, 0, 3, 1, 4).unbind(0)

    def attend(
        self,
        h: Float[torch.Tensor, "batch asking width"],
        query: Queries,
        key: Heads,
        value: Heads,
        mask: Mask | None,
        *,
        causal: bool = False,
    ) -> Float[torch.Tensor, "batch asking width"]:
        """Mix the values, and finish the block."""
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=causal)
        h = h + self.merge(mixed.transpose(1, 2).flatten(2))
        return h + self.narrow(functional.gelu(self.widen(self.perceptron_norm(h)), approximate="tanh"))
