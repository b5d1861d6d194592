"""What the experiment `attention` found: how each model's errors ended, by the rule of the plan."""

from dataclasses import replace
from enum import StrEnum

import numpy as np

from monograph.experiments.attention import plan
from monograph.experiments.gpt2.read import Curves
from monograph.experiments.results import Results, Run
from ttsbook import theory
from ttsbook.arrays import Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task


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


def turning(records: Results, architecture: str, dim: int, spectrum: str, length: int) -> tuple[int, int]:
    """Count the seeds whose models turn, and all seeds.

    Parameters
    ----------
    records
        Of the experiment: ``results.load("attention")``.
    architecture, dim, spectrum, length
        Which models.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> turning(results.load("attention"), "gpt", 5, "skewed", 40)
    (5, 5)
    """
    runs = records.select(architecture=architecture, dim=dim, spectrum=spectrum, length=length)
    return sum(ending(run) is Ending.TURNS for run in runs), len(runs)


def endings(runs: list[Run]) -> list[str]:
    """Count the seeds that fall, stay and turn, in words for a table.

    Parameters
    ----------
    runs
        Of one architecture and training.

    Examples
    --------
    >>> endings([{"median": [1.0, 0.2, 0.5]}, {"median": [1.0, 0.2, 0.001]}])
    ['1', '0', '1']
    """
    records = [ending(run) for run in runs]
    return [str(records.count(one)) for one in Ending]


def trained(records: Results, *, most: float = 1.5) -> Results:
    """Leave out seeds that did not learn their own task. The rule of the plan counts them as they are.

    Parameters
    ----------
    records
        Of the experiment.
    most
        Largest loss, over that of the linear layer.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> records = results.load("attention", "tiny")
    >>> len(trained(records, most=1e9).runs) == len(records.runs)
    True
    """
    return replace(records, runs=[run for run in records.runs if run["loss_ratio"] <= most])


def by_loss(records: Results, dim: int, length: int) -> dict[str, float]:
    """Loss of each architecture after skewed training, over that of the linear layer; the largest first.

    Parameters
    ----------
    records
        Of the experiment.
    dim, length
        Of the training.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> sorted(by_loss(results.load("attention", "tiny"), 2, 4))
    ['gpt', 'linear, two layers', 'softmax']
    """
    runs = records.select(dim=dim, spectrum="skewed", length=length)
    ratios = {
        name: float(np.median([run["loss_ratio"] for run in runs if run["architecture"] == name]))
        for name in {run["architecture"] for run in runs}
    }
    return dict(sorted(ratios.items(), key=lambda pair: -pair[1]))


def trainings(records: Results, architecture: str, dim: int) -> list[tuple[str, int]]:
    """Spectra and lengths on which an architecture was trained: skewed ones first, by length.

    Parameters
    ----------
    records
        Of the experiment.
    architecture, dim
        Which models.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> trainings(results.load("attention", "tiny"), "gpt", 2)
    [('skewed', 4), ('isotropic', 4)]
    """
    runs = records.select(architecture=architecture, dim=dim)
    return sorted({(run["spectrum"], run["length"]) for run in runs}, key=lambda one: (one[0] != "skewed", one[1]))


def inherits(records: Results, architecture: str, dim: int, *, least: float = 0.8) -> bool:
    """Apply the rule of the plan to an architecture.

    Parameters
    ----------
    records
        Of the experiment.
    architecture, dim
        Which models.
    least
        Least share of the seeds that turn above the critical length; below it at most the rest may.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> inherits(results.load("attention"), "gpt", 5)
    True
    """
    critical = critical_length(dim)
    for spectrum, length in trainings(records, architecture, dim):
        turned, seeds = turning(records, architecture, dim, spectrum, length)
        share = turned / seeds
        if spectrum == "isotropic" and turned:
            return False
        if spectrum == "skewed" and length <= critical / 2 and share > 1 - least + 1e-9:
            return False
        if spectrum == "skewed" and length >= 1.5 * critical and share < least:
            return False
    return True


def stride_gaps(records: Results, architecture: str, dim: int, length: int) -> Vector:
    """Relative difference of the strides of skewed training, median of the seeds, from those of the linear layer.

    Parameters
    ----------
    records
        Of the experiment.
    architecture, dim, length
        Which models.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> stride_gaps(results.load("attention", "tiny"), "gpt", 2, 4).shape
    (2,)
    """
    strides = records.values("strides", architecture=architecture, dim=dim, spectrum="skewed", length=length)
    return np.abs(np.median(strides, axis=0) / linear_strides(dim, length) - 1)


def linear_strides(dim: int, length: int) -> Vector:
    """Strides of the linear layer on endless isotropic prompts, trained on the skewed spectrum of the plan.

    Parameters
    ----------
    dim, length
        Dimension and training length.

    Examples
    --------
    >>> linear_strides(5, 40).round(2).tolist()
    [0.33, 0.87, 1.46, 2.05, 2.59]
    """
    return np.diag(theory.preconditioner(Task(covariance.power_law(dim, plan.EXPONENT, trace=dim), length)))


def medians(records: Results, architecture: str, dim: int, spectrum: str, length: int) -> Curves:
    """Median of e_k/d over prompts after each step, a row for each seed.

    Parameters
    ----------
    records
        Of the experiment.
    architecture, dim, spectrum, length
        Which models.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> medians(results.load("attention", "tiny"), "gpt", 2, "skewed", 4).shape
    (1, 5)
    """
    return records.values("median", architecture=architecture, dim=dim, spectrum=spectrum, length=length)
