r"""The embedding of the paper: a prompt as a matrix E with one column, a *token*, for each example.

The 2d + 2 rows form four blocks:

1. x, d rows;
2. y, one row;
3. w, d rows;
4. a flag, one row.

An example is the token (x, y, 0, 0). The last column is the weight token (0, 0, w, 1). A weight that does not fit the
prompts, or is not finite, is refused by name.
"""

import torch
from jaxtyping import Float

from ttsbook import _tensor_validation
from ttsbook import _validation as check
from ttsbook.data.prompts import Prompts
from ttsbook.tensors import Embedded, Weights, WeightsLike


def rows(dim: int) -> dict[int, slice]:
    """Rows of each block, by its number.

    Parameters
    ----------
    dim
        Dimension d of the examples.

    Examples
    --------
    >>> rows(3)[3]
    slice(4, 7, None)
    """
    dim = check.count("dim", dim, least=1)
    ends = (0, dim, dim + 1, 2 * dim + 1, 2 * dim + 2)  # def-embedding
    return {block: slice(*ends[block - 1 : block + 1]) for block in (1, 2, 3, 4)}


def weight_token(w: Float[torch.Tensor, "*prompts d"]) -> Float[torch.Tensor, "*prompts 2*d+2"]:
    """Token (0, 0, w, 1) that holds a weight.

    Parameters
    ----------
    w
        Weight.

    Examples
    --------
    >>> weight_token(torch.tensor([2.0, 3.0])).tolist()
    [0.0, 0.0, 0.0, 2.0, 3.0, 1.0]
    """
    check.instance("w", w, torch.Tensor)
    return torch.cat([torch.zeros_like(w), torch.zeros_like(w[..., :1]), w, torch.ones_like(w[..., :1])], dim=-1)


def weight(tokens: Float[torch.Tensor, "*prompts rows"]) -> Float[torch.Tensor, "*prompts rows//2-1"]:
    """Weight that tokens hold.

    Parameters
    ----------
    tokens
        Tokens.

    Examples
    --------
    >>> weight(weight_token(torch.tensor([2.0, 3.0]))).tolist()
    [2.0, 3.0]
    """
    check.instance("tokens", tokens, torch.Tensor)
    if tokens.ndim == 0 or tokens.shape[-1] % 2 or tokens.shape[-1] < 4:
        raise ValueError(f"tokens must have 2d + 2 rows in their last axis, got shape {tuple(tokens.shape)}")
    return tokens[..., rows(tokens.shape[-1] // 2 - 1)[3]]


def initial_weight(prompts: Prompts, w0: WeightsLike | None = None) -> Weights:
    """Weight from which a chain starts, one for each prompt.

    Parameters
    ----------
    prompts
        Batch of prompts.
    w0
        Weight of each prompt, (batch, d), or one for all, (d,); zero by default.

    Examples
    --------
    >>> x, y, w = torch.tensor([[[1.0, 2.0]]]), torch.tensor([[3.0]]), torch.tensor([[1.0, 1.0]])
    >>> initial_weight(Prompts(x, y, w, torch.tensor([1]))).tolist()
    [[0.0, 0.0]]
    """
    check.instance("prompts", prompts, Prompts)
    batch, _, dim = prompts.x.shape
    start = prompts.x.new_zeros(dim) if w0 is None else _tensor_validation.like("w0", w0, prompts.x)
    if start.shape not in ((batch, dim), (dim,)):
        raise ValueError(f"w0 must have shape ({batch}, {dim}) or ({dim},), got {tuple(start.shape)}")
    for name, value in {"x": prompts.x, "y": prompts.y, "w0": start}.items():
        _tensor_validation.finite(name, value)
    return start.expand(batch, dim)


def embed(prompts: Prompts, w0: WeightsLike | None = None) -> Embedded:
    """Embed prompts: a column for each example, then the weight token.

    In the book: :prf:ref:`def-embedding`.

    Parameters
    ----------
    prompts
        Batch of prompts of up to m examples.
    w0
        Weight in the last token, as for `initial_weight`.

    Examples
    --------
    >>> x, y, w = torch.tensor([[[1.0, 2.0]]]), torch.tensor([[3.0]]), torch.tensor([[1.0, 1.0]])
    >>> embed(Prompts(x, y, w, torch.tensor([1])))[0].tolist()
    [[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 1.0]]
    """
    start = initial_weight(prompts, w0)
    batch, length, dim = prompts.x.shape
    tokens = prompts.x.new_zeros(batch, length + 1, 2 * dim + 2)  # a row each, as examples are stored
    tokens[:, -1] = weight_token(start)  # def-embedding
    tokens[:, :length, :dim] = prompts.x
    tokens[:, :length, dim] = prompts.y
    return tokens.mT
