r"""Strides: the part of a gap that one thinking step covers, along each direction; above 2 it diverges."""

from typing import Protocol, runtime_checkable

import numpy as np

from ttsbook import _validation as check
from ttsbook.data import covariance
from ttsbook.theory._chain import matrices
from ttsbook.theory.stability import preconditioned


def strides(P, test_cov):
    r"""Part of the gap that one thinking step covers along each of d directions, on an endless prompt.

    The eigenvalues :math:`\mu` of :math:`P\Sigma`. A stride of 1 lands on the answer, one between 1 and 2
    beyond it but closer, one above 2 farther away. If P is not symmetric, as after training, strides may be
    complex: the chain diverges if some :math:`|1 - \mu| > 1`, which is :math:`|\mu|^2 > 2\,\mathrm{Re}\,\mu`.

    In the book: :prf:ref:`def-stride`.

    Parameters
    ----------
    P : array_like, shape (d, d)
        Preconditioner, any square matrix.
    test_cov : array_like, shape (d, d), or Task
        Covariance :math:`\Sigma` of the test prompts.

    Returns
    -------
    ndarray, shape (d,)
        Ascending, by their real parts. At least 0 if P is symmetric and positive definite; complex if some
        stride is.

    Raises
    ------
    ValueError
        If P is not a square matrix, or the dimensions differ.

    Examples
    --------
    >>> strides(np.diag([0.5, 2.0]), np.diag([1.0, 1.5])).round(6).tolist()
    [0.5, 3.0]
    >>> strides([[1.0, -0.5], [0.5, 1.0]], np.eye(2)).round(6).tolist()
    [(1-0.5j), (1+0.5j)]
    """
    P, test_cov = matrices(P, test_cov)
    return preconditioned(P, test_cov)[0] if _is_definite(P) else np.sort(np.linalg.eigvals(P @ test_cov))


def largest_stride(P, examples):
    r"""Largest stride on given prompts, eigenvalue of :math:`P S_m`: above 2 their chains of thought diverge.

    It needs neither labels nor weights, and no thinking. A complex stride :math:`\mu` counts as
    :math:`|\mu|^2/\mathrm{Re}\,\mu`, the real one that is above 2 just if :math:`|1 - \mu| > 1`, or as infinite
    if its real part is not positive. For m < d it is found from the smaller matrix :math:`X^\top P X / m`.

    In the book: :prf:ref:`prop-warning`.

    Parameters
    ----------
    P : array_like, shape (d, d)
        Preconditioner, any square matrix.
    examples : Prompts, or array_like of shape (..., m, d)
        Prompts, of any lengths, padded or condensed; or the examples of each prompt, one a row, all of them
        examples.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If P is not a square matrix, or `examples` have another dimension, are none or are not finite.

    Examples
    --------
    >>> float(largest_stride(np.eye(2), [[1.0, 0.0], [0.0, 3.0]]))
    4.5
    """
    return _bounds(_strides_on_prompts(P, examples)[0]).max(axis=-1)


def best_scaling(P, examples):
    r"""Scaling ρ of the attention with which thinking about given prompts converges fastest.

    :math:`\rho = m\,(\ell + \ell_{\min})/2`, with the largest and the smallest nonzero eigenvalue of
    :math:`P S_m`. With the usual :math:`\rho = m` the chain of a prompt may diverge, with this one none
    does. If eigenvalues :math:`\mu` are complex, :math:`\rho = mc` with the c of least
    :math:`\max_\mu |1 - \mu/c|`; the chain converges for every c above half the `largest_stride`. `cot.think`
    takes it as `rho`.

    In the book: :prf:ref:`prop-cure`.

    Parameters
    ----------
    P : array_like, shape (d, d)
        Preconditioner, any square matrix.
    examples : Prompts, or array_like of shape (..., m, d)
        As for `largest_stride`.

    Returns
    -------
    ndarray, shape (...)
        m where all examples are zero; infinite where no scaling lets the chain converge.

    Raises
    ------
    ValueError
        As for `largest_stride`.

    Examples
    --------
    >>> float(best_scaling(np.eye(2), [[1.0, 0.0], [0.0, 3.0]]))
    5.0
    """
    found, lengths = _strides_on_prompts(P, examples)
    seen = _seen(found)
    if np.isrealobj(found):
        smallest, largest = np.where(seen, found, np.inf).min(axis=-1), np.where(seen, found, 0).max(axis=-1)
        middle = np.where(smallest > 0, (largest + smallest) / 2, np.inf)
    else:
        middle = _center(found, seen)
    return lengths * np.where(seen.any(axis=-1), middle, 1.0)


def _center(values, seen):
    """Scaling c of least max |1 - value/c|, by bisection on 1/c, in which its square is convex."""
    real, square = np.where(seen, values.real, 0), np.where(seen, np.square(np.abs(values)), 0)
    low, high = np.zeros(values.shape[:-1]), (real / np.where(seen, square, 1)).max(axis=-1)
    for _ in range(100):
        middle = (low + high) / 2
        gap = np.where(seen, middle[..., None] ** 2 * square - 2 * middle[..., None] * real, -np.inf)
        worst = gap.argmax(axis=-1)[..., None]
        falls = middle * np.take_along_axis(square, worst, -1)[..., 0] < np.take_along_axis(real, worst, -1)[..., 0]
        low, high = np.where(falls, middle, low), np.where(falls, high, middle)
    with np.errstate(divide="ignore"):
        return np.where((~seen | (real > 0)).all(axis=-1), 1 / high, np.inf)


def _bounds(found):
    """Real strides that are above 2 just if the strides make a chain diverge."""
    seen = _seen(found)
    if np.isrealobj(found):
        return np.where(seen & (found < 0), np.inf, np.where(seen, found, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds = np.where(found.real > 0, np.square(np.abs(found)) / found.real, np.inf)
    return np.where(seen, bounds, 0.0)


def _seen(found):
    """Which strides are not zero but for rounding."""
    size = np.abs(found)
    return size > check.RELATIVE_TOLERANCE * size.max(axis=-1, keepdims=True)


def _is_definite(P):
    """Whether P is symmetric and positive definite, so that all strides are real."""
    try:
        check.covariance("P", P, definite=True)
    except ValueError:
        return False
    return True


@runtime_checkable
class _Batch(Protocol):
    """Prompts of several lengths, whose class needs PyTorch."""

    x: np.ndarray
    lengths: np.ndarray


def _strides_on_prompts(P, examples):
    """Eigenvalues of P S_m, for m < d without those that are zero in any case; and the lengths m."""
    P = check.square_matrix("P", P)
    batch = isinstance(examples, _Batch)
    x = check.array("examples", examples.x if batch else examples)
    if x.ndim < 2 or x.shape[-1] != len(P) or x.shape[-2] == 0:
        raise ValueError(f"examples must have shape (..., m, {len(P)}) with m of at least 1, got {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError("examples must be finite, got NaN or infinite entries")
    lengths = np.asarray(examples.lengths if batch else x.shape[-2], dtype=np.float64)
    few, definite = x.shape[-2] < len(P), _is_definite(P)
    if definite:
        half = x @ covariance.square_root(P)  # (..., m, d)
        product = half @ half.swapaxes(-1, -2) if few else half.swapaxes(-1, -2) @ half
    else:
        product = x @ P @ x.swapaxes(-1, -2) if few else P @ (x.swapaxes(-1, -2) @ x)
    values = np.linalg.eigvalsh(product) if definite else np.linalg.eigvals(product)
    return values / lengths[..., None], lengths
