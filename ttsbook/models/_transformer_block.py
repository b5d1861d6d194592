"""One block of a GPT: attention, then a perceptron, each read through a norm and added to the stream."""

import torch
from torch.nn import functional


def blank_linear(inputs, outputs, **options):
    """Linear map whose weights are not set: its owner sets them from a generator of its own."""
    return torch.nn.utils.skip_init(torch.nn.Linear, inputs, outputs, **options)


class Block(torch.nn.Module):
    """Block of a GPT whose parts can be run alone, for the cache.

    Parameters
    ----------
    config : transformer.Config
        Shape.
    **options
        Floating type and device.
    """

    def __init__(self, config, **options):
        super().__init__()
        width = config.width
        self.heads = config.heads
        norm = torch.nn.LayerNorm if config.layer_norm else lambda width, **options: torch.nn.Identity()
        self.attention_norm = norm(width, **options)
        self.attention = blank_linear(width, 3 * width, **options)
        self.merge = blank_linear(width, width, **options)
        self.perceptron_norm = norm(width, **options)
        self.widen = blank_linear(width, 4 * width, **options)
        self.narrow = blank_linear(4 * width, width, **options)

    def forward(self, h, mask, *, causal, keep):
        """Run the block; with `keep`, answer only at that many last tokens, which see all others."""
        query, key, value = self.project(h, keep)
        if keep is None or keep == h.shape[1]:
            return self.attend(h, query, key, value, mask, causal=causal)
        mask = None if mask is None else mask[..., -keep:, :]
        return self.attend(h[:, -keep:], query, key, value, mask)

    def project(self, h, keep):
        """Project to queries of the last `keep` tokens (None: of all), and to keys and values of all.

        Returns
        -------
        tuple of torch.Tensor, shape (batch, heads, tokens, width / heads)
        """
        normed, width = self.attention_norm(h), h.shape[-1]
        if keep is None or keep == h.shape[1]:
            return self._split(self.attention(normed), 3)
        weight, bias = self.attention.weight, self.attention.bias
        last = normed[:, normed.shape[1] - keep :]
        query = self._split(functional.linear(last, weight[:width], bias[:width]), 1)
        return *query, *self._split(functional.linear(normed, weight[width:], bias[width:]), 2)

    def _split(self, joined, parts):
        batch, length, width = joined.shape
        shape = (batch, length, parts, self.heads, width // (parts * self.heads))
        return joined.view(shape).permute(2, 0, 3, 1, 4).unbind(0)

    def attend(self, h, query, key, value, mask, *, causal=False):
        """Mix the values, and finish the block."""
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=causal)
        h = h + self.merge(mixed.transpose(1, 2).flatten(2))
        return h + self.narrow(functional.gelu(self.widen(self.perceptron_norm(h)), approximate="tanh"))
