"""What the chapter on thinking in words claims of its experiment, by the rule that its plan wrote down."""

from collections.abc import Sequence

from monograph.claims.ledger import Evidence, Verdict, claim, judge
from monograph.claims.statements import Kind, Statement
from monograph.experiments import results
from monograph.experiments.words import plan, read
from monograph.experiments.words.read import Interval

CHAPTER = "beyond/words"
METHOD = (
    "Character transformers of 152 thousand weights that see the last 24 characters, seeds 0–3; 160 problems that need "
    "9 to 16 lines, forced length; paired bootstrap over problems, 95 %."
)
WINDOWED = 0.8
"""Share of late lines that a model with the last 24 characters in sight has to write."""
LEARNED = 0.5
"""Share of late lines that a model with all in sight must write if it was trained on such lines."""
DOSES = "10, 30, 100 and 300 updates at a step size of 3·10⁻⁴."


@claim(
    source="this book",
    bears_on=(Statement.ALIGNED,),
    kinds=(Kind.GPT,),
    places=(f"{CHAPTER}#the-verdicts",),
    method=METHOD,
    tolerance=0.0,
    limits="least lower end of a seed's interval of the gain by the lines that a problem needs",
    verdict=Verdict.HOLDS,
)
def aligned_helps(tolerance: float) -> Evidence:
    """After training on Euclid's traces, thinking as long as a problem needs beats answering at once."""
    gains = read.gains(results.load("words"), "waiting")
    return judge(min(one.low for one in gains) > tolerance, f"Gains {_points(gains)}.")


@claim(
    source="this book",
    bears_on=(Statement.ALIGNED,),
    kinds=(Kind.GPT,),
    places=(f"{CHAPTER}#the-verdicts",),
    method=f"{METHOD} Training on polynomials from the base model, {DOSES}",
    tolerance=0.0,
    limits="largest upper end of a seed's interval of the gain, at each dose",
    verdict=Verdict.CAVEAT,
    caveat="After 100 updates or more; after 10 and 30 not in every seed.",
)
def misaligned_hurts(tolerance: float) -> Evidence:
    """After training on polynomials, thinking longer about Euclid's problems lowers the share of right answers."""
    return _by_dose("misaligned", tolerance, over_base=False)


@claim(
    source="this book",
    places=(f"{CHAPTER}#the-verdicts",),
    method=f"{METHOD} Training on polynomials from the base model, {DOSES}",
    tolerance=0.0,
    limits="largest upper end of a seed's interval of the gain less that of the base model, at each dose",
    verdict=Verdict.CAVEAT,
    caveat="After 100 updates; after 10, 30 and 300 not in every seed.",
    remark="In seeds 0–2, which were run first, it held after 300 updates, too.",
)
def misaligned_hurts_more_than_none(tolerance: float) -> Evidence:
    """After training on polynomials, thinking longer hurts more than it hurts the model that had no such training."""
    return _by_dose("misaligned", tolerance, over_base=True)


@claim(
    source="this book",
    places=(f"{CHAPTER}#the-verdicts",),
    method=f"{METHOD} Training on polynomials from the model that waits, {DOSES}",
    tolerance=0.0,
    limits="largest upper end of a seed's interval of the gain, at each dose",
    verdict=Verdict.FAILS,
)
def forgetting_hurts(tolerance: float) -> Evidence:
    """After a little training on polynomials, thinking hurts a model that had learned to gain from it."""
    return _by_dose("forgetting", tolerance, over_base=False)


@claim(
    source="this book",
    places=(f"{CHAPTER}#the-verdicts",),
    method=f"{METHOD} Training on polynomials from the model that waits, {DOSES}",
    tolerance=0.0,
    limits="largest upper end of a seed's interval of the gain less that of the base model, at each dose",
    verdict=Verdict.FAILS,
)
def forgetting_hurts_more_than_none(tolerance: float) -> Evidence:
    """After that training, thinking longer hurts more than it hurts the base model."""
    return _by_dose("forgetting", tolerance, over_base=True)


