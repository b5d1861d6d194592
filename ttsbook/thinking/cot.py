r"""Chains of thought: a model that reads its own last answer, again and again.

A thinking step appends the model's answer to the prompt and runs the model again. For linear
attention whose other blocks are zero that is a recursion on the weight alone,

.. math:: w_{k+1} = w_k + V_{31}\,(X X^\top W_{13}\, w_k + W_{24}\, X y)/\rho,

which for the optimum is the paper's Proposition 3.2. Arguments that do not fit are refused by name.
"""

import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from numbers import Number
from typing import Literal, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from numpy.typing import ArrayLike

from ttsbook import _tensor_validation
from ttsbook import _validation as check
from ttsbook.data.prompts import Prompts
from ttsbook.models import embedding
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.models.protocols import HasNextToken, Thinker
from ttsbook.tensors import (
    Chain,
    Embedded,
    Examples,
    Labels,
    Lengths,
    Scalings,
    ScalingsLike,
    SquareMatrices,
    Token,
    Weights,
    WeightsLike,
)
from ttsbook.theory import DivergenceWarning

READS_WEIGHTS = ("V13", "V14", "V33", "V34", "V43", "V44")  # use rows of E Eᵀ that the weight tokens fill
READS_WEIGHTS_TO_Y = ("V23", "V24")
WRITES_Y = ("V21", "V22")  # give the new token a y, which E Eᵀ mixes with its weight
ATTENDS_TO_WEIGHTS = ("W33", "W34", "W43", "W44")
USES_Y = ("W12", "W22")
LEAKS: list[tuple[str, ...]] = [
    *((name,) for name in ("V11", "V12", "V32", "V41", "V42", "W14", "W23")),
    *product(READS_WEIGHTS, ATTENDS_TO_WEIGHTS),
    *product(WRITES_Y, READS_WEIGHTS + USES_Y),
    *product(READS_WEIGHTS_TO_Y, ATTENDS_TO_WEIGHTS, USES_Y),
]  # prop-leaks
"""Smallest sets of weight blocks through which a chain departs from the recursion."""

GROWN = 1 / 4  # a weight beyond this power of the largest number may overflow to NaN in the products of a step
HOOKS = ("_forward_hooks", "_forward_pre_hooks")  # PyTorch tells of them by no public name


@runtime_checkable
class _HasChain(Protocol):
    """A model with a short cut: it yields w_0, and then one weight for each scaling."""

    def chain(self, prompts: Prompts, scalings: Sequence[Scalings], w0: WeightsLike | None) -> Iterator[Weights]: ...


def leaks(model: LinearSelfAttention) -> list[tuple[str, ...]]:
    """List the sets of weight blocks through which a chain departs from the recursion.

    Alone a block of V that writes x, y or the flag from the examples, or reads y into w, does it; others
    do it only together. W11, W21, W31, W41, W32 and W42 never do.

    In the book: :prf:ref:`prop-leaks`.

    Parameters
    ----------
    model
        Layer.

    Returns
    -------
    list of tuple of str
        Each smallest set of which all blocks are nonzero, such as ``("V33", "W44")``; empty if the
        recursion is exact.

    Examples
    --------
    >>> model = LinearSelfAttention(2)
    >>> _ = model.block("V24").data.fill_(0.1), model.block("W44").data.fill_(0.1)
    >>> leaks(model)
    []
    >>> _ = model.block("V33").data.fill_(0.1)
    >>> leaks(model)
    [('V33', 'W44')]
    """
    check.instance("model", model, LinearSelfAttention)
    nonzero = {name for name in {name for leak in LEAKS for name in leak} if model.block(name).any()}
    return [leak for leak in LEAKS if nonzero.issuperset(leak)]


