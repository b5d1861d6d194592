"""Whether a chapter, executed again, gives what is stored.

Text must agree exactly; pictures and the state of widgets up to last digits.
"""

from publish.notebooks import PICTURE, WIDGET, WIDGET_STATE, code_cells, shown, tags
from publish.stored.tolerance import same_picture, same_state

IGNORED = "nbval-ignore-output"


def differences(stored, fresh):
    """Describe where a freshly executed chapter differs from the stored one.

    Parameters
    ----------
    stored, fresh : nbformat.NotebookNode
        Both normalized; `fresh` results from executing the cells of `stored`.

    Returns
    -------
    list of str
        One message for each cell or widget that differs; empty if the chapter is fresh.
    """
    found = []
    for old, new in zip(stored.cells, fresh.cells, strict=True):
        if old.source != new.source:
            found.append(f"cell {old.id}: the text shows a stale number or reference")
        elif old.cell_type == "code" and len(old.outputs) != len(new.outputs):  # as where those of a cell were cleared
            found.append(f"cell {old.id}: {len(old.outputs)} outputs are stored, {len(new.outputs)} come out")
        elif old.cell_type == "code" and IGNORED not in tags(old):
            found += [f"cell {old.id}: {reason}" for reason in _cell_differences(old, new)]
    return found + _widget_differences(stored, fresh)


def _cell_differences(old, new):
    """Reasons why two executions of one code cell disagree."""
    if old.execution_count != new.execution_count:
        yield "was not stored as executed from top to bottom"
    if old.metadata != new.metadata:
        yield "its picture is described by another text"
    for before, after in zip(old.outputs, new.outputs, strict=True):
        if "data" in before and "data" in after:
            yield from _bundle_differences(before.data, after.data)
            if before.get("metadata") != after.get("metadata"):
                yield "its answers to exercises differ"
        elif before != after:
            yield f"{before.get('text', before)!r} is stored, {after.get('text', after)!r} comes out"


def _bundle_differences(old, new):
    """Reasons why two outputs disagree, one for each way in which they can be shown."""
    for mime in sorted(old.keys() | new.keys()):
        before, after = old.get(mime), new.get(mime)
        if mime == PICTURE and before and after:
            if not same_picture(before, after):
                yield "its picture differs"
        elif before != after:
            yield f"as {mime}, {before!r} is stored, {after!r} comes out"


def _widget_differences(stored, fresh):
    """Messages about widgets whose state differs."""
    old, new = _states(stored), _states(fresh)
    if old.keys() != new.keys():
        return ["the stored widgets are not those that come out"]
    ignored = _ignored_widgets(stored, old)
    return [
        f"widget {model}: its state differs in {key}"
        for model in old
        if model not in ignored
        for key in sorted(old[model].keys() | new[model].keys())
        if not same_state(old[model].get(key), new[model].get(key))
    ]


def _states(notebook):
    """Return the states of a notebook's widgets, by id."""
    widgets = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {})
    return {model: widget["state"] for model, widget in widgets.get("state", {}).items()}


def _ignored_widgets(notebook, states):
    """Ids of widgets that only ignored cells show, and of their parts."""
    flags = {}
    for cell in code_cells(notebook):
        for view in (data[WIDGET] for data in shown(cell) if WIDGET in data):
            flags.setdefault(view["model_id"], set()).add(IGNORED in tags(cell))
    ignored = {model for model, found in flags.items() if found == {True}}
    parts = {m for m in states for top in ignored if m in str(states.get(top))}
    return ignored | parts
