"""What the stored trainings of GPTs found, in the form that pictures and claims need; without PyTorch."""

from typing import TypeAlias

import numpy as np
from jaxtyping import Float64

from monograph.experiments import results
from monograph.figures import Series
from ttsbook import theory
from ttsbook.arrays import Errors, Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

Curves: TypeAlias = Float64[np.ndarray, "seeds chain"]
"""Error / d after each thinking step, one row a seed; the first column is no thinking."""


def errors(part: str, variant: str | int | bool, *, test: str = "own", entry: str = "mean") -> Curves:
    """Collect the error / d of all seeds after each thinking step.

    Parameters
    ----------
    part
        Part of the experiment gpt2: "recipes", "lengths", "skewed" or "mixtures".
    variant
        Recipe, prompt length, whether there is a LayerNorm, or mixture.
    test
        Test prompts: "own", "common" or "shifted".
    entry
        Average over prompts and w: "mean" or "median".

    Examples
    --------
    >>> errors("recipes", "direct").shape
    (3, 31)
    """
    runs = results.load("gpt2").select(part=part, variant=variant)
    return np.array([run[test][entry] for run in runs]) / dim(part)


def at_equal_compute(recipe: str, *, entry: str = "mean") -> Curves:
    """Collect the error / d of a recipe that was trained with as many operations as "distances" was.

    Parameters
    ----------
    recipe
        Recipe of the part "recipes", or "one start".
    entry
        As for `errors`.

    Examples
    --------
    >>> at_equal_compute("roll-in").shape, bool((at_equal_compute("distances") == errors("recipes", "distances")).all())
    ((3, 31), True)
    """
    records = results.load("gpt2_compute")
    if recipe not in records.settings["recipes"]:  # an update costs as much as one of "distances"
        return errors("recipes", recipe, entry=entry)
    return np.array([run["own"][entry] for run in records.select(recipe=recipe)]) / dim("recipes")


def dim(part: str) -> int:
    """Dimension d of the models of a part.

    Parameters
    ----------
    part
        As for `errors`.

    Examples
    --------
    >>> dim("recipes"), dim("skewed")
    (5, 10)
    """
    return results.load("gpt2").settings["live" if part == "recipes" else "deep"]["dim"]


def middle(curves: Curves) -> Vector:
    """Find the middle of the seeds, step by step.

    Parameters
    ----------
    curves
        From `errors`.

    Examples
    --------
    >>> middle(np.array([[1.0, 0.5], [1.0, 0.2], [1.0, 0.4]])).tolist()
    [1.0, 0.4]
    """
    return np.median(curves, axis=0)


def series(label: str, curves: Curves, *, color: int | None = None) -> Series:
    """Draw the middle of the seeds, with all of them in the band around it.

    Parameters
    ----------
    label
        Words for it.
    curves
        From `errors`.
    color
        Color and style.

    Examples
    --------
    >>> one = series("three seeds", np.array([[1.0, 0.5], [1.0, 0.2], [1.0, 0.4]]))
    >>> one.low.tolist(), one.y.tolist(), one.high.tolist()
    ([1.0, 0.2], [1.0, 0.4], [1.0, 0.5])
    """
    k = np.arange(curves.shape[1])
    return Series(label, k, middle(curves), curves.min(axis=0), curves.max(axis=0), color=color)


def steps_to(level: float, curves: Curves) -> float:
    """Find how many steps the middle seed needs to bring its error / d below a level; infinite if none does.

    Parameters
    ----------
    level
        Error / d.
    curves
        From `errors`.

    Examples
    --------
    >>> steps_to(0.3, np.array([[1.0, 0.5, 0.2], [1.0, 0.2, 0.1], [1.0, 0.4, 0.25]]))
    2.0
    """
    below = curves < level
    return float(np.median(np.where(below.any(axis=1), below.argmax(axis=1), np.inf)))


def reference(dim: int, train_length: int, test_length: int, *, exponent: float = 0.0, steps: int = 30) -> Errors:
    """Compute the median error / d of linear attention at its closed form, tested on isotropic prompts.

    The median is over 2000 prompts and their weights, as that of a GPT is.

    Parameters
    ----------
    dim, train_length, test_length
        Dimension d and numbers of examples.
    exponent
        Tail exponent of the training spectrum, whose trace is d.
    steps
        Number of thinking steps.

    Examples
    --------
    >>> reference(5, 20, 20, steps=1).round(1).tolist()
    [0.9, 0.2]
    """
    P = theory.preconditioner(Task(covariance.power_law(dim, exponent, trace=dim), train_length))
    rng = np.random.default_rng(0)
    S = covariance.sample_empirical(np.eye(dim), test_length, samples=2000, rng=rng)
    gap, medians = rng.standard_normal((2000, dim)), []
    for _ in range(steps + 1):
        medians.append(np.median(np.square(gap).mean(axis=1)))
        gap = gap - np.einsum("ij,pjk,pk->pi", P, S, gap)
    return np.array(medians)
