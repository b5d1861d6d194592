"""Error curves: how far from the weight a model is after each thinking step."""

import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Float64
from numpy.typing import ArrayLike

from ttsbook import _validation as check
from ttsbook.arrays import VectorLike
from ttsbook.data import prompts as prompt_batches
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Mixture, Task, mixture_of
from ttsbook.tensors import Chain, ScalingsLike, Weights, WeightsLike
from ttsbook.theory import DivergenceWarning
from ttsbook.theory.intervals import simultaneous
from ttsbook.thinking import cot

CHUNK_NUMBERS = 2**21  # numbers in the embedding of the prompts held at a time


@dataclass(frozen=True, eq=False)
class ErrorCurve:
    """Measured error of each thinking step; the arrays have steps + 1 numbers, index 0 is no thinking.

    Attributes
    ----------
    mean
        Mean over prompts and weights of the squared distance to the weight.
    low, high
        Interval that holds the expectation at all steps at once with 99 % confidence.
    median
        Median over prompts and weights.
    samples
        Number of prompts.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> from ttsbook.models import baselines
    >>> task, generator = Task(covariance.isotropic(2), 10), torch.Generator().manual_seed(1)
    >>> curve = error_curve(baselines.least_squares(), task, steps=1, samples=200, generator=generator)
    >>> bool(curve.low[0] < 2 < curve.high[0]), curve.mean[1].round(6).item(), curve.samples
    (True, 0.0, 200)
    """

    mean: Float64[np.ndarray, " looks"]
    low: Float64[np.ndarray, " looks"]
    high: Float64[np.ndarray, " looks"]
    median: Float64[np.ndarray, " looks"]
    samples: int


def error_curve(
    model: torch.nn.Module | Callable[[Prompts, int], Chain],
    task: Task | Mixture | Prompts,
    *,
    steps: int,
    samples: int | None = None,
    generator: torch.Generator | None = None,
    condensed: bool = False,
    rho: float | Literal["tokens"] | Callable[[Prompts], ScalingsLike | ArrayLike] | None = None,
    w0: Float[torch.Tensor, " d"] | VectorLike | Callable[[Prompts], WeightsLike] | None = None,
) -> ErrorCurve:
    r"""Measure the error :math:`\mathbb{E}\|w_k - w\|^2` of each thinking step.

    Generators of one seed give all models of one floating type the same prompts.

    Parameters
    ----------
    model
        What thinks: a model that `cot.think` can run, such as a `cot.Stepwise`, or a baseline
        ``f(prompts, steps)`` that gets prompts in float64 and returns its answers, shape
        (batch, steps + 1, d).
    task
        What the test prompts are drawn from, or the prompts themselves.
    steps
        Number of thinking steps.
    samples
        Number of prompts to draw, at least 2.
    generator
        Source of randomness, where prompts are drawn.
    condensed
        Draw condensed prompts, which a linear layer cannot tell from others: see `prompts.sample`. Only a
        `LinearSelfAttention` that `cot.runs_plainly` takes them, and a baseline, which must see a prompt
        only through the sums of x xᵀ and x y.
    rho
        Scaling of a model as `cot.think` takes it, or a function of the prompts drawn that gives one for
        each of them, such as ``lambda batch: theory.best_scaling(P, batch.x)``. Not for a baseline.
    w0
        Weight from which a model starts, or a function of the prompts drawn that gives one for each of
        them, such as ``lambda batch: 0.5 * batch.w``; zero by default. Not for a baseline.

    Warns
    -----
    DivergenceWarning
        Once, if an error is reported as inf.

    Raises
    ------
    ValueError
        If a number is out of range, the answers have another shape or are NaN, or `rho` or `w0`
        has numbers for single prompts and is no function, as prompts are taken a few at a time.
    TypeError
        If a baseline is given a scaling or a start, or another model than a linear layer condensed prompts.

    Notes
    -----
    The interval is the mean ± z standard errors, with z by Bonferroni's correction for steps + 1
    looks. It rests on the central limit theorem: where few prompts diverge and carry the mean, it is
    too narrow, and the median is the number to quote.

    Examples
    --------
    >>> from ttsbook import theory
    >>> from ttsbook.data import covariance
    >>> from ttsbook.models.attention import LinearSelfAttention
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.isotropic(5), 50)
    >>> model = LinearSelfAttention(5).set_preconditioner(theory.preconditioner(task))
    >>> curve = error_curve(model, task, steps=3, samples=2000, generator=torch.Generator().manual_seed(0))
    >>> curve.mean.round(1).tolist()
    [4.9, 0.5, 0.1, 0.0]

    Prompts that one holds, here with a label of each that is wrong:

    >>> from dataclasses import replace
    >>> batch = prompt_batches.sample(task, 500, generator=torch.Generator().manual_seed(1))
    >>> y = batch.y.index_add(1, torch.tensor([0]), torch.full((500, 1), 3.0))
    >>> error_curve(model, replace(batch, y=y), steps=3).mean.round(1).tolist()
    [5.0, 0.6, 0.1, 0.1]
    """
    steps = check.count("steps", steps, least=0)
    answers, dtype = _thinker(model, rho, w0)
    check.instance("task", task, Task, Mixture, Prompts)
    condensed = check.flag("condensed", condensed)
    if condensed and isinstance(task, Prompts):
        raise ValueError("condensed must be False beside prompts, whose lengths say whether they are condensed")
    if condensed and isinstance(model, torch.nn.Module):
        cot.check_condensed(model)
    if isinstance(task, Prompts):
        batches = _batches(task, dtype, samples, generator)
    else:
        samples = check.count("samples", samples, least=2)
        batches = _drawn(task, samples, generator=generator, dtype=dtype, condensed=condensed)
    errors = np.concatenate([_squared_errors(answers(batch, steps), batch.w, steps) for batch in batches])
    if np.isinf(errors).any():
        message = "a chain diverged beyond the range of its floating type; its error is reported as inf"
        warnings.warn(message, DivergenceWarning, stacklevel=2)
    return _summarize(errors)


