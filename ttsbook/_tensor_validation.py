"""Checks of tensors: each error names the argument and what it was."""

from ttsbook.tensors import WeightsLike  # first, as it says what is missing without PyTorch

# isort: split
import torch
from jaxtyping import Float, Shaped

from ttsbook import _validation as check


def like(name: str, value: WeightsLike, other: Float[torch.Tensor, "..."]) -> Float[torch.Tensor, "..."]:
    """Return `value` in the type and on the device of another tensor; refuse what would be lost."""
    if isinstance(value, torch.Tensor):
        real(name, value)
    else:
        value = torch.as_tensor(check.array(name, value))
    return value.to(other)


def real(name: str, tensor: Shaped[torch.Tensor, "..."]) -> None:
    """Refuse a tensor that is complex or masked."""
    if isinstance(tensor, torch.masked.MaskedTensor):
        raise ValueError(f"{name} must not be masked, got a masked tensor of shape {tuple(tensor.shape)}")
    if tensor.is_complex():
        raise ValueError(f"{name} must be real, got {tensor.dtype}")


def finite(name: str, tensor: Float[torch.Tensor, "..."]) -> None:
    """Refuse a tensor with NaN or infinite entries."""
    if not torch.isfinite(tensor).all():
        raise ValueError(f"{name} must be finite, got NaN or infinite entries")


def columns(
    name: str, tensor: Float[torch.Tensor, "prompts steps"], prompts: int
) -> tuple[Shaped[torch.Tensor, "..."], ...]:
    """Return the columns of a tensor that has a row for each prompt."""
    check.instance(name, tensor, torch.Tensor)
    if tensor.ndim != 2 or len(tensor) != prompts:
        raise ValueError(f"{name} must have a row for each of {prompts} prompts, got shape {tuple(tensor.shape)}")
    return tensor.unbind(dim=1)