class Stepwise(torch.nn.Module):
    """Model of one's own, made of a function that answers examples, labels and a weight with the next weight.

    It thinks as any other model does: `think`, `step_jacobian` and `evaluation.error_curve` take it.

    Parameters
    ----------
    answer
        Function ``answer(x, y, w)`` of tensors of shapes (batch, m, d), (batch, m) and (batch, d) that
        returns a weight for each prompt, of shape (batch, d). It may be a module, and then has its own
        floating type. Shorter prompts of a batch end in examples of zeros, which are not to be counted; in the example
        below no true one may be zero, as `features.Sparse` draws them.
    dim
        Dimension d of the examples.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> def descend(x, y, w):
    ...     residual = y - torch.einsum("bmd,bd->bm", x, w)
    ...     lengths = x.any(dim=-1).sum(dim=-1, keepdim=True)
    ...     return w + 0.5 * torch.einsum("bmd,bm->bd", x, residual) / lengths
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 50), 3, generator=torch.Generator().manual_seed(0))
    >>> chain = think(Stepwise(descend, dim=2), batch, 50)
    >>> torch.allclose(chain[:, 50], batch.w, atol=1e-3)
    True
    """

    def __init__(self, answer: Callable[[Examples, Labels, Weights], Weights], *, dim: int) -> None:
        super().__init__()
        if not callable(answer):
            raise TypeError(f"answer must be a function of x, y and w, got {answer!r}")
        self.answer, self.dim = answer, check.count("dim", dim, least=1)

    def forward(self, E: Embedded, rho: ScalingsLike | None = None) -> Embedded:
        """Answer the weight in the last column; the others are left as they are.

        Parameters
        ----------
        E
            Embedded prompts.
        rho
            Ignored: a function that scales its sums counts the examples in x.
        """
        return torch.cat([E[..., :-1], self.next_token(E)[..., None]], dim=-1)

    def next_token(self, E: Embedded, rho: ScalingsLike | None = None) -> Token:
        """Last column of `forward`.

        Raises
        ------
        ValueError
            If the function returns anything but one weight for each prompt.
        """
        tokens = E.mT[:, E[0, -1] == 0]  # the examples: weight tokens have a flag
        x, y, w = tokens[..., : self.dim], tokens[..., self.dim], embedding.weight(E[..., -1])
        answer = self.answer(x, y, w)
        if not isinstance(answer, torch.Tensor) or answer.shape != w.shape:
            result = tuple(answer.shape) if isinstance(answer, torch.Tensor) else f"a {type(answer).__name__}"
            raise ValueError(f"answer must return a tensor of shape {tuple(w.shape)}, got {result}")
        if answer.dtype != w.dtype:
            raise ValueError(f"answer must return the type of the weights, {w.dtype}, got {answer.dtype}")
        return embedding.weight_token(answer)


