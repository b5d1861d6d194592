r"""The mathematics of a linear attention layer that thinks: exact errors, bounds, simulation.

A layer trained on prompts of covariance :math:`\Lambda` and length n answers with a
*preconditioner* P. Each thinking step maps :math:`w_k` to :math:`w_k - P S_m (w_k - w)`, where
:math:`S_m` is the empirical covariance of a test prompt of m examples with covariance
:math:`\Sigma`, and :math:`w_0 = 0`. All errors are :math:`\mathbb{E}\|w_k - w\|^2` with
:math:`w \sim N(0, I_d)`: absolute, without a factor 1/2, and equal to d at k = 0.
"""

import warnings
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ttsbook import _validation as check
from ttsbook import covariance
from ttsbook.tasks import Mixture, Task

CHUNK_BYTES = 2**25  # of empirical covariances held at once by a simulation


class DivergenceWarning(RuntimeWarning):
    """A chain of thought grew beyond the range of float64; its error is reported as inf."""


def gamma(cov, prompt_length, *, noise_variance=0.0):
    r"""Matrix :math:`\Gamma = (1 + 1/n)\,\Lambda + \frac{\mathrm{tr}\,\Lambda + \sigma^2}{n}\, I`.

    Its inverse is the preconditioner that training on one task learns (paper: Theorem 3.1, there
    without label noise): for n examples, :math:`\Lambda\Gamma = \mathbb{E}[S_n^2] + \sigma^2\Lambda/n`.

    Parameters
    ----------
    cov : array_like, shape (d, d)
        Training covariance :math:`\Lambda`.
    prompt_length : float
        Training prompt length n, at least 1; ``math.inf`` is allowed.
    noise_variance : float, default 0
        Variance :math:`\sigma^2` of the label noise.

    Returns
    -------
    ndarray, shape (d, d)

    Raises
    ------
    ValueError
        If `cov` is not a covariance, or a number is out of range.

    Examples
    --------
    >>> gamma(covariance.isotropic(2), 10).round(12).tolist()
    [[1.3, 0.0], [0.0, 1.3]]
    """
    cov = check.covariance("cov", cov)
    n = check.number("prompt_length", prompt_length, least=1, infinite=True)
    noise_variance = check.number("noise_variance", noise_variance, least=0)
    return (1 + 1 / n) * cov + (np.trace(cov) + noise_variance) / n * np.eye(len(cov))


def preconditioner(task_or_mixture):
    r"""Preconditioner P that training for the direct answer learns.

    It minimizes the one-step error on the training prompts: :math:`P = \Gamma^{-1}` for one task,
    and for a mixture :math:`P = A B^{-1}` with :math:`A = \sum_\ell \pi_\ell \Lambda_\ell` and
    :math:`B = \sum_\ell \pi_\ell \Lambda_\ell \Gamma_\ell`, which is not symmetric in general.

    Parameters
    ----------
    task_or_mixture : Task or Mixture
        What training prompts are drawn from.

    Returns
    -------
    ndarray, shape (d, d)

    Raises
    ------
    TypeError
        If the argument is neither a task nor a mixture.
    ValueError
        If no task of positive weight uses some direction.

    Examples
    --------
    >>> preconditioner(Task(covariance.isotropic(2), 10)).round(4).tolist()
    [[0.7692, 0.0], [0.0, 0.7692]]
    """
    if isinstance(task_or_mixture, Task):
        task = task_or_mixture
        check.covariance("cov", task.cov, definite=True)
        inverse = np.linalg.inv(gamma(task.cov, task.prompt_length, noise_variance=task.noise_variance))
        return (inverse + inverse.T) / 2
    if not isinstance(task_or_mixture, Mixture):
        raise TypeError(f"task_or_mixture must be a Task or a Mixture, got {task_or_mixture!r}")
    parts = list(zip(task_or_mixture.weights, task_or_mixture.tasks, strict=True))
    first = sum(weight * task.cov for weight, task in parts)
    check.covariance("the mixture's mean covariance", first, definite=True)
    second = sum(
        weight * task.cov @ gamma(task.cov, task.prompt_length, noise_variance=task.noise_variance)
        for weight, task in parts
    )
    return np.linalg.solve(second.T, first.T).T


