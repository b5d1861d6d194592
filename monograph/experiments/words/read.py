"""What the experiment `words` found: right answers after forced lines, and the verdicts by the rule of the plan."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float64, Int64

from monograph.experiments.results import Results
from monograph.experiments.words import plan
from monograph.experiments.words.traces import chain, problems
from ttsbook.theory import intervals

RESAMPLES = 10_000


class Interval(NamedTuple):
    """A mean over problems with its interval of 95 %.

    Attributes
    ----------
    value, low, high
        Mean, and the ends of its interval.

    Examples
    --------
    >>> Interval(0.5, 0.4, 0.6).value
    0.5
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Forced:
    """One model's answers to all problems.

    Attributes
    ----------
    right
        For each problem and each number of forced lines, from 0 on, whether the answer is right.
    needs
        For each problem the lines that it needs.
    chosen
        For each problem after how many lines the model would have stopped; one more than were forced, if never.
    next_lines
        Of next lines of true chains that need at least 13 lines, by their number: how many were right, how many asked.

    Examples
    --------
    >>> right = np.array([[False, True, True], [True, False, False]])
    >>> one = Forced(right, np.array([1, 2]), np.array([1, 3]), np.zeros((2, 24), dtype=np.int64))
    >>> one.after(1, (1, 2), times=0).tolist()
    [True, False]
    """

    right: Bool[np.ndarray, "problems budgets"]
    needs: Int64[np.ndarray, " problems"]
    chosen: Int64[np.ndarray, " problems"]
    next_lines: Int64[np.ndarray, "2 lines"]

    def by_budget(self, needs: tuple[int, int]) -> Float64[np.ndarray, " budgets"]:
        """Share of right answers after 0, 1, ... lines.

        Parameters
        ----------
        needs
            Range of the needs of the problems that count.
        """
        return self.right[(self.needs >= needs[0]) & (self.needs <= needs[1])].mean(axis=0)

    def after(self, offset: int, needs: tuple[int, int], *, times: float = 1) -> Bool[np.ndarray, " chosen"]:
        """Say whether answers are right after a number of lines that goes with what each problem needs.

        Parameters
        ----------
        offset
            Lines beyond those needed; negative for fewer.
        needs
            Range of the needs of the problems that count.
        times
            Factor of the need: 0 for answers at once, 1/2 for half of the lines, rounded down.
        """
        among = (self.needs >= needs[0]) & (self.needs <= needs[1])
        lines = (self.needs[among] * times).astype(int) + offset
        return self.right[among, lines]

    def gains(self) -> Float64[np.ndarray, " target"]:
        """Difference, for each problem of the target, that thinking as long as needed makes: 1, 0 or -1."""
        return self.after(0, plan.TARGET).astype(float) - self.after(0, plan.TARGET, times=0)

    def aligned_on_need(self, offset: int, needs: tuple[int, int] = plan.TARGET) -> float:
        """Share of right answers so many lines beyond those needed, of the problems that have such a budget.

        Parameters
        ----------
        offset, needs
            As for `after`.
        """
        lines = self.needs + offset
        among = (self.needs >= needs[0]) & (self.needs <= needs[1]) & (lines >= 0) & (lines < self.right.shape[1])
        return float(self.right[among, lines[among]].mean())

    def observed(self, *, stopped: bool = False) -> list[tuple[int, int]]:
        """Count right answers and problems where the model itself stopped after 0 to 9, 10 to 19, and more lines.

        Parameters
        ----------
        stopped
            Leave out chains that did not stop within the lines that were looked at; they count as wrong.
        """
        answered, parts = self.by_chosen(stopped=stopped)
        return [(int(answered[part].sum()), int(part.sum())) for part in parts]

    def by_chosen(
        self, *, stopped: bool = False
    ) -> tuple[Bool[np.ndarray, " problems"], Bool[np.ndarray, "3 problems"]]:
        """Say which answers are right where the model itself stopped, and after 0 to 9, 10 to 19, and more lines.

        Parameters
        ----------
        stopped
            As for `observed`.
        """
        last = self.right.shape[1] - 1
        ended = self.chosen <= last
        answered = self.right[np.arange(len(self.needs)), self.chosen.clip(max=last)] & ended
        parts = np.stack([self.chosen < 10, (self.chosen >= 10) & (self.chosen < 20), self.chosen >= 20])
        return answered, parts & (ended | (not stopped))


def forced(records: Results, model: str, *, sight: str = "24") -> list[Forced]:
    """Collect the answers of one model, one entry a seed.

    Parameters
    ----------
    records
        Of the experiment `words`: ``results.load("words")``.
    model
        Its name, such as "base" or "misaligned 100".
    sight
        How many characters the models see: "24", or "all".

    Examples
    --------
    >>> from monograph.experiments import results
    >>> [one.right.shape for one in forced(results.load("words", "tiny"), "base")]
    [(5, 5)]
    """
    asked = problems(records.settings["problems"])
    needs = np.array([len(chain(pair)) - 1 for pair in asked])
    budgets = records.settings["budget"] + 1
    collected: list[Forced] = []
    for run in records.select(sight=sight):
        one = run["models"][model]
        bits = np.unpackbits(np.frombuffer(base64.b64decode(one["right"]), dtype=np.uint8), count=len(needs) * budgets)
        right = bits.reshape(len(needs), budgets).astype(bool)
        collected.append(Forced(right, needs, np.array(one["chosen"]), np.array(one["next_lines"])))
    return collected


