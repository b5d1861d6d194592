"""Notebooks of a few cells, for the tests of the book's machinery."""

from nbformat import v4

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">{}</svg>'


def notebook(*cells):
    """Notebook whose cells have the ids c0, c1, … and, if code, the counts 1, 2, …."""
    for number, cell in enumerate(cells):
        cell.id = f"c{number}"
    for count, cell in enumerate((c for c in cells if c.cell_type == "code"), start=1):
        cell.execution_count = count
    return v4.new_notebook(cells=list(cells))


def text(source):
    """Markdown cell."""
    return v4.new_markdown_cell(source)


def code(source="import ttsbook", *outputs, tags=(), **metadata):
    """Code cell with stored outputs."""
    metadata |= {"tags": list(tags)} if tags else {}
    return v4.new_code_cell(source, outputs=list(outputs), metadata=metadata)


def printed(words):
    """Output of `print`."""
    return v4.new_output("stream", name="stdout", text=words)


def shown(**data):
    """Output of an expression; the keys of `data` are `plain`, `svg`, `png` and `widget`."""
    mimes = {
        "plain": "text/plain",
        "svg": "image/svg+xml",
        "png": "image/png",
        "widget": "application/vnd.jupyter.widget-view+json",
    }
    return v4.new_output("display_data", {mimes[key]: value for key, value in data.items()})


def with_widgets(small, **states):
    """Add states of widgets, by id, to a notebook."""
    models = {model: {"model_name": "AnyModel", "state": state} for model, state in states.items()}
    small.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": models, "version_major": 2}}
    return small
