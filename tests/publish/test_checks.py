"""Questions that the page checks: what is accepted, what is said, what the site shows."""

import json
from collections import Counter

import pytest
import small_book
from answered import every_case, every_question, right_answers, verdict, wrong_answers
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbformat import v4
from small_notebooks import code, notebook, text

from monograph import page
from publish import notebooks
from publish.site import checks

QUESTIONS = [pytest.param(answer, id=f"{page}-{name}") for page, name, answer in every_question()]
EXERCISE = """````{{exercise}} Halves
:label: ex-halves

How much is it?

<span data-check="half">Half of $1$</span>

<span data-check="sign">The sign of one half</span>

{}
````
"""
OPTIONS = "1. minus\n2. plus, as *one* has\n3. none"
HANDED = {
    "half": page.value(0.5, within=0.01, hint="Divide <1> by 2.", traps={2.0: "That is the double."}),
    "sign": page.choice((False, "Look again."), (True, ""), (False, "")),
}


def handing(answers=HANDED):
    """Code cell that hands over answers."""
    data = {"text/plain": repr(page.answers(**answers))}
    output = v4.new_output("execute_result", data, metadata={"answers": answers}, execution_count=1)
    return code("report.answers()", output, tags=["hide-cell"])


def page_of(folder, output):
    """Build a book and parse its first page."""
    done = small_book.build(folder, output)
    return done, output / "_build" / "html"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Folder of the site of a small book that asks two questions."""
    index = notebook(text("# A page\n\n" + EXERCISE.format(OPTIONS)), handing())
    folder = small_book.write(tmp_path_factory.mktemp("asks"), index=index, reference="# Reference\n")
    done, site = page_of(folder, tmp_path_factory.mktemp("built"))
    assert done.returncode == 0, done.stderr
    return site


@pytest.fixture
def forms(built):
    """The questions of that page."""
    return BeautifulSoup((built / "index.html").read_text(), "html.parser").select(".exercise form.check")


@pytest.mark.parametrize("answer", QUESTIONS)
def test_every_worked_solution_is_accepted_and_wrong_answers_are_not(answer):
    assert [n for n in right_answers(answer) if not verdict(answer, n)[0]] == []
    assert [n for n in wrong_answers(answer) if verdict(answer, n)[0]] == []


@pytest.mark.parametrize(("answer", "rows"), every_case())
def test_verdicts_are_those_of_the_table(answer, rows):
    assert [[number, *verdict(answer, number)] for number, *_ in rows] == rows


def test_every_chapter_asks_at_least_two_questions():
    asked = Counter(page for page, *_ in every_question())
    parts = ("setup/", "theorems/", "experiments/", "beyond/")
    chapters = [name for path in notebooks.paths() if (name := notebooks.name_of(path)).startswith(parts)]
    assert [name for name in chapters if asked[name] < 2] == []
    assert len(chapters) == 17


def test_every_wrong_option_says_why_it_is_wrong():
    silent = [
        (page, name)
        for page, name, answer in every_question()
        for number, words in enumerate(answer.get("options", ()), start=1)
        if number != answer["right"] and not words
    ]
    assert silent == []


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3), st.floats(-5, 5))
def test_numbers_within_the_tolerance_are_accepted_and_no_others(right, within, distance):
    answer = page.value(right, within=within)
    if abs(abs(distance) - 1) > 1e-3:
        assert verdict(answer, answer["right"] + distance * within)[0] == (abs(distance) < 1)


@given(st.floats(1e-9, 1e9), st.floats(0.1, 50), st.floats(-1.9, 5))
def test_percents_are_of_the_right_number(right, percent, distance):
    answer = page.value(right, percent=percent)
    if abs(abs(distance) - 1) > 1e-3:
        given_ = answer["right"] * (1 + distance * percent / 100)
        assert verdict(answer, given_)[0] == (abs(distance) < 1)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (page.value(6, within=0.4), "a whole number"),
        (page.value(6, within=0.5), "within 0.5"),  # 6.5 is accepted
        (page.value(6, within=0.05), "within 0.05"),  # whole by chance
        (page.value(6.3, within=0.4), "within 0.4"),
        (page.value(6, percent=5), "within 5 %"),
    ],
)
def test_whole_numbers_are_asked_for_as_such(answer, words):
    assert checks.tolerance(answer) == words


@pytest.mark.exhaustive
def test_questions_become_controls_with_names_and_a_status(forms):
    number, sign = forms
    field = number.find("input")
    assert number.find("label", attrs={"for": field["id"]}).get_text().startswith("Half of")
    assert number.select_one(".check-tolerance").get_text() == "(within 0.01)"
    assert sign.legend.get_text() == "The sign of one half"
    assert [label.get_text().strip() for label in sign.find_all("label")] == ["minus", "plus, as one has", "none"]
    assert [radio["value"] for radio in sign.find_all("input")] == ["1", "2", "3"]
    for form in forms:
        assert form.button.get_text() == "Check"
        status = form.select_one("[role=status]")
        assert status.get_text() == ""
        assert form.select_one("[aria-describedby]")["aria-describedby"] == status["id"]
        assert json.loads(form["data-answer"]) == HANDED[form["data-name"]]


def test_an_option_that_is_a_formula_alone_says_it_in_letters(site):
    page = BeautifulSoup((site / "setup" / "thinking.html").read_text(), "lxml")
    found = {}
    for label in page.select(".check fieldset label"):
        formula = label.select_one("[data-tex]")
        alone = bool(formula) and label.get_text().strip() == formula.get_text()
        found.setdefault(alone, []).append(label.input.get("aria-label"))
    assert found[True] == ["w 1", "w 2"]
    assert {*found[False]} == {None}


@pytest.mark.exhaustive
def test_only_pages_that_ask_load_what_checks(built):
    assert "checks.js" in (built / "index.html").read_text()
    assert "checks." not in (built / "reference.html").read_text()


@pytest.mark.nightly
def test_faulty_questions_are_warnings(tmp_path):
    index = notebook(text("# A page\n\n" + EXERCISE.format("1. one")), handing({"sign": HANDED["sign"]}))
    done, _ = page_of(small_book.write(tmp_path, index=index, reference="# Reference\n"), tmp_path)
    assert done.returncode != 0
    for warning in ("no cell hands over an answer to 'half'", "'sign' has 1 options, its answer 3"):
        assert warning in done.stderr
