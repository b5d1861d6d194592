r"""A decoder-only transformer, a small GPT, that reads embedded prompts and answers with a weight.

It keeps what a language model has and linear attention lacks: several layers, a softmax, heads,
perceptrons. Learned linear maps read tokens in and the answer out. What is special is the *sight* of
the weight tokens: with ``sight="newest"`` each sees the examples and itself, not the other weights.
Then a chain of thought is a Markov chain, w_{k+1} = w_k + Δ(w_k, prompt), and several weight tokens can
be answered at once on one encoded prompt. Arguments that are out of range are refused by name.
"""

import ast
import math
from collections.abc import Iterable, Iterator, Sized
from dataclasses import asdict, dataclass
from os import PathLike
from typing import TypeAlias, cast

import torch
from jaxtyping import Bool, Float
from torch.nn import functional

from ttsbook import _validation as check
from ttsbook.data.prompts import Prompts
from ttsbook.models import checkpoints, embedding
from ttsbook.models._transformer_block import Block, Heads, Stream, blank_linear, norm
from ttsbook.tensors import Embedded, Options, ScalingsLike, Token, Weights, WeightsLike

Tokens: TypeAlias = Float[torch.Tensor, "batch read rows"]
"""Tokens as the model reads them, a row each."""
Cache: TypeAlias = list[tuple[Heads, Heads]]
"""Keys and values of each block."""

SIGHTS = ("newest", "chain")
"""What a weight token may see besides the examples."""
TOKENS = ("joint", "interleaved")
"""How an example may be put into tokens."""


@dataclass(frozen=True)
class Config:
    """Shape of a GPT.

    Parameters
    ----------
    dim
        Dimension d of the examples.
    width
        Width of the residual stream: over six times d = 10, so that a token's 2d + 2 numbers fit in
        with room for products, and still trained in minutes on one core.
    layers
        Number of blocks: one is enough for d = 5; at d = 10 the second one lowers the error.
    heads
        Heads of attention, a divisor of the width: 16 numbers a head, as few as are of use.
    layer_norm
        Normalize the input of each sub-layer and the output, as GPT-2 does.
    residual
        Add the answer to the weight that was read: a model that says nothing then keeps its weight,
        and the closer the weight, the smaller what is left to say. Without, the model says the whole weight.
    sight
        What a weight token sees besides the examples: itself alone ("newest"), or the whole chain before it
        ("chain"). With the chain in sight, thinking longer than in training means longer contexts than in training.
    tokens
        One token for each example ("joint"), or x and y (padded with zeros to the size of x) in turn
        ("interleaved"): with one, no layer is spent on joining an x with its y.
    positions
        Number of learned positions; zero for none, as the examples have no order, and as a learned
        position beyond those seen in training is noise.

    Examples
    --------
    >>> Config(5, layers=1).width
    64
    """

    dim: int
    width: int = 64
    layers: int = 2
    heads: int = 4
    layer_norm: bool = True
    residual: bool = True
    sight: str = "newest"
    tokens: str = "joint"
    positions: int = 0

    def __post_init__(self) -> None:
        for name, least in {"dim": 1, "width": 1, "layers": 1, "heads": 1, "positions": 0}.items():
            check.settle(self, **{name: check.count(name, getattr(self, name), least=least)})
        for name in ("layer_norm", "residual"):
            check.flag(name, getattr(self, name))
        check.choice("sight", self.sight, SIGHTS)
        check.choice("tokens", self.tokens, TOKENS)
        if self.width % self.heads:
            raise ValueError(f"heads must divide the width {self.width}, got {self.heads}")


