"""How long a chapter takes: to read, by its words, and to run, as it was measured.

The line `*Time: ...*` of a chapter is written by `python -m publish.chapters`. The seconds are
measured by `python -m publish.chapters --time` alone, and kept in `results/chapters.json`.
"""

import json
import math
import os
import platform
import re
from pathlib import Path

from publish.book import ROOT
from publish.notebooks import WIDGET, code_cells, shown, tags, text_cells
from publish.stored import visible

RESULTS = ROOT / "results" / "chapters.json"
# The time of a lesson, `ninety minutes, in pairs`, is chosen and stays.
LINE = re.compile(r"^\*Time: [^.*]*(?:to read|\d+ minutes)[^.*]*\.", re.MULTILINE)

WORDS_A_MINUTE = 180
SECONDS = {"formula in a line": 1.5, "formula of its own": 10, "line of code": 2, "picture": 20, "widget": 60}
HIDDEN = {"hide-cell", "hide-input", "remove-cell", "remove-input"}


def minutes_to_read(notebook):
    """Return the minutes that a first, attentive reading takes, in steps of five.

    Text takes a minute for 180 words, less than light prose allows; a formula in a line adds 1.5
    seconds and a displayed one 10, a visible line of code 2, a picture 20 and a widget 60. What is
    folded is not counted: proofs, solutions and hidden cells; nor is the time for the exercises.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    int
        At least 5.
    """
    seconds = sum(_seconds(cell.source) for cell in text_cells(notebook))
    for cell in code_cells(notebook):
        if not HIDDEN & set(tags(cell)):
            lines = [line for line in cell.source.splitlines() if line.strip()]
            seconds += SECONDS["line of code"] * len(lines)
        kinds = {mime for data in shown(cell) for mime in data}
        if WIDGET in kinds:
            seconds += SECONDS["widget"]
        elif any(mime.startswith("image/") for mime in kinds):
            seconds += SECONDS["picture"]
    return max(5, 5 * round(seconds / 300))


def _seconds(source):
    """Seconds for the visible text of one markdown cell."""
    shown = visible.count(source)
    formulas = SECONDS["formula of its own"] * shown.displayed + SECONDS["formula in a line"] * shown.formulas
    return 60 * shown.words / WORDS_A_MINUTE + formulas


def record(name, seconds):
    """Keep how long a chapter ran, and on what, among the others' times."""
    times = measured()
    times[name] = {"seconds": round(seconds, 1)} | _machine()
    text = json.dumps(dict(sorted(times.items())), indent=1) + "\n"
    RESULTS.write_text(text, encoding="utf-8", newline="\n")


def measured():
    """Return the measured times by chapter: seconds, processor, cores and threads."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def write(notebook, *, name):
    """Write the line of the times into a notebook that has one, in place."""
    line = f"*Time: {words(notebook, name=name)}."
    for cell in text_cells(notebook):
        cell.source = LINE.sub(line, cell.source)


def words(notebook, *, name):
    """Return the times of a chapter in words: `about 25 minutes to read, 8 s to run`."""
    reading = f"about {minutes_to_read(notebook)} minutes to read"
    time = measured().get(name)
    return f"{reading}, {_whole(time['seconds'])} s to run" if time else reading


def _whole(seconds):
    """Whole seconds below ten, multiples of five above, never less than measured."""
    return math.ceil(seconds) if seconds <= 10 else 5 * math.ceil(seconds / 5)


def _machine():
    return {"processor": _processor(), "cores": os.cpu_count(), "threads": 1}


def _processor():
    """Name of the processor, as far as the system tells it."""
    try:
        names = re.findall(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.M)
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
