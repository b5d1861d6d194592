"""A learned layer, as it is: the error of its chain given the prompts, with whatever ratio it learned."""

import numpy as np
from jaxtyping import Float64
from numpy.typing import ArrayLike

from ttsbook import _validation as check
from ttsbook.arrays import MatrixLike, Numbers, PreconditionerLike
from ttsbook.theory._chain import empirical, once_lost, warn_if_diverged


def layer_error(
    P: PreconditionerLike, ratio: MatrixLike, S: ArrayLike, steps: int
) -> Float64[np.ndarray, "*samples {steps}+1"]:
    r"""Error of each thinking step of a layer with its own preconditioner and ratio, given S.

    A layer whose other blocks vanish maps :math:`w_k` to :math:`w_k + P S\,(w - R\,w_k)`, with the
    preconditioner :math:`P = V_{31} W_{24}` and the ratio :math:`R = -W_{13}/W_{24}`. From
    :math:`w_0 = 0` it gets to :math:`w_k = M_k w`, so :math:`\mathbb{E}_w\|w_k - w\|^2 = \|M_k - I\|_F^2`.
    If the chain converges, to :math:`R^{-1} w`, it keeps the error :math:`\|R^{-1} - I\|_F^2`.

    In the book: :prf:ref:`prop-own-weights`.

    Parameters
    ----------
    P
        Preconditioner, any square matrix.
    ratio
        Ratio R, any square matrix. For R = I the error is that of thinking.
    S
        Covariance of the test prompts for m = ∞, (d, d); or empirical covariances of prompts,
        (samples, d, d), such as `covariance.sample_empirical` draws: each has errors of its own.
    steps
        Number of thinking steps.

    Warns
    -----
    DivergenceWarning
        If a diverging chain leaves float64, and its error is reported as inf.

    Examples
    --------
    >>> layer_error(np.eye(2), np.diag([1.0, 2.0]), np.diag([0.5, 0.5]), 3).tolist()
    [2.0, 0.5, 0.3125, 0.265625]
    """
    P, ratio = check.square_matrix("P", P), check.square_matrix("ratio", ratio)
    check.same_dimension(P=P, ratio=ratio)
    S, steps = empirical(S, len(P)), check.count("steps", steps, least=0)
    identity, gain = np.eye(len(P)), P @ S
    M, history = np.zeros_like(gain), list[Numbers]()
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(steps + 1):
            if k:
                M = M + gain @ (identity - ratio @ M)  # prop-own-weights
            history.append(np.square(M - identity).sum(axis=(-2, -1)))  # prop-own-weights
    errors = once_lost(np.stack(history, axis=-1))
    warn_if_diverged(errors)
    return errors
