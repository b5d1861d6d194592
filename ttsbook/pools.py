r"""Pools of training tasks: what a selection has to choose from.

The kinds of the paper's selection experiment differ in the exponent of their spectrum and in a
size B. Its numbers are (0.2, 20), (0.8, 20), (0.2, 100) and (0.8, 100). Here B is the number of skills
that a task uses, scaled to d = 20 dimensions: 4 or 20.
"""

import numpy as np

from ttsbook import _validation as check
from ttsbook import covariance
from ttsbook.tasks import Task

KINDS = {"easy-short": (0.2, 0.2), "hard-short": (0.8, 0.2), "easy-long": (0.2, 1.0), "hard-long": (0.8, 1.0)}


def power_law_part(dim, exponent, skills, *, trace=None):
    r"""Diagonal covariance that uses only its first skills, with strengths :math:`\propto i^{-\alpha}`.

    Parameters
    ----------
    dim : int
        Dimension d.
    exponent : float
        The exponent :math:`\alpha \ge 0`.
    skills : int
        Number of skills used, 1 to d; the others have strength zero.
    trace : float, optional
        Scale the strengths to this sum. By default the strongest skill has strength 1.

    Returns
    -------
    ndarray, shape (d, d)

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> np.diag(power_law_part(4, 1.0, 2, trace=3.0)).tolist()
    [2.0, 1.0, 0.0, 0.0]
    """
    if check.count("skills", skills, least=1) > check.count("dim", dim, least=1):
        raise ValueError(f"skills must be at most dim = {dim}, got {skills}")
    cov = np.zeros((dim, dim))
    cov[:skills, :skills] = covariance.power_law(skills, exponent, trace=trace)
    return cov


def random_pool(dim, *, rng, trace=None, turned=False, each=2, lengths=(20, 400)):
    """Draw tasks of the four kinds, with random skills and prompt lengths.

    Parameters
    ----------
    dim : int
        Dimension d, at least 5.
    rng : numpy.random.Generator
        Source of randomness.
    trace : float, optional
        Trace of every covariance. By default the strongest skill of each has strength 1.
    turned : bool, default False
        Give each task random skill directions. By default all tasks have the same skills, each in
        a random order.
    each : int, default 2
        Tasks of each kind.
    lengths : tuple of int
        Least and largest prompt length, drawn evenly on a logarithmic scale.

    Returns
    -------
    list of Task
        `each` tasks of every kind, in the order of `KINDS`.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> len(random_pool(20, rng=np.random.default_rng(0)))
    8
    """
    check.count("dim", dim, least=5)
    check.instance("rng", rng, np.random.Generator)
    tasks = []
    for exponent, share in KINDS.values():
        for _ in range(check.count("each", each, least=1)):
            cov = power_law_part(dim, exponent, round(share * dim), trace=trace)
            order = rng.permutation(dim)
            cov = covariance.rotate(cov, rng=rng) if turned else cov[np.ix_(order, order)]
            tasks.append(Task(cov, round(np.exp(rng.uniform(*np.log(lengths))))))
    return tasks


def blind_spots(target_cov, groups, weakness):
    """Tasks that each practice all skills of the target but one group of them.

    Parameters
    ----------
    target_cov : array_like, shape (d, d)
        Diagonal covariance of the target.
    groups : int
        Number of groups, and of tasks; skill i is in group i modulo `groups`.
    weakness : float
        Factor on the strengths of a task's own group, above 0.

    Returns
    -------
    list of ndarray, each of shape (d, d)
        Covariances with the target's trace.

    Raises
    ------
    ValueError
        If `target_cov` is not a diagonal covariance, or a number is out of range.

    Examples
    --------
    >>> [np.diag(cov).tolist() for cov in blind_spots(np.eye(2), 2, 1 / 3)]
    [[0.5, 1.5], [1.5, 0.5]]
    """
    target_cov = check.covariance("target_cov", target_cov)
    strengths, weakness = np.diag(target_cov), check.positive("weakness", weakness)
    if np.count_nonzero(target_cov - np.diag(strengths)):
        raise ValueError("target_cov must be diagonal, got entries off the diagonal")
    own = np.arange(len(strengths)) % check.count("groups", groups, least=1)
    spectra = [strengths * np.where(own == group, weakness, 1.0) for group in range(groups)]
    return [np.diag(spectrum * strengths.sum() / spectrum.sum()) for spectrum in spectra]


def qualities(covs, target_cov):
    r"""Measure diversity, relevance and hardness of equally mixed tasks, each without the others.

    Parameters
    ----------
    covs : sequence of array_like, each of shape (d, d)
        Covariances of the tasks, with mean A.
    target_cov : array_like, shape (d, d)
        Covariance :math:`\Sigma` of the target, positive definite.

    Returns
    -------
    diversity : float
        :math:`\lambda_{\min}(A)/\lambda_{\min}(\Sigma)`: how much the least practiced direction is practiced,
        whichever it is.
    relevance : float
        Share of the squared entries of A that lies on the diagonal in the target's skills: 1 if A
        has these skills.
    hardness : float
        Mean hardness of the tasks.

    Raises
    ------
    ValueError
        If a matrix is not a covariance, or a task has a zero eigenvalue.

    Examples
    --------
    >>> qualities([np.eye(2)], np.diag([1.0, 0.5]))
    (2.0, 1.0, 2.0)
    """
    target_cov = check.covariance("target_cov", target_cov, definite=True)
    mean = sum(check.covariance(f"covs[{index}]", cov) for index, cov in enumerate(covs)) / len(covs)
    skills = covariance.skills(target_cov)
    inside = skills.directions.T @ mean @ skills.directions
    return (
        float(np.linalg.eigvalsh(mean)[0] / skills.strengths[-1]),
        float(np.square(np.diag(inside)).sum() / np.square(inside).sum()),
        float(np.mean([covariance.hardness(cov) for cov in covs])),
    )