class GPT(torch.nn.Module):
    r"""Decoder-only transformer on embedded prompts.

    It is a module as `cot.think` and `training.train` expect it: called on embedded prompts it gives
    answer tokens, and `chain` thinks with a cache of keys and values, running the new token alone.
    A prompt's padding, its columns of zeros, is not seen.

    In the book: :prf:ref:`def-gpt`.

    Parameters
    ----------
    config
        Shape.
    generator
        Source of the initial weights.
    dtype
        Floating type of the weights; by default that of `torch.get_default_dtype`.

    Notes
    -----
    The initial weights have the variance 1/inputs, divided by 2 layers where a sub-layer writes into the
    residual stream. (GPT-2's 0.02 is that of a width of 2,500; at a width of 64 it learns far slower.) The
    read-out starts at zero, so that a new model with a residual head answers with the weight it was given.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.thinking import cot
    >>> from ttsbook.data.tasks import Task
    >>> generator = torch.Generator().manual_seed(0)
    >>> model = GPT(Config(5, layers=1), generator=generator)
    >>> batch = prompts.sample(Task(covariance.isotropic(5), 20), 8, generator=generator)
    >>> tuple(cot.think(model, batch, 3).shape)
    (8, 4, 5)
    """

    def __init__(self, config: Config, *, generator: torch.Generator, dtype: torch.dtype | None = None) -> None:
        super().__init__()
        check.instance("config", config, Config)
        check.instance("generator", generator, torch.Generator)
        self.config, self.dim = config, config.dim
        options: Options = {"dtype": dtype, "device": generator.device}
        width, layer_norm = config.width, config.layer_norm
        self.read_in = blank_linear(2 * config.dim + 2, width, **options)
        self.blocks = torch.nn.ModuleList(
            Block(width, config.heads, layer_norm=layer_norm, **options) for _ in range(config.layers)
        )
        self.norm = norm(width, layer_norm=layer_norm, **options)
        self.read_out = blank_linear(width, config.dim, **options)
        if config.positions:
            self.places = torch.nn.Parameter(torch.empty(config.positions, width, **options))
        self._initialize(generator)

    @torch.no_grad()
    def _initialize(self, generator: torch.Generator) -> None:
        """Set all weights."""
        for name, parameter in self.named_parameters():
            if name.startswith("read_out") or name.endswith("bias"):
                parameter.zero_()
            elif "norm" not in name:
                inputs = self.dim if name.startswith("read_in") else parameter.shape[-1]
                writes = name.endswith(("merge.weight", "narrow.weight"))
                depth = 2 * self.config.layers if writes else 1
                parameter.normal_(0, 1 / math.sqrt(inputs * depth), generator=generator)

    def forward(self, E: Embedded, rho: ScalingsLike | None = None) -> Embedded:
        """Answer at every column of embedded prompts.

        The answers are weight tokens (0, 0, w, 1); at an example, what the model would say after it.

        Parameters
        ----------
        E
            Embedded prompts, whose weight tokens come last and are as many in each.
        rho
            Ignored: a softmax needs no scaling. `cot` and `recipes` give it to every model.
        """
        return embedding.weight_token(self._answers(E, E.shape[-1])).mT

    def next_token(self, E: Embedded, rho: ScalingsLike | None = None) -> Token:
        """Last column of `forward`, of the same arguments, without the work for the others in the last layer."""
        return embedding.weight_token(self._answers(E, 1)[:, -1])

    def answer(
        self, prompts: Prompts, w0: Float[torch.Tensor, "batch weights d"]
    ) -> Float[torch.Tensor, "batch weights d"]:
        """Answer several weights on each prompt, which is encoded once, each with the model's next weight.

        Parameters
        ----------
        prompts
            Batch of prompts.
        w0
            Weights to read.

        Raises
        ------
        ValueError
            If there are several weights and the model's sight is the chain.
        """
        if w0.ndim != 3 or w0.shape[::2] != prompts.w.shape:
            shape = f"({len(prompts.w)}, weights, {self.dim})"
            raise ValueError(f"w0 must have shape {shape}, got {tuple(w0.shape)}")
        if self.config.sight == "chain" and w0.shape[1] > 1:
            raise ValueError(f"w0 must be one weight for a model that sees the whole chain, got {w0.shape[1]}")
        E = embedding.embed(prompts)[..., :-1]
        return self._answers(torch.cat([E, embedding.weight_token(w0).mT], dim=-1), w0.shape[1])

    @torch.no_grad()
    def chain(self, prompts: Prompts, scalings: Sized, w0: WeightsLike | None = None) -> Iterator[Weights]:
        """Think with a cache: only the new token is run. `cot.think` calls this.

        Parameters
        ----------
        prompts
            Batch of prompts.
        scalings
            One entry for each step; the entries are ignored, as a softmax needs no scaling.
        w0
            Weight to start from, as for `embedding.initial_weight`.

        Yields
        ------
        Weights
            The weights w_0, ..., w_k.
        """
        E = embedding.embed(prompts, w0)
        w = embedding.weight(E[..., -1])
        yield w
        slots = len(scalings) if self.config.sight == "chain" else 1
        cache, visible, first = self._encode(E[..., :-1], slots)
        for step in range(len(scalings)):
            slot = first + (step if self.config.sight == "chain" else 0)
            mask = None if visible is None else visible[..., : slot + 1]
            w = self._step(w, cache, slot, mask, first + step)
            yield w

    def _trunk(self) -> Iterable[Block]:
        """Blocks, of which a `ModuleList` says no type."""
        return cast(Iterable[Block], self.blocks)

    def _answers(self, E: Embedded, columns: int) -> Float[torch.Tensor, "batch {columns} d"]:
        """Weights that the last columns are answered with."""
        tokens, weights, visible = self._tokens(E)
        mask, causal = self._sight(tokens.shape[1], weights, visible)
        asking = tokens.shape[1] if columns > weights else columns
        h = self._read(tokens, 0)
        for index, block in enumerate(self._trunk()):
            h = block(h, mask, causal=causal, keep=asking if index == len(self.blocks) - 1 else tokens.shape[1])
        h = self.read_out(self.norm(h))
        if columns > weights and self.config.tokens == "interleaved":
            examples = h.shape[1] - weights
            h = torch.cat([h[:, 1:examples:2], h[:, examples:]], dim=1)
        h = h[:, -columns:]
        return h + embedding.weight(E.mT[:, -columns:]) if self.config.residual else h  # def-gpt

    def _tokens(self, E: Embedded) -> tuple[Tokens, int, Bool[torch.Tensor, "batch 1 1 read"] | None]:
        """Tokens as the model reads them, how many are weights, and which are seen; None for all."""
        if E.shape[-2] != 2 * self.dim + 2:
            raise ValueError(f"E must have 2d + 2 = {2 * self.dim + 2} rows, got {E.shape[-2]}")
        tokens, weights, visible = E.mT, int(E[0, -1].sum()), (E != 0).any(dim=1)
        if self.config.tokens == "interleaved":
            examples = tokens.shape[1] - weights
            pairs = tokens.new_zeros(len(tokens), examples, 2, tokens.shape[2])
            pairs[:, :, 0, : self.dim] = tokens[:, :examples, : self.dim]
            pairs[:, :, 1, 0] = tokens[:, :examples, self.dim]
            tokens = torch.cat([pairs.flatten(1, 2), tokens[:, examples:]], dim=1)
            visible = torch.cat([visible[:, :examples].repeat_interleave(2, dim=1), visible[:, examples:]], dim=1)
        return tokens, weights, None if bool(visible.all()) else visible[:, None, None]

    def _read(self, tokens: Tokens, first: int) -> Stream:
        """Read tokens in, the first of them at a position."""
        h = self.read_in(tokens)
        if not self.config.positions:
            return h
        end = first + tokens.shape[1]
        if end > self.config.positions:
            raise ValueError(f"tokens must be no more than the {self.config.positions} positions, got {end}")
        return h + self.places[first:end]

    def _sight(
        self, length: int, weights: int, visible: Bool[torch.Tensor, "batch 1 1 {length}"] | None
    ) -> tuple[Bool[torch.Tensor, "*prompts {length} {length}"] | None, bool]:
        """Mask of who sees whom, or None, and whether it is the plain causal one."""
        if visible is None and (weights <= 1 or self.config.sight == "chain"):
            return None, True
        device = self.read_in.weight.device
        mask = torch.ones(length, length, dtype=torch.bool, device=device).tril()
        if self.config.sight == "newest" and weights:
            mask[-weights:, -weights:] = torch.eye(weights, dtype=torch.bool, device=device)
        if visible is None:
            return mask, False
        # Each token sees itself, be it padding: one that sees nothing would be NaN.
        return mask & (visible | torch.eye(length, dtype=torch.bool, device=device)), False

    def _encode(self, E: Embedded, slots: int) -> tuple[Cache, Bool[torch.Tensor, "batch 1 1 visible"] | None, int]:
        """Keys and values of the examples with room for more, the mask of padding, and where room begins."""
        tokens, _, visible = self._tokens(E)
        mask, causal = self._sight(tokens.shape[1], 0, visible)
        h, cache = self._read(tokens, 0), list[tuple[Heads, Heads]]()
        for index, block in enumerate(self._trunk()):
            last = index == len(self.blocks) - 1
            query, key, value = block.project(h, 0 if last else h.shape[1])
            room = (0, 0, 0, slots)
            cache.append((functional.pad(key, room), functional.pad(value, room)))
            if not last:
                h = block.attend(h, query, key, value, mask, causal=causal)
        return cache, None if visible is None else functional.pad(visible, (0, slots), value=True), tokens.shape[1]

    def _step(
        self, w: Weights, cache: Cache, slot: int, mask: Bool[torch.Tensor, "batch 1 1 visible"] | None, position: int
    ) -> Weights:
        """Run one weight token, writing its keys and values into a slot of the cache."""
        h = self._read(embedding.weight_token(w)[:, None], position)
        for block, (keys, values) in zip(self._trunk(), cache, strict=True):
            query, keys[:, :, slot : slot + 1], values[:, :, slot : slot + 1] = block.project(h, 1)
            h = block.attend(h, query, keys[:, :, : slot + 1], values[:, :, : slot + 1], mask)
        answer = self.read_out(self.norm(h))[:, 0]
        return answer + w if self.config.residual else answer  # def-gpt


