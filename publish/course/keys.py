"""What instructors alone see: notebooks beside this file, executed, with their numbers in the text."""

import re
from functools import cache
from pathlib import Path

from publish import notebooks
from publish.book import ROOT
from publish.site import checks
from publish.stored import numbers
from publish.stored.execution import execute

LAB, QUIZ = "key", "quiz"
PART = re.compile(r"^## Part \d+\n\n")
HERE = Path(__file__).parent


@cache
def executed(name):
    """Execute a notebook, and write its numbers into its text."""
    notebook = notebooks.read(HERE / f"{name}.ipynb")
    execute(notebook, folder=ROOT, name=name)
    numbers.write(notebook, name=name)
    return notebook


def texts():
    """Return what stands under the parts of the lab's key, in order: one for each thing that is handed in."""
    sources = [cell.source for cell in notebooks.text_cells(executed(LAB))]
    return [PART.sub("", source) for source in sources if PART.match(source)]


def write(target):
    """Write all of them into a folder, and yield a line about it."""
    target.mkdir(parents=True, exist_ok=True)
    names = [path.stem for path in sorted(HERE.glob("*.ipynb"))]
    for name in names:
        notebooks.write(notebooks.dumps(executed(name)), target / f"{name}.ipynb")
    notebooks.write(what_answers_show(executed(QUIZ)), target / "quiz.md")
    yield f"for instructors: {', '.join(names)}"


def what_answers_show(quiz):
    """Return a list of a quiz's questions, with what each answer shows."""
    lines = ["# The quiz: what each answer shows"]
    for number, (name, answer) in enumerate(checks.answers(quiz).items(), 1):
        lines += ["", f"{number}. `{name}`"]
        lines += [f"   {option}. {words or 'right'}" for option, words in enumerate(answer["options"], 1)]
    return "\n".join(lines) + "\n"