def direct_error_by_skill(P, test_cov, test_length, *, noise_variance=0.0):
    r"""Exact error of the direct answer along each skill of the test prompts.

    Parameters
    ----------
    P : array_like, shape (d, d)
        Preconditioner, any square matrix.
    test_cov : array_like, shape (d, d)
        Covariance :math:`\Sigma` of the test prompts.
    test_length : int or None
        Test prompt length m, at least 1; None stands for infinity.
    noise_variance : float, default 0
        Variance :math:`\sigma^2` of the label noise.

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
    :math:`\mathbb{E}[S_m^2] = (1 + 1/m)\,\Sigma^2 + (\mathrm{tr}\,\Sigma/m)\,\Sigma`.

    Examples
    --------
    >>> direct_error_by_skill(np.eye(2), np.diag([1.0, 0.5]), None).tolist()
    [0.0, 0.25]
    """
    P, test_cov = _matrices(P, test_cov)
    inverse_m = check.inverse_length("test_length", test_length)
    noise_variance = check.number("noise_variance", noise_variance, least=0)
    second_moment = (1 + inverse_m) * test_cov @ test_cov
    second_moment += inverse_m * (np.trace(test_cov) + noise_variance) * test_cov
    first = P @ test_cov
    errors = np.eye(len(P)) - first - first.T + P @ second_moment @ P.T
    directions = covariance.skills(test_cov).directions
    return np.einsum("ai,ab,bi->i", directions, errors, directions)


def direct_error(P, test_cov, test_length, *, noise_variance=0.0):
    r"""Exact error :math:`e_1 = \mathbb{E}\|w_1 - w\|^2` of the direct answer (k = 1).

    The sum of `direct_error_by_skill`, which has the formula and the parameters.

    Parameters
    ----------
    P : array_like, shape (d, d)
        Preconditioner, any square matrix.
    test_cov : array_like, shape (d, d)
        Covariance :math:`\Sigma` of the test prompts.
    test_length : int or None
        Test prompt length m, at least 1; None stands for infinity.
    noise_variance : float, default 0
        Variance of the label noise.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a matrix or number is out of range, or the dimensions differ.

    Examples
    --------
    >>> task = Task(covariance.isotropic(5), 20)
    >>> round(direct_error(preconditioner(task), task.cov, 20), 6)  # h d / (n + h), h = 1 + d
    1.153846
    """
    return float(direct_error_by_skill(P, test_cov, test_length, noise_variance=noise_variance).sum())