def save(
    path: str | PathLike[str], model: GPT, *, generator: torch.Generator | None = None, half: bool = False
) -> None:
    """Write a model's weights and shape, and the state of a generator, as safetensors.

    Parameters
    ----------
    path
        File; it is replaced as a whole or not at all.
    model
        Model.
    generator
        Source of randomness whose state is kept.
    half
        Store half precision: half the size, and errors of the answers near 1e-3 of their size.

    Raises
    ------
    ValueError
        If a weight is beyond half precision.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> model = GPT(Config(5, width=16, layers=1), generator=torch.Generator().manual_seed(0))
    >>> with TemporaryDirectory() as folder:
    ...     save(Path(folder, "gpt.safetensors"), model, half=True)
    ...     print([file.name for file in Path(folder).iterdir()])
    ['gpt.safetensors']
    """
    check.instance("model", model, GPT)
    half = check.flag("half", half)
    state: dict[str, torch.Tensor] = model.state_dict()
    tensors = {f"model.{name}": tensor.half() if half else tensor for name, tensor in state.items()}
    for name, tensor in state.items():
        if half and not torch.isfinite(tensors[f"model.{name}"]).all():
            raise ValueError(f"half must be False: the model's {name} is beyond half precision, {tensor.abs().max():g}")
    if generator is not None:
        tensors["generator"] = generator.get_state()
    checkpoints.save(path, tensors, {name: repr(value) for name, value in asdict(model.config).items()})


