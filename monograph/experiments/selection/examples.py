"""Examples of mixtures for the chapter on the choice of tasks, and choices for a target that is only estimated."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

from ttsbook.arrays import Covariance, CovarianceLike
from ttsbook.data import covariance, pools
from ttsbook.data.tasks import Mixture, Task
from ttsbook.theory import selection


def three_tasks(*, rng: np.random.Generator) -> Mixture:
    """Make a mixture of three tasks whose skills point in random directions; d = 20, and n = 20, 60 and 200.

    Parameters
    ----------
    rng
        Source of the directions.

    Examples
    --------
    >>> mixture = three_tasks(rng=np.random.default_rng(0))
    >>> [task.prompt_length for task in mixture.tasks]
    [20, 60, 200]
    """
    tasks = [
        Task(covariance.rotate(covariance.power_law(20, exponent, trace=20), rng=rng), n)
        for exponent, n in ((0.2, 20), (0.8, 60), (1.2, 200))
    ]
    return Mixture(tasks, [0.5, 0.3, 0.2])


def lacking_one(target_cov: CovarianceLike, *, rng: np.random.Generator) -> dict[str, list[Covariance]]:
    """Four tasks that are diverse, relevant and hard for a target, and three times four that lack one of it.

    Parameters
    ----------
    target_cov
        Diagonal covariance of the target, with a long tail and trace d.
    rng
        Source of the random directions of the tasks that are not relevant.

    Returns
    -------
    dict of str to list of Covariance
        Tasks with four blind spots that make up for each other; one of them four times (not diverse); all
        turned by one random rotation (not relevant); tasks with equal strengths (not hard).

    Examples
    --------
    >>> target = covariance.power_law(20, 0.8, trace=20)
    >>> list(lacking_one(target, rng=np.random.default_rng(0)))
    ['all three', 'not diverse', 'not relevant', 'not hard']
    """
    full = pools.blind_spots(target_cov, 4, 0.2)
    dim = len(full[0])
    turn = covariance.skills(covariance.rotate(np.diag(np.arange(1.0, dim + 1)), rng=rng)).directions
    return {
        "all three": full,
        "not diverse": [full[-1]] * 4,
        "not relevant": [(turned := turn @ cov @ turn.T) / 2 + turned.T / 2 for cov in full],
        "not hard": [covariance.isotropic(dim)] * 4,
    }


def with_estimates(
    tasks: Sequence[Task],
    target_cov: CovarianceLike | Task,
    steps: int,
    length: int,
    *,
    samples: int,
    paper: bool = False,
) -> Float64[np.ndarray, " {samples}"]:
    r"""Choose mixtures for estimates of the target's covariance, and return their errors on the true target at m = ∞.

    In the book: :ref:`fig-estimate`.

    Parameters
    ----------
    tasks
        The pool.
    target_cov
        The true covariance :math:`\Sigma` of the target, or its task.
    steps
        Number k of thinking steps, at least 1.
    length
        Number of target examples from which :math:`\Sigma` is estimated.
    samples
        Number of estimates, each from its own seed.
    paper
        Choose by the paper's program, which needs at least d examples, instead of the error.

    Examples
    --------
    >>> pool, target = [Task(np.eye(2), 9), Task(np.diag([1.0, 0.5]), 9)], np.diag([1.0, 0.7])
    >>> with_estimates(pool, target, 2, 1000, samples=3).round(3).tolist()
    [0.002, 0.002, 0.002]
    """
    objective, errors = selection.MixtureError(tasks, target_cov, steps), list[float]()
    for sample in range(samples):
        rng = np.random.default_rng([length, sample])
        estimate = covariance.sample_empirical(objective.target_cov, length, samples=1, rng=rng)[0]
        if paper:
            chosen = selection.quadratic_program([task.cov for task in tasks], estimate)
        else:
            chosen = selection.optimal_mixture(tasks, estimate, steps)
        errors.append(objective.error(chosen.weights))
    return np.array(errors)
