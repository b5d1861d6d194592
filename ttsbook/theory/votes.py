"""The mean of several answers, each from a prompt of its own: the exact error after any number of steps."""

import warnings

import numpy as np
from jaxtyping import Float64
from numpy.typing import ArrayLike

from ttsbook import _validation as check
from ttsbook.arrays import PreconditionerLike, VectorLike
from ttsbook.theory._chain import DivergenceWarning, warn_if_diverged
from ttsbook.theory.noise import noisy_error


def vote_error(
    P: PreconditionerLike, S: ArrayLike, test_length: int, steps: VectorLike, *, noise_variance: float
) -> Float64[np.ndarray, " looks"]:
    r"""Exact error of the mean of several answers after given numbers of steps, averaged over w and the label noise.

    The answers are about one w, each from a prompt of its own. With V prompts, :math:`T_v = I - P S_v` and the noise
    :math:`n_{v,k}` that `noisy_error` adds to each answer, it is

    .. math:: e_k = \Bigl\|\frac1V \sum_v T_v^k\Bigr\|_F^2 + \frac1{V^2} \sum_v n_{v,k} .

    In the book: :prf:ref:`prop-noisy-error`.

    Parameters
    ----------
    P
        Preconditioner, symmetric and positive definite.
    S
        Empirical covariances of the prompts, (prompts, d, d).
    test_length
        Length m of each prompt.
    steps
        Numbers k of thinking steps, whole and not negative, in any order.
    noise_variance
        Variance :math:`\sigma^2` of the label noise.

    Warns
    -----
    DivergenceWarning
        If an error is beyond the range of float64 and reported as inf.

    Examples
    --------
    >>> vote_error(np.eye(1), [[[0.5]], [[0.5]]], 10, [0, 1, 1_000_000], noise_variance=1.0).round(4).tolist()
    [1.0, 0.275, 0.1]
    """
    if np.size(steps) == 0:
        raise ValueError("steps must be a list of whole numbers of at least 0, got none")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergenceWarning)  # said once, below
        noisy = noisy_error(P, S, test_length, steps, noise_variance=noise_variance)
        if noisy.ndim != 2:
            raise ValueError("S must hold several prompts, got one matrix")
        exact = noisy_error(P, S, test_length, steps, noise_variance=0.0)
    T = np.eye(np.shape(P)[-1]) - check.array("P", P) @ check.array("S", S)
    with np.errstate(over="ignore", invalid="ignore"):
        means = [np.linalg.matrix_power(T, int(k)).mean(axis=0) for k in check.array("steps", steps)]
        bias = np.square(means).sum(axis=(-2, -1))
        errors = bias + (noisy - exact).sum(axis=0) / len(noisy) ** 2  # prop-noisy-error
    errors = np.where(np.isfinite(errors), errors, np.inf)
    warn_if_diverged(errors)
    return errors