@torch.no_grad()
def think(
    model: torch.nn.Module,
    prompts: Prompts,
    steps: int,
    *,
    literal: bool | None = None,
    w0: WeightsLike | None = None,
    rho: ScalingsLike | ArrayLike | Literal["tokens"] | None = None,
) -> Chain:
    """Let a model think: run it on its own answers.

    In the book: :prf:ref:`def-cot`, :prf:ref:`prop-recursion`.

    Parameters
    ----------
    model
        Any module ``model(E, rho)`` on embedded prompts that has the attribute `dim`; `Stepwise` makes
        one of a function.
    prompts
        Batch of prompts of the model's dimension and floating type.
    steps
        Number of thinking steps k.
    literal
        True: append each answer, the last column of the model's output, to the embedding and run the
        model on all of it, by its method ``next_token`` if its class has defined one since its
        ``forward``. False: take the model's short cut, which gives the same and is far faster: for a
        layer without `leaks` the recursion on the weight, for a GPT its cache. By default the short cut
        of a model that `has_short_cut`, and token by token for all others.
    w0
        Weight to start from, for all prompts or for each of them; zero by default.
    rho
        Scaling ρ of the attention, for all prompts or for each of them, such as `theory.best_scaling`. By
        default the number of examples in each prompt, in every step; "tokens" is the growing number of tokens.

    Returns
    -------
    Chain
        The weights w_0, ..., w_k. From the step at which a chain leaves the floating type: inf.

    Warns
    -----
    DivergenceWarning
        If a chain leaves the floating type.

    Raises
    ------
    ValueError
        If an argument is out of range or not finite, if with ``literal=False`` the layer leaks, or if a
        model returns NaN.
    TypeError
        If the model is no module, has no `dim`, or with ``literal=False`` has no short cut.

    Examples
    --------
    >>> from ttsbook import theory
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.isotropic(5), 20)
    >>> model = LinearSelfAttention(5).set_preconditioner(theory.preconditioner(task))
    >>> batch = prompts.sample(task, 8, generator=torch.Generator().manual_seed(0))
    >>> chain = think(model, batch, 3)
    >>> tuple(chain.shape)
    (8, 4, 5)
    >>> torch.allclose(chain, think(model, batch, 3, literal=True), atol=1e-5)
    True
    """
    steps = check.count("steps", steps, least=0)
    literal = None if literal is None else check.flag("literal", literal)
    check_fit(model, prompts)
    if rho is not None and isinstance(model, Stepwise):
        raise TypeError(f"rho must be None for a Stepwise, whose function scales its own sums, got {rho!r}")
    scalings = _scalings(prompts, steps, rho)
    refusal = None if literal else _refusal(model)
    if refusal and literal is not None:
        raise refusal
    with _evaluating(model):
        if literal or refusal:
            E = embedding.embed(prompts, w0)
            chain = [embedding.weight(token) for token in tokens(_next_token(model), E, scalings)]
        else:
            assert isinstance(model, _HasChain)  # or there was a refusal
            chain = list(model.chain(prompts, scalings, w0))
    return _without_nan(torch.stack(chain, dim=1), can_fail=not runs_plainly(model))


def step_jacobian(model: torch.nn.Module, prompts: Prompts, w0: WeightsLike) -> SquareMatrices:
    r"""Jacobian of a thinking step: the matrix by which it multiplies a small difference of the weights it reads.

    For a layer without `leaks` it is :math:`I - P S_m R` whatever `w0` is, with the learned ratio R.

    Parameters
    ----------
    model, prompts
        Those of `think`.
    w0
        Weights at which it is taken, such as ``prompts.w``, or one for all prompts.

    Returns
    -------
    SquareMatrices
        Derivative of answer i by entry j of the weight.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> model = LinearSelfAttention(2).set_preconditioner(torch.eye(2))
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 5), 3, generator=torch.Generator().manual_seed(0))
    >>> S = batch.x.mT @ batch.x / 5
    >>> torch.allclose(step_jacobian(model, batch, batch.w), torch.eye(2) - S, atol=1e-6)
    True
    """
    check_fit(model, prompts)
    with torch.enable_grad(), _evaluating(model):
        start = embedding.initial_weight(prompts, w0)  # prompts may share it, and not their gradients: clone
        weights = start.detach().clone().requires_grad_()
        answer = embedding.weight(_next_token(model)(embedding.embed(prompts, weights), prompts.lengths))
        rows = [torch.autograd.grad(entry.sum(), weights, retain_graph=True)[0] for entry in answer.unbind(dim=1)]
    return torch.stack(rows, dim=1)


def has_short_cut(model: torch.nn.Module) -> bool:
    """Tell whether a model can think without running literally on the growing prompt.

    So can a module whose class itself defines a method ``chain(prompts, scalings, w0)`` that yields w_0 and then one
    weight for each scaling: `transformer.GPT`, and a layer without `leaks`. Not so their subclasses, which may answer
    differently, nor what has forward hooks or replaced methods, which a short cut would pass over.

    Parameters
    ----------
    model
        What thinks.

    Examples
    --------
    >>> model = LinearSelfAttention(2)
    >>> has_short_cut(model)
    True
    >>> _ = model.block("V11").data.fill_(0.1)
    >>> has_short_cut(model), leaks(model)
    (False, [('V11',)])
    """
    return _refusal(model) is None


