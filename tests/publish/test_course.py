"""Notebooks for a class: what students get holds no answer, and instructors' notebooks earn every point of a test."""

import csv
import json
import re
import shutil
import subprocess
from collections import Counter

import pytest
from answered import questions, verdict
from small_notebooks import code, notebook, text

from monograph import page
from publish import labels, notebooks
from publish.book import ROOT
from publish.course import folder, grading, keys, sheets
from publish.course.__main__ import FOLDER

EXERCISE = """# A chapter

Words before.

````{exercise} Halves
:label: ex-halves

How much, and why?

<span data-check="half">Half of $1$</span>

<span data-check="sign">Its sign</span>

1. minus
2. plus
````

````{solution} ex-halves
:class: dropdown

A half is 0.5, by division.
````

*Hand in:* a sentence.

## Next
"""
ANSWERS = {
    "half": page.value(0.5, within=0.01, hint="Divide 1 by 2.", traps={2.0: "That is the double."}),
    "sign": page.choice((False, "Look again."), (True, "")),
}
BLANK = code('def double(x):\n    """Twice x."""\n    return 2 * x', tags=["blank"])
TEST = code("assert double(2) == 4", tags=["test"])


def handing():
    """Code cell that hands over the answers."""
    answers = page.answers(**ANSWERS)
    data, metadata = answers._repr_mimebundle_()
    output = {"output_type": "execute_result", "data": data, "metadata": metadata, "execution_count": 1}
    return code("page.answers()", notebooks.nbformat.from_dict(output), tags=["hide-cell"])


def chapter():
    """Notebook with an exercise, a function to write and something to hand in."""
    return notebook(code("import math"), text(EXERCISE), handing(), BLANK.copy(), TEST.copy())


def graded(written):
    """What nbgrader knows of each cell, by name."""
    found = [cell for cell in written.cells if "nbgrader" in cell.metadata]
    return {cell.metadata["nbgrader"]["grade_id"]: cell for cell in found}


def run(source, **given):
    """Run a test on answers; return what it says, None if it passes."""
    try:
        exec(source, dict(given))
    except (AssertionError, TypeError) as error:
        return str(error)
    return None


def test_a_chapter_gives_its_set_up_and_its_exercises():
    written = sheets.sheet(chapter(), page="part/chapter", known={})
    assert next(cell.source for cell in written.cells if cell.cell_type == "code") == "import math"
    assert not any("Words before" in cell.source or "page.answers" in cell.source for cell in written.cells)
    assert list(graded(written)) == [
        *("blanks", "ex-halves", "asked-half", "half", "test-half"),
        *("asked-sign", "sign", "test-sign", "ex-halves-reasons"),
    ]
    assert "1. minus\n2. plus" in graded(written)["asked-sign"].source


def test_what_is_handed_in_is_neither_removed_with_the_site_nor_published():
    assert not FOLDER.is_relative_to(ROOT / "_build")
    assert subprocess.run(["git", "check-ignore", "-q", FOLDER / "submitted"], cwd=ROOT, check=False).returncode == 0


def test_no_two_pages_with_exercises_share_a_sheet():
    pages = [page for page, _ in folder.sources()]
    assert len({sheets.name_of(page) for page in pages}) == len(pages)


def test_a_whole_notebook_has_a_place_for_what_is_handed_in_and_for_functions():
    cells = graded(sheets.sheet(chapter(), page="part/chapter", known={}, keys=["The key."]))
    assert cells["part-chapter-handed-1"].source == "The key."
    assert cells["part-chapter-handed-1"].metadata["nbgrader"]["points"] == sheets.WRITTEN
    solved = next(cell for cell in cells.values() if "def double" in cell.source)
    assert "### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION" in solved.source
    tested = next(cell for cell in cells.values() if "double(2)" in cell.source)
    assert tested.metadata["nbgrader"]["points"] == sheets.CODE


@pytest.mark.parametrize("given", [0.5, 0.509, 0.52, 2.0, 7, None])
def test_a_test_of_a_number_judges_and_says_what_the_page_does(given):
    said = run(graded(sheets.sheet(chapter(), page="a/b", known={}))["test-half"].source, half=given)
    if given is None:
        assert said is not None
    else:
        right, words = verdict(ANSWERS["half"], given)
        assert said == (None if right else words)


@pytest.mark.parametrize("given", [1, 2])
def test_a_test_of_a_choice_judges_and_says_what_the_page_does(given):
    said = run(graded(sheets.sheet(chapter(), page="a/b", known={}))["test-sign"].source, sign=given)
    right, words = verdict(ANSWERS["sign"], given)
    assert said == (None if right else words)


