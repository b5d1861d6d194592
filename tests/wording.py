"""One word for one thing: words that the book avoids, and the word that it has for the thing."""

import re

from typed_results import passages

from publish.stored import numbers

WORDS = {
    # what is drawn
    r"(?:test|training|fresh) samples?|samples? of prompts|from samples": "prompts",
    r"(?:our|these|those|few|more|other) draws": "prompts, or pools",
    r"demonstrations?": "examples",
    r"prompt sizes?|sizes? of (?:a|the) prompts?|prompt's size": "prompt length",
    r"data[- ]set sizes?": "number of prompts, or prompt length",
    # what is counted
    r"(?:training|optimi[sz]er) steps?": "updates",
    r"(?:reasoning|inference) steps?": "thinking steps",
    r"reasoning chains?|chains? of reasoning": "chain of thought",
    # what each step divides by
    r"(?:longer|larger) division|normali[sz]er": "larger scaling",
    r"usual scaling": "scaling of training",
    # what becomes of a chain
    r"(?:left |leaves? |leaving )?in peace": "is not warned of",
    r"explodes?|blows? up|blowing up": "diverges",
    # spelling and signs
    r"—": "a comma, a colon or a full stop",
    r"colours?|behaviours?|programmes?|centres?|neighbours?": "American spelling",
}
"""What is avoided, as a regular expression for whole words, with what the book says for it."""

_WORDS = {re.compile(rf"(?<!\w)(?:{avoided})(?!\w)", re.IGNORECASE): use for avoided, use in WORDS.items()}


def avoided(source):
    """List the words of a MyST text that the book avoids.

    Parameters
    ----------
    source : str
        Text of a markdown cell or page.

    Returns
    -------
    list of str
        Each word, with the one to use: `"samples", say prompts`.
    """
    texts = list(passages(numbers.SPAN.sub(r"\g<value>", source)))
    found = ((match, use) for word, use in _WORDS.items() for text in texts for match in word.finditer(text))
    return [f"{match.group()!r}, say: {use}" for match, use in found]
