"""Two architectures between the linear layer and the GPT: heads of softmax attention alone, and linear layers in a row.

Both add what they say to the weight that they read, and attend to examples only, so that several weights can be
answered on one prompt.
"""

from collections.abc import Iterator, Sized

import torch
from jaxtyping import Float
from torch.nn import functional

from ttsbook.data.prompts import Prompts
from ttsbook.models import embedding
from ttsbook.tensors import Embedded, ScalingsLike, Token, Weights, WeightsLike


class OneStep(torch.nn.Module):
    """What the two share: a step is a function of the examples and of the weights that are read, each alone.

    Parameters
    ----------
    dim
        Dimension d of the examples.

    Examples
    --------
    >>> OneStep(3).dim
    3
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def step(
        self, examples: Float[torch.Tensor, "batch m rows"], w0: Float[torch.Tensor, "batch weights d"]
    ) -> Float[torch.Tensor, "batch weights d"]:
        """Answer each weight with the next one."""
        raise NotImplementedError

    def answer(
        self, prompts: Prompts, w0: Float[torch.Tensor, "batch weights d"]
    ) -> Float[torch.Tensor, "batch weights d"]:
        """Answer several weights on each prompt."""
        return self.step(embedding.embed(prompts)[..., :-1].mT, w0)

    def next_token(self, E: Embedded, rho: ScalingsLike | None = None) -> Token:
        """Answer the last weight token of embedded prompts of one length."""
        examples = E[..., E[0, -1] == 0].mT
        return embedding.weight_token(self.step(examples, embedding.weight(E[..., -1])[:, None])[:, 0])

    def forward(self, E: Embedded, rho: ScalingsLike | None = None) -> Embedded:
        """Answer at the last column; the others are passed on."""
        return torch.cat([E[..., :-1], self.next_token(E)[..., None]], dim=-1)

    @torch.no_grad()
    def chain(self, prompts: Prompts, scalings: Sized, w0: WeightsLike | None = None) -> Iterator[Weights]:
        """Think, embedding the prompt once."""
        E = embedding.embed(prompts, w0)
        w = embedding.weight(E[..., -1])
        yield w
        for _ in range(len(scalings)):
            w = self.step(E[..., :-1].mT, w[:, None])[:, 0]
            yield w


class SoftmaxHeads(OneStep):
    r"""Heads of softmax attention from a weight to the examples: no perceptron, no normalization.

    Head h scores example i by :math:`(x_i, y_i)^\top W_h\,(w, 1)`. Two heads with opposite W can ask for
    :math:`\pm\beta\langle x_i, w^* - w\rangle`, whose answers :math:`\pm\beta\Sigma(w^* - w)` do not see the mean of x.

    Parameters
    ----------
    dim
        Dimension d of the examples.
    heads
        Number of heads.
    scale
        Standard deviation of the initial weights.
    generator
        Source of the initial weights.

    Examples
    --------
    >>> SoftmaxHeads(3, heads=2, scale=0.3, generator=torch.Generator()).W.shape
    torch.Size([2, 4, 4])
    """

    def __init__(self, dim: int, *, heads: int, scale: float, generator: torch.Generator) -> None:
        super().__init__(dim)
        self.W = torch.nn.Parameter(scale * torch.randn(heads, dim + 1, dim + 1, generator=generator))
        self.V = torch.nn.Parameter(scale * torch.randn(heads, dim, dim + 1, generator=generator))

    def step(
        self, examples: Float[torch.Tensor, "batch m rows"], w0: Float[torch.Tensor, "batch weights d"]
    ) -> Float[torch.Tensor, "batch weights d"]:
        """Answer each weight with the next one."""
        keys = examples[:, None, :, : self.dim + 1]
        queries = torch.cat([w0, torch.ones_like(w0[..., :1])], dim=-1)[:, None]
        seen = functional.scaled_dot_product_attention(queries @ self.W.mT, keys, keys, scale=1.0)
        return w0 + (seen @ self.V.mT).sum(dim=1)


class LinearLayers(OneStep):
    r"""Layers of linear attention in a row, each with all of V and W, which change the examples too.

    Layer l turns each token t into :math:`t + V_l \hat S_l W_l t` with :math:`\hat S_l` the mean of
    :math:`e_i e_i^\top` over the examples as it finds them.

    Parameters
    ----------
    dim
        Dimension d of the examples.
    layers
        Number of layers.
    scale
        Standard deviation of the initial weights.
    tied
        Give all layers the same weights.
    generator
        Source of the initial weights.

    Examples
    --------
    >>> LinearLayers(3, layers=2, scale=0.05, generator=torch.Generator()).V.shape
    torch.Size([2, 8, 8])
    >>> LinearLayers(3, layers=2, scale=0.05, tied=True, generator=torch.Generator()).V.shape
    torch.Size([1, 8, 8])
    """

    def __init__(self, dim: int, *, layers: int, scale: float, tied: bool = False, generator: torch.Generator) -> None:
        super().__init__(dim)
        rows, own = 2 * dim + 2, 1 if tied else layers
        self.layers = layers
        self.V, self.W = (torch.nn.Parameter(scale * torch.randn(own, rows, rows, generator=generator)) for _ in "VW")

    def step(
        self, examples: Float[torch.Tensor, "batch m rows"], w0: Float[torch.Tensor, "batch weights d"]
    ) -> Float[torch.Tensor, "batch weights d"]:
        """Answer each weight with the next one."""
        tokens = embedding.weight_token(w0)
        for V, W in zip(*(weights.expand(self.layers, -1, -1) for weights in (self.V, self.W)), strict=True):
            attention = (V @ (examples.mT @ examples / examples.shape[1]) @ W).mT
            examples, tokens = examples + examples @ attention, tokens + tokens @ attention
        return embedding.weight(tokens)


def opposite_heads(P: torch.Tensor, sharpness: float) -> SoftmaxHeads:
    r"""Two heads of sharpness ±β whose step is that of the preconditioner P on an endless Gaussian prompt.

    Parameters
    ----------
    P
        Preconditioner, (d, d).
    sharpness
        The β.

    Examples
    --------
    >>> opposite_heads(torch.eye(2), 0.5).V[0].tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    dim = len(P)
    model = SoftmaxHeads(dim, heads=2, scale=0.0, generator=torch.Generator()).to(P.dtype)
    signs = torch.tensor([1.0, -1.0], dtype=P.dtype)[:, None, None]
    asks = torch.diag(torch.tensor([-1.0] * dim + [1.0], dtype=P.dtype))  # scores y_i - <x_i, w>
    model.W.data = sharpness * signs * asks
    model.V.data = signs * functional.pad(P, (0, 1)) / (2 * sharpness)  # prop-softmax
    return model