def outcomes(written, *, solved):
    """What the tests of all questions of a sheet say, by name, where they are answered or left as they are."""
    cells = graded(written)
    for name in (name for name in cells if f"test-{name}" in cells):
        known = {}
        exec(cells[name].source if solved else cells[name].source.partition("\n### BEGIN")[0], known)
        yield name, run(cells[f"test-{name}"].source, **known)


def test_every_question_and_every_exercise_of_the_book_has_its_cells_and_its_tests_judge():
    known, asked = labels.read(), 0
    for name, stored in folder.sources():
        written = graded(sheet := sheets.sheet(stored, page=name, known=known))
        assert set(questions(stored)) <= set(written), name
        exercises = sum(cell.source.count("{exercise}") for cell in stored.cells if cell.cell_type == "markdown")
        assert sum(place.endswith("-reasons") for place in written) == exercises, name
        assert max(Counter(cell.id for cell in written.values()).values()) == 1, name
        assert [found for found in outcomes(sheet, solved=True) if found[1] is not None] == []
        assert [found for found in outcomes(sheet, solved=False) if found[1] is None] == []
        asked += len([*outcomes(sheet, solved=True)])
    assert asked > 50


@pytest.mark.parametrize(
    "name", [*(pytest.param(name, marks=pytest.mark.exhaustive) for name in ("key", "projects")), "quiz"]
)
def test_instructors_notebooks_compute_every_number_that_they_say(name):
    assert not [cell.id for cell in keys.executed(name).cells if re.search(r'data-number="\w+">\?<', cell.source)]


def test_each_answer_of_the_quiz_has_its_words():
    words = keys.what_answers_show(keys.executed("quiz"))
    assert words.count("right") == 6 <= words.count("\n   ") - 6


@pytest.mark.exhaustive
def test_the_key_has_a_part_for_each_thing_handed_in():
    lab = notebooks.read(notebooks.CHAPTERS / "appendix" / "lab.ipynb")
    handed = sum(len(sheets.HANDED.findall(cell.source)) for cell in lab.cells if cell.cell_type == "markdown")
    assert len(keys.texts()) == handed == 6


GRADED = ("appendix-lab", "quiz", "appendix-teaching")  # the other sheets are made alike; all are judged above


def few(place):
    """Write only the sheets that are graded here."""
    for name in folder.write_sources(place / "source"):
        if name not in GRADED:
            shutil.rmtree(place / "source" / name)
    grading.release(place)


def all_sheets(place):
    """Write everything."""
    assert list(folder.write(place))


@pytest.fixture(scope="module", params=[few, pytest.param(all_sheets, marks=pytest.mark.nightly)])
def course(request, tmp_path_factory):
    """Folder of the course, in which an instructor has handed in the solutions, and a student blank sheets."""
    place = tmp_path_factory.mktemp("course")
    request.param(place)
    for name in GRADED:
        for student, kind in (("instructor", "source"), ("blank", "release")):
            handed_in = place / "submitted" / student / name
            handed_in.mkdir(parents=True)
            shutil.copy(place / kind / name / f"{name}.ipynb", handed_in)
    return place


def points_of_tests(notebook):
    """Points that the tests of a notebook can give."""
    known = [cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return sum(one["points"] for one in known if one.get("grade"))


def earned_points(course):
    """Points that the tests have given, by sheet and student."""
    grading.command(course, "export", "--to=grades.csv")
    rows = csv.DictReader((course / "grades.csv").read_text(encoding="utf-8").splitlines())
    return {(row["assignment"], row["student_id"]): float(row["raw_score"]) for row in rows}


@pytest.mark.exhaustive
def test_instructors_earn_every_point_of_the_tests_and_blanks_none(course):
    for name in GRADED:
        grading.command(course, "autograde", name, "--force")
    earned = earned_points(course)
    for name in GRADED:
        source = json.loads((course / "source" / name / f"{name}.ipynb").read_text(encoding="utf-8"))
        assert earned[name, "instructor"] == points_of_tests(source) > 0
        assert earned[name, "blank"] == 0


@pytest.mark.exhaustive
def test_students_notebooks_hold_no_answer(course):
    for released in (course / "release").rglob("*.ipynb"):
        content = released.read_text(encoding="utf-8")
        assert not [word for word in ("SOLUTION", "HIDDEN", "page.answers", "**Key.**") if word in content]
        source = course / "source" / released.relative_to(course / "release")
        hidden = [line for line in source.read_text(encoding="utf-8").splitlines() if '"assert given' in line]
        hidden += [line for line in source.read_text(encoding="utf-8").splitlines() if '"assert abs(' in line]
        assert hidden
        assert not [line for line in hidden if line in content]