def bootstrap(differences: Float64[np.ndarray, " problems"]) -> Interval:
    """Mean of paired differences with the interval of the bootstrap over problems.

    Parameters
    ----------
    differences
        One a problem.

    Examples
    --------
    >>> bootstrap(np.ones(10))
    Interval(value=1.0, low=1.0, high=1.0)
    """
    rng, count = np.random.default_rng(0), len(differences)
    means = differences[rng.integers(count, size=(RESAMPLES, count))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(differences.mean()), float(low), float(high))


def share(right: int, total: int) -> Interval:
    """Share with the interval of Wilson.

    Parameters
    ----------
    right, total
        Counts.

    Examples
    --------
    >>> [round(number, 2) for number in share(9, 10)]
    [0.9, 0.6, 0.98]
    """
    low, high = intervals.share_interval(right, total, 0.95)
    return Interval(right / total, min(low, right / total), max(high, right / total))  # but for rounding it has it


def chosen_shares(records: Results, model: str, *, stopped: bool = False) -> list[Interval]:
    """Share of right answers by the length that a model chose, over all seeds; its intervals know that seeds differ.

    They are of the bootstrap that draws seeds and problems anew. Where no answer is right they are as short as a point.

    Parameters
    ----------
    records, model
        As for `forced`.
    stopped
        As for `Forced.observed`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> short, _, long = chosen_shares(results.load("words"), "hard")
    >>> long.high < short.low
    True
    """
    ones = [one.by_chosen(stopped=stopped) for one in forced(records, model)]
    answered = np.array([answers for answers, _ in ones])
    seeds, problems_ = map(_drawn, answered.shape)
    intervals_: list[Interval] = []
    for part in np.swapaxes([parts for _, parts in ones], 0, 1):
        right, total = (((problems_ @ counts.T) * seeds).sum(axis=1) for counts in (part & answered, part))
        low, high = np.quantile(right[total > 0] / total[total > 0], (0.025, 0.975))
        intervals_.append(Interval(float(answered[part].mean()), float(low), float(high)))
    return intervals_


@cache
def _drawn(count: int) -> Float64[np.ndarray, "resamples {count}"]:
    """How often each of some things comes where as many are drawn anew; for one number of things always the same."""
    return np.random.default_rng(count).multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(np.float64)


def gains(records: Results, model: str) -> list[Interval]:
    """Gain of a model on the target with its interval, one entry a seed. The arguments are those of `forced`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> min(one.value for one in gains(results.load("words"), "waiting")) > 0
    True
    """
    return [bootstrap(one.gains()) for one in forced(records, model)]


def gains_over_base(records: Results, model: str) -> list[Interval]:
    """Gain of a model less that of the base model of its seed. The arguments are those of `forced`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> {one.value for one in gains_over_base(results.load("words"), "base")}
    {0.0}
    """
    pairs = zip(forced(records, model), forced(records, "base"), strict=True)
    return [bootstrap(one.gains() - base.gains()) for one, base in pairs]


def changes(records: Results, model: str, beyond: int) -> list[Interval]:
    """Change on the target by lines beyond those needed.

    Parameters
    ----------
    records, model
        As for `forced`.
    beyond
        Number of lines beyond.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> {one.value for one in changes(results.load("words"), "base", 0)}
    {0.0}
    """
    return [
        bootstrap(one.after(beyond, plan.TARGET).astype(float) - one.after(0, plan.TARGET))
        for one in forced(records, model)
    ]


def advantages(records: Results, needs: tuple[int, int] = plan.LONGEST) -> list[Interval]:
    """Advantage of `hard` over `easy` after as many lines as problems need.

    Parameters
    ----------
    records
        Of the experiment `words`.
    needs
        Range of the needs of the problems that count.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> min(one.value for one in advantages(results.load("words"))) > 0
    True
    """
    pairs = zip(forced(records, "hard"), forced(records, "easy"), strict=True)
    return [bootstrap(one.after(0, needs).astype(float) - other.after(0, needs)) for one, other in pairs]


def next_lines(records: Results, model: str, lines: range, *, sight: str = "24") -> list[float]:
    """Share of next lines of true chains that a model writes, one entry a seed.

    Parameters
    ----------
    records, model, sight
        As for `forced`.
    lines
        Which lines, counted from 0.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> min(next_lines(results.load("words"), "aligned", range(24))) > 0.9
    True
    """
    counts = [one.next_lines[:, lines.start : lines.stop].sum(axis=1) for one in forced(records, model, sight=sight)]
    return [float(right / asked) for right, asked in counts]


def own_lines(records: Results, model: str) -> list[float]:
    """Share of lines that follow from the one before as the model wrote it, on the target, one entry a seed.

    Parameters
    ----------
    records, model
        As for `forced`.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> min(own_lines(results.load("words"), "aligned")) > 0.9
    True
    """
    counts = [run["models"][model]["own_lines"] for run in records.select(sight=str(plan.WINDOW))]
    return [right / total for right, total in counts]


def clause(holds: Sequence[bool]) -> str:
    """Verdict on a clause that is judged at each dose.

    Parameters
    ----------
    holds
        Whether it holds, a truth value a dose.

    Examples
    --------
    >>> clause([True, True]), clause([True, False]), clause([False])
    ('holds', 'holds at some doses', 'fails')
    """
    return "holds" if all(holds) else "holds at some doses" if any(holds) else "fails"


def below(records: Results, model: str, *, over_base: bool = False) -> list[bool]:
    """Say for each dose whether in every seed the interval lies below 0.

    Parameters
    ----------
    records
        Of the experiment `words`.
    model
        "misaligned" or "forgetting".
    over_base
        Judge the gain less that of the base model.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> len(below(results.load("words"), "misaligned"))
    4
    """
    judged = gains_over_base if over_base else gains
    return [all(one.high < 0 for one in judged(records, f"{model} {dose}")) for dose in plan.DOSES]
