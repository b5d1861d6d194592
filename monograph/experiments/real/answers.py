"""What the experiment `real` found of questions with real labels: how chains end, and what a depth costs."""

from collections.abc import Callable
from typing import TypeAlias

from monograph.experiments.real import plan
from monograph.experiments.real.read import Groups
from monograph.experiments.results import Results, Run

Depth: TypeAlias = Callable[[Run], int]
"""How many steps to take in a setting."""


def questions(records: Results, *, shifted: bool | None = None) -> Groups:
    """Collect the settings of questions with real labels.

    Parameters
    ----------
    records
        Of the experiment `real`.
    shifted
        Those whose layer was trained on the rows of others, or those of the same; by default all.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> [len(group) for group in questions(results.load("real", "tiny"))]
    [4]
    """
    runs = records.select(part="labels")
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


def is_right(setting: Run, depth: int) -> bool:
    """Say whether the error after so many steps is at most 1.1 times the least of the curve.

    Parameters
    ----------
    setting
        Of a question.
    depth
        Number of steps.

    Examples
    --------
    >>> is_right({"curve": [1.0, 0.5, 0.75]}, 2)
    False
    """
    return loss(setting, depth) <= 1.1


def foretold(setting: Run) -> int:
    """Take the depth that the recursion predicts.

    Parameters
    ----------
    setting
        Of a question.

    Examples
    --------
    >>> foretold({"predicted": 4})
    4
    """
    return setting["predicted"]


def discordant(groups: Groups, depth: Depth, other: Depth) -> tuple[int, int]:
    """Count the settings in which one depth is right to 10 % and another is not, and the other way round.

    Parameters
    ----------
    groups
        Settings by question.
    depth, other
        Functions of a setting, such as `foretold` and `recipe`.

    Examples
    --------
    >>> discordant([[{"curve": [1.0, 0.5], "predicted": 1}]], foretold, lambda _: 0)
    (1, 0)
    """
    pairs = [(is_right(one, depth(one)), is_right(one, other(one))) for group in groups for one in group]
    return pairs.count((True, False)), pairs.count((False, True))


def recipe(setting: Run) -> int:
    """Choose a depth without any spectrum: no step if most prompts are warned, else three.

    It was found after the run, as what a simpler rule could do.

    Parameters
    ----------
    setting
        Of a question.

    Examples
    --------
    >>> recipe({"diverging": 0.9}), recipe({"diverging": 0.1})
    (0, 3)
    """
    return 0 if setting["diverging"] > 0.5 else 3


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
