"""What the experiment `real` found: who tells where chains turn on real rows, and how surely."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from monograph.experiments.real import plan
from monograph.experiments.results import Results, Run
from monograph.experiments.tails import read

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
    counts = np.array([(sum(bool(holds(one)) for one in group), len(group)) for group in groups if group])
    drawn = counts[np.random.default_rng(0).integers(len(counts), size=(DRAWS, len(counts)))].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975]).tolist()
    value = float(counts[:, 0].sum() / counts[:, 1].sum())
    return Share(value, low, high, int(counts[:, 1].sum()), len(counts))


def distances(found: Results, name: str) -> read.Distances:
    """Collect the distances of the layers that were trained on one pool.

    Parameters
    ----------
    found
        Of the experiment `real`: ``results.load("real")``.
    name
        Pool, one of `plan.LAYERS`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> distances(results.load("real", "tiny"), "iris: setosa").to_own.shape
    (1,)
    """
    runs = found.select(part="layer", name=name)
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


def settings(found: Results, *, near: bool, of: Callable[[Run], bool] | None = None) -> Groups:
    """Collect the settings of pairs, those of a pair together, however it is centered.

    Parameters
    ----------
    found
        Of the experiment `real`.
    near
        Those near the critical length of Gaussian rows, or those at multiples of d.
    of
        Take only pairs for which this holds, such as `is_benign`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> [len(group) for group in settings(results.load("real", "tiny"), near=False)]
    [12, 12]
    """
    groups: dict[str, list[Run]] = {}
    for run in found.select(part="pair"):
        if of is None or of(run):
            groups.setdefault(run["name"], []).extend(one for one in run["settings"] if one["near"] == near)
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


def warnings(found: Results) -> tuple[float, float, int]:
    """Sensitivity and specificity of the largest stride on real prompts, and how many prompts there are.

    Parameters
    ----------
    found
        Of the experiment `real`; pairs with a larger condition number than `plan.CONDITION` are left out.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> warnings(results.load("real", "tiny"))[2] > 0
    True
    """
    pairs = [run for run in found.select(part="pair") if run["condition"] <= plan.CONDITION]
    every = [one for run in pairs for one in run["settings"]]
    turned, missed, false = (sum(one[name] for one in every) for name in ("turned", "missed", "false"))
    prompts = len(every) * found.settings["prompts"]
    return 1 - missed / turned, 1 - false / (prompts - turned), prompts


def questions(found: Results, *, shifted: bool | None = None) -> Groups:
    """Collect the settings of questions with real labels.

    Parameters
    ----------
    found
        Of the experiment `real`.
    shifted
        Those whose layer was trained on the rows of others, or those of the same; by default all.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> [len(group) for group in questions(results.load("real", "tiny"))]
    [4]
    """
    runs = found.select(part="labels")
    return [run["settings"] for run in runs if shifted is None or shifted == ("trained on" in run["name"])]


def loss(setting: Run, depth: int) -> float:
    """Error with real labels after so many steps, over the least of the curve.

    Parameters
    ----------
    setting
        Of a question.
    depth
        Number of steps.

    Examples
    --------
    >>> loss({"curve": [1.0, 0.5, 0.75]}, 2)
    1.5
    """
    return setting["curve"][depth] / min(setting["curve"])


def ending(setting: Run) -> str:
    """Say how most chains on real labels end: one "diverges"; else the curve "turns", or it "falls".

    Parameters
    ----------
    setting
        Of a question.

    Examples
    --------
    >>> ending({"curve": [1.0, 0.5, 0.75], "diverging": 0.0})
    'turns'
    """
    if setting["diverging"] > 0.5:
        return "diverges"
    return "turns" if setting["curve"][-1] > plan.TURN * min(setting["curve"]) else "falls"