@claim(
    source="this book",
    places=(f"{CHAPTER}#overthinking-and-its-cure",),
    method=METHOD,
    tolerance=-0.1,
    limits="least lower end of a seed's interval of the change from n to n + 8 lines, where traces wait; where they do "
    "not, the intervals of the change from n to n + 2 lie below 0",
    verdict=Verdict.HOLDS,
)
def overthinking_of_traces(tolerance: float) -> Evidence:
    """Two lines too many ruin answers where traces end with the answer, and eight do not where some of them wait."""
    found = results.load("words")
    ended, waited = read.changes(found, "aligned", 2), read.changes(found, "waiting", 8)
    return judge(
        max(one.high for one in ended) < 0 and min(one.low for one in waited) > tolerance,
        f"Two lines beyond: {_points(ended)}. Eight lines beyond, with waiting: {_points(waited)}.",
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#what-lengths-that-are-chosen-hide",),
    method="All 400 problems, answers where the model that waits stops by itself; a chain that does not stop counts as "
    "wrong, and as long. Intervals of Wilson, 95 %.",
    tolerance=0.0,
    limits="least lower end of the gain by forced length; and chains of 20 lines or more are right less often than "
    "those of fewer than 10, with intervals apart",
    verdict=Verdict.FAILS,
)
def chosen_length_misleads(tolerance: float) -> Evidence:
    """Sorted by the length that the model chose, longer chains look worse, though longer thinking helps it."""
    found = results.load("words")
    gains = read.gains(found, "waiting")
    parts = [one.observed() for one in read.forced(found, "waiting")]
    apart = all(read.share(*long).high < read.share(*short).low for short, _, long in parts)
    return judge(
        apart and min(one.low for one in gains) > tolerance,
        f"Right in percent below 10 lines: {_shares([short for short, _, _ in parts])}; from 20 on: "
        f"{_shares([long for _, _, long in parts])}.",
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#what-lengths-that-are-chosen-hide",),
    method="The same of the models trained on hard and on easy problems. Looked at after the run: no rule was laid "
    "down for it before.",
    tolerance=0.0,
    limits="as before, for both models",
    verdict=Verdict.CAVEAT,
    caveat="A chain that does not stop counts as wrong, and as long. Without these, intervals are not apart.",
)
def weaker_models_mislead(tolerance: float) -> Evidence:
    """In models that err more, long chains that they chose are right less often, though lines that are forced help."""
    found = results.load("words")
    gains = [one for name in ("hard", "easy") for one in read.gains(found, name)]
    parts, stopped = (
        {name: [one.observed(stopped=left_out) for one in read.forced(found, name)] for name in ("hard", "easy")}
        for left_out in (False, True)
    )
    apart, apart_if_stopped = (
        all(read.share(*long).high < read.share(*short).low for part in counts.values() for short, _, long in part)
        for counts in (parts, stopped)
    )
    ends = {name: [_shares([one[end] for one in part]) for end in (0, 2)] for name, part in parts.items()}
    words = "; ".join(f"{name} {short} below 10 lines and {long} from 20 on" for name, (short, long) in ends.items())
    left = "; ".join(f"{name} {_shares([one[2] for one in part])}" for name, part in stopped.items())
    measured = f"Right in percent: {words}. From 20 on, of chains that stopped: {left}."
    return judge(apart and min(one.low for one in gains) > tolerance, measured, exception=not apart_if_stopped)


