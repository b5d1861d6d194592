"""Shapes of tensors, under the names that signatures use; `arrays` has those of NumPy.

d is the number of features, m that of the examples of the longest prompt of a batch. A token, one column of an
embedded prompt, has 2d + 2 rows. To Python these names are comments; the tests check every call against them.
"""

from typing import TypeAlias

try:
    import torch
except ModuleNotFoundError as missing:
    words = "this part of ttsbook needs PyTorch, which its extra `models` brings: pip install -e '.[models]'"
    raise ModuleNotFoundError(words, name="torch") from missing

from jaxtyping import Float, Int

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
