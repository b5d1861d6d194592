"""Prompts: batches of examples, labels and the weights that made them."""

from dataclasses import dataclass

from ttsbook import _tensor_validation  # says what is missing without PyTorch

# isort: split
import numpy as np
import torch

from ttsbook import _validation as check
from ttsbook.data.tasks import Mixture, Task


@dataclass(frozen=True, eq=False)
class Prompts:
    """A batch of prompts of up to m examples in d dimensions.

    A prompt shorter than m, as a mixture makes them, ends in zero examples: these change neither
    the sum of x xᵀ nor that of x y. `lengths` counts the others.

    Attributes
    ----------
    x : torch.Tensor, shape (batch, m, d)
        Examples.
    y : torch.Tensor, shape (batch, m)
        Labels.
    w : torch.Tensor, shape (batch, d)
        Weights behind the labels.
    lengths : torch.Tensor, shape (batch,)
        Number of examples in each prompt, padding not counted; at least 1.

    Raises
    ------
    TypeError
        If a field is no tensor.
    ValueError
        If shapes, types or devices do not fit together, a number is not finite, or a length is below 1.

    Examples
    --------
    >>> x, w = torch.tensor([[[1.0, 2.0], [0.0, 1.0]]]), torch.tensor([[3.0, 1.0]])
    >>> one = Prompts(x, (x @ w[..., None])[..., 0], w, torch.tensor([2]))
    >>> one.y.tolist()
    [[5.0, 1.0]]
    """

    x: torch.Tensor  # (batch, m, d)
    y: torch.Tensor  # (batch, m)
    w: torch.Tensor  # (batch, d)
    lengths: torch.Tensor  # (batch,)

    def __post_init__(self):
        for name in ("x", "y", "w", "lengths"):
            value = getattr(self, name)
            check.instance(name, value, torch.Tensor)
            _tensor_validation.real(name, value)
            if value.device != self.x.device:
                raise ValueError(f"{name} must be on the device of x, {self.x.device}, got {value.device}")
        if self.x.ndim != 3 or self.x.shape[-1] == 0:
            raise ValueError(f"x must have shape (batch, m, d), got {tuple(self.x.shape)}")
        batch, length, dim = self.x.shape
        for name, shape in {"y": (batch, length), "w": (batch, dim), "lengths": (batch,)}.items():
            found = tuple(getattr(self, name).shape)
            if found != shape:
                raise ValueError(f"{name} must have shape {shape} beside x of shape {tuple(self.x.shape)}, got {found}")
        if not self.x.is_floating_point():
            raise ValueError(f"x must have a floating type, got {self.x.dtype}")
        for name in ("x", "y", "w"):
            value = getattr(self, name)
            if value.dtype != self.x.dtype:
                raise ValueError(f"{name} must have the type of x, {self.x.dtype}, got {value.dtype}")
            _tensor_validation.finite(name, value)
        if self.lengths.is_floating_point() or self.lengths.dtype == torch.bool:
            raise ValueError(f"lengths must be integers, got {self.lengths.dtype}")
        if (self.lengths < 1).any():
            raise ValueError(f"lengths must be at least 1, got {self.lengths.min().item()}")


def sample(task, batch, *, generator, dtype=None, condensed=False):
    r"""Draw prompts: examples :math:`x \sim N(0, \Lambda)`, weights :math:`w \sim N(0, I)` and labels.

    Parameters
    ----------
    task : Task or Mixture
        What to draw from. Each prompt of a mixture draws its task first.
    batch : int
        Number of prompts, at least 1.
    generator : torch.Generator
        Source of randomness; the prompts are made on its device.
    dtype : torch.dtype, optional
        Floating type of x, y and w; by default that of `torch.get_default_dtype`.
    condensed : bool, default False
        Make prompts of at most d examples that stand for those of m. `lengths` is still m.

    Returns
    -------
    Prompts
        x of shape (batch, m, d), y (batch, m), w (batch, d), lengths (batch,). Condensed: min(m, d)
        for m.

    Raises
    ------
    TypeError
        If `task` or `generator` is of another type.
    ValueError
        If `batch` is below 1, or a task with label noise should be condensed.

    Notes
    -----
    Attention without a softmax sees a prompt only through :math:`X X^\top` and what follows from it and
    w. Without label noise, a condensed prompt :math:`\Sigma^{1/2} T`, with T the lower trapezoidal
    factor of Bartlett's decomposition (see `covariance.sample_empirical`), is to a linear layer what a
    prompt of m examples is, at a cost that does not depend on m. Other models can tell the two apart.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> task = Task(covariance.isotropic(5), 20)
    >>> drawn = sample(task, 8, generator=torch.Generator().manual_seed(0))
    >>> tuple(drawn.x.shape), tuple(drawn.y.shape), tuple(drawn.w.shape)
    ((8, 20, 5), (8, 20), (8, 5))
    """
    check.instance("task", task, Task, Mixture)
    if isinstance(task, Task):
        task = Mixture([task], [1.0])
    check.count("batch", batch, least=1)
    check.instance("generator", generator, torch.Generator)
    dtype = torch.get_default_dtype() if dtype is None else dtype
    check.instance("dtype", dtype, torch.dtype)
    if not dtype.is_floating_point:
        raise ValueError(f"dtype must be a floating type, got {dtype}")
    options = {"dtype": dtype, "device": generator.device}

    def stack(values):
        return torch.as_tensor(np.stack(values), **options)

    lengths = torch.tensor([part.prompt_length for part in task.tasks], device=generator.device)
    which = torch.multinomial(stack([task.weights])[0], batch, replacement=True, generator=generator)
    roots = stack([part.root for part in task.tasks])  # (tasks, d, d)
    noise = stack([np.sqrt(part.noise_variance) for part in task.tasks])  # (tasks,)
    length = int(lengths.max())
    if condensed:
        x, used = _factors(task, lengths[which], generator, options)
    else:
        x = torch.randn(batch, length, task.dim, generator=generator, **options)
        used = torch.arange(length, device=generator.device) < lengths[which, None]  # (batch, m)
    x = x @ roots[which]
    w = torch.randn(batch, task.dim, generator=generator, **options)
    y = torch.einsum("bmd,bd->bm", x, w)
    y = y + noise[which, None] * torch.randn(y.shape, generator=generator, **options)
    return Prompts(x * used[..., None], y * used, w, lengths[which])


def _factors(task, lengths, generator, options):
    """Draw Bartlett's factors, transposed, (batch, r, d), and which of their rows are examples, (batch, r)."""
    if any(part.noise_variance for part in task.tasks):
        raise ValueError("condensed prompts have no label noise, but task has some: use condensed=False")
    rank = min(task.dim, int(lengths.max()))
    freedom = lengths[:, None] - torch.arange(rank, device=lengths.device)  # (batch, r)
    x = torch.randn(len(lengths), rank, task.dim, generator=generator, **options).triu(1)
    # torch.distributions.Gamma draws by the same function, but from the global generator alone.
    squares = 2 * torch._standard_gamma(freedom.clamp(min=1).to(options["dtype"]) / 2, generator=generator)
    x.diagonal(dim1=1, dim2=2).copy_(squares.sqrt())
    return x, freedom > 0
