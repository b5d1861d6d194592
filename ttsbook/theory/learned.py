"""What training teaches the layer: the matrix Γ, and the preconditioner P."""

import numpy as np

from ttsbook import _validation as check
from ttsbook.arrays import Covariance, CovarianceLike, Matrix, Preconditioner
from ttsbook.data.tasks import Mixture, Task, mixture_of


def gamma(
    cov: CovarianceLike,
    train_length: float,
    *,
    noise_variance: float = 0.0,
    fourth_moments: CovarianceLike | None = None,
) -> Matrix:
    r"""Matrix :math:`\Gamma = (1 + 1/n)\,\Lambda + \frac{\mathrm{tr}\,\Lambda + \sigma^2}{n}\, I`.

    Its inverse is the preconditioner that training on one task learns (paper: Theorem 3.1, there
    without label noise): for n examples, :math:`\Gamma\Lambda = \mathbb{E}[S_n^2] + \sigma^2\Lambda/n`. For features
    with other fourth moments :math:`K = \mathbb{E}\,\|x\|^2 x x^\top` the same holds of
    :math:`\Gamma = \Lambda + \frac1n(K\Lambda^{-1} - \Lambda + \sigma^2 I)`, which need not be symmetric.

    In the book: :prf:ref:`prop-best-step`, :prf:ref:`prop-fourth-moments`.

    Parameters
    ----------
    cov
        Training covariance :math:`\Lambda`.
    train_length
        Training prompt length n; ``math.inf`` is allowed.
    noise_variance
        Variance :math:`\sigma^2` of the label noise.
    fourth_moments
        Fourth moments K, such as `features.fourth_moments` gives; by default those of Gaussian features. With them,
        `cov` must be positive definite.

    Examples
    --------
    >>> from ttsbook.data import covariance, features
    >>> gamma(covariance.isotropic(2), 10).round(12).tolist()
    [[1.3, 0.0], [0.0, 1.3]]
    >>> heavy = features.fourth_moments(np.eye(2), features.ScaleMixture(0.1, 5.5))
    >>> gamma(np.eye(2), 10, fourth_moments=heavy).round(12).tolist()
    [[2.2, 0.0], [0.0, 2.2]]
    """
    cov = check.covariance("cov", cov)
    n = check.number("train_length", train_length, least=1, infinite=True)
    noise_variance = check.number("noise_variance", noise_variance, least=0)
    if fourth_moments is None:
        return (1 + 1 / n) * cov + (np.trace(cov) + noise_variance) / n * np.eye(len(cov))  # prop-best-step
    return cov + (spread(cov, fourth_moments) + noise_variance * np.eye(len(cov))) / n  # prop-fourth-moments


def gamma_of(task: Task, fourth_moments: CovarianceLike | None = None) -> Matrix:
    """Compute `gamma` for a task's covariance, prompt length and label noise."""
    return gamma(task.cov, task.prompt_length, noise_variance=task.noise_variance, fourth_moments=fourth_moments)


def spread(cov: CovarianceLike, fourth_moments: CovarianceLike) -> Matrix:
    r"""Matrix :math:`K\Lambda^{-1} - \Lambda`, by 1/n of which Γ exceeds the covariance; refuse what are no moments."""
    cov = check.covariance("cov", cov, definite=True)
    fourth_moments = check.covariance("fourth_moments", fourth_moments)
    check.same_dimension(cov=cov, fourth_moments=fourth_moments)
    excess = np.linalg.eigvalsh(fourth_moments - cov @ cov)[0]
    if excess < -check.RELATIVE_TOLERANCE * np.abs(fourth_moments).max():
        raise ValueError(f"fourth_moments less the square of cov must have no negative eigenvalue, got {excess:.3g}")
    length, least = np.trace(fourth_moments), np.trace(cov) ** 2  # of E‖x‖⁴, which Jensen's inequality bounds
    if length < least * (1 - check.RELATIVE_TOLERANCE):
        raise ValueError(f"fourth_moments must have a trace of at least (tr cov)² = {least:.4g}, got {length:.4g}")
    return np.linalg.solve(cov, fourth_moments).T - cov


def moments(task_or_mixture: Task | Mixture) -> tuple[Covariance, Matrix]:
    r"""Moments of training prompts: :math:`A = \mathbb{E}[S_n]` and :math:`B = \mathbb{E}[S_n^2 + \sigma^2 S_n/n]`.

    For a mixture they are :math:`A = \sum_\ell \pi_\ell \Lambda_\ell` and
    :math:`B = \sum_\ell \pi_\ell \Lambda_\ell \Gamma_\ell`.

    In the book: :prf:ref:`prop-mixture`.

    Parameters
    ----------
    task_or_mixture
        What training prompts are drawn from.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> A, B = moments(Task(covariance.isotropic(2), 10))
    >>> A.tolist(), B.round(12).tolist()
    ([[1.0, 0.0], [0.0, 1.0]], [[1.3, 0.0], [0.0, 1.3]])
    """
    parts, zero = _parts(task_or_mixture)
    A = sum((weight * task.cov for weight, task in parts), start=zero)  # prop-mixture
    B = sum((weight * task.cov @ gamma_of(task) for weight, task in parts), start=zero)  # prop-mixture
    return A, B


