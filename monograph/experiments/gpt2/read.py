"""What the stored trainings of GPTs found, in the form that pictures and claims need; without PyTorch."""

import numpy as np

from monograph.experiments import results
from monograph.figures import Series
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task


def errors(part, variant, *, test="own", entry="mean"):
    """Collect the error / d of all seeds after each thinking step.

    Parameters
    ----------
    part
        Part of the experiment gpt2.
    variant
        Recipe, prompt length, whether there is a LayerNorm, or mixture.
    test
        Test prompts.
    entry
        Average over prompts and w.

    Raises
    ------
    ValueError
        If there is no such run.

    Examples
    --------
    >>> errors("recipes", "direct").shape
    (3, 31)
    """
    runs = results.load("gpt2").select(part=part, variant=variant)
    return np.array([run[test][entry] for run in runs]) / dim(part)


def dim(part):
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


def middle(found):
    """Find the middle of the seeds, step by step.

    Parameters
    ----------
    found
        From `errors`.

    Examples
    --------
    >>> middle(np.array([[1.0, 0.5], [1.0, 0.2], [1.0, 0.4]])).tolist()
    [1.0, 0.4]
    """
    return np.median(found, axis=0)


def series(label, found, *, color=None):
    """Draw the middle of the seeds, with all of them in the band around it.

    Parameters
    ----------
    label
        Words for it.
    found
        From `errors`.
    color
        Color and style.

    Examples
    --------
    >>> one = series("three seeds", np.array([[1.0, 0.5], [1.0, 0.2], [1.0, 0.4]]))
    >>> one.low.tolist(), one.y.tolist(), one.high.tolist()
    ([1.0, 0.2], [1.0, 0.4], [1.0, 0.5])
    """
    k = np.arange(found.shape[1])
    return Series(label, k, middle(found), found.min(axis=0), found.max(axis=0), color=color)


def steps_to(level, found):
    """Find how many steps the middle seed needs to bring its error / d below a level.

    Parameters
    ----------
    level
        Error / d.
    found
        From `errors`.

    Returns
    -------
    float
        Infinite if none of the steps does.

    Examples
    --------
    >>> steps_to(0.3, np.array([[1.0, 0.5, 0.2], [1.0, 0.2, 0.1], [1.0, 0.4, 0.25]]))
    2.0
    """
    below = found < level
    return float(np.median(np.where(below.any(axis=1), below.argmax(axis=1), np.inf)))


def reference(dim, train_length, test_length, *, exponent=0.0, steps=30):
    """Compute the median error / d of linear attention at its closed form, tested on isotropic prompts.

    Parameters
    ----------
    dim, train_length, test_length
        Dimension d and numbers of examples.
    exponent
        Tail exponent of the training spectrum, whose trace is d.
    steps
        Number of thinking steps.

    Returns
    -------
    ndarray, shape (steps + 1,)
        Median over 2000 prompts of the exact mean over w.

    Examples
    --------
    >>> reference(5, 20, 20, steps=1).round(1).tolist()
    [1.0, 0.2]
    """
    P = theory.preconditioner(Task(covariance.power_law(dim, exponent, trace=dim), train_length))
    options = {"samples": 2000, "rng": np.random.default_rng(0)}
    return theory.simulate_cot_error(P, covariance.isotropic(dim), test_length, steps, **options).median / dim