def direct_error_bound(cov, train_length, test_length):
    r"""Upper bound on the direct error at matched covariances (paper: Theorem 3.3).

    :math:`e_1 \le \frac{d}{n^2}(1 + H)^2 + \frac{d}{m}(1 + H)` with the hardness
    :math:`H = \mathrm{tr}\,\Lambda/\lambda_{\min}(\Lambda)`.

    Parameters
    ----------
    cov : array_like, shape (d, d)
        Covariance :math:`\Lambda` of training and test prompts, positive definite.
    train_length : float
        Training prompt length n, at least 1; ``math.inf`` is allowed.
    test_length : int or None
        Test prompt length m, at least 1; None stands for infinity.

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
    h = 1 + covariance.hardness(cov)
    n = check.number("train_length", train_length, least=1, infinite=True)
    inverse_m = check.inverse_length("test_length", test_length)
    return len(cov) * (h**2 / n**2 + h * inverse_m)


def scaling_law_bound(cov, train_length, steps):
    r"""Leading term of the test-time scaling law (paper: Corollary 3.5).

    :math:`d\,\bigl(1 + n/(1 + H)\bigr)^{-2k}` for k = 0, ..., `steps`, with the hardness H. It bounds
    the exact error from above at m = ∞, with equality when all skills are equally strong.

    Parameters
    ----------
    cov : array_like, shape (d, d)
        Covariance :math:`\Lambda` of training and test prompts, positive definite.
    train_length : float
        Training prompt length n, at least 1.
    steps : int
        Number of thinking steps, at least 0.

    Returns
    -------
    ndarray, shape (steps + 1,)

    Raises
    ------
    ValueError
        If `cov` is not positive definite or a number is out of range.

    Examples
    --------
    >>> scaling_law_bound(covariance.isotropic(5), 18, 2).tolist()
    [5.0, 0.3125, 0.01953125]
    """
    h = 1 + covariance.hardness(cov)
    n = check.number("train_length", train_length, least=1)
    steps = check.count("steps", steps, least=0)
    return len(cov) * (1 + n / h) ** (-2.0 * np.arange(steps + 1))


def cot_error_limit(P, test_cov, steps):
    r"""Exact error of each thinking step for an endless test prompt, m = ∞.

    :math:`e_k = \|(I - P\Sigma)^k\|_F^2`; for commuting matrices this is the trace of the paper's
    Remark 4.1, otherwise it is larger.

    Parameters
    ----------
    P : array_like, shape (d, d)
        Preconditioner, any square matrix.
    test_cov : array_like, shape (d, d)
        Covariance :math:`\Sigma` of the test prompts.
    steps : int
        Number of thinking steps, at least 0.

    Returns
    -------
    ndarray, shape (steps + 1,)
        Index 0 is d, the error without thinking; inf where a diverging chain leaves float64.

    Warns
    -----
    DivergenceWarning
        If an error is reported as inf.

    Raises
    ------
    ValueError
        If a matrix or number is out of range, or the dimensions differ.

    Examples
    --------
    >>> cot_error_limit(np.eye(2), np.diag([1.0, 0.5]), 3).tolist()
    [2.0, 0.25, 0.0625, 0.015625]
    """
    P, test_cov = _matrices(P, test_cov)
    steps = check.count("steps", steps, least=0)
    errors = _chain_errors((np.eye(len(P)) - P @ test_cov)[None], steps)[0]
    _warn_if_diverged(errors)
    return errors


@dataclass(frozen=True, eq=False)
class CotSimulation:
    """Simulated error of each thinking step; all arrays have shape (steps + 1,)."""

    mean: np.ndarray
    standard_error: np.ndarray
    median: np.ndarray
    divergence_probability: float
    samples: int

    def band(self, confidence=0.99):
        """Interval around each mean that holds for all steps at once with this confidence.

        Parameters
        ----------
        confidence : float, default 0.99
            Bonferroni's correction shares 1 - `confidence` between the steps after the first entry,
            which is exact.

        Returns
        -------
        low, high : ndarray, shape (steps + 1,)
        """
        looks = max(1, len(self.mean) - 1)
        width = NormalDist().inv_cdf(1 - (1 - confidence) / (2 * looks)) * self.standard_error
        return self.mean - width, self.mean + width


def simulate_cot_error(P, test_cov, test_length, steps, *, samples, rng, noise_variance=0.0):
    r"""Simulate the error of each thinking step on prompts of m examples.

    Only the prompts are drawn; the average over the weight w and the label noise is exact:
    :math:`\|T^k\|_F^2 + \frac{\sigma^2}{m}\,\mathrm{tr}(Q_k P S_m P^\top Q_k^\top)` with
    :math:`T = I - P S_m` and :math:`Q_k = I + T + \dots + T^{k-1}`.

    Parameters
    ----------
    P : array_like, shape (d, d)
        Preconditioner, any square matrix.
    test_cov : array_like, shape (d, d)
        Covariance :math:`\Sigma` of the test prompts.
    test_length : int
        Test prompt length m, at least 1.
    steps : int
        Number of thinking steps, at least 0.
    samples : int
        Number of prompts, at least 2.
    rng : numpy.random.Generator
        Source of randomness.
    noise_variance : float, default 0
        Variance :math:`\sigma^2` of the label noise.

    Returns
    -------
    CotSimulation
        Mean, its standard error and the median over prompts, and the share of prompts on which
        the chain diverges: spectral radius of T above 1.

    Warns
    -----
    DivergenceWarning
        If an error is reported as inf.

    Raises
    ------
    ValueError
        If a matrix or number is out of range, or the dimensions differ.

    Examples
    --------
    >>> task = Task(covariance.isotropic(5), 50)
    >>> rng = np.random.default_rng(0)
    >>> thought = simulate_cot_error(preconditioner(task), task.cov, 50, 3, samples=2000, rng=rng)
    >>> thought.mean.round(2).tolist()
    [5.0, 0.54, 0.12, 0.03]
    """
    P, test_cov = _matrices(P, test_cov)
    test_length = check.count("test_length", test_length, least=1)
    steps = check.count("steps", steps, least=0)
    samples = check.count("samples", samples, least=2)
    noise_variance = check.number("noise_variance", noise_variance, least=0)
    errors, diverged = np.empty((samples, steps + 1)), 0
    chunk = max(1, CHUNK_BYTES // P.nbytes)
    for start in range(0, samples, chunk):
        size = min(chunk, samples - start)
        S = covariance.sample_empirical(test_cov, test_length, samples=size, rng=rng)
        T = np.eye(len(P)) - P @ S
        noise = noise_variance / test_length * P @ S @ P.T if noise_variance else None
        errors[start : start + size] = _chain_errors(T, steps, noise)
        diverged += (_spectral_radius(P, S, T) > 1 + 1e-9).sum()
    _warn_if_diverged(errors)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = errors.mean(axis=0)
        standard_error = np.where(np.isfinite(mean), errors.std(axis=0, ddof=1) / np.sqrt(samples), np.inf)
    return CotSimulation(mean, standard_error, np.median(errors, axis=0), float(diverged / samples), samples)


def _matrices(P, test_cov):
    P, test_cov = check.square_matrix("P", P), check.covariance("test_cov", test_cov)
    check.same_dimension(P=P, test_cov=test_cov)
    return P, test_cov


def _chain_errors(T, steps, noise=None):
    """Errors (batch, steps + 1) of chains with error maps T (batch, d, d), given the noise P S P' s²/m."""
    identity = np.eye(T.shape[-1])
    power = total = identity
    errors = np.full((len(T), steps + 1), float(T.shape[-1]))
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(1, steps + 1):
            total = identity if k == 1 or noise is None else T @ total + identity
            power = T if k == 1 else T @ power
            errors[:, k] = np.square(power).sum(axis=(1, 2))
            if noise is not None:
                errors[:, k] += ((total @ noise) * total).sum(axis=(1, 2))
    beyond = np.logical_or.accumulate(~np.isfinite(errors), axis=1)  # inf - inf is NaN: once lost, stay lost
    return np.where(beyond, np.inf, errors)


def _spectral_radius(P, S, T):
    """Spectral radius (batch,) of T = I - P S, through symmetric matrices where P allows it."""
    if np.array_equal(P, P.T) and np.linalg.eigvalsh(P)[0] > 0:
        root = covariance.square_root(P)
        eigenvalues = 1 - np.linalg.eigvalsh(root @ S @ root)
    else:
        eigenvalues = np.linalg.eigvals(T)
    return np.abs(eigenvalues).max(axis=1)


def _warn_if_diverged(errors):
    if np.isinf(errors).any():
        message = "a chain diverged beyond the range of float64; its error is reported as inf"
        warnings.warn(message, DivergenceWarning, stacklevel=3)
