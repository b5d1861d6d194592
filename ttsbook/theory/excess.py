r"""Long but finite test prompts at a fixed number of skills: the first excess of the error over m = ∞."""

import numpy as np

from ttsbook import _validation as check
from ttsbook.arrays import CovarianceLike, Matrix, Vector
from ttsbook.data.tasks import Task
from ttsbook.theory._chain import costs


def first_excess(cov: CovarianceLike, train_length: float, steps: int) -> float:
    r"""Coefficient :math:`C_k` of 1/m in the mean error of k thinking steps, at matched covariances.

    :math:`e_k(m) = e_k(\infty) + C_k/m + O(1/m^2)` for :math:`m \to \infty` with all else fixed. The first
    term is a good guide only where it is small beside :math:`e_k(\infty)`; for m comparable to d there
    is `cot_error`.

    In the book: :prf:ref:`prop-finite-test`.

    Parameters
    ----------
    cov
        Covariance :math:`\Lambda` of training and test prompts, positive definite.
    train_length
        Training prompt length n.
    steps
        Number of thinking steps k.

    Notes
    -----
    With :math:`a_p = h_p/(n + h_p)` and the eigenvalues :math:`\gamma_p` of :math:`\Gamma`,

    .. math::
        C_k &= \sum_{p,q} (1 + \delta_{pq}) \frac{\lambda_p \lambda_q}{\gamma_p}
        \Bigl[\frac{c_{pq}^2}{\gamma_p} + \frac{2 a_p^k b_{pq}}{\gamma_q}\Bigr], \\
        c_{pq} &= \sum_{j<k} a_p^j a_q^{k-1-j}, \quad b_{pq} = \sum_{j<k-1} (k-1-j)\, a_p^{k-2-j} a_q^j .

    Equal strengths: :math:`C_k = e_k(\infty)\, k(2k-1)\, n^2/(1 + d)`.

    Examples
    --------
    >>> round(first_excess(np.eye(5), 12, 1), 6)  # d (h/(n + h))² n²/h with h = 6
    13.333333
    """
    cov = check.covariance("cov", cov, definite=True)
    n, k = check.number("train_length", train_length, least=1), check.count("steps", steps, least=0)
    strengths = np.linalg.eigvalsh(cov)
    h = 1 + strengths.sum() / strengths
    gammas, a = strengths * (1 + h / n), h / (n + h)  # eq-proofs-skills
    b, c = pair_sums(a, k)
    terms = c**2 / gammas[:, None] + 2 * a[:, None] ** k * b / gammas  # eq-proofs-first-term
    weights = np.outer(strengths / gammas, strengths) * (1 + np.eye(len(cov)))
    return float((weights * terms).sum())


def pair_sums(a: Vector, steps: int) -> tuple[Matrix, Matrix]:
    """Return the sums b and c of `first_excess`, by which small changes of a step enter k of them in pairs."""
    powers = a ** np.arange(steps)[:, None]  # (k, d): a_p^j
    c = powers.T @ powers[::-1]
    if steps < 2:
        return np.zeros_like(c), c
    return (np.arange(steps - 1, 0, -1)[:, None] * powers[:-1][::-1]).T @ powers[:-1], c


def divergence_bound(cov: CovarianceLike | Task, train_length: float, test_length: int) -> float:
    r"""Upper bound on the probability that a chain diverges, at matched covariances and any finite size.

    :math:`e^{-\theta^2/2}` with :math:`\theta = \sqrt{2m(1 + h_1/n)} - \sqrt m - \sqrt d` where that is
    positive, else 1; :math:`h_1 = 1 + \mathrm{tr}\,\Lambda/\lambda_1` is the cost of the strongest skill.

    In the book: :prf:ref:`thm-stability`.

    Parameters
    ----------
    cov
        Covariance :math:`\Lambda` of training and test prompts, positive definite; or a task, whose label
        noise in training counts.
    train_length
        Training prompt length n; ``math.inf`` is allowed.
    test_length
        Test prompt length m.

    Notes
    -----
    From the deviations of the largest singular value of a Gaussian matrix (Davidson and Szarek 2001).

    Examples
    --------
    >>> round(divergence_bound(np.eye(20), np.inf, 400), 4)
    0.0007
    """
    h = costs(cov)
    n = check.number("train_length", train_length, least=1, infinite=True)
    m = check.count("test_length", test_length, least=1)
    dearest = 2 * (1 + h[-1] / n)
    theta = np.sqrt(dearest * m) - np.sqrt(m) - np.sqrt(len(h))  # thm-stability
    return float(np.exp(-(max(theta, 0.0) ** 2) / 2))