def load(
    path: str | PathLike[str], *, generator: torch.Generator | None = None, dtype: torch.dtype | None = None
) -> GPT:
    """Read what `save` wrote.

    Parameters
    ----------
    path
        File.
    generator
        Generator to set to the stored state.
    dtype
        Floating type of the model, to which the stored weights are converted; by default that of
        `torch.get_default_dtype`, whatever the model had that was saved.

    Raises
    ------
    ValueError
        If the file is damaged, is no checkpoint of a GPT, or holds no generator where one is given.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> model = GPT(Config(5, width=16, layers=1), generator=torch.Generator().manual_seed(0))
    >>> with TemporaryDirectory() as folder:
    ...     save(Path(folder, "gpt.safetensors"), model)
    ...     again = load(Path(folder, "gpt.safetensors"))
    >>> again.config == model.config
    True
    """
    tensors, stored = checkpoints.read(path)
    if stored.keys() != Config.__dataclass_fields__.keys():
        raise ValueError(f"{path} is no checkpoint of a GPT: it has the entries {', '.join(stored)}")
    config = Config(**{name: ast.literal_eval(value) for name, value in stored.items()})
    model = GPT(config, generator=torch.Generator(), dtype=dtype)
    try:
        model.load_state_dict({name.removeprefix("model."): t for name, t in tensors.items() if name != "generator"})
    except RuntimeError as error:
        raise ValueError(f"{path} is damaged: {error}") from None
    if generator is not None:
        if "generator" not in tensors:
            raise ValueError(f"{path} holds no state of a generator")
        generator.set_state(tensors["generator"])
    return model
