r"""Strides: the part of a gap that one thinking step covers, along each direction; above 2 it diverges."""

import numpy as np

from ttsbook import _validation as check
from ttsbook import covariance
from ttsbook.theory.stability import preconditioned


def strides(P, test_cov):
    r"""Part of the gap that one thinking step covers along each of d directions, on an endless prompt.

    The eigenvalues of :math:`P^{1/2} \Sigma P^{1/2}`, which are those of :math:`P\Sigma`. A stride of 1
    lands on the answer, one between 1 and 2 beyond it but closer, one above 2 farther away.

    In the book: :prf:ref:`def-stride`.

    Parameters
    ----------
    P : array_like, shape (d, d)
        Preconditioner, symmetric and positive definite.
    test_cov : array_like, shape (d, d)
        Covariance :math:`\Sigma` of the test prompts.

    Returns
    -------
    ndarray, shape (d,)
        Ascending, at least 0.

    Raises
    ------
    ValueError
        If P is not symmetric and positive definite, or the dimensions differ.

    Examples
    --------
    >>> strides(np.diag([0.5, 2.0]), np.diag([1.0, 1.5])).round(6).tolist()
    [0.5, 3.0]
    """
    return preconditioned(P, test_cov)[0]


def largest_stride(P, examples):
    r"""Largest eigenvalue of :math:`P S_m` on given prompts: above 2 their chains of thought diverge.

    It needs neither labels nor weights, and no thinking. For m < d it is found from the smaller matrix
    :math:`X^\top P X / m`.

    In the book: :prf:ref:`prop-warning`.

    Parameters
    ----------
    P : array_like, shape (d, d)
        Preconditioner, symmetric and positive definite.
    examples : array_like, shape (..., m, d)
        Examples of each prompt, one a row, as in ``Prompts.x``.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If P is not symmetric and positive definite, or `examples` have another dimension, are none or
        are not finite.

    Examples
    --------
    >>> float(largest_stride(np.eye(2), [[1.0, 0.0], [0.0, 3.0]]))
    4.5
    """
    return _strides_on_prompts(P, examples)[..., -1]


def best_scaling(P, examples):
    r"""Scaling ρ of the attention with which thinking about given prompts converges fastest.

    :math:`\rho = m\,(\ell + \ell_{\min})/2`, with the largest and the smallest nonzero eigenvalue of
    :math:`P S_m`. With the usual :math:`\rho = m` the chain of a prompt may diverge, with this one none
    does. `cot.think` takes it as `rho`.

    In the book: :prf:ref:`prop-cure`.

    Parameters
    ----------
    P : array_like, shape (d, d)
        Preconditioner, symmetric and positive definite.
    examples : array_like, shape (..., m, d)
        Examples of each prompt, one a row, as in ``Prompts.x``.

    Returns
    -------
    ndarray, shape (...)
        m where all examples are zero.

    Raises
    ------
    ValueError
        As for `largest_stride`.

    Examples
    --------
    >>> float(best_scaling(np.eye(2), [[1.0, 0.0], [0.0, 3.0]]))
    5.0
    """
    found = _strides_on_prompts(P, examples)
    largest = found[..., -1]
    seen = found > check.RELATIVE_TOLERANCE * largest[..., None]
    smallest = np.where(seen, found, np.inf).min(axis=-1)
    return np.shape(examples)[-2] * np.where(largest > 0, (largest + smallest) / 2, 1.0)


def _strides_on_prompts(P, examples):
    """Eigenvalues of P S_m, ascending; for m < d without those that are zero in any case."""
    P, x = check.covariance("P", P, definite=True), check.array("examples", examples)
    if x.ndim < 2 or x.shape[-1] != len(P) or x.shape[-2] == 0:
        raise ValueError(f"examples must have shape (..., m, {len(P)}) with m of at least 1, got {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError("examples must be finite, got NaN or infinite entries")
    half = x @ covariance.square_root(P)  # (..., m, d)
    few = x.shape[-2] < len(P)
    product = half @ half.swapaxes(-1, -2) if few else half.swapaxes(-1, -2) @ half
    return np.linalg.eigvalsh(product) / x.shape[-2]
