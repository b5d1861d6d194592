"""The claims ledger: what the paper and this book claim, and whether it holds."""

from collections import Counter

from monograph.claims import (
    attention,
    causes,
    curation,
    cure,
    fine_tuning,
    gpt2,
    hardness,
    linear,
    mixture,
    noise,
    nonlinear,
    overthinking,
    post_training,
    real,
    recipes,
    rules,
    savings,
    scaling,
    selection,
    softmax,
    stopping,
    tails,
    task,
    thinking,
    warning,
    words,
)
from monograph.claims.evidence import EvidenceMap
from monograph.claims.ledger import COUNTED, Claim, Verdict
from monograph.claims.tables import Table

__all__ = ["CHAPTERS", "CLAIMS", "evidence_map", "find", "table", "tally", "to_rounding"]

CHAPTERS = {
    "setup/task": "The task",
    "setup/attention": "One layer of attention",
    "setup/thinking": "Thinking",
    "theorems/hardness": "Hardness",
    "theorems/scaling-law": "The scaling law",
    "theorems/overthinking": "Overthinking",
    "theorems/task-selection": "Choosing what to train on",
    "experiments/linear-attention": "Linear attention, trained",
    "experiments/curation": "Does choosing the training tasks help?",
    "experiments/gpt2": "Can a GPT think?",
    "beyond/noise": "Two ways to overthink",
    "beyond/tails": "Must the data be Gaussian?",
    "beyond/real": "Real features",
    "beyond/stopping": "When to stop, without knowing the answer",
    "beyond/attention": "Does softmax overthink? Does depth?",
    "beyond/words": "Thinking in words",
    "beyond/post-training": "After pre-training: SFT and outcome supervision",
}
"""Chapters that claims name, with the titles that the tables show."""
LARGEST_ROUNDING = 1e-6
"""Tolerance up to which a check asks whether two ways to compute the same thing agree."""
PARTS = (
    task,
    attention,
    recipes,
    thinking,
    hardness,
    scaling,
    savings,
    overthinking,
    warning,
    cure,
    mixture,
    selection,
    linear,
    curation,
    gpt2,
    noise,
    causes,
    tails,
    real,
    stopping,
    rules,
    softmax,
    nonlinear,
    words,
    fine_tuning,
    post_training,
)
CLAIMS = tuple(value for part in PARTS for value in vars(part).values() if isinstance(value, Claim))
"""All claims, in the order of the chapters."""


def table(chapter: str | None = None) -> Table:
    """Table of claims, with what checking them measured and the verdicts.

    The checks run when the table is shown, each once in a process.

    Parameters
    ----------
    chapter
        Show only what this chapter treats, such as "setup/task".

    Examples
    --------
    >>> print(repr(table("setup/task")).splitlines()[0])
    ✓ holds: hardness (paper: definition of task hardness)
    """
    if chapter is None:
        return Table(CLAIMS, CHAPTERS)
    rows = [claim for claim in CLAIMS if chapter in claim.chapters]
    if not rows:
        raise ValueError(f"chapter must be one of {', '.join(CHAPTERS)}, got {chapter!r}")
    return Table(rows, CHAPTERS, footer="All claims of the book: [the ledger](../appendix/claims.ipynb).")


def evidence_map() -> EvidenceMap:
    """Map of the evidence for each statement of the paper.

    Examples
    --------
    >>> evidence_map().statements[0].value
    'Theorem 3.1: from a suitable start gradient descent learns the step of thinking'
    """
    return EvidenceMap(CLAIMS)


def tally(*, of_paper: bool) -> str:
    """Say how many claims have which recorded verdict.

    Parameters
    ----------
    of_paper
        Count the claims of the paper, else the book's own.

    Examples
    --------
    >>> tally(of_paper=True).split(",")[0].split(" ", 1)[1]
    'hold'
    """
    counts = Counter(one.verdict for one in CLAIMS if one.of_paper == of_paper)
    words = [f"{counts[verdict]} {COUNTED[verdict][counts[verdict] > 1]}" for verdict in COUNTED if counts[verdict]]
    return " and ".join([", ".join(words[:-1]), words[-1]])


def to_rounding(*, of_paper: bool) -> int:
    """Count the claims that hold by a check to rounding: of a formula or a bound that is proved, not of a forecast.

    Parameters
    ----------
    of_paper
        Count the claims of the paper, else the book's own.

    Examples
    --------
    >>> find("best_step").tolerance, find("depth").tolerance
    (1e-10, 1)
    >>> 0 < to_rounding(of_paper=True) < to_rounding(of_paper=False)
    True
    """
    held = [one for one in CLAIMS if one.of_paper == of_paper and one.verdict is Verdict.HOLDS]
    return sum(0 < one.tolerance <= LARGEST_ROUNDING for one in held)


def find(name: str) -> Claim:
    """Find a claim by its name.

    Parameters
    ----------
    name
        As the tables show it.

    Examples
    --------
    >>> find("best_step").verdict.value
    'holds'
    """
    for claim in CLAIMS:
        if claim.id == name:
            return claim
    raise ValueError(f"name must be one of {', '.join(claim.id for claim in CLAIMS)}, got {name!r}")
