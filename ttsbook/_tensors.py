"""Checks of tensors: each error names the argument and what it was."""

try:
    import torch
except ModuleNotFoundError as missing:
    words = "this part of ttsbook needs PyTorch, which its extra `models` brings: pip install -e '.[models]'"
    raise ModuleNotFoundError(words, name="torch") from missing

from ttsbook import _validation as check


def like(name, value, other):
    """Return `value`, a tensor or array_like, in the type and on the device of another tensor; refuse what it loses."""
    if isinstance(value, torch.Tensor):
        real(name, value)
    else:
        value = torch.as_tensor(check.array(name, value))
    return value.to(other)


def real(name, tensor):
    """Refuse a tensor that is complex or masked."""
    if isinstance(tensor, torch.masked.MaskedTensor):
        raise ValueError(f"{name} must not be masked, got a masked tensor of shape {tuple(tensor.shape)}")
    if tensor.is_complex():
        raise ValueError(f"{name} must be real, got {tensor.dtype}")


def finite(name, tensor):
    """Refuse a tensor with NaN or infinite entries."""
    if not torch.isfinite(tensor).all():
        raise ValueError(f"{name} must be finite, got NaN or infinite entries")
