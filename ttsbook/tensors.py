"""Shapes of tensors, under the names that signatures use; `arrays` has those of NumPy.

d is the number of features, m that of the examples of the longest prompt of a batch. A token, one column of an
embedded prompt, has 2d + 2 rows. To Python these names are comments; the tests check every call against them.
"""

from typing import Any, TypeAlias, TypedDict

try:
    import torch
except ModuleNotFoundError as missing:
    words = "this part of ttsbook needs PyTorch, which its extra `models` brings: pip install -e '.[models]'"
    raise ModuleNotFoundError(words, name="torch") from missing

from jaxtyping import Float, Int, Shaped
from numpy.typing import ArrayLike

linalg: Any = torch.linalg
"""Linear algebra of PyTorch, whose functions say no types."""

Examples: TypeAlias = Float[torch.Tensor, "batch m d"]
"""Examples x of each prompt."""
Labels: TypeAlias = Float[torch.Tensor, "batch m"]
"""Labels y of each prompt."""
Weights: TypeAlias = Float[torch.Tensor, "batch d"]
"""A weight w of each prompt."""
Lengths: TypeAlias = Int[torch.Tensor, " batch"]
"""Number of examples of each prompt."""
Scalings: TypeAlias = Float[torch.Tensor, " batch"]
"""Scaling ρ of each prompt."""
Embedded: TypeAlias = Float[torch.Tensor, "batch rows tokens"]
"""Embedded prompts; rows = 2d + 2."""
Token: TypeAlias = Float[torch.Tensor, "batch rows"]
"""One token of each prompt."""
Chain: TypeAlias = Float[torch.Tensor, "batch {steps}+1 d"]
"""A weight of each prompt after each thinking step; index 0 is the start."""
Scalar: TypeAlias = Float[torch.Tensor, ""]
"""One number, such as a loss."""
SquareMatrix: TypeAlias = Float[torch.Tensor, "d d"]
"""One matrix."""
SquareMatrices: TypeAlias = Float[torch.Tensor, "batch d d"]
"""A matrix for each prompt, such as the sum of x xᵀ over its examples."""

WeightsLike: TypeAlias = Shaped[torch.Tensor, "..."] | ArrayLike
"""What weights are made of: one of each prompt, or one for all of them; a tensor or not."""
ScalingsLike: TypeAlias = float | Scalings | Lengths
"""What scalings are made of: one number for all prompts, or one of each, such as its number of examples."""


class Options(TypedDict):
    """Floating type and device of tensors that are made.

    Examples
    --------
    >>> Options(dtype=torch.float64, device="cpu")
    {'dtype': torch.float64, 'device': 'cpu'}
    """

    dtype: torch.dtype | None
    device: torch.device | str | None
