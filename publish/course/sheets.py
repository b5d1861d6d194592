"""Sheets: the lab, and the exercises of each chapter, as the source notebooks of nbgrader.

A question that the page checks becomes a cell to fill in and a test of one point, whose hidden part holds the
answer. What is reasoned or handed in becomes a text that a person grades. The students' copies lack solutions and
hidden tests; nbgrader takes them out.
"""

import re
from itertools import pairwise
from typing import NamedTuple

from nbformat import v4

from publish import labels, notebooks
from publish.plain import plain, until
from publish.site import checks

ANSWER, CODE, WRITTEN = 1, 2, 3  # points
BLANK, TEST = "blank", "test"  # tags of cells: a function that students write, and what it must do
HANDED = re.compile(r"^\*Hand in:\*.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
PLACE = "{sheet}-handed-{number}"
FILLED = """{name} = None  # {wanted}
### BEGIN SOLUTION
{name} = {right}
### END SOLUTION"""
TESTED = """given = float({name})  # a number; whether it is right is seen when it is graded
### BEGIN HIDDEN TESTS
{judged}
### END HIDDEN TESTS"""
BLANKS = """Run each code cell, replace each `None` by your answer, and write your reasons below it. A test says here \
only whether you gave a number."""
BESIDE = "# {title}: exercises\n\nTo be read beside the chapter of that name. " + BLANKS


class Piece(NamedTuple):
    """A part of a text: an exercise, its solution, or what is between."""

    kind: str
    title: str
    label: str
    body: str


def pieces(source):
    """Yield the exercises and solutions of a text, and what stands between them, in order."""
    lines, between = iter(source.split("\n")), []
    for line in lines:
        fence = labels.FENCE.match(line)
        if fence and fence["name"] in ("exercise", "solution"):
            yield Piece("text", "", "", "\n".join(between).strip())
            content, between = list(until(fence["fence"], lines)), []
            given = labels.options(content)
            body = "\n".join(content[len(given) :]).strip()
            yield Piece(fence["name"], fence["title"], given.get("label", fence["title"]), body)
        else:
            between.append(line)
    yield Piece("text", "", "", "\n".join(between).strip())


def name_of(page):
    """Name of the sheet of a page: `theorems-scaling-law` for `theorems/scaling-law`.

    The part belongs to it, as two parts may have chapters of one name.
    """
    return page.replace("/", "-")


def has_exercises(notebook):
    """Whether a notebook has exercises."""
    return any("{exercise}" in cell.source for cell in notebooks.text_cells(notebook))


def sheet(notebook, *, page, known, keys=None):
    """Write the source notebook of a sheet.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The stored chapter.
    page : str
        Its name, such as `theorems/scaling-law`.
    known : dict of str to publish.labels.Label
        All labels of the book.
    keys : list of str, optional
        What instructors find where students hand in something. With it the sheet is the whole notebook, as for the
        lab; without, the chapter's exercises.

    Returns
    -------
    nbformat.NotebookNode
    """
    writing = Writing(name_of(page), page, known, checks.answers(notebook), iter(keys or ()))
    title = notebook.cells[0].source.partition("\n")[0].removeprefix("# ")
    cells = [read_only("blanks", BLANKS if keys else BESIDE.format(title=title))]
    cells += [] if keys else [ungraded(notebooks.code_cells(notebook)[0])]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cells += writing.text(cell.source, whole=bool(keys))
        elif keys and (kept := writing.code(cell)):
            cells.append(kept)
    return v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})


KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


