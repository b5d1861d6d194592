"""Chapters as files: where they are, what they are called, reading and writing."""

import hashlib
import json
import os

import nbformat

from publish.book import ROOT

CHAPTERS = ROOT / "chapters"
PICTURE = "image/svg+xml"
WIDGET = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


def paths():
    """All notebooks of the book, in alphabetical order."""
    found = CHAPTERS.rglob("*.ipynb")
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def name_of(path):
    """Name of a chapter: `setup/task` for `chapters/setup/task.ipynb`."""
    return path.relative_to(CHAPTERS).with_suffix("").as_posix()


def read(path):
    """Read a notebook; a cell that has no id gets one made from its source."""
    content = json.loads(path.read_text(encoding="utf-8"))
    content["nbformat_minor"] = max(content["nbformat_minor"], 5)
    for number, cell in enumerate(content["cells"]):
        source = f"{number}{''.join(cell['source'])}".encode()
        cell.setdefault("id", hashlib.sha256(source).hexdigest()[:8])
    return nbformat.reads(json.dumps(content), as_version=4)


def dumps(notebook):
    """Text of a notebook's file."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def write(text, path):
    """Write a file so that it is, at any moment, either the old one or the new one."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def code_cells(notebook):
    """Code cells, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text_cells(notebook):
    """Cells of text, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def shown(cell):
    """Return what a code cell shows beside printed text: each output in all its forms."""
    return [output["data"] for output in cell.outputs if "data" in output]


def tags(cell):
    """Tags of a cell."""
    return cell.metadata.get("tags", [])
