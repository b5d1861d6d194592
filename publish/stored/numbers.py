"""Computed numbers in prose.

A code cell tagged `numbers` prints lines `name = value`. In the text of the same
notebook, `<span data-number="name">value</span>` shows that value.
"""

import html
import re

from publish.notebooks import code_cells, shown, tags, text_cells
from publish.stored.execution import ChapterError

TAG = "numbers"
SPAN = re.compile(r'<span data-number="(?P<name>[^"]*)">(?P<value>[^<]*)</span>')
_LINE = re.compile(r"(?P<name>\w+) = (?P<value>.+)")


def write(notebook, *, name):
    """Write the computed values into the marked spans of `notebook`, in place.

    Raises
    ------
    ChapterError
        If a number is computed twice, or a span is malformed or names no number.
    """
    values = computed(notebook, name=name)
    for cell in text_cells(notebook):
        cell.source = _fill(cell, values, name)


def computed(notebook, *, name):
    """Values by name, as the stored outputs of the cells tagged `numbers` give them."""
    values = {}
    for cell in code_cells(notebook):
        if TAG not in tags(cell):
            continue
        for number, value in _printed(cell, name):
            if number in values:
                raise ChapterError(f"{name}: the number {number!r} is computed twice")
            values[number] = value
    return values


def _printed(cell, name):
    """Names and values that a cell tagged `numbers` ends in."""
    for line in "\n".join(data["text/plain"] for data in shown(cell)).splitlines():
        match = _LINE.fullmatch(line)
        if not match:
            raise ChapterError(f"{name}: cell {cell.id} prints no number: {line!r}")
        yield match["name"], match["value"]


def _fill(cell, values, name):
    """Source of a text cell with the value of each number in its span."""

    def value_of(match):
        if match["name"] not in values:
            known = ", ".join(values) or "none"
            raise ChapterError(
                f"{name}: cell {cell.id} shows {match['name']!r}, which no cell tagged "
                f"{TAG!r} computes (there are: {known})"
            )
        value = html.escape(values[match["name"]], quote=False)
        return f'<span data-number="{match["name"]}">{value}</span>'

    if cell.source.count("data-number") != len(SPAN.findall(cell.source)):
        raise ChapterError(
            f'{name}: cell {cell.id} has a number that is not written <span data-number="name">value</span>'
        )
    return SPAN.sub(value_of, cell.source)
