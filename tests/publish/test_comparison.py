import copy

import pytest
from small_notebooks import SVG, code, notebook, printed, shown, text, with_widgets

from publish.stored.comparison import differences

LINE = SVG.format('<path d="M1 2L3 {}"/>')


def view(model):
    return {"model_id": model, "version_major": 2, "version_minor": 0}


def chapter(*, tags=()):
    cells = (
        text("It is 1."),
        code("a", printed("0.25")),
        code("b", shown(svg=LINE.format("4"), plain="A line."), tags=tags),
        code("c", shown(widget=view("w1"), plain="A slider."), tags=tags),
    )
    return with_widgets(notebook(*cells), w0={}, w1={"layout": "IPY_MODEL_w0", "data": [1.0, 2.0]})


def states(small):
    return small.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]


def change_text(small):
    small.cells[0].source = "It is 2."


def change_print(small):
    small.cells[1].outputs[0].text = "0.26"


def change_count(small):
    small.cells[1].execution_count = 7


def drop_output(small):
    small.cells[1].outputs = []


def change_picture(small):
    small.cells[2].outputs[0].data["image/svg+xml"] = LINE.format("5")


def change_description(small):
    small.cells[2].outputs[0].data["text/plain"] = "A curve."


def change_alt_text(small):
    small.cells[2].metadata["mystnb"] = {"image": {"alt": "A curve."}}


def drop_mime_type(small):
    del small.cells[2].outputs[0].data["image/svg+xml"]


def change_state(small):
    states(small)["w1"]["state"]["data"] = [1.0, 2.1]


def change_part_of_widget(small):
    states(small)["w0"]["state"]["width"] = "80%"


def drop_widget(small):
    del states(small)["w0"]


def test_a_chapter_equals_itself():
    assert differences(chapter(), chapter()) == []


def test_last_digits_of_pictures_and_states_may_differ():
    fresh = chapter()
    fresh.cells[2].outputs[0].data["image/svg+xml"] = LINE.format("4.01")
    states(fresh)["w1"]["state"]["data"] = [1.0, 2.001]
    assert differences(chapter(), fresh) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (change_text, "cell c0: the text shows a stale number"),
        (change_print, "cell c1: '0.25' is stored, '0.26' comes out"),
        (change_count, "cell c1: was not stored as executed"),
        (drop_output, "cell c1: 1 outputs are stored, 0 come out"),
        (change_picture, "cell c2: its picture differs"),
        (change_description, "cell c2: as text/plain, 'A line.' is stored"),
        (change_alt_text, "cell c2: its picture is described by another text"),
        (drop_mime_type, "cell c2: as image/svg"),
        (change_state, "widget w1: its state differs in data"),
        (change_part_of_widget, "widget w0: its state differs in width"),
        (drop_widget, "the stored widgets are not those that come out"),
    ],
)
def test_every_other_difference_is_told(change, message):
    fresh = copy.deepcopy(chapter())
    change(fresh)
    (difference,) = differences(chapter(), fresh)
    assert difference.startswith(message)


@pytest.mark.parametrize(
    "change",
    [change_picture, change_description, change_alt_text, change_state, change_part_of_widget],
)
def test_ignored_cells_and_their_widgets_are_not_compared(change):
    tags = ["nbval-ignore-output"]
    fresh = chapter(tags=tags)
    change(fresh)
    assert differences(chapter(tags=tags), fresh) == []


def test_an_ignored_cell_whose_outputs_were_cleared_is_stored_anew():
    cleared = chapter(tags=["nbval-ignore-output"])
    next(cell for cell in cleared.cells if cell.get("outputs")).outputs.clear()
    (difference,) = differences(cleared, chapter(tags=["nbval-ignore-output"]))
    assert "0 outputs are stored" in difference
