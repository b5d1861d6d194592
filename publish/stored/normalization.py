"""The form in which a chapter is stored: running it again gives the same bytes."""

import uuid

import nbformat

from publish.notebooks import PICTURE, WIDGET, WIDGET_STATE, code_cells, shown

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}
# What editors leave behind in a cell's metadata.
TRACES = ("ExecuteTime", "collapsed", "execution", "scrolled", "trusted")


def normalize(notebook, *, name):
    """Return `notebook` without anything that differs between two runs.

    Widgets get the ids that their order of creation gives them, metadata is reduced to
    what the author wrote, and the alternative text of each picture is copied to the
    metadata of its cell, where the site takes it from.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        An executed notebook.
    name : str
        Name of the chapter; widgets of two chapters get different ids.

    Returns
    -------
    nbformat.NotebookNode
    """
    notebook = _with_stable_widget_ids(notebook, name)
    kept = {k: v for k, v in notebook.metadata.items() if k in ("mystnb", "widgets")}
    notebook.metadata = nbformat.from_dict({**kept, "kernelspec": KERNEL, "language_info": LANGUAGE})
    for cell in notebook.cells:
        for trace in TRACES:
            cell.metadata.pop(trace, None)
    for cell in code_cells(notebook):
        _describe_picture(cell)
    return notebook


def alt_texts(cell):
    """Alternative text of each picture and widget that a cell shows, None if missing."""
    return [data.get("text/plain") or None for data in shown(cell) if PICTURE in data or WIDGET in data]


def _describe_picture(cell):
    """Store a picture's alternative text where MyST-NB reads it."""
    options = cell.metadata.get("mystnb", {})
    options.get("image", {}).pop("alt", None)
    texts = [text for text in alt_texts(cell) if text]
    if texts:
        options.setdefault("image", {})["alt"] = texts[0]
    elif not options.get("image", True):
        del options["image"]
    if options:
        cell.metadata["mystnb"] = options
    else:
        cell.metadata.pop("mystnb", None)


def _with_stable_widget_ids(notebook, name):
    """Replace the random ids of widgets, wherever they occur."""
    text = nbformat.writes(notebook)
    widgets = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {})
    for number, model in enumerate(widgets.get("state", {})):
        stable = uuid.uuid5(uuid.NAMESPACE_URL, f"{name}#{number}").hex
        text = text.replace(model, stable)
    return nbformat.reads(text, as_version=4)
