"""How a claim is written down and checked."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from monograph import _evidence_store
from monograph._evidence_store import Check
from monograph.claims.statements import Kind, Statement
from monograph.experiments import results
from monograph.page import rounded
from ttsbook.arrays import Number, Truth

ROUNDING = "relative difference, which is rounding alone"


class Verdict(StrEnum):
    """What the check of a claim came to.

    Examples
    --------
    >>> Verdict.CAVEAT.value, SIGNS[Verdict.CAVEAT]
    ('holds with a caveat', '(✓)')
    """

    HOLDS = "holds"
    CAVEAT = "holds with a caveat"
    FAILS = "fails"
    INCONCLUSIVE = "inconclusive"
    NOT_RUN = "not run"
    NOT_TESTABLE = "not testable here"


SIGNS = {
    Verdict.HOLDS: "✓",
    Verdict.CAVEAT: "(✓)",
    Verdict.FAILS: "✗",
    Verdict.INCONCLUSIVE: "?",
    Verdict.NOT_RUN: "…",
    Verdict.NOT_TESTABLE: "–",
}
"""Signs of the verdicts in the tables."""

COUNTED = {
    Verdict.HOLDS: ("holds", "hold"),
    Verdict.CAVEAT: ("holds with a caveat", "hold with a caveat"),
    Verdict.FAILS: ("fails", "fail"),
    Verdict.INCONCLUSIVE: ("is inconclusive", "are inconclusive"),
    Verdict.NOT_RUN: ("was not run", "were not run"),
    Verdict.NOT_TESTABLE: ("cannot be tested here", "cannot be tested here"),
}
"""What is said of one claim with a verdict, and of several."""


@dataclass(frozen=True)
class Evidence:
    """What a check found.

    Parameters
    ----------
    verdict
        The computed verdict.
    measured
        The numbers behind it, in words, rounded so that they are the same on every machine.

    Examples
    --------
    >>> Evidence(Verdict.HOLDS, "relative difference 0.001").measured
    'relative difference 0.001'
    """

    verdict: Verdict
    measured: str


def judge(holds: Truth, measured: str, *, exception: Truth = False, undecided: Truth = False) -> Evidence:
    """Put measured numbers together with the verdict that they give.

    Parameters
    ----------
    holds
        Whether the claim, under the condition of its caveat if it has one, is within its tolerance.
    measured
        The numbers.
    exception
        Whether it was seen to miss its tolerance where that condition is not met.
    undecided
        Whether what was measured agrees with the claim and with its contrary: an interval that covers
        both, a few seeds that differ, or a design in which neither could have been seen.

    Examples
    --------
    >>> judge(True, "relative difference 0.001").verdict.value
    'holds'
    >>> judge(False, "ratio 0.9 to 1.2", undecided=True).verdict.value
    'inconclusive'
    """
    if undecided:
        return Evidence(Verdict.INCONCLUSIVE, measured)
    if not holds:
        return Evidence(Verdict.FAILS, measured)
    return Evidence(Verdict.CAVEAT if exception else Verdict.HOLDS, measured)


def within(difference: Number, tolerance: float) -> str:
    """Write a difference that is rounding alone, and so another one on every machine.

    Parameters
    ----------
    difference, tolerance
        What was measured, and what it may be.

    Examples
    --------
    >>> within(3e-16, 1e-12)
    'at most 10⁻¹²'
    """
    return f"at most {bound(tolerance)}" if difference <= tolerance else rounded(difference)


def bound(value: float) -> str:
    """Write a tolerance: a power of ten without a factor of 1.

    Parameters
    ----------
    value
        The tolerance.

    Examples
    --------
    >>> bound(1e-12), bound(0.02)
    ('10⁻¹²', '0.02')
    """
    return rounded(value).removeprefix("1·")


@dataclass(frozen=True, eq=False)
class Claim:
    """One claim of the paper or of this book, with the check that decides it.

    Parameters
    ----------
    check
        Function of the tolerance that measures and returns `Evidence`. It bears the claim's name, and
        its docstring is the claim, in one or two plain sentences.
    source
        Where it comes from, such as "paper: Theorem 3.1" or "this book".
    places
        Chapters that treat it, each with the label of its statement there if it has one:
        "setup/task#prop-floor".
    method
        How it is checked, in words.
    tolerance
        What the measured numbers are held against.
    limits
        What the tolerance limits.
    verdict
        The recorded verdict; a test compares it with the computed one.
    caveat
        The condition that the claim needs beyond its words, for the verdict "holds with a caveat"; what
        would decide it, for the verdict "inconclusive".
    remark
        What a reader of the verdict should know besides: how far the check reaches, or what else was
        seen. It is no condition, and the verdict does not depend on it.
    bears_on
        Statements of the paper that its verdict speaks of: rows of the evidence map.
    kinds
        Kinds of evidence by which it does so: columns of that map.

    Examples
    --------
    >>> from monograph import claims
    >>> one = claims.find("best_step")
    >>> one.id, one.module, one.chapters
    ('best_step', 'claims/task', ('setup/task',))
    >>> one.statement
    'Among all P, one step on training prompts errs least with P = Γ⁻¹, and then by the sum of hᵢ/(n + hᵢ).'
    >>> one.evidence.verdict.value
    'holds'
    """

    check: Check
    source: str
    places: tuple[str, ...]
    method: str
    tolerance: float
    limits: str
    verdict: Verdict
    caveat: str = ""
    remark: str = ""
    bears_on: tuple[Statement, ...] = ()
    kinds: tuple[Kind, ...] = ()

    @property
    def id(self) -> str:
        """Name of the claim and of its check, such as "one_step_error"."""
        return self.check.__name__

    @property
    def module(self) -> str:
        """Module of the book that holds the check, such as "claims/task"."""
        return self.check.__module__.partition(".")[2].replace(".", "/")

    @property
    def of_paper(self) -> bool:
        """Whether the paper states it, and not this book."""
        return self.source.startswith("paper: ")

    @property
    def statement(self) -> str:
        """The claim in words."""
        return " ".join((self.check.__doc__ or "").split())

    @property
    def chapters(self) -> tuple[str, ...]:
        """Chapters that treat it, such as "setup/task"."""
        return tuple(place.partition("#")[0] for place in self.places)

    @cached_property
    def evidence(self) -> Evidence:
        """`Evidence` from the check, which runs once in a process; "not run" if results of a long run are missing."""
        try:
            found = _evidence_store.shared(self.check, self.tolerance, results.results_dir())
            return Evidence(Verdict(found["verdict"]), found["measured"])
        except (FileNotFoundError, results.UnfinishedError) as missing:
            return Evidence(Verdict.NOT_RUN, f"{missing}.")


def claim(
    *,
    source: str,
    places: tuple[str, ...],
    method: str,
    tolerance: float,
    limits: str,
    verdict: Verdict,
    caveat: str = "",
    remark: str = "",
    bears_on: tuple[Statement, ...] = (),
    kinds: tuple[Kind, ...] = (),
) -> Callable[[Check], Claim]:
    """Decorate a check with the rest of its claim. The arguments are those of `Claim`, but `check`.

    Examples
    --------
    >>> @claim(
    ...     source="this book",
    ...     places=("setup/task#prop-direct",),
    ...     method="Summed up to n = 10.",
    ...     tolerance=0,
    ...     limits="number of wrong sums",
    ...     verdict=Verdict.HOLDS,
    ... )
    ... def odd_numbers(tolerance):
    ...     'The first n odd numbers sum to n².'
    ...     wrong = sum(sum(range(1, 2 * n, 2)) != n**2 for n in range(11))
    ...     return judge(wrong <= tolerance, f"{wrong} of 11 sums are wrong.")
    >>> odd_numbers.evidence
    Evidence(verdict=<Verdict.HOLDS: 'holds'>, measured='0 of 11 sums are wrong.')
    """
    return lambda check: Claim(
        check, source, places, method, tolerance, limits, verdict, caveat, remark, bears_on, kinds
    )
