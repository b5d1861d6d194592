r"""Strides: the part of a gap that one thinking step covers, along each direction; above 2 it diverges."""

from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from jaxtyping import Complex128, Float64
from numpy.typing import ArrayLike

from ttsbook import _validation as check
from ttsbook.arrays import ComplexVector, CovarianceLike, Flags, Numbers, PreconditionerLike, Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory._chain import matrices
from ttsbook.theory.stability import preconditioned

ComplexEigenvalues: TypeAlias = Complex128[np.ndarray, "*prompts modes"]
"""Eigenvalues of P S_m of each prompt, of which some are complex."""
Eigenvalues: TypeAlias = Float64[np.ndarray, "*prompts modes"] | ComplexEigenvalues
"""Eigenvalues of P S_m of each prompt."""


@runtime_checkable
class Batch(Protocol):
    """Prompts of several lengths, such as `Prompts`, whose class needs PyTorch."""

    @property
    def x(self) -> ArrayLike:
        """Examples, padded with zeros."""
        ...

    @property
    def lengths(self) -> ArrayLike:
        """Number of examples of each prompt."""
        ...


def strides(P: PreconditionerLike, test_cov: CovarianceLike | Task) -> Vector | ComplexVector:
    r"""Part of the gap that one thinking step covers along each of d directions, on an endless prompt.

    The eigenvalues :math:`\mu` of :math:`P\Sigma`, ascending by their real parts. A stride of 1 lands on the
    answer, one between 1 and 2 beyond it but closer, one above 2 farther away. They are at least 0 if P is
    symmetric and positive definite. If it is not symmetric, as after training, strides may be
    complex: the chain diverges if some :math:`|1 - \mu| > 1`, which is :math:`|\mu|^2 > 2\,\mathrm{Re}\,\mu`.

    In the book: :prf:ref:`def-stride`.

    Parameters
    ----------
    P
        Preconditioner, any square matrix.
    test_cov
        Covariance :math:`\Sigma` of the test prompts; or a task, of which the covariance alone counts.

    Examples
    --------
    >>> strides(np.diag([0.5, 2.0]), np.diag([1.0, 1.5])).round(6).tolist()
    [0.5, 3.0]
    >>> strides([[1.0, -0.5], [0.5, 1.0]], np.eye(2)).round(6).tolist()
    [(1-0.5j), (1+0.5j)]
    """
    P, test_cov = matrices(P, test_cov)
    if check.is_definite(P):
        return preconditioned(P, test_cov)[0]
    return np.sort(np.linalg.eigvals(P @ test_cov))  # def-stride


def largest_stride(P: PreconditionerLike, examples: Batch | ArrayLike) -> Numbers | np.float64:
    r"""Largest stride on each of some prompts, eigenvalue of :math:`P S_m`: above 2 its chain of thought diverges.

    It needs neither labels nor weights, and no thinking. A complex stride :math:`\mu` counts as
    :math:`|\mu|^2/\mathrm{Re}\,\mu`, the real one that is above 2 just if :math:`|1 - \mu| > 1`, or as infinite
    if its real part is not positive. For m < d it is found from the smaller matrix :math:`X^\top P X / m`.

    In the book: :prf:ref:`prop-warning`.

    Parameters
    ----------
    P
        Preconditioner, any square matrix.
    examples
        Prompts, of any lengths, padded or condensed; or an array (..., m, d) of the examples of each prompt, one
        a row, all of them examples. A symmetric matrix is refused as a covariance, for which there is `strides`.

    Examples
    --------
    >>> float(largest_stride(np.eye(2), [[0.0, 3.0], [1.0, 0.0]]))
    4.5
    """
    return _bounds(_strides_on_prompts(P, examples)[0]).max(axis=-1)  # prop-warning