class Writing:
    """What is known while one sheet is written.

    Parameters
    ----------
    sheet : str
        Its name.
    page : str
        Name of the chapter.
    known : dict of str to publish.labels.Label
    answers : dict of str to dict
        What the chapter hands to its page, by question.
    keys : iterator of str
        What instructors find where something is handed in.
    """

    def __init__(self, sheet, page, known, answers, keys):
        self.sheet, self.page, self.known, self.answers, self.keys = sheet, page, known, answers, keys
        self.handed = self.count = 0

    def text(self, source, *, whole):
        """Yield the cells that a text becomes: of its exercises alone, or all."""
        for piece in pieces(source):
            if piece.kind == "exercise":
                yield from self.exercise(piece)
            elif piece.kind == "solution":
                solution = self.plain(piece.body)
                yield written(f"{piece.label}-reasons", f"**Your reasons**\n\n{solution}", WRITTEN)
            elif whole and piece.body:
                yield from self.between(piece.body)

    def between(self, source):
        """Yield the cells of a text without exercises, with a place for what is handed in."""
        end = 0
        for found in HANDED.finditer(source):
            yield self.words(source[end : found.end()])
            self.handed += 1
            place = PLACE.format(sheet=self.sheet, number=self.handed)
            yield written(place, next(self.keys), WRITTEN)
            end = found.end()
        if source[end:].strip():
            yield self.words(source[end:])

    def exercise(self, piece):
        """Yield the cells of an exercise: what is asked, and for each question a cell to fill in and a test."""
        starts = [found.start() for found in checks.SPAN.finditer(piece.body)]
        edges = [*starts, len(piece.body)]
        introduced = self.plain(piece.body[: edges[0]]).strip()
        yield read_only(piece.label, f"### {piece.title}\n\n{introduced}".strip())
        for start, end in pairwise(edges):
            name = checks.SPAN.match(piece.body, start)["name"]
            asked = checks.SPAN.sub("", piece.body[start:end]).replace("</span>", "", 1)
            yield read_only(f"asked-{name}", self.plain(asked).strip())
            yield filled(name, self.answers[name])
            yield tested(f"test-{name}", TESTED.format(name=name, judged=judged(name, self.answers[name])), ANSWER)

    def code(self, cell):
        """Return a code cell as students get it, None if it hands answers to the page."""
        if checks.answers({"cells": [cell]}):
            return None
        if BLANK in notebooks.tags(cell):
            return solved(cell)
        if TEST in notebooks.tags(cell):
            return tested(f"test-{cell.id}", cell.source, CODE)
        return ungraded(cell)

    def words(self, source):
        """Return a text as a cell that cannot be changed."""
        self.count += 1
        return read_only(f"{self.sheet}-{self.count}", self.plain(source).strip())

    def plain(self, source):
        """Return a text that every reader of notebooks understands."""
        return plain(source, page=f"{self.page}.ipynb", known=self.known)


def filled(name, answer):
    """Return the cell in which a question is answered."""
    options = len(answer.get("options", ()))
    wanted = f"one of 1 to {options}" if options else checks.tolerance(answer)
    wanted = f"a number, {wanted}" if wanted.startswith("within") else wanted
    source = FILLED.format(name=name, wanted=wanted, right=answer["right"])
    return graded(v4.new_code_cell(source), name, solution=True)


def judged(name, answer):
    """Return code that judges an answer as the page does, and says what the page says."""
    if "options" in answer:
        wrong = {number: words for number, words in enumerate(answer["options"], 1) if number != answer["right"]}
        return f"assert given == {answer['right']}, {wrong!r}.get(given)"
    lines = [f"assert not {near(answer, wrong)}, {words!r}" for wrong, words in answer["traps"]]
    return "\n".join([*lines, f"assert {near(answer, answer['right'])}, {answer['hint']!r}"])


def near(answer, number):
    """Return the condition that what is given is a number, as far as the answer asks."""
    return f"abs(given - {number}) <= {checks.allowed(answer, number)!r}"


def solved(cell):
    """Return a cell whose function students write: its head stays, its body is the solution."""
    head, _, body = cell.source.partition('"""\n')
    source = f'{head}"""\n    ### BEGIN SOLUTION\n{body.rstrip()}\n    ### END SOLUTION'
    return graded(v4.new_code_cell(source), cell.id, solution=True)


def written(name, solution, points):
    """Return a text that a person grades."""
    return graded(v4.new_markdown_cell(solution), name, solution=True, grade=True, points=points)


def tested(name, source, points):
    """Return a test."""
    return graded(v4.new_code_cell(source), name, locked=True, grade=True, points=points)


def read_only(name, source):
    """Return a text that nobody changes."""
    return graded(v4.new_markdown_cell(source), name, locked=True)


def ungraded(cell):
    """Return a code cell without outputs, which students may change."""
    return v4.new_code_cell(cell.source, id=cell.id)


def graded(cell, name, *, solution=False, grade=False, locked=False, points=None):
    """Return a cell with what nbgrader has to know of it."""
    cell.id = name[:64]
    known = {"grade_id": name, "solution": solution, "grade": grade, "locked": locked, "task": False}
    cell.metadata["nbgrader"] = known | {"schema_version": 3} | ({"points": points} if grade else {})
    return cell
