import json

import nbformat
import pytest
from small_notebooks import code, notebook, printed, text

from publish import chapters, notebooks

PICTURE = """\
class Curve:
    def _repr_mimebundle_(self, **_):
        svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"/>'
        return {"image/svg+xml": svg, "text/plain": "A curve."}

Curve()"""
WIDGET = """\
import anywidget

class Slider(anywidget.AnyWidget):
    _esm = "export default { render() {} }"

    def __repr__(self):
        return "A slider."

Slider()"""
NUMBERS = """\
from monograph import page

page.numbers(half="0.5")"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Empty folder of chapters."""
    monkeypatch.setattr(notebooks, "CHAPTERS", tmp_path)
    return tmp_path


@pytest.fixture
def stored(folder):
    """Function that stores a chapter of some cells and gives its path."""

    def store(*cells, name="small"):
        path = folder / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook(*cells), path)
        return path

    return store


@pytest.mark.exhaustive
def test_a_chapter_is_executed_and_stored_in_one_form(stored, capsys):
    path = stored(
        text('It is <span data-number="half">?</span>.'),
        code("from pathlib import Path\nprint(Path.cwd().name)"),
        code(PICTURE),
        code(WIDGET),
        code(NUMBERS, tags=["numbers"]),
        name="part/small",
    )
    assert chapters.main([]) == 0
    assert "part/small: executed in" in capsys.readouterr().out
    chapter = notebooks.read(path)
    assert chapter.cells[0].source == 'It is <span data-number="half">0.5</span>.'
    assert [cell.execution_count for cell in notebooks.code_cells(chapter)] == [1, 2, 3, 4]
    assert chapter.cells[1].outputs[0].text == "part\n"
    assert chapter.cells[2].metadata.mystnb.image.alt == "A curve."
    assert chapter.cells[3].metadata.mystnb.image.alt == "A slider."
    assert notebooks.WIDGET_STATE in chapter.metadata.widgets

    first = path.read_bytes()
    assert first.endswith(b"}\n")
    assert chapters.main(["part/small"]) == 0
    assert "unchanged" in capsys.readouterr().out
    assert path.read_bytes() == first
    assert chapters.main(["--check"]) == 0
    assert list(path.parent.iterdir()) == [path]


def test_check_tells_what_is_stale_and_stores_nothing(stored, capsys):
    path = stored(code("print(1 + 1)", printed("3\n")))
    before = path.read_bytes()
    assert chapters.main(["--check"]) == 1
    assert "small: cell c0: '3\\n' is stored, '2\\n' comes out" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("limit = 0\nassert 1 < limit, 'too large'", "AssertionError: too large"),
        ("import os\nos._exit(1)", "Kernel died"),
    ],
)
def test_a_failing_cell_is_named_and_the_file_is_left_alone(stored, capsys, source, reason):
    path = stored(text("Text."), code("a = 1", printed("stale")), code(source))
    before = path.read_bytes()
    assert chapters.main([]) == 1
    message = capsys.readouterr().err
    assert "small: code cell 2 (id c2) failed" in message
    assert source in message
    assert reason in message
    assert "\x1b" not in message
    assert path.read_bytes() == before


def test_an_unknown_number_leaves_the_file_alone(stored, capsys):
    path = stored(text('It is <span data-number="half">?</span>.'))
    before = path.read_bytes()
    assert chapters.main([]) == 1
    assert "cell c0 shows 'half'" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_an_unknown_chapter_is_refused_with_those_that_exist(stored, capsys):
    stored(text("Text."), name="part/small")
    with pytest.raises(SystemExit):
        chapters.main(["part/large"])
    assert "no chapter part/large; there are: part/small" in capsys.readouterr().err


def test_an_interrupted_write_keeps_the_old_file(folder, monkeypatch):
    path = folder / "small.ipynb"
    notebooks.write("old", path)
    monkeypatch.setattr(notebooks.os, "replace", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        notebooks.write("new", path)
    assert path.read_text() == "old"
    assert list(folder.iterdir()) == [path]


def test_cells_without_an_id_get_the_same_one_each_time(folder):
    path = folder / "small.ipynb"
    content = json.loads(nbformat.writes(notebook(text("a"), text("a"), code("b"))))
    for cell in content["cells"]:
        del cell["id"]
    content["nbformat_minor"] = 4
    path.write_text(json.dumps(content))
    ids = [cell.id for cell in notebooks.read(path).cells]
    assert ids == [cell.id for cell in notebooks.read(path).cells]
    assert len(set(ids)) == 3


def test_chapters_are_named_by_their_path(stored, folder):
    path = stored(text("Text."), name="part/small")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "small.ipynb").touch()
    assert notebooks.paths() == [path]
    assert notebooks.name_of(path) == "part/small"
