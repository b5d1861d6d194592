"""What the experiment `post_training` found, by the rules of its plan."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from monograph.experiments.post_training import plan
from monograph.experiments.results import Results
from ttsbook.arrays import Flags, Numbers, Vector


def direct(records: Results, r: float, n: int) -> Numbers:
    """Error of the direct answer over d after fine-tuning, a row for each seed, a column for each B.

    Parameters
    ----------
    records
        Of the experiment `post_training`: ``results.load("post_training")``.
    r, n
        Strength of the skills that are not new in the prompts of fine-tuning, and prompt length.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> direct(results.load("post_training", "tiny"), 0.0, 8).shape
    (1, 3)
    """
    return records.values("direct", part="scaling", variant=[r, n])


def chain(records: Results, r: float, n: int) -> Numbers:
    """Error over d on endless prompts after each number of steps that is stored: seeds, B, steps.

    The arguments are those of `direct`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> chain(results.load("post_training", "tiny"), 0.0, 8).shape
    (1, 3, 2)
    """
    return records.values("chain", part="scaling", variant=[r, n])


def peaks(records: Results) -> dict[tuple[float, int, int], float]:
    """Find the B where the median over seeds is largest, over where it is expected, for each r, n and k.

    Parameters
    ----------
    records
        Of the experiment `post_training`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> set(peaks(results.load("post_training", "tiny"))) == {(r, 8, k) for r in (0.0, 0.1) for k in (1, 5)}
    True
    """
    given, places = records.settings["scaling"], {}
    for r in given["interference"]:
        rank = given["dim"] if r else given["dim"] // 2
        for n in given["lengths"]:
            median = np.median(chain(records, r, n), axis=0)
            for k, errors in zip(given["steps"], median.T, strict=True):
                places[r, n, k] = given["counts"][int(np.argmax(errors))] / rank
    return places


def clean_wins(records: Results, r: float) -> dict[int, Flags]:
    """Tell for each B from 1.25 ranks on, and each seed and n, whether clean prompts leave less than others.

    Parameters
    ----------
    records
        Of the experiment `post_training`.
    r
        Interference in the others.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> list(clean_wins(results.load("post_training", "tiny"), 0.1))
    [6, 12]
    """
    given = records.settings["scaling"]
    wins = {n: direct(records, 0.0, n) < direct(records, r, n) for n in given["lengths"]}
    first = 1.25 * (given["dim"] // 2)
    return {
        count: np.concatenate([one[:, place] for one in wins.values()])
        for place, count in enumerate(given["counts"])
        if count >= first
    }


def clean_wins_at_best(records: Results, r: float) -> Flags:
    """Tell for each seed and n whether clean prompts leave less than others, each at the B that is best for them.

    Parameters
    ----------
    records
        Of the experiment `post_training`.
    r
        Interference in the others.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> clean_wins_at_best(results.load("post_training", "tiny"), 0.1).shape
    (1,)
    """
    lengths = records.settings["scaling"]["lengths"]
    return np.concatenate([direct(records, 0.0, n).min(axis=1) < direct(records, r, n).min(axis=1) for n in lengths])


def largest_calm_rate(rates: Sequence[float], turns: Sequence[bool]) -> float:
    """Largest rate that does not turn, and below which none turns; 0 if there is none.

    Parameters
    ----------
    rates
        Rates, falling.
    turns
        Whether thinking after fine-tuning turns, for each.

    Examples
    --------
    >>> largest_calm_rate([1.0, 0.9, 0.8, 0.7], [True, False, True, False])
    0.7
    """
    calm = [rate for place, rate in enumerate(rates) if not any(turns[place:])]
    return max(calm, default=0.0)


def rates(records: Results, n: int) -> list[tuple[float, float]]:
    """Largest rate at which thinking does not turn, measured and predicted, for each seed.

    Parameters
    ----------
    records
        Of the experiment `post_training`.
    n
        Prompt length of the training.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> [pair[0] for pair in rates(results.load("post_training", "tiny"), 40)]
    [1.0]
    """
    grid = records.settings["rate"]["rates"]
    runs = records.select(part="rate", variant=n)
    return [(largest_calm_rate(grid, run["turns"]), min(1.0, 2 / run["longest"])) for run in runs]


def critical_lengths(records: Results, depth: int) -> Vector:
    """Least n at which the longest stride on isotropic prompts is 2, between the n of the grid, for each seed.

    Parameters
    ----------
    records
        Of the experiment `post_training`.
    depth
        Number of steps whose outcome was supervised.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> bool(5 < critical_lengths(results.load("post_training", "tiny"), 1)[0] < 40)
    True
    """
    lengths = np.array(records.settings["critical"]["lengths"], dtype=np.float64)
    found_: list[float] = []
    for longest in records.values("longest", part="critical", variant=depth):
        above = longest >= 2
        if not above.any() or above[0]:
            found_.append(float(lengths[0]) if above.any() else np.inf)
            continue
        after = int(np.argmax(above))
        share = (2 - longest[after - 1]) / (longest[after] - longest[after - 1])
        found_.append(float(lengths[after - 1] + share * (lengths[after] - lengths[after - 1])))
    return np.array(found_)


def outcome(records: Results, level: float, count: int) -> Numbers:
    """Median errors over d after outcome supervision: seeds, stretches of training (the start first), steps.

    Parameters
    ----------
    records
        Of the experiment `post_training`.
    level
        Strength of the new skills in pre-training.
    count
        Number B of prompts.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> outcome(results.load("post_training", "tiny"), 0.1, 8).shape
    (1, 3, 7)
    """
    return records.values("median", part="outcome", variant=[level, count]) / records.settings["outcome"]["dim"]


def turned(curves: Numbers) -> Flags:
    """Tell which of some curves of errors over d turn, by the rule of the plan.

    Parameters
    ----------
    curves
        Median errors over d, steps along the last axis.

    Examples
    --------
    >>> turned(np.array([[1.0, 0.5, 2.0], [1.0, 0.5, 0.6]])).tolist()
    [True, False]
    """
    flat = curves.reshape(-1, curves.shape[-1])
    return np.array([plan.turns(curve.tolist(), 1) for curve in flat]).reshape(curves.shape[:-1])


def gpt(records: Results) -> dict[str, Numbers]:
    """Median errors over d of the GPT on long isotropic prompts, by what came after pre-training; a row a seed.

    Parameters
    ----------
    records
        Of the experiment `post_training`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> list(gpt(results.load("post_training", "tiny")))
    ['before', 'rate 1.0', 'rate 0.5', 'outcome 2']
    """
    runs: list[dict[str, Any]] = [run["median"] for run in records.select(part="gpt")]
    return {name: np.array([run[name] for run in runs]) / records.settings["gpt"]["dim"] for name in runs[0]}
