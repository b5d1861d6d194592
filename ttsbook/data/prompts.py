"""Prompts: batches of examples, labels and the weights that made them.

Arguments that are out of range are refused by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ttsbook.tensors import Examples, Labels, Lengths, Options, Weights  # says what is missing without PyTorch

# isort: split
import numpy as np
import torch
from jaxtyping import Bool, Float

from ttsbook import _tensor_validation
from ttsbook import _validation as check
from ttsbook.arrays import Numbers
from ttsbook.data.features import Features, Gaussian
from ttsbook.data.tasks import Mixture, Task, mixture_of

GAUSSIAN = Gaussian()
SHARED = 2**24
"""Numbers in the roots of a batch, d² a prompt, above which prompts of one task share a root.

A product with a copy for each prompt differs from it in last digits, which trainings carry on, so what the book stores
keeps to copies: at most 2²² numbers. More are memory and time: 640 MB in float32 for 1,000 prompts at d = 400.
"""


@dataclass(frozen=True, eq=False)
class Prompts:
    """A batch of prompts of up to m examples in d dimensions.

    A prompt shorter than m, as a mixture makes them, ends in zero examples: these change neither
    the sum of x xᵀ nor that of x y. `lengths` counts the others.

    Attributes
    ----------
    x
        Examples.
    y
        Labels.
    w
        Weights behind the labels.
    lengths
        Number of examples in each prompt, padding not counted.

    Examples
    --------
    >>> x, w = torch.tensor([[[1.0, 2.0], [0.0, 1.0]]]), torch.tensor([[3.0, 1.0]])
    >>> batch = Prompts(x, (x @ w[..., None])[..., 0], w, torch.tensor([2]))
    >>> batch.y.tolist()
    [[5.0, 1.0]]
    """

    x: Examples
    y: Labels
    w: Weights
    lengths: Lengths

    def __post_init__(self) -> None:
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
            size = tuple(getattr(self, name).shape)
            if size != shape:
                raise ValueError(f"{name} must have shape {shape} beside x of shape {tuple(self.x.shape)}, got {size}")
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
        padding = torch.arange(length, device=self.x.device) >= self.lengths[:, None]
        if (padding & (self.x.any(dim=-1) | self.y.bool())).any():
            raise ValueError("lengths must count all examples, but x or y goes on beyond them: pad it with zeros")

    @property
    def condensed(self) -> bool:
        """Whether some prompts have fewer examples than they count: see `sample`."""
        return bool((self.lengths > self.x.shape[1]).any())


def sample(
    task: Task | Mixture,
    samples: int,
    *,
    generator: torch.Generator,
    dtype: torch.dtype | None = None,
    condensed: bool = False,
    features: Features = GAUSSIAN,
) -> Prompts:
    r"""Draw prompts: examples :math:`x \sim N(0, \Lambda)`, weights :math:`w \sim N(0, I)` and labels.

    Parameters
    ----------
    task
        What to draw from. Each prompt of a mixture draws its task first.
    samples
        Number of prompts.
    generator
        Source of randomness; the prompts are made on its device.
    dtype
        Floating type of x, y and w; by default that of `torch.get_default_dtype`.
    condensed
        Make prompts of min(m, d) examples that stand for those of m. `lengths` is still m.
    features
        Kind of the features, which keeps the covariance :math:`\Lambda`; by default Gaussian.

    Raises
    ------
    ValueError
        If a task with label noise, or features that are not Gaussian, should be condensed.

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
    >>> batch = sample(task, 8, generator=torch.Generator().manual_seed(0))
    >>> tuple(batch.x.shape), tuple(batch.y.shape), tuple(batch.w.shape)
    ((8, 20, 5), (8, 20), (8, 5))
    """
    task = mixture_of(check.instance("task", task, Task, Mixture))
    samples = check.count("samples", samples, least=1)
    check.instance("generator", generator, torch.Generator)
    dtype = check.instance("dtype", torch.get_default_dtype() if dtype is None else dtype, torch.dtype)
    if not dtype.is_floating_point:
        raise ValueError(f"dtype must be a floating type, got {dtype}")
    check.instance("features", features, Features)
    condensed = check.flag("condensed", condensed)
    normal = isinstance(features, Gaussian)
    if condensed and not normal:
        raise ValueError(f"condensed prompts are Gaussian, but features are {features}: use condensed=False")
    options: Options = {"dtype": dtype, "device": generator.device}
    lengths = torch.tensor([part.prompt_length for part in task.tasks], device=generator.device)
    origin = torch.multinomial(_stack([task.weights], options)[0], samples, replacement=True, generator=generator)
    roots = _stack([part.root for part in task.tasks], options)  # (tasks, d, d)
    noise = _stack([np.sqrt(part.noise_variance) for part in task.tasks], options)  # (tasks,)
    length = int(lengths.max())
    if condensed:
        x, used = _factors(task, lengths[origin], generator, options)
    else:
        shape = (samples, length, task.dim)
        x = torch.randn(shape, generator=generator, **options) if normal else _draw(features, shape, generator, options)
        used = torch.arange(length, device=generator.device) < lengths[origin, None]  # (batch, m)
    shared = len(task.tasks) == 1 and samples * task.dim**2 > SHARED
    x = x @ (roots[0] if shared else roots[origin])  # def-prompt
    w = torch.randn(samples, task.dim, generator=generator, **options)
    y = torch.einsum("bmd,bd->bm", x, w)  # def-prompt
    y = y + noise[origin, None] * torch.randn(y.shape, generator=generator, **options)
    return Prompts(x * used[..., None], y * used, w, lengths[origin])


def label(x: Examples, *, generator: torch.Generator) -> Prompts:
    r"""Make prompts of given examples: weights :math:`w \sim N(0, I)` are drawn, and labels have no noise.

    Parameters
    ----------
    x
        Examples, such as rows that `rows.Rows.draw` draws.
    generator
        Source of randomness, on the device of the examples.

    Examples
    --------
    >>> from ttsbook.data.rows import Rows
    >>> pool = Rows([[1.0, 2.0], [0.0, 1.0], [3.0, 0.0]])
    >>> x = torch.as_tensor(pool.draw(2, samples=5, rng=np.random.default_rng(0)))
    >>> tuple(label(x, generator=torch.Generator().manual_seed(0)).y.shape)
    (5, 2)
    """
    check.instance("x", x, torch.Tensor)
    check.instance("generator", generator, torch.Generator)
    if not x.is_floating_point():
        raise ValueError(f"x must be of a floating type, got {x.dtype}")
    if x.ndim != 3 or x.numel() == 0:
        raise ValueError(f"x must have shape (batch, m, d), got {tuple(x.shape)}")
    w = torch.randn((len(x), x.shape[-1]), generator=generator, dtype=x.dtype, device=x.device)
    lengths = torch.full((len(x),), x.shape[1], device=x.device)
    return Prompts(x, torch.einsum("bmd,bd->bm", x, w), w, lengths)  # def-prompt


def _draw(
    features: Features, shape: tuple[int, int, int], generator: torch.Generator, options: Options
) -> Float[torch.Tensor, "batch m d"]:
    """Draw standard features by NumPy, from a seed that the generator draws."""
    seed = torch.randint(2**63 - 1, (), generator=generator, device=generator.device).item()
    return torch.as_tensor(features.draw(np.random.default_rng(int(seed)), shape), **options)


def _stack(values: Sequence[Numbers | np.float64], options: Options) -> Float[torch.Tensor, "tasks ..."]:
    """Make one tensor of the values of all tasks."""
    return torch.as_tensor(np.stack(values), **options)


def _factors(
    task: Mixture, lengths: Lengths, generator: torch.Generator, options: Options
) -> tuple[Float[torch.Tensor, "batch r d"], Bool[torch.Tensor, "batch r"]]:
    """Draw Bartlett's factors, transposed, and which of their rows are examples."""
    if any(part.noise_variance for part in task.tasks):
        raise ValueError("condensed prompts have no label noise, but task has some: use condensed=False")
    rank = min(task.dim, int(lengths.max()))
    freedom = lengths[:, None] - torch.arange(rank, device=lengths.device)  # (batch, r)
    x = torch.randn(len(lengths), rank, task.dim, generator=generator, **options).triu(1)
    shape = freedom.clamp(min=1).to(x.dtype) / 2
    # torch.distributions.Gamma draws by the same function, but from the global generator alone.
    squares = 2 * torch._standard_gamma(shape, generator=generator)  # pyright: ignore  # the public one has no generator
    x.diagonal(dim1=1, dim2=2).copy_(squares.sqrt())  # prop-condensed
    return x, freedom > 0
