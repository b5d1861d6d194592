"""What the experiment `stopping` found: which rules are close to the best depth in hindsight, and how surely."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from monograph.experiments.results import Results, Run
from monograph.experiments.stopping import plan
from ttsbook.arrays import Flags, Numbers
from ttsbook.theory import intervals


class Share(NamedTuple):
    """Share of settings, with the 95 % interval of Wilson.

    Attributes
    ----------
    value, low, high
        Share, and the ends of its interval.
    settings
        Number of settings.

    Examples
    --------
    >>> Share(0.5, 0.25, 0.75, 8).value
    0.5
    """

    value: float
    low: float
    high: float
    settings: int


def share(holds: Sequence[bool] | Flags) -> Share:
    """Share of the settings for which something holds.

    Parameters
    ----------
    holds
        Whether it holds, a truth value a setting.

    Examples
    --------
    >>> [round(number, 2) for number in share([True] * 9 + [False])[:3]]
    [0.9, 0.6, 0.98]
    """
    low, high = intervals.share_interval(int(np.sum(holds)), len(holds), 0.95)
    return Share(float(np.mean(holds)), low, high, len(holds))


def chosen(records: Results, *, odd: bool, families: Sequence[str] = plan.FAMILIES[:-1]) -> list[Run]:
    """Select the settings that choose, or those that test.

    Parameters
    ----------
    records
        Of the experiment `stopping`: ``results.load("stopping")``.
    odd
        Those with an odd index, which test, or the others.
    families
        Families; by default all but real labels.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> len(chosen(results.load("stopping", "tiny"), odd=True))
    6
    """
    return [run for run in records.runs if run["index"] % 2 == odd and run["family"] in families]


def losses(runs: Sequence[Run], rule: str, *, over: str = "hindsight") -> Numbers:
    """Median error of a rule over that of hindsight, a number a setting.

    Parameters
    ----------
    runs
        Settings.
    rule
        Name of a rule, or of a reference.
    over
        What to hold it against: "hindsight", or the name of another rule or reference.

    Examples
    --------
    >>> losses([{"hindsight": 0.5, "errors": {"last": 1.0}}], "last").tolist()
    [2.0]
    """
    errors = np.array([run["errors"][rule] for run in runs])
    other = np.array([run["hindsight"] if over == "hindsight" else run["errors"][over] for run in runs])
    return errors.clip(plan.FLOOR) / other.clip(plan.FLOOR)


def close(runs: Sequence[Run], rule: str, *, over: str = "hindsight") -> Share:
    """Share of the settings in which a rule is close, at most 10 % above. The arguments are those of `losses`.

    Examples
    --------
    >>> close([{"hindsight": 0.5, "errors": {"last": 0.54}}], "last").value
    1.0
    """
    return share(losses(runs, rule, over=over) <= plan.CLOSE)


def winner(records: Results) -> str:
    """Name the rule that is close in most of the settings that choose; of equals the one that is never far.

    Parameters
    ----------
    records
        Of the experiment `stopping`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> from monograph.experiments.stopping import plan
    >>> winner(results.load("stopping", "tiny")) in plan.RIVALS
    True
    """
    runs = chosen(records, odd=False)
    return max(plan.RIVALS, key=lambda rule: (close(runs, rule).value, -losses(runs, rule).max()))
