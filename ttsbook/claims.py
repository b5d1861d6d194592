"""The claims ledger: what the paper and this book claim, and whether it holds."""

from ttsbook import (
    claims_attention,
    claims_gpt2,
    claims_linear,
    claims_overthinking,
    claims_recipes,
    claims_task,
    claims_thinking,
    claims_warning,
)
from ttsbook.ledger import Claim, Table

CHAPTERS = {
    "setup/task": "The task",
    "setup/attention": "One layer of attention",
    "setup/thinking": "Thinking",
    "theorems/overthinking": "Overthinking",
    "experiments/linear-attention": "Linear attention, trained",
    "experiments/gpt2": "Can a GPT think?",
}
PARTS = (
    claims_task,
    claims_attention,
    claims_recipes,
    claims_thinking,
    claims_overthinking,
    claims_warning,
    claims_linear,
    claims_gpt2,
)
CLAIMS = tuple(value for part in PARTS for value in vars(part).values() if isinstance(value, Claim))


def table(chapter=None):
    """Table of claims, with what checking them measured and the verdicts.

    The checks run when the table is shown, each once in a process.

    Parameters
    ----------
    chapter : str, optional
        Show only what this chapter treats, such as "setup/task".

    Returns
    -------
    Table

    Raises
    ------
    ValueError
        If no claim is treated in `chapter`.

    Examples
    --------
    >>> print(repr(table("setup/task")).splitlines()[0])
    (✓) holds with a caveat: hardness (paper: definition of task hardness)
    """
    if chapter is None:
        return Table(CLAIMS, CHAPTERS)
    rows = [claim for claim in CLAIMS if chapter in claim.chapters]
    if not rows:
        raise ValueError(f"chapter must be one of {', '.join(CHAPTERS)}, got {chapter!r}")
    return Table(rows, CHAPTERS, footer="All claims of the book: [the ledger](../appendix/claims.ipynb).")


def find(name):
    """Find a claim by its name.

    Parameters
    ----------
    name : str
        As the tables show it.

    Returns
    -------
    Claim

    Raises
    ------
    ValueError
        If there is no such claim.

    Examples
    --------
    >>> find("best_step").verdict.value
    'holds'
    """
    for claim in CLAIMS:
        if claim.id == name:
            return claim
    raise ValueError(f"name must be one of {', '.join(claim.id for claim in CLAIMS)}, got {name!r}")
