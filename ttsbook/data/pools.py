r"""Pools of training tasks: what a selection has to choose from.

The kinds of the paper's selection experiment differ in the exponent of their spectrum and in a
size B. Its numbers are (0.2, 20), (0.8, 20), (0.2, 100) and (0.8, 100). Here B is the number of skills
that a task uses, scaled to d = 20 dimensions: 4 or 20. Arguments that are out of range, and matrices that are no
covariances, are refused by name.
"""

from collections.abc import Sequence

import numpy as np

from ttsbook import _validation as check
from ttsbook.arrays import Covariance, CovarianceLike
from ttsbook.data import covariance
from ttsbook.data.tasks import Mixture, Task

KINDS = {"easy-short": (0.2, 0.2), "hard-short": (0.8, 0.2), "easy-long": (0.2, 1.0), "hard-long": (0.8, 1.0)}
"""Exponent and share of the skills used of each kind of the paper."""
LENGTHS = (20, 400)
"""Least and largest prompt length of a random pool; they are drawn evenly on a logarithmic scale."""


def random_pool(
    dim: int,
    *,
    rng: np.random.Generator,
    trace: float | None = None,
    turned: bool = False,
    each: int = 2,
) -> list[Task]:
    """Draw tasks of the four kinds, in the order of `KINDS`, with random skills and prompt lengths.

    Parameters
    ----------
    dim
        Dimension d, at least 5.
    rng
        Source of randomness.
    trace
        Trace of every covariance. By default the strongest skill of each has strength 1.
    turned
        Give each task random skill directions. By default all tasks have the same skills, each in
        a random order.
    each
        Tasks of each kind.

    Examples
    --------
    >>> len(random_pool(20, rng=np.random.default_rng(0)))
    8
    """
    dim = check.count("dim", dim, least=5)
    check.instance("rng", rng, np.random.Generator)
    low, high = map(float, np.log(LENGTHS))
    tasks: list[Task] = []
    for exponent, share in KINDS.values():
        for _ in range(check.count("each", each, least=1)):
            used = round(share * dim)
            cov = np.zeros((dim, dim))
            cov[:used, :used] = covariance.power_law(used, exponent, trace=trace)
            order = rng.permutation(dim)
            cov = covariance.rotate(cov, rng=rng) if check.flag("turned", turned) else cov[np.ix_(order, order)]
            tasks.append(Task(cov, round(np.exp(rng.uniform(low, high)))))
    return tasks


def blind_spots(target_cov: CovarianceLike, groups: int, weakness: float) -> list[Covariance]:
    """Tasks of the target's trace that each practice all skills of the target but one group of them.

    Parameters
    ----------
    target_cov
        Diagonal covariance of the target.
    groups
        Number of groups, and of tasks; skill i is in group i modulo `groups`.
    weakness
        Factor on the strengths of a task's own group, above 0.

    Examples
    --------
    >>> [np.diag(cov).tolist() for cov in blind_spots(np.eye(2), 2, 1 / 3)]
    [[0.5, 1.5], [1.5, 0.5]]
    """
    target_cov = check.covariance("target_cov", target_cov)
    strengths, weakness = np.diag(target_cov), check.positive("weakness", weakness)
    if np.count_nonzero(target_cov - np.diag(strengths)):
        raise ValueError("target_cov must be diagonal, got entries off the diagonal")
    if check.count("groups", groups, least=1) > len(strengths):
        raise ValueError(f"groups must be at most dim = {len(strengths)}, got {groups}")
    group_of = np.arange(len(strengths)) % groups
    spectra = [strengths * np.where(group_of == group, weakness, 1.0) for group in range(groups)]
    return [np.diag(spectrum * strengths.sum() / spectrum.sum()) for spectrum in spectra]


def qualities(covs: Sequence[CovarianceLike], target_cov: CovarianceLike) -> tuple[float, float, float]:
    r"""Measure diversity, relevance and hardness of equally mixed tasks, each without the others.

    Parameters
    ----------
    covs
        Covariances of the tasks, positive definite, with mean A.
    target_cov
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

    Examples
    --------
    >>> qualities([np.eye(2)], np.diag([1.0, 0.5]))
    (2.0, 1.0, 2.0)
    """
    target_cov = check.covariance("target_cov", target_cov, definite=True)
    if not len(covs):
        raise ValueError("covs must hold at least one covariance, got none")
    matrices = [check.covariance(f"covs[{index}]", cov) for index, cov in enumerate(covs)]
    check.same_dimension(target_cov=target_cov, **{f"covs[{index}]": cov for index, cov in enumerate(matrices)})
    mean = sum(matrices, np.zeros_like(matrices[0])) / len(covs)  # prop-mixture: A
    skills = covariance.skills(target_cov)
    inside = skills.directions.T @ mean @ skills.directions
    return (
        float(np.linalg.eigvalsh(mean)[0] / skills.strengths[-1]),
        float(np.square(np.diag(inside)).sum() / np.square(inside).sum()),
        float(np.mean([covariance.hardness(cov) for cov in covs])),
    )


def even(covs: Sequence[CovarianceLike], prompt_length: int) -> Mixture:
    """Mix tasks with these covariances evenly, all with one prompt length.

    Parameters
    ----------
    covs
        Covariances.
    prompt_length
        Prompt length n.

    Examples
    --------
    >>> even([np.eye(2), np.eye(2)], 5).weights.tolist()
    [0.5, 0.5]
    """
    return Mixture([Task(cov, prompt_length) for cov in covs])


def eight_tasks(target_cov: CovarianceLike, *, rng: np.random.Generator, prompt_length: int = 100) -> list[Task]:
    """Make a pool of tasks near a target: four with blind spots, three power laws, and the target with other skills.

    Parameters
    ----------
    target_cov
        Diagonal covariance of the target.
    rng
        Source of the random directions of the last task.
    prompt_length
        Prompt length n of all tasks.

    Examples
    --------
    >>> len(eight_tasks(covariance.power_law(20, 0.8, trace=20), rng=np.random.default_rng(0)))
    8
    """
    covs = blind_spots(target_cov, 4, 0.2)
    dim, trace = len(covs[0]), np.trace(covs[0])
    covs += [covariance.power_law(dim, exponent, trace=trace) for exponent in (0.0, 0.4, 1.2)]
    covs.append(covariance.rotate(target_cov, rng=rng))
    return [Task(cov, prompt_length) for cov in covs]
