"""Every question of the book with its answer, and what must not be taken for it; and the table of verdicts."""

import json
from pathlib import Path

import pytest

from publish import notebooks
from publish.site import checks


def questions(content):
    """Names of the questions that the text of a notebook asks, in order."""
    texts = ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "markdown"]
    return [name for text in texts for name in checks.SPAN.findall(text)]


def verdict(answer, given):
    """Judge a number, or the number of an option, that a reader gives.

    Parameters
    ----------
    answer : dict
        From `monograph.page.value` or `monograph.page.choice`.
    given : float or int
        What the reader gives.

    Returns
    -------
    right : bool
    words : str
        What the page says about it.
    """
    if "options" in answer:
        return given == answer["right"], answer["options"][given - 1]
    if _near(answer, given, answer["right"]):
        return True, ""
    near = (words for wrong, words in answer["traps"] if _near(answer, given, wrong))
    return False, next(near, answer["hint"])


def _near(answer, given, number):
    """Whether what is given is a number, as far as the answer asks; percents are of that number."""
    return abs(given - number) <= checks.allowed(answer, number)


def every_question():
    """List chapter, name of the question, and its answer as the chapter computed it."""
    for path in notebooks.paths():
        chapter = notebooks.read(path)
        handed = checks.answers(chapter)
        for name in questions(chapter):
            yield notebooks.name_of(path), name, handed[name]


def every_case():
    """List answer and (given, whether it is right, what is said), for Python and the browser alike."""
    table = json.loads(Path(__file__).with_name("cases").joinpath("answers.json").read_text(encoding="utf-8"))
    return [pytest.param(case["answer"], case["given"], id=case["about"]) for case in table]


def wrong_answers(answer):
    """Options, or numbers, that the page has to refuse."""
    if "options" in answer:
        return [n for n in range(1, len(answer["options"]) + 1) if n != answer["right"]]
    right, tolerance = answer["right"], tolerated(answer)
    near = [right + 1.01 * tolerance, right - 1.01 * tolerance, right + 2.5 * tolerance]
    return [*near, -right, 10 * right, right / 10, *(wrong for wrong, _ in answer["traps"])]


def right_answers(answer):
    """Options, or numbers, that the page has to accept."""
    if "options" in answer:
        return [answer["right"]]
    right, tolerance = answer["right"], tolerated(answer)
    return [right, right + 0.99 * tolerance, right - 0.99 * tolerance]


def tolerated(answer):
    """Largest difference from the right number."""
    return answer["within"] if "within" in answer else answer["percent"] / 100 * abs(answer["right"])