def runs_plainly(model: torch.nn.Module) -> bool:
    """Tell whether a model is a layer of linear attention as it is written, which nothing overrides.

    It is not if it is of a subclass, or has forward hooks or replaced methods. It may have `leaks`.

    Parameters
    ----------
    model
        What thinks.

    Examples
    --------
    >>> model = LinearSelfAttention(2)
    >>> runs_plainly(model)
    True
    >>> _ = model.register_forward_hook(print)
    >>> runs_plainly(model)
    False
    """
    return type(model) is LinearSelfAttention and not _altered(model)


def tokens(
    answer: Callable[[Embedded, Scalings | Lengths], Token], E: Embedded, scalings: Sequence[Scalings | Lengths]
) -> Iterator[Token]:
    """Run a model on its own answers, appending each to the prompts; gradients are kept.

    Parameters
    ----------
    answer
        Function of embedded prompts and scaling that gives the next token, such as
        ``model.next_token``.
    E
        Embedded prompts.
    scalings
        Scalings ρ of each step.

    Yields
    ------
    Token
        The weight token, then the token of each step.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 5), 3, generator=torch.Generator().manual_seed(0))
    >>> chain = tokens(LinearSelfAttention(2).next_token, embedding.embed(batch), [batch.lengths] * 4)
    >>> [tuple(token.shape) for token in chain]
    [(3, 6), (3, 6), (3, 6), (3, 6), (3, 6)]
    """
    yield E[..., -1]
    for rho in scalings:
        token = answer(E, rho)
        if not isinstance(token, torch.Tensor) or token.shape != E.shape[:2]:
            result = tuple(token.shape) if isinstance(token, torch.Tensor) else f"a {type(token).__name__}"
            raise ValueError(f"the model's next token must be a tensor of shape {tuple(E.shape[:2])}, got {result}")
        E = torch.cat([E, token[..., None]], dim=-1)  # def-cot
        yield token


def check_fit(model: torch.nn.Module, prompts: Prompts) -> None:
    """Refuse a model that has no dimension or is not finite, and prompts of another dimension or floating type.

    Parameters
    ----------
    model
        What shall think.
    prompts
        What about.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 5), 3, generator=torch.Generator().manual_seed(0))
    >>> check_fit(LinearSelfAttention(3), batch)
    Traceback (most recent call last):
        ...
    ValueError: prompts must have the model's dimension 3, got 2
    """
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, or a function made one by cot.Stepwise, got {model!r}")
    check.instance("prompts", prompts, Prompts)
    if not isinstance(model, Thinker):
        raise TypeError(
            f"model must have the attribute dim, the dimension of its prompts, got a {type(model).__name__}"
        )
    for name, parameter in model.named_parameters():
        _tensor_validation.finite(f"the model's {name}", parameter)
    if prompts.x.shape[-1] != check.count("the model's dim", model.dim, least=1):
        raise ValueError(f"prompts must have the model's dimension {model.dim}, got {prompts.x.shape[-1]}")
    dtype = next((parameter.dtype for parameter in model.parameters()), prompts.x.dtype)
    if prompts.x.dtype != dtype:
        raise ValueError(f"prompts must have the model's dtype {dtype}, got {prompts.x.dtype}")
    if prompts.condensed:
        check_condensed(model)


def check_condensed(model: torch.nn.Module) -> None:
    """Refuse a model that can tell a condensed prompt from the one that it stands for: see `runs_plainly`.

    In the book: :prf:ref:`prop-condensed`.

    Parameters
    ----------
    model
        What shall think.

    Examples
    --------
    >>> check_condensed(Stepwise(lambda x, y, w: w, dim=2))
    Traceback (most recent call last):
        ...
    TypeError: condensed prompts stand for whole ones to a plain LinearSelfAttention alone, got a Stepwise
    """
    if not runs_plainly(model):
        kind = type(model).__name__
        raise TypeError(f"condensed prompts stand for whole ones to a plain LinearSelfAttention alone, got a {kind}")


