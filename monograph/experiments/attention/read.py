"""What the experiment `attention` found: how each model's errors ended, by the rule of the plan."""

from enum import StrEnum

import numpy as np

from monograph.experiments.attention import plan
from monograph.experiments.results import Results, Run
from ttsbook import theory
from ttsbook.data import covariance


class Ending(StrEnum):
    """How the median error of a model ends, by the rule of the plan.

    Examples
    --------
    >>> Ending.TURNS.value
    'turns'
    """

    FALLS = "falls"
    STAYS = "stays"
    TURNS = "turns"


def ending(run: Run) -> Ending:
    """Judge one model by the median of e_k/d over its prompts.

    Parameters
    ----------
    run
        A run of the experiment.

    Examples
    --------
    >>> ending({"median": [1.0, 0.2, 0.5]}).value, ending({"median": [1.0, 0.2, 0.3]}).value
    ('turns', 'stays')
    """
    median = np.array(run["median"])
    if median[-1] <= 0.01:
        return Ending.FALLS
    return Ending.TURNS if median[-1] > 2 * median.min() else Ending.STAYS


def critical_length(dim: int) -> float:
    """Critical training length of the linear layer for the skewed spectrum of the plan.

    Parameters
    ----------
    dim
        Dimension d.

    Examples
    --------
    >>> round(critical_length(5), 1)
    21.4
    """
    return theory.critical_train_length(covariance.power_law(dim, plan.EXPONENT, trace=dim), np.eye(dim))


def turning(found: Results, architecture: str, dim: int, spectrum: str, length: int) -> tuple[int, int]:
    """Count the seeds whose models turn, and all seeds.

    Parameters
    ----------
    found
        Of the experiment: ``results.load("attention")``.
    architecture, dim, spectrum, length
        Which models.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> turning(results.load("attention", "tiny"), "softmax", 2, "skewed", 4)
    (0, 1)
    """
    runs = found.select(architecture=architecture, dim=dim, spectrum=spectrum, length=length)
    return sum(ending(run) is Ending.TURNS for run in runs), len(runs)


def inherits(found: Results, architecture: str, dim: int) -> bool:
    """Apply the rule of the plan to an architecture.

    Parameters
    ----------
    found
        Of the experiment.
    architecture, dim
        Which models.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> inherits(results.load("attention", "tiny"), "softmax", 2)
    True
    """
    critical = critical_length(dim)
    runs = found.select(architecture=architecture, dim=dim)
    for spectrum, length in sorted({(run["spectrum"], run["length"]) for run in runs}):
        turned, seeds = turning(found, architecture, dim, spectrum, length)
        most = 0.2 if spectrum == "skewed" and length <= critical / 2 else 0.0 if spectrum == "isotropic" else 1.0
        least = 0.8 if spectrum == "skewed" and length >= 1.5 * critical else 0.0
        if not least * seeds <= turned <= most * seeds:
            return False
    return True
