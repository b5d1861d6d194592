import copy

from nbformat import NotebookNode
from small_notebooks import SVG, code, notebook, printed, shown, text, with_widgets

from publish.stored.normalization import alt_texts, normalize

VIEW = {"version_major": 2, "version_minor": 0}


def test_widget_ids_depend_on_chapter_and_order_alone():
    def chapter(first, second):
        cell = code("1", shown(widget=VIEW | {"model_id": second}, plain="A slider."))
        states = {first: {}, second: {"layout": f"IPY_MODEL_{first}"}}
        return with_widgets(notebook(cell), **states)

    once = normalize(chapter("aaaa1111", "bbbb2222"), name="small")
    twice = normalize(chapter("dddd4444", "cccc3333"), name="small")
    other = normalize(chapter("aaaa1111", "bbbb2222"), name="other")
    assert once == twice
    assert "aaaa1111" not in str(once)
    assert "bbbb2222" not in str(once)
    states = once.metadata.widgets["application/vnd.jupyter.widget-state+json"].state
    assert once.cells[0].outputs[0].data["application/vnd.jupyter.widget-view+json"].model_id in states
    assert once != other


def test_metadata_is_reduced_to_what_the_author_wrote():
    cell = code(
        "1", tags=["hide-cell"], execution={"iopub.status.busy": "now"}, trusted=True, collapsed=False, scrolled=True
    )
    small = notebook(text("Text."), cell)
    small.cells[0].metadata["trusted"] = True
    small.metadata.update(
        kernelspec={"name": "mine"}, language_info={"version": "3.11.7"}, signature="…", mystnb={"a": 1}
    )
    normalized = normalize(small, name="small")
    assert normalized.cells[0].metadata == {}
    assert normalized.cells[1].metadata == {"tags": ["hide-cell"]}
    assert normalized.metadata.mystnb == {"a": 1}
    assert normalized.metadata.kernelspec.name == "python3"
    assert "version" not in normalized.metadata.language_info
    assert "signature" not in normalized.metadata


def test_alternative_text_is_copied_to_the_cell():
    options = NotebookNode(figure=NotebookNode(name="fig-a"), image=NotebookNode(alt="old", width="80%"))
    cell = code("1", printed("words"), shown(svg=SVG, plain="A curve that falls."), mystnb=options)
    assert alt_texts(cell) == ["A curve that falls."]
    described = normalize(notebook(cell), name="small").cells[0].metadata.mystnb
    assert described == {
        "figure": {"name": "fig-a"},
        "image": {"alt": "A curve that falls.", "width": "80%"},
    }


def test_alternative_text_goes_when_the_picture_goes():
    cell = code("1", printed("words"), mystnb={"image": {"alt": "old"}})
    assert normalize(notebook(cell), name="small").cells[0].metadata == {}


def test_nothing_else_is_changed():
    small = notebook(text("Text."), code("1", shown(plain="1")))
    before = copy.deepcopy(small.cells)
    assert normalize(small, name="small").cells == before