def _refusal(model: torch.nn.Module) -> TypeError | ValueError | None:
    """Error that says why a model has no short cut, or None if it has one."""
    kind = type(model)
    if "chain" not in vars(kind):
        return TypeError(
            "model must be a LinearSelfAttention, or its class define a chain, for a short cut, "
            f"got a {kind.__name__}: use literal=True"
        )
    if _altered(model):
        return TypeError("model has hooks or replaced methods, which a short cut would pass over: use literal=True")
    if type(model) is LinearSelfAttention and (leaking := leaks(model)):
        message = f"model leaks through {' with '.join(leaking[0])}: the recursion is not exact, use literal=True"
        return ValueError(message)
    return None


def _altered(model: torch.nn.Module) -> bool:
    """Whether an instance does something else than its class says."""
    return _hooked(model) or any(callable(getattr(type(model), name, None)) for name in vars(model))


def _hooked(model: torch.nn.Module) -> bool:
    """Whether a model or a part of it has forward hooks."""
    return any(getattr(module, name) for module in model.modules() for name in HOOKS)


def _next_token(model: torch.nn.Module) -> Callable[[Embedded, Scalings | Lengths], Token]:
    """Return a function of embedded prompts and scaling that gives the next token as this very model does.

    A method ``next_token`` counts unless what runs the whole model was overridden after it, or has hooks.
    """
    ways = {"next_token", "forward", "__call__"}
    newest = next(own for names in (model, *type(model).__mro__) if (own := ways & vars(names).keys()))
    if "next_token" in newest and isinstance(model, HasNextToken) and not _hooked(model):
        return model.next_token
    return lambda E, rho: model(E, rho)[..., -1]


@contextmanager
def _evaluating(model: torch.nn.Module) -> Generator[None]:
    """Switch dropout and the like off for a while."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():  # parts may differ, and model.train() would forget it
            module.training = mode


def _scalings(prompts: Prompts, steps: int, rho: ScalingsLike | ArrayLike | Literal["tokens"] | None) -> list[Scalings]:
    """Scalings of each step, checked."""
    lengths = prompts.lengths.to(prompts.x)
    if rho is None:
        return [lengths] * steps  # def-cot
    if isinstance(rho, str):
        if rho == "tokens":
            return [lengths + 1 + k for k in range(steps)]
        raise ValueError(f"rho must be a positive number, one for each prompt, 'tokens' or None, got {rho!r}")
    if isinstance(rho, Number):
        return [torch.full_like(lengths, check.positive("rho", rho))] * steps
    scaling = _tensor_validation.like("rho", rho, lengths)
    if scaling.ndim == 0:
        scaling = scaling.expand_as(lengths)
    if scaling.shape != lengths.shape:
        raise ValueError(f"rho must be one number, or one for each of {len(lengths)} prompts, got {rho!r}")
    if not (torch.isfinite(scaling) & (scaling > 0)).all():
        raise ValueError(f"rho must be positive and finite, got {[float(number) for number in scaling]}")
    return [scaling] * steps


def _without_nan(
    chain: Float[torch.Tensor, "batch weights d"], *, can_fail: bool
) -> Float[torch.Tensor, "batch weights d"]:
    """Hold a chain at inf once it has left the floating type, where inf - inf would be NaN.

    A model that `can_fail` may return NaN for another reason: then the weight it read had not grown.
    """
    beyond = torch.cummax(~torch.isfinite(chain).all(dim=-1), dim=1).values
    if not beyond.any():
        return chain
    grown = chain[:, :-1].abs().amax(dim=-1) > torch.finfo(chain.dtype).max ** GROWN
    failed = chain[:, 1:].isnan().any(dim=-1) & ~grown & ~beyond[:, :-1]
    if can_fail and failed.any():
        prompt, step = failed.nonzero()[0].tolist()
        raise ValueError(f"the model's answer is NaN at step {step + 1} of prompt {prompt}, to a weight that is finite")
    message = "a chain diverged beyond the range of its floating type; it is reported as inf"
    warnings.warn(message, DivergenceWarning, stacklevel=4)
    return chain.masked_fill(beyond[..., None], torch.inf)
