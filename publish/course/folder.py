"""The folder of a course, as nbgrader has it, with what instructors alone see beside it."""

import shutil
from pathlib import Path

from publish import labels, notebooks
from publish.course import grading, keys, sheets

LAB = "appendix/lab"
README = """What a class needs, made by `make course`.

release/      notebooks for students, without answers
source/       the same with answers, solutions and hidden tests: for instructors alone
instructor/   keys of what is handed in, model answers of the projects, the quiz with what each answer shows

To grade: put each notebook into submitted/STUDENT/SHEET/SHEET.ipynb, where SHEET is the name of its folder in release/.
Then, in this folder:

    . ../.venv/bin/activate      chooses the environment that `make course` has made in the folder of the book
    nbgrader autograde SHEET     runs the tests on what each student has handed in
    jupyter lab                  shows, in its menu Nbgrader, Formgrader, Manual Grading, what a person has to read
    nbgrader export              writes all points into grades.csv

Formgrader's notice of an exchange directory can be left alone: it is for servers that students share.
"""


def write(target):
    """Write the folder, and yield a line about each part.

    Parameters
    ----------
    target : pathlib.Path
        What was made there before is replaced; what students have handed in stays.
    """
    target.mkdir(parents=True, exist_ok=True)
    Path(target, "README.txt").write_text(README, encoding="utf-8")
    names = list(write_sources(target / "source"))
    grading.release(target)
    yield f"{len(names)} sheets: {', '.join(names)}"
    yield from keys.write(target / "instructor")


def write_sources(target):
    """Write the source notebooks, and yield their names."""
    shutil.rmtree(target, ignore_errors=True)
    known = labels.read()
    for page, notebook in sources():
        handed = keys.texts() if page == LAB else None
        name = sheets.name_of(page)
        place = target / name / f"{name}.ipynb"
        place.parent.mkdir(parents=True)
        written = sheets.sheet(notebook, page=page, known=known, keys=handed)
        notebooks.write(notebooks.dumps(written), place)
        yield name


def sources():
    """Yield the name and the notebook of each page with exercises, and of the quiz."""
    for path in notebooks.paths():
        notebook = notebooks.read(path)
        if sheets.has_exercises(notebook):
            yield notebooks.name_of(path), notebook
    yield keys.QUIZ, keys.executed(keys.QUIZ)