def best_scaling(P: PreconditionerLike, examples: Batch | ArrayLike) -> Numbers | np.float64:
    r"""Scaling ρ of the attention with which thinking about each of some prompts converges fastest.

    :math:`\rho = m\,(\ell + \ell_{\min})/2`, with the largest and the smallest nonzero eigenvalue of
    :math:`P S_m`. With the usual :math:`\rho = m` the chain of a prompt may diverge, with this one none
    does. If eigenvalues :math:`\mu` are complex, :math:`\rho = mc` with the c of least
    :math:`\max_\mu |1 - \mu/c|`; the chain converges for every c above half the `largest_stride`. `cot.think`
    takes it as `rho`. It is m where all examples are zero, and infinite where no scaling lets the chain
    converge. The arguments are those of `largest_stride`.

    This is about the chain of P alone. A layer with `cot.leaks`, as training leaves in all of V and W, adds to it
    and may diverge all the same: train with structure "blocks", or give its P to `set_preconditioner`.

    In the book: :prf:ref:`prop-cure`.

    Examples
    --------
    >>> float(best_scaling(np.eye(2), [[0.0, 3.0], [1.0, 0.0]]))
    5.0
    """
    eigenvalues, lengths = _strides_on_prompts(P, examples)
    nonzero = _nonzero(eigenvalues)
    if np.isrealobj(eigenvalues):
        smallest = np.where(nonzero, eigenvalues, np.inf).min(axis=-1)
        largest = np.where(nonzero, eigenvalues, 0).max(axis=-1)
        center = np.where(smallest > 0, (largest + smallest) / 2, np.inf)  # prop-cure
    else:
        center = _center(eigenvalues, nonzero)
    return lengths * np.where(nonzero.any(axis=-1), center, 1.0)


def _center(eigenvalues: ComplexEigenvalues, nonzero: Flags) -> Numbers:
    """Scaling c of least max |1 - eigenvalue/c|, by bisection on 1/c, in which its square is convex."""
    real = np.where(nonzero, np.real(eigenvalues), 0)
    square = np.where(nonzero, np.square(np.abs(eigenvalues)), 0)
    low: Numbers = np.zeros(eigenvalues.shape[:-1])
    high: Numbers = np.asarray((real / np.where(nonzero, square, 1)).max(axis=-1))
    for _ in range(100):
        middle = (low + high) / 2
        gap = np.where(nonzero, middle[..., None] ** 2 * square - 2 * middle[..., None] * real, -np.inf)
        worst = gap.argmax(axis=-1)[..., None]
        falls = middle * np.take_along_axis(square, worst, -1)[..., 0] < np.take_along_axis(real, worst, -1)[..., 0]
        low, high = np.where(falls, middle, low), np.where(falls, high, middle)
    with np.errstate(divide="ignore"):
        return np.where((~nonzero | (real > 0)).all(axis=-1), 1 / high, np.inf)


def _bounds(eigenvalues: Eigenvalues) -> Float64[np.ndarray, "*prompts modes"]:
    """Real strides that are above 2 just if the strides make a chain diverge."""
    nonzero = _nonzero(eigenvalues)
    if np.isrealobj(eigenvalues):
        return np.where(nonzero & (eigenvalues < 0), np.inf, np.where(nonzero, eigenvalues, 0.0))
    real = np.real(eigenvalues)
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds = np.where(real > 0, np.square(np.abs(eigenvalues)) / real, np.inf)
    return np.where(nonzero, bounds, 0.0)


def _nonzero(eigenvalues: Eigenvalues) -> Flags:
    """Which eigenvalues are not zero but for rounding."""
    size = np.abs(eigenvalues)
    return size > check.RELATIVE_TOLERANCE * size.max(axis=-1, keepdims=True)


def _strides_on_prompts(P: PreconditionerLike, examples: Batch | ArrayLike) -> tuple[Eigenvalues, Numbers]:
    """Eigenvalues of P S_m, for m < d without those that are zero in any case; and the lengths m."""
    P = check.square_matrix("P", P)
    batch = isinstance(examples, Batch)
    x = check.finite("examples", examples.x if batch else examples)
    if x.ndim < 2 or x.shape[-1] != len(P) or x.shape[-2] == 0:
        raise ValueError(f"examples must have shape (..., m, {len(P)}) with m of at least 1, got {x.shape}")
    if not batch and len(P) > 1 and x.shape[-2] == len(P) and x.any() and np.array_equal(x, x.swapaxes(-1, -2)):
        raise ValueError("examples must be prompts, got symmetric matrices: strides takes covariances; or pass Prompts")
    lengths = np.asarray(examples.lengths if batch else x.shape[-2], dtype=np.float64)
    few, definite = x.shape[-2] < len(P), check.is_definite(P)  # few: the smaller matrix will do, prop-warning
    if definite:  # a symmetric matrix with the same eigenvalues
        half = x @ covariance.square_root(P)  # (..., m, d)
        product = half @ half.swapaxes(-1, -2) if few else half.swapaxes(-1, -2) @ half
    else:
        product = x @ P @ x.swapaxes(-1, -2) if few else P @ (x.swapaxes(-1, -2) @ x)
    values = np.linalg.eigvalsh(product) if definite else np.linalg.eigvals(product)
    return values / lengths[..., None], lengths
