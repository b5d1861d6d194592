"""Linear self-attention on the embedding of a prompt: the model of the paper.

Arguments that are out of range are refused by name.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from jaxtyping import Float

from ttsbook import _validation as check
from ttsbook.arrays import Matrix, PreconditionerLike
from ttsbook.data.prompts import Prompts
from ttsbook.models import embedding
from ttsbook.tensors import Embedded, Options, Scalings, ScalingsLike, SquareMatrix, Token, Weights, WeightsLike

STRUCTURES = ("full", "blocks")
"""What a layer may train."""
BLOCK_NAME = re.compile("[VW][1-4][1-4]")


class LinearSelfAttention(torch.nn.Module):
    r"""One layer of attention without a softmax, :math:`f(E) = E + V E\,(E^\top W E)/\rho`.

    A new layer is at the paper's initialization with c = 1: W13 = c I, W24 = -c, all else zero.
    It answers with the weight it was given.

    In the book: :prf:ref:`def-layer`.

    Parameters
    ----------
    dim
        Dimension d of the examples.
    structure
        Train all of V and W ("full"), or only the paper's blocks V31, W13 and W24 ("blocks"), all others being zero.
    dtype
        Floating type of the weights; by default that of `torch.get_default_dtype`.
    device
        Where the weights are.

    Examples
    --------
    >>> from ttsbook import theory
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.isotropic(5), 20)
    >>> model = LinearSelfAttention(5).set_preconditioner(theory.preconditioner(task))
    >>> batch = prompts.sample(task, 8, generator=torch.Generator().manual_seed(0))
    >>> tuple(model(embedding.embed(batch), rho=20).shape)
    (8, 12, 21)
    """

    def __init__(
        self,
        dim: int,
        *,
        structure: str = "full",
        dtype: torch.dtype | None = None,
        device: torch.device | str | None = None,
    ) -> None:
        super().__init__()
        self.dim = check.count("dim", dim, least=1)
        if dtype is not None and not dtype.is_floating_point:
            raise ValueError(f"dtype must be a floating type, got {dtype}")
        self.structure = check.choice("structure", structure, STRUCTURES)
        dim, self._rows = self.dim, embedding.rows(dim)
        options: Options = {"dtype": dtype, "device": device}
        shapes = {"V": (2 * dim + 2,) * 2, "W": (2 * dim + 2,) * 2}
        if structure == "blocks":
            shapes = {"V31": (dim, dim), "W13": (dim, dim), "W24": (1, 1)}
        for name, shape in shapes.items():
            self.register_parameter(name, torch.nn.Parameter(torch.zeros(shape, **options)))
        self.set_preconditioner(np.zeros((dim, dim)))

    def matrix(self, name: str) -> SquareMatrix:
        """All of V or W, by its name.

        It is the parameter itself, or for the structure "blocks" a matrix made of its blocks and zeros.
        """
        if self.structure == "full":
            return getattr(self, name)
        size = 2 * self.dim + 2
        matrix = self.block("W24").new_zeros(size, size)
        for block, value in self.named_parameters():
            if block[0] == name:
                matrix[self._place(block)] = value
        return matrix

    def block(self, name: str) -> Float[torch.Tensor, "outputs inputs"]:
        """One block of the weights, by its name.

        It is a view of the parameter, except for a block that the structure "blocks" keeps at zero.

        Parameters
        ----------
        name
            Such as "V31", which maps the x rows to the w rows, of shape (d, d); "W24" has shape (1, 1).
        """
        if not BLOCK_NAME.fullmatch(name):
            raise ValueError(f"name must be V or W and two digits from 1 to 4, such as V31, got {name!r}")
        parameters = dict(self.named_parameters())
        return parameters[name] if name in parameters else self.matrix(name[0])[self._place(name)]

    def _place(self, name: str) -> tuple[slice, slice]:
        """Rows and columns of a block."""
        return self._rows[int(name[1])], self._rows[int(name[2])]

    @torch.no_grad()
    def set_preconditioner(self, P: PreconditionerLike, *, c: float = 1.0) -> "LinearSelfAttention":
        r"""Set the weights that make a thinking step :math:`w + P\,X(y - X^\top w)/\rho`.

        V31 = -P/c, W13 = c I, W24 = -c, all else zero. The preconditioner of a task,
        `theory.preconditioner`, gives the optimum of the paper's Theorem 3.1; zero gives its
        initialization. Returns the layer itself.

        Parameters
        ----------
        P
            Preconditioner.
        c
            Scale of W, not zero. The layer's answer does not depend on it, its training does.

        Raises
        ------
        ValueError
            If `P` is not a finite real matrix of the layer's dimension, `c` is zero, or the weights are
            beyond the layer's floating type. The layer then stays as it was.
        """
        P = check.square_matrix("P", P)
        if len(P) != self.dim:
            raise ValueError(f"P must have shape ({self.dim}, {self.dim}) as the layer has, got {P.shape}")
        if check.number("c", c) == 0:
            raise ValueError(f"c must not be zero, got {c!r}")
        dtype = self.block("W24").dtype
        with np.errstate(over="ignore"):
            values = {"V31": -P / c, "W13": c * np.eye(self.dim), "W24": np.full((1, 1), -c)}  # thm-training
        blocks = {name: torch.as_tensor(value, device="cpu").to(dtype) for name, value in values.items()}
        for name, block in blocks.items():
            if not torch.isfinite(block).all() or (name == "W24" and not block.any()):
                largest = np.abs(values[name]).max()
                raise ValueError(f"P and c must give a {name} within {dtype}, got entries of up to {largest:.3g}")
        for parameter in self.parameters():
            parameter.zero_()
        for name, block in blocks.items():
            self.block(name).copy_(block)
        return self

    @torch.no_grad()
    def randomize(self, scale: float, *, generator: torch.Generator) -> "LinearSelfAttention":
        """Set all weights to independent draws from N(0, scale²); return the layer itself.

        Parameters
        ----------
        scale
            Standard deviation.
        generator
            Source of randomness.
        """
        check.number("scale", scale, least=0)
        check.instance("generator", generator, torch.Generator)
        for parameter in self.parameters():
            parameter.normal_(0, scale, generator=generator)
        return self

    def preconditioner(self) -> Matrix:
        """Learned preconditioner P = V31 · W24, to be compared with `theory.preconditioner`."""
        return (self.block("V31") * self.block("W24")).detach().cpu().double().numpy()  # prop-recursion

    def ratio(self) -> Matrix:
        r"""Matrix R = W13 / (-W24), by which a step scales its own last answer; the identity at the optimum.

        A step is :math:`w + P\,X(y - X^\top R\,w)/\rho`: with R = r I the chain converges to w/r.

        Raises
        ------
        ZeroDivisionError
            If W24 is zero: the layer does not see the labels.
        """
        if self.block("W24").item() == 0:
            raise ZeroDivisionError("W24 is zero: the layer does not see the labels, and the ratio is not defined")
        return (self.block("W13") / -self.block("W24")).detach().cpu().double().numpy()  # prop-recursion: B

    def forward(self, E: Embedded, rho: ScalingsLike) -> Embedded:
        """Apply the layer to whole prompts.

        Parameters
        ----------
        E
            Embedded prompts.
        rho
            Scaling ρ > 0: the number of examples in the prompt.
        """
        rho = self._scaling(E, rho)
        V, W = self.matrix("V"), self.matrix("W")
        return E + V @ (E @ E.mT) @ (W @ E) / rho  # def-layer

    def next_token(self, E: Embedded, rho: ScalingsLike) -> Token:
        """Last column of `forward`, of the same arguments, without the work for the others: all that training needs."""
        rho = self._scaling(E, rho)
        V, W = self.matrix("V"), self.matrix("W")
        last = E[:, None, :, -1]  # (batch, 1, 2d + 2): a row, as its products are the faster ones
        scores = last @ W.mT @ E  # (batch, 1, tokens)
        return (last + scores @ E.mT @ V.mT / rho)[:, 0]  # eq-proofs-next

    def chain(self, prompts: Prompts, scalings: Sequence[Scalings], w0: WeightsLike | None = None) -> Iterator[Weights]:
        """Think by the recursion on the weight, which is exact without `cot.leaks`. `cot.think` calls this.

        Parameters
        ----------
        prompts
            Batch of prompts.
        scalings
            Scalings ρ of each step.
        w0
            Weight to start from, as for `embedding.initial_weight`.

        Yields
        ------
        Weights
            The weights w_0, ..., w_k.
        """
        w = embedding.initial_weight(prompts, w0)[:, None]  # (batch, 1, d): a row, as its product is the faster one
        gram, moment = prompts.x.mT @ prompts.x, prompts.y[:, None] @ prompts.x  # (batch, d, d), (batch, 1, d)
        V31, W13, W24 = (self.block(name) for name in ("V31", "W13", "W24"))
        yield w[:, 0]
        for rho in scalings:
            gradient = torch.baddbmm(moment * W24, w @ W13.mT, gram)  # eq-proofs-blocks
            w = torch.addcdiv(w, gradient @ V31.mT, rho[:, None, None])  # eq-proofs-blocks
            yield w[:, 0]

    def _scaling(self, E: Embedded, rho: ScalingsLike) -> Float[torch.Tensor, "batch_or_1 1 1"]:
        """Scaling of each prompt, or of all, after a check."""
        if E.ndim != 3 or E.shape[1] != 2 * self.dim + 2:
            raise ValueError(f"E must have shape (batch, {2 * self.dim + 2}, tokens), got {tuple(E.shape)}")
        rho = torch.as_tensor(rho, dtype=E.dtype, device=E.device)
        if not (rho > 0).all():
            raise ValueError(f"rho must be positive, got {rho.tolist()}")  # pyright: ignore  # `list` says not of what
        if rho.numel() not in (1, len(E)):
            raise ValueError(f"rho must be one number, or one for each of {len(E)} prompts, got {rho.numel()}")
        return rho.reshape(-1, 1, 1)
