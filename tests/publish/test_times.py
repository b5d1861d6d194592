import copy
import json

import pytest
from small_notebooks import code, notebook, printed, text

from publish import chapters, notebooks
from publish.stored import times

CHAPTERS = {notebooks.name_of(path): path for path in notebooks.paths()}
STAMPED = {
    name: path
    for name, path in CHAPTERS.items()
    if times.LINE.search("\n".join(cell.source for cell in notebooks.read(path).cells))
}


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Empty place for the measured times."""
    monkeypatch.setattr(times, "RESULTS", tmp_path / "chapters.json")
    return times.RESULTS


def minutes(*cells):
    return times.minutes_to_read(notebook(*cells))


def test_words_take_their_time():
    assert minutes(text("word " * times.WORDS_A_MINUTE * 20)) == 20
    assert minutes(text("a few words")) == 5


def test_formulas_code_and_pictures_take_longer_than_their_letters():
    assert minutes(text("$x$ " * 400)) == 10
    assert minutes(text("$$\nx = y\n$$\n\n" * 60)) == 10
    assert minutes(code("a = 1\n" * 300)) == 10
    drawn = {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}, "metadata": {}}
    assert minutes(*(code(str(number), drawn) for number in range(30))) == 10


@pytest.mark.parametrize("fence", ["```", ":::"])
def test_what_is_folded_or_no_prose_is_not_counted(fence):
    proof = f"{fence}{{prf:proof}}\n:class: dropdown\n{'word ' * 4000}\n{fence}\n"
    assert minutes(text(proof)) == 5
    assert minutes(text(proof.replace(":class: dropdown\n", ""))) == 20
    assert minutes(code("a = 1\n" * 600, tags=["hide-cell"])) == 5
    assert minutes(text("[word](a-very/long/address.ipynb) " * 1800)) == 10


def test_the_line_is_written_from_what_was_measured(results):
    chapter = notebook(text("Before.\n\n*Time: a while to read. You need [this](that.md).*\n\nAfter."))
    times.write(chapter, name="part/one")
    assert chapter.cells[0].source == (
        "Before.\n\n*Time: about 5 minutes to read. You need [this](that.md).*\n\nAfter."
    )
    times.record("part/one", 8.21)
    times.write(chapter, name="part/one")
    assert "*Time: about 5 minutes to read, 9 s to run. You need" in chapter.cells[0].source


def test_the_time_of_a_lesson_stays(results):
    lesson = notebook(text("*Time: ninety minutes, in pairs. Every cell runs in seconds.*"))
    times.write(lesson, name="lab")
    assert lesson.cells[0].source == "*Time: ninety minutes, in pairs. Every cell runs in seconds.*"


def test_times_are_kept_beside_the_others_with_processor_and_threads(results):
    times.record("b", 12.04)
    times.record("a", 1)
    stored = json.loads(results.read_text())
    assert list(stored) == ["a", "b"]
    assert stored["b"]["seconds"] == 12.0 and stored["b"]["threads"] == 1
    assert stored["b"]["processor"] and stored["b"]["cores"] >= 1
    assert times.words(notebook(), name="b").endswith("15 s to run")


@pytest.mark.exhaustive
def test_only_the_command_that_measures_changes_the_times(results, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(notebooks, "CHAPTERS", tmp_path)
    path = tmp_path / "small.ipynb"
    notebooks.write(notebooks.dumps(notebook(text("*Time: ? to read.*"), code("print(1)", printed("1\n")))), path)
    assert chapters.main([]) == 0
    assert not results.exists()
    assert chapters.main(["--time"]) == 0
    assert list(json.loads(results.read_text())) == ["small"]
    assert "s to run." in path.read_text()
    before = results.read_text()
    assert chapters.main(["--check"]) == 0
    assert results.read_text() == before


def test_every_chapter_was_measured():
    assert times.measured().keys() == CHAPTERS.keys()
    for time in times.measured().values():
        assert 0 < time["seconds"] < 120


@pytest.mark.parametrize("name", STAMPED)
def test_the_stored_times_are_fresh(name):
    stored = notebooks.read(STAMPED[name])
    fresh = copy.deepcopy(stored)
    times.write(fresh, name=name)
    assert fresh == stored