def _held_at_once(length: int, dim: int) -> int:
    """Return the number of prompts to hold at a time."""
    return max(1, CHUNK_NUMBERS // ((length + 1) * (2 * dim + 2)))


def _drawn(
    task: Task | Mixture, samples: int, *, generator: torch.Generator | None, dtype: torch.dtype, condensed: bool
) -> Iterator[Prompts]:
    """Draw prompts, so many at a time."""
    if generator is None:
        raise TypeError("generator must be a torch.Generator where prompts are drawn, got None")
    task = mixture_of(task)
    lengths = [part.prompt_length for part in task.tasks]
    longest = max(min(length, task.dim) for length in lengths) if condensed else max(lengths)  # prop-condensed
    chunk = _held_at_once(longest, task.dim)
    for first in range(0, samples, chunk):
        size = min(chunk, samples - first)
        yield prompt_batches.sample(task, size, generator=generator, dtype=dtype, condensed=condensed)


def _batches(given: Prompts, dtype: torch.dtype, samples: int | None, generator: object) -> Iterator[Prompts]:
    """Cut given prompts into pieces of the floating type that the model wants."""
    for name, value in {"samples": samples, "generator": generator}.items():
        if value is not None:
            raise TypeError(f"{name} must be None where the prompts are given, got {value!r}")
    if len(given.x) < 2:
        raise ValueError(f"task must hold at least 2 prompts, got {len(given.x)}")
    size = _held_at_once(*given.x.shape[1:])
    parts = (torch.split(part, size) for part in (given.x, given.y, given.w, given.lengths))
    for x, y, w, lengths in zip(*parts, strict=True):
        yield Prompts(x.to(dtype), y.to(dtype), w.to(dtype), lengths)


def _thinker(
    model: torch.nn.Module | Callable[[Prompts, int], Chain],
    rho: float | Literal["tokens"] | Callable[[Prompts], ScalingsLike | ArrayLike] | None,
    w0: Float[torch.Tensor, " d"] | VectorLike | Callable[[Prompts], WeightsLike] | None,
) -> tuple[Callable[[Prompts, int], Chain], torch.dtype]:
    """Return a function of prompts and steps that gives the answers, and the floating type it wants."""
    if not isinstance(model, torch.nn.Module):
        try:
            inspect.signature(model).bind(None, None)
        except TypeError:  # no function, or one of other arguments
            raise TypeError(
                f"model must be a module or a function of prompts and steps, got {model!r}: "
                "cot.Stepwise makes a model of a function of x, y and w"
            ) from None
        except ValueError:  # written in another language, it does not say its arguments
            pass
        for name, value in {"rho": rho, "w0": w0}.items():
            if value is not None:
                raise TypeError(f"{name} must be None for a function of prompts and steps, got {value!r}")
        return model, torch.float64
    for name, value, most in (("rho", rho, 0), ("w0", w0, 1)):
        if value is not None and not callable(value) and np.ndim(value) > most:
            raise ValueError(
                f"{name} must be the same for all prompts, or a function of prompts that gives one for each, such as "
                f"lambda prompts: …, got {check.shown(value)}"
            )

    def answers(prompts: Prompts, steps: int) -> Chain:
        scaling = rho(prompts) if callable(rho) else rho
        start = w0(prompts) if callable(w0) else w0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DivergenceWarning)  # said once, for all prompts
            return cot.think(model, prompts, steps, rho=scaling, w0=start)

    return answers, next((parameter.dtype for parameter in model.parameters()), torch.float64)


def _squared_errors(
    answers: Float[torch.Tensor, "..."], w: Weights, steps: int
) -> Float64[np.ndarray, "batch {steps}+1"]:
    """Squared distances in float64: squares of float32 overflow early."""
    expected = (len(w), steps + 1, w.shape[-1])
    check.instance("the model's answers", answers, torch.Tensor)
    if tuple(answers.shape) != expected:
        raise ValueError(f"the model's answers must have shape {expected}, got {tuple(answers.shape)}")
    errors = (answers.double() - w[:, None].double()).square().sum(dim=-1).cpu().numpy()
    if np.isnan(errors).any():
        raise ValueError("the model's answers must not be NaN")
    return errors


def _summarize(errors: Float64[np.ndarray, "samples looks"]) -> ErrorCurve:
    """Mean, interval and median over samples."""
    samples, looks = errors.shape
    with np.errstate(invalid="ignore", over="ignore"):
        mean = errors.mean(axis=0)
        standard_error = errors.std(axis=0, ddof=1) / np.sqrt(samples)
    return ErrorCurve(mean, *simultaneous(mean, standard_error, looks), np.median(errors, axis=0), samples)
