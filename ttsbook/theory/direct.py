"""The direct answer: exact error of one step, and its bound."""

import numpy as np

from ttsbook import _validation as check
from ttsbook.data import covariance
from ttsbook.theory._chain import label_noise, matrices, training


def direct_error_by_skill(P, test_cov, test_length, *, noise_variance=None):
    r"""Exact error of the direct answer along each skill of the test prompts.

    In the book: :prf:ref:`prop-direct`.

    Parameters
    ----------
    P : array_like, shape (d, d)
        Preconditioner, any square matrix.
    test_cov : array_like, shape (d, d), or Task
        Covariance :math:`\Sigma` of the test prompts.
    test_length : int or None
        Test prompt length m, at least 1; None stands for infinity.
    noise_variance : float, optional
        Variance :math:`\sigma^2` of the label noise. By default that of a task, and 0 for a covariance.

    Returns
    -------
    ndarray, shape (d,)
        :math:`\mathbb{E}\langle v_i, w_1 - w\rangle^2` for the skills :math:`v_i` of `test_cov`,
        strongest first; 1 is no better than no answer.

    Raises
    ------
    ValueError
        If a matrix or number is out of range, or the dimensions differ.

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

    def squares(matrix):
        return np.square(skills @ matrix).sum(axis=1)

    total = np.trace(test_cov) + noise_variance
    spread = squares(P @ test_cov) + total * squares(P @ covariance.square_root(test_cov))
    return squares(np.eye(len(P)) - P @ test_cov) + inverse_m * spread


def direct_error(P, test_cov, test_length, *, noise_variance=None):
    r"""Exact error :math:`e_1 = \mathbb{E}\|w_1 - w\|^2` of the direct answer (k = 1).

    The sum of `direct_error_by_skill`, which has the formula and the parameters.

    In the book: :prf:ref:`prop-direct`.

    Parameters
    ----------
    P : array_like, shape (d, d)
        Preconditioner, any square matrix.
    test_cov : array_like, shape (d, d), or Task
        Covariance :math:`\Sigma` of the test prompts.
    test_length : int or None
        Test prompt length m, at least 1; None stands for infinity.
    noise_variance : float, optional
        Variance of the label noise. By default that of a task, and 0 for a covariance.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a matrix or number is out of range, or the dimensions differ.

    Examples
    --------
    >>> from ttsbook import theory
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.isotropic(5), 20)
    >>> round(direct_error(theory.preconditioner(task), task.cov, 20), 6)  # h d / (n + h), h = 1 + d
    1.153846
    """
    return float(direct_error_by_skill(P, test_cov, test_length, noise_variance=noise_variance).sum())


def direct_error_bound(cov, train_length, test_length, *, sharp=False):
    r"""Upper bound on the direct error at matched covariances (paper: Theorem 3.3).

    :math:`e_1 \le \frac{d}{n^2}(1 + H)^2 + \frac{d}{m}(1 + H)` with the hardness
    :math:`H = \mathrm{tr}\,\Lambda/\lambda_{\min}(\Lambda)`; or the sum over the skills from which
    it follows, :math:`e_1 \le \sum_i (h_i^2/n^2 + h_i/m)` with :math:`h_i = 1 + \mathrm{tr}\,\Lambda/\lambda_i`.

    In the book: :prf:ref:`thm-direct-bound`.

    Parameters
    ----------
    cov : array_like, shape (d, d), or Task
        Covariance :math:`\Lambda` of training and test prompts, positive definite; or a task, whose label
        noise counts in training and test.
    train_length : float
        Training prompt length n, at least 1; ``math.inf`` is allowed.
    test_length : int or None
        Test prompt length m, at least 1; None stands for infinity.
    sharp : bool, default False
        Keep the sum over the skills, in place of d times its largest term.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If `cov` is not positive definite or a length is below 1.

    Examples
    --------
    >>> round(direct_error_bound(covariance.isotropic(5), 20, 20), 6)
    1.95
    """
    cov, total = training(cov)
    h = 1 + total / np.linalg.eigvalsh(cov)  # largest first
    n = check.number("train_length", train_length, least=1, infinite=True)
    inverse_m = check.inverse_length("test_length", test_length)
    terms = h**2 / n**2 + h * inverse_m
    return float(terms.sum() if sharp else len(cov) * terms[0])