@claim(
    source="this book",
    bears_on=(Statement.MESSAGE,),
    kinds=(Kind.GPT,),
    places=(f"{CHAPTER}#hard-or-easy",),
    method="80 problems that need 17 to 24 lines and 80 that need 1 to 4, after as many; training on 11 to 16 lines "
    "against 1 to 6, seeds 0–3.",
    tolerance=0.0,
    limits="least lower end of a seed's interval of the advantage",
    verdict=Verdict.CAVEAT,
    caveat="On problems longer than all traces, which is what the rule asked. Their lengths adjoin those of the hard "
    "traces, and on problems of 1 to 4 lines easy traces win: each wins nearest to what it was trained on, so "
    "hardness and relevance cannot be told apart here.",
)
def hard_beats_easy(tolerance: float) -> Evidence:
    """Training on hard problems beats training on easy ones."""
    found = results.load("words")
    longest, shortest = read.advantages(found, plan.LONGEST), read.advantages(found, plan.SHORTEST)
    return judge(
        min(one.low for one in longest) > tolerance,
        f"Advantages on long problems {_points(longest)}; on short ones {_points(shortest)}.",
        exception=min(one.low for one in shortest) <= tolerance,
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#hard-or-easy",),
    method="Next lines 11 to 24 of true chains that need at least 13, by models trained on 1 to 6 lines, seeds 0–3.",
    tolerance=WINDOWED,
    limits="least share of right lines",
    verdict=Verdict.HOLDS,
    remark="The last 24 characters are in sight, so a model cannot know the number of a line.",
)
def late_lines_are_not_hard(tolerance: float) -> Evidence:
    """Late lines of long traces are no harder: a model that was trained on short traces writes them."""
    late = read.next_lines(results.load("words"), "easy", range(10, 24))
    first = read.next_lines(results.load("words"), "easy", range(3))
    return judge(
        min(late) > tolerance,
        f"Right in percent beyond line 10: {_percents(late)}; in lines 1 to 3: {_percents(first)}.",
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#hard-or-easy",),
    method="Next lines 11 to 24 of true chains that need at least 13, by models trained on 1 to 6 lines: with all "
    "characters in sight, and with the last 24, seeds 0–3. Control: lines 11 to 16 by models trained on 11 to 16 "
    "lines, with all in sight.",
    tolerance=0.1,
    limits="largest share of right lines with all in sight; with the last 24 the least is above 0.8, in the control "
    "above 0.5, else nothing is decided",
    verdict=Verdict.HOLDS,
    remark="The control, and seed 3 with all in sight, were written down and run after the others had been read.",
)
def short_traces_fail_by_position(tolerance: float) -> Evidence:
    """Trained on short traces, a model fails on late lines if it sees all characters, and not if it sees the last."""
    found = results.load("words")
    late, first = (read.next_lines(found, "easy", lines, sight="all") for lines in (range(10, 24), range(6)))
    windowed = read.next_lines(found, "easy", range(10, 24))
    control = read.next_lines(found, "hard", range(10, 16), sight="all")
    return judge(
        max(late) < tolerance and min(windowed) > WINDOWED,
        f"Right in percent beyond line 10, with all in sight: {_percents(late)}; with the last 24: "
        f"{_percents(windowed)}. In lines 1 to 6, with all in sight: {_percents(first)}. In the control: "
        f"{_percents(control)}.",
        undecided=min(control) <= LEARNED,
    )


def _by_dose(model: str, tolerance: float, *, over_base: bool) -> Evidence:
    """Judge a clause at each dose, and say the intervals."""
    found = results.load("words")
    judged = read.gains_over_base if over_base else read.gains
    doses = {dose: judged(found, f"{model} {dose}") for dose in plan.DOSES}
    holds = [all(one.high < tolerance for one in intervals) for intervals in doses.values()]
    words = "; ".join(f"after {dose} updates {_points(intervals)}" for dose, intervals in doses.items())
    what = "Gains less those of the base model" if over_base else "Gains"
    return judge(any(holds), f"{what}: {words}.", exception=not all(holds))


def _points(intervals: Sequence[Interval]) -> str:
    """Write intervals in percentage points."""
    return ", ".join(f"{_signed(one.value)} [{_signed(one.low)}, {_signed(one.high)}]" for one in intervals)


def _signed(value: float) -> str:
    """Write percentage points with a sign."""
    return f"{100 * value:+.0f}".replace("-", "−").replace("+0", "0").replace("−0", "0")


def _shares(counts: Sequence[tuple[int, int]]) -> str:
    """Write shares in percent."""
    return _percents([right / total for right, total in counts])


def _percents(shares: Sequence[float]) -> str:
    """Write shares in percent."""
    return ", ".join(f"{100 * share:.0f}" for share in shares)
