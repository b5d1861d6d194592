"""What the experiment `real` found: who tells where chains turn on real rows, and how surely."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from monograph.experiments.real import plan
from monograph.experiments.results import Results, Run
from monograph.experiments.tails import read
from ttsbook.arrays import Numbers
from ttsbook.theory import intervals

Groups: TypeAlias = Sequence[Sequence[Run]]
"""Settings, those of one pair or of one question together: they are not independent of each other."""
DRAWS = 2000


class Share(NamedTuple):
    """Share of settings, with a 95 % interval from drawing their groups anew.

    Attributes
    ----------
    value, low, high
        Share, and the ends of its interval.
    settings, groups
        Number of settings, and of the groups that they are in.

    Examples
    --------
    >>> Share(0.5, 0.25, 0.75, 8, 4).value
    0.5
    """

    value: float
    low: float
    high: float
    settings: int
    groups: int


def share(groups: Groups, holds: Callable[[Run], object]) -> Share:
    """Share of the settings for which something holds.

    Parameters
    ----------
    groups
        Settings by group, at least one.
    holds
        Function of a setting.

    Examples
    --------
    >>> share([[{"a": 1}, {"a": 0}], [{"a": 1}, {"a": 0}]], lambda setting: setting["a"])
    Share(value=0.5, low=0.5, high=0.5, settings=4, groups=2)
    """
    return _share([(sum(bool(holds(one)) for one in group), len(group)) for group in groups if group])


def _share(counts: Sequence[tuple[int, int]]) -> Share:
    """Share of what was counted, from how often it held in each group and how often it might have.

    Where it holds always or never, drawing anew shows nothing else: the interval is that of Wilson, of groups.
    """
    held, total = np.sum(counts, axis=0).tolist()
    if held in (0, total):
        low, high = intervals.share_interval(len(counts) if held else 0, len(counts), 0.95)
    else:
        low, high = _interval(np.array(counts, dtype=float))
    return Share(held / total, low, high, total, len(counts))


def _interval(sums: Numbers) -> tuple[float, float]:
    """Interval of 95 % of a ratio of two sums over groups, from drawing the groups anew."""
    drawn = sums[np.random.default_rng(0).integers(len(sums), size=(DRAWS, len(sums)))].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975]).tolist()
    return low, high


def distances(records: Results, name: str) -> read.Distances:
    """Collect the distances of the layers that were trained on one pool.

    Parameters
    ----------
    records
        Of the experiment `real`: ``results.load("real")``.
    name
        Pool, one of `plan.LAYERS`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> distances(results.load("real", "tiny"), "iris: setosa").to_own.shape
    (1,)
    """
    runs = records.select(part="layer", name=name)
    return read.Distances(*(np.array([run[entry] for run in runs]) for entry in ("to_own", "to_gaussian")))


def is_benign(run: Run) -> bool:
    """Say whether the training rows of a pair are neither nearly deficient in rank nor far from Gaussian in length.

    Parameters
    ----------
    run
        Of a pair.

    Examples
    --------
    >>> is_benign({"condition": 50.0, "stretch": 1.1}), is_benign({"condition": 50.0, "stretch": 3.0})
    (True, False)
    """
    least, most = plan.STRETCH
    return run["condition"] <= plan.CONDITION and least <= run["stretch"] <= most


def data_set(run: Run) -> str:
    """Name the data set that the rows of a pair come from.

    Parameters
    ----------
    run
        Of a pair.

    Examples
    --------
    >>> data_set({"name": "digit blocks: even → odd"})
    'digit'
    """
    return run["name"].partition(":")[0].partition(" ")[0]


def settings(
    records: Results,
    *,
    near: bool,
    of: Callable[[Run], bool] | None = None,
    together: Callable[[Run], str] = lambda run: run["name"],
    times: int | None = None,
) -> Groups:
    """Collect the settings of pairs in groups: by default those of a pair together, however it is centered.

    Parameters
    ----------
    records
        Of the experiment `real`.
    near
        Those near the critical length of Gaussian rows, or those at multiples of d.
    of
        Take only pairs for which this holds, such as `is_benign`.
    together
        What the pairs of a group have in common: their name, or for instance their `data_set`.
    times
        Take only training lengths n that are so many times d.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> records = results.load("real", "tiny")
    >>> [len(group) for group in settings(records, near=False)]
    [12, 12]
    >>> [len(group) for group in settings(records, near=False, together=data_set, times=10)]
    [8]
    """
    groups: dict[str, list[Run]] = {}
    for run in records.select(part="pair"):
        if of is None or of(run):
            asked = [one for one in run["settings"] if one["near"] == near]
            asked = [one for one in asked if times is None or one["n"] == times * run["dim"]]
            groups.setdefault(together(run), []).extend(asked)
    return [group for group in groups.values() if group]


def told(predictor: str) -> Callable[[Run], bool]:
    """Return what says of a setting whether a predictor told rightly if it turns.

    Parameters
    ----------
    predictor
        One of `plan.PREDICTORS`.

    Examples
    --------
    >>> told("endless")({"turns": True, "calls": {"endless": False}})
    False
    """
    return lambda setting: setting["calls"][predictor] == setting["turns"]


def close(predictor: str) -> Callable[[Run], bool]:
    """Return what says of a setting whether the predicted depth is right to 10 %.

    Parameters
    ----------
    predictor
        One of `plan.PREDICTORS`.

    Examples
    --------
    >>> close("endless")({"losses": {"endless": 1.05}})
    True
    """
    return lambda setting: setting["losses"][predictor] <= 1.1


def gain(groups: Groups, predictor: str, over: str) -> tuple[int, int, tuple[float, float]]:
    """Count the settings that one predictor tells rightly and another wrongly, and the other way round.

    Parameters
    ----------
    groups
        Settings by group.
    predictor, over
        Two of `plan.PREDICTORS`.

    Returns
    -------
    tuple
        Both counts, and the interval of the difference of the shares, from drawing groups anew.

    Examples
    --------
    >>> one = {"turns": True, "calls": {"a": True, "b": False}}
    >>> gain([[one, one], [one]], "a", "b")
    (3, 0, (1.0, 1.0))
    """
    right, before = told(predictor), told(over)
    mended = [sum(right(one) and not before(one) for one in group) for group in groups]
    spoiled = [sum(before(one) and not right(one) for one in group) for group in groups]
    sums = np.column_stack([np.subtract(mended, spoiled), [len(group) for group in groups]])
    return sum(mended), sum(spoiled), _interval(sums.astype(float))


def warnings(records: Results, *, condition: float = plan.CONDITION, mixed: bool = False) -> tuple[Share, Share]:
    """Sensitivity and specificity of the largest stride on real prompts, which are counted by pair.

    Parameters
    ----------
    records
        Of the experiment `real`.
    condition
        Leave out pairs with a larger condition number.
    mixed
        Take only settings in which some chains turn and some do not.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> [share.groups for share in warnings(results.load("real", "tiny"))]
    [2, 2]
    """
    prompts, turning, staying = records.settings["prompts"], {}, {}
    for run in records.select(part="pair"):
        for one in run["settings"] if run["condition"] <= condition else ():
            turned, stayed = one["turned"], prompts - one["turned"]
            if not mixed or (turned and stayed):
                turning.setdefault(run["name"], []).append((turned - one["missed"], turned))
                staying.setdefault(run["name"], []).append((stayed - one["false"], stayed))
    every = ([tuple(np.sum(one, axis=0).tolist()) for one in part.values()] for part in (turning, staying))
    sensitivity, specificity = map(_share, every)
    return sensitivity, specificity
