"""The direct answer: exact error of one step, and its bound."""

import numpy as np

from ttsbook import _validation as check
from ttsbook.arrays import CovarianceLike, Matrix, PreconditionerLike, Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory._chain import costs, label_noise, matrices


def direct_error_by_skill(
    P: PreconditionerLike,
    test_cov: CovarianceLike | Task,
    test_length: int | None,
    *,
    noise_variance: float | None = None,
) -> Vector:
    r"""Exact error of the direct answer along each skill of the test prompts, strongest first.

    It is :math:`\mathbb{E}\langle v_i, w_1 - w\rangle^2` for the skills :math:`v_i` of `test_cov`;
    1 is no better than no answer.

    In the book: :prf:ref:`prop-direct`.

    Parameters
    ----------
    P
        Preconditioner, any square matrix.
    test_cov
        Covariance :math:`\Sigma` of the test prompts; or a task, whose label noise counts and whose length does not.
    test_length
        Test prompt length m; None stands for infinity.
    noise_variance
        Variance :math:`\sigma^2` of the label noise. By default that of a task, and 0 for a covariance.

    Notes
    -----
    The diagonal, in the skills' basis, of
    :math:`I - P\Sigma - \Sigma P^\top + P\,(\mathbb{E}[S_m^2] + \sigma^2\Sigma/m)\,P^\top` with
    :math:`\mathbb{E}[S_m^2] = (1 + 1/m)\,\Sigma^2 + (\mathrm{tr}\,\Sigma/m)\,\Sigma`, written as sums of squares, so
    that small errors are not differences of large numbers.

    Examples
    --------
    >>> direct_error_by_skill(np.eye(2), np.diag([1.0, 0.5]), None).tolist()
    [0.0, 0.25]
    """
    noise_variance = label_noise(test_cov, noise_variance)
    P, test_cov = matrices(P, test_cov)
    inverse_m = check.inverse_length("test_length", test_length)
    skills = covariance.skills(test_cov).directions.T  # one a row

    def squares(matrix: Matrix) -> Vector:
        """Diagonal of M M' in the skills' basis."""
        return np.square(skills @ matrix).sum(axis=1)

    total = np.trace(test_cov) + noise_variance
    spread = squares(P @ test_cov) + total * squares(P @ covariance.square_root(test_cov))
    return squares(np.eye(len(P)) - P @ test_cov) + inverse_m * spread  # prop-direct


def direct_error(
    P: PreconditionerLike,
    test_cov: CovarianceLike | Task,
    test_length: int | None,
    *,
    noise_variance: float | None = None,
) -> float:
    r"""Exact error :math:`e_1 = \mathbb{E}\|w_1 - w\|^2` of the direct answer (k = 1).

    The sum of `direct_error_by_skill`, which has the formula. The arguments are those of
    `direct_error_by_skill`.

    In the book: :prf:ref:`prop-direct`.

    Examples
    --------
    >>> from ttsbook import theory
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.isotropic(5), 20)
    >>> round(direct_error(theory.preconditioner(task), task.cov, 20), 6)  # h d / (n + h), h = 1 + d
    1.153846
    """
    return float(direct_error_by_skill(P, test_cov, test_length, noise_variance=noise_variance).sum())


def direct_error_bound(
    cov: CovarianceLike | Task, train_length: float, test_length: int | None, *, sharp: bool = False
) -> float:
    r"""Upper bound on the direct error at matched covariances (paper: Theorem 3.3).

    :math:`e_1 \le \frac{d}{n^2}(1 + H)^2 + \frac{d}{m}(1 + H)` with the hardness
    :math:`H = \mathrm{tr}\,\Lambda/\lambda_{\min}(\Lambda)`; or the sum over the skills from which
    it follows, :math:`e_1 \le \sum_i (h_i^2/n^2 + h_i/m)` with :math:`h_i = 1 + \mathrm{tr}\,\Lambda/\lambda_i`.

    In the book: :prf:ref:`thm-direct-bound`.

    Parameters
    ----------
    cov
        Covariance :math:`\Lambda` of training and test prompts, positive definite; or a task, whose label
        noise counts in training and test.
    train_length
        Training prompt length n; ``math.inf`` is allowed.
    test_length
        Test prompt length m; None stands for infinity.
    sharp
        Keep the sum over the skills, in place of d times its largest term.

    Examples
    --------
    >>> round(direct_error_bound(covariance.isotropic(5), 20, 20), 6)
    1.95
    """
    h = costs(cov)
    n = check.number("train_length", train_length, least=1, infinite=True)
    inverse_m = check.inverse_length("test_length", test_length)
    terms = h**2 / n**2 + h * inverse_m  # thm-direct-bound
    return float(terms.sum() if check.flag("sharp", sharp) else len(h) * terms[0])
