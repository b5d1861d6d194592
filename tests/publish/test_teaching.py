"""What the page for teachers promises: its timetables, its states, and every exercise of the book once."""

import re
from itertools import pairwise
from urllib.parse import parse_qsl

import numpy as np
import pytest
import traitlets

from monograph import widgets
from publish import notebooks
from ttsbook import theory
from ttsbook.data.tasks import Task

PAGE = "\n".join(
    cell.source
    for cell in notebooks.read(notebooks.CHAPTERS / "appendix" / "teaching.ipynb").cells
    if cell.cell_type == "markdown"
)
LAB = (notebooks.CHAPTERS / "appendix" / "lab.ipynb").read_text(encoding="utf-8")
STATES = sorted(set(re.findall(r"\]\(widget:([\w-]+)#?([^)]*)\)", PAGE + LAB)))
CLASSES = {
    re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=T)(?=Thinking)", "-", name).lower(): getattr(widgets, name)
    for name in widgets.__all__
    if name not in ("Widget", "bundle")
}


def section(title):
    """Text under a heading of the second level."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def exercises():
    """Labels of all exercises of the book."""
    for path in notebooks.paths():
        for cell in notebooks.read(path).cells:
            yield from re.findall(r"\{exercise\}.*\n:label: (\S+)", cell.source)


def contiguous(spans):
    """Whether each part begins when the one before ends."""
    return all(end == start for (_, end), (start, _) in pairwise(spans))


def test_every_exercise_has_a_level():
    listed = re.findall(r"\.ipynb#(ex-[\w-]+)\)", section("Exercises by difficulty"))
    assert sorted(listed) == sorted(exercises())


def test_the_lecture_lasts_45_minutes_and_asks_in_every_part():
    lecture = section("A lecture of 45 minutes")
    parts = re.split(r"\n### (\d+)–(\d+) min: ", lecture)[1:]
    spans = [(int(a), int(b)) for a, b in zip(parts[::3], parts[1::3], strict=True)]
    assert (spans[0][0], spans[-1][1], contiguous(spans)) == (0, 45, True)
    assert [text for text in parts[2::3] if "**Ask" not in text] == []


def test_one_example_that_is_dragged_up_divides_the_two_minds_of_the_lecture():
    assert "widget:two-minds#steps=10" in section("A lecture of 45 minutes")
    mind = widgets.TwoMinds(steps=10)
    even, skewed = (
        theory.preconditioner(Task(np.diag([1.0, tail]), mind.train_length)) for tail in (1.0, mind.train_tail)
    )
    heights = np.linspace(mind.examples[-1], 2.0, 30)
    prompts = [np.reshape([*mind.examples[:-1], height], (-1, 2)) for height in heights]
    assert max(theory.largest_stride(even, x) for x in prompts) < 1
    assert theory.largest_stride(skewed, prompts[0]) < 1
    assert theory.largest_stride(skewed, prompts[-1]) > 2


def test_the_lab_lasts_90_minutes_and_its_sheet_agrees():
    rows = re.findall(r"^\| (\d+)–(\d+) \| (?:(\d)\. )?", section("A lab of 90 minutes"), flags=re.MULTILINE)
    spans = [(int(a), int(b)) for a, b, _ in rows]
    assert (spans[0][0], spans[-1][1], contiguous(spans)) == (0, 90, True)
    planned = {part: int(b) - int(a) for a, b, part in rows if part}
    on_sheet = {part: int(minutes) for part, minutes in re.findall(r"## (\d)\. [^(]*\((\d+) minutes\)", LAB)}
    home = int(re.search(r"## To take home \((\d+) minutes\)", LAB)[1])
    assert planned == on_sheet | {"5": on_sheet["5"] + home}


@pytest.mark.parametrize(("name", "settings"), STATES)
def test_every_state_is_one_that_the_widget_can_take(name, settings):
    traits = CLASSES[name].class_traits()
    values = {key: _read(traits[key], text) for key, text in parse_qsl(settings, strict_parsing=bool(settings))}
    made = CLASSES[name](**values)
    assert {key: getattr(made, key) for key in values} == values


def _read(trait, text):
    """Value of a trait as the address writes it."""
    if text == "none":
        return None
    if isinstance(trait, traitlets.List):
        return [float(number) for number in text.split(",")]
    return int(text) if isinstance(trait, traitlets.Int) else float(text)


def test_the_reading_group_lasts_20_minutes_and_asks_in_every_part():
    parts = re.split(r"\n### (\d+)–(\d+) min: ", section("Twenty minutes for a reading group"))[1:]
    spans = [(int(a), int(b)) for a, b in zip(parts[::3], parts[1::3], strict=True)]
    assert (spans[0][0], spans[-1][1], contiguous(spans)) == (0, 20, True)
    assert [text for text in parts[2::3] if "**Ask" not in text] == []