def preconditioner(task_or_mixture: Task | Mixture, *, fourth_moments: CovarianceLike | None = None) -> Preconditioner:
    r"""Preconditioner P that training for the direct answer learns.

    It minimizes the one-step error on the training prompts: :math:`P = \Gamma^{-1}` for one task,
    and for a mixture :math:`P = A B^{-1}` with :math:`A = \sum_\ell \pi_\ell \Lambda_\ell` and
    :math:`B = \sum_\ell \pi_\ell \Lambda_\ell \Gamma_\ell`, which is not symmetric in general. Nor is it for
    features with other fourth moments, where Γ is that of `gamma`.

    In the book: :prf:ref:`thm-training`, :prf:ref:`prop-mixture`, :prf:ref:`prop-fourth-moments`.

    Parameters
    ----------
    task_or_mixture
        What training prompts are drawn from.
    fourth_moments
        Fourth moments :math:`K = \mathbb{E}\,\|x\|^2 x x^\top` of the examples of a task; by default those of
        Gaussian features.

    Raises
    ------
    ValueError
        If no task of positive weight uses some direction, or a mixture is given fourth moments.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> preconditioner(Task(covariance.isotropic(2), 10)).round(4).tolist()
    [[0.7692, 0.0], [0.0, 0.7692]]
    """
    if isinstance(task_or_mixture, Task):
        check.covariance("cov", task_or_mixture.cov, definite=True)
        inverse = np.linalg.inv(gamma_of(task_or_mixture, fourth_moments))
        return (inverse + inverse.T) / 2 if fourth_moments is None else inverse  # prop-best-step, prop-fourth-moments
    if fourth_moments is not None:
        raise ValueError("fourth_moments are those of one task, got a mixture")
    A, B = moments(task_or_mixture)
    check.covariance("the mixture's mean covariance", A, definite=True)
    return np.linalg.solve(B.T, A.T).T  # prop-mixture


def caution(task_or_mixture: Task | Mixture) -> tuple[Covariance, Covariance, Covariance]:
    r"""Split what makes the steps of a layer smaller than the inverse of its mean covariance A.

    :math:`B = A^2 + V_{\rm between} + V_{\rm within}`, with :math:`V_{\rm between} = \sum_\ell \pi_\ell
    (\Lambda_\ell - A)^2` and :math:`V_{\rm within} = \sum_\ell \frac{\pi_\ell}{n_\ell}(\Lambda_\ell^2 +
    (\operatorname{tr} \Lambda_\ell + \sigma_\ell^2)\, \Lambda_\ell)`; A and B are the `moments`. A comes
    first, then the two parts.

    In the book: :prf:ref:`prop-spread`.

    Parameters
    ----------
    task_or_mixture
        What training prompts are drawn from.

    Examples
    --------
    >>> parts = caution(Mixture([Task(np.eye(1), 4), Task(3 * np.eye(1), 4)], [0.5, 0.5]))
    >>> [part.item() for part in parts]
    [2.0, 1.0, 2.5]
    """
    parts, zero = _parts(task_or_mixture)
    mean = sum((weight * task.cov for weight, task in parts), start=zero)
    between = sum((weight * (task.cov - mean) @ (task.cov - mean) for weight, task in parts), start=zero)  # prop-spread
    within = zero
    for weight, task in parts:
        noise = np.trace(task.cov) + task.noise_variance
        within = within + weight / task.prompt_length * (task.cov @ task.cov + noise * task.cov)  # prop-spread
    return mean, between, within


def conditioning(task_or_mixture: Task | Mixture) -> float:
    """Condition number of the second of the `moments`: how much slower training is in one direction than in another.

    In the book: :prf:ref:`prop-rare`.

    Parameters
    ----------
    task_or_mixture
        What training prompts are drawn from.

    Examples
    --------
    >>> round(conditioning(Mixture([Task(np.diag([1.0, 0.1]), 10**9)], [1.0])))
    100
    """
    return float(np.linalg.cond(moments(task_or_mixture)[1]))


def _parts(task_or_mixture: Task | Mixture) -> tuple[list[tuple[float, Task]], Matrix]:
    """List weights and tasks; and a zero, from which sums over them start."""
    mixture = mixture_of(check.instance("task_or_mixture", task_or_mixture, Task, Mixture))
    return list(zip(mixture.weights, mixture.tasks, strict=True)), np.zeros((mixture.dim, mixture.dim))
