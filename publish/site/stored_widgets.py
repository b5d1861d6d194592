"""The widgets that the chapters hold, as stored: their names, what can be set, and to what.

A widget is named after its class: `overthinking-map`. What its controls set is written as in an
address, `train_length=200&steps=none`; a list has commas. Building the site needs no NumPy, so all
this is read from the notebooks, never from `monograph.widgets`.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from publish import contents, notebooks
from publish.notebooks import WIDGET, WIDGET_STATE

OPTIONS = ("embed", "theme")  # of a page that shows one widget; no trait may bear these names
CAPITALS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
WHOLE = re.compile(r"-?\d+", re.ASCII)
NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class StoredWidget:
    """One widget of a chapter.

    Attributes
    ----------
    name : str
        Its class in small letters with hyphens.
    page : str
        Name of the chapter, such as `setup/task`.
    model : str
        Identifier of its model in the notebook.
    state : dict of str to object
        Values of its traits.
    output : dict of str to str
        What its cell shows, by MIME type.
    """

    name: str
    page: str
    model: str
    state: dict
    output: dict

    @property
    def settings(self):
        """What each control can be set to, by trait."""
        return self.state["frame"]["settings"]

    @property
    def title(self):
        """Name in words."""
        words = self.name.replace("gpt", "GPT").replace("-", " ")
        return words[0].upper() + words[1:]


def name_of(kind):
    """Name of a widget: `gpt-thinking` for `GPTThinking`."""
    return CAPITALS.sub("-", kind).lower()


def find(root):
    """Widgets of the book in a folder: for each name the first in the order of the contents.

    Parameters
    ----------
    root : pathlib.Path
        Folder with `_toc.yml` and `chapters`.

    Returns
    -------
    dict of str to StoredWidget
    """
    first, *pages = contents.read(root).pages
    found = {}
    for page in [*pages, first]:  # the landing page borrows from the chapters
        path = root / "chapters" / f"{page}.ipynb"
        if path.exists():
            for widget in _read(path, page, path.stat().st_mtime_ns):
                found.setdefault(widget.name, widget)
    return found


@lru_cache(maxsize=64)
def _read(path, page, _changed):
    notebook = notebooks.read(path)
    stored = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    shown = {
        data[WIDGET]["model_id"]: data
        for cell in notebooks.code_cells(notebook)
        for data in notebooks.shown(cell)
        if WIDGET in data
    }
    return [
        StoredWidget(name_of(kind.rpartition(".")[2]), page, model, stored[model]["state"], output)
        for model, output in shown.items()
        if model in stored and (kind := stored[model]["state"].get("_anywidget_id"))
    ]


def complaints(widget, fragment):
    """List what is wrong with an address of a widget.

    Parameters
    ----------
    widget : StoredWidget
    fragment : str
        The part after `#`, such as `train_length=200&steps=5`.

    Yields
    ------
    str
    """
    for trait, text in parse_qsl(fragment, keep_blank_values=True):
        if trait in OPTIONS:
            continue
        if trait not in widget.settings:
            yield f"it has no {trait!r}; there are: {', '.join(sorted(widget.settings))}"
        elif reason := refusal(text, widget.settings[trait]):
            yield f"{trait} must be {reason}, got {text!r}"


def refusal(text, setting):
    """Return what a value must be, None if it is that.

    Parameters
    ----------
    text : str
        The value as it stands in an address.
    setting : dict of str to object
        What the trait can be set to, as `monograph.widgets.Widget.settings` describes it.

    Returns
    -------
    str or None
    """
    if setting.get("none") and text == "none":
        return None
    if "options" in setting:
        texts = ["none" if option is None else str(option) for option in setting["options"]]
        return None if text in texts else f"one of {', '.join(texts)}"
    least, most = setting.get("least", -math.inf), setting.get("most", math.inf)
    parts = text.split(",")
    whole = setting["kind"] == "whole"
    if len(parts) == setting.get("size", 1) and all(_within(part, whole, least, most) for part in parts):
        return None
    size = f"{setting['size']} numbers" if "size" in setting else "a whole number" if whole else "a number"
    bounds = f" from {least:g}" * (least > -math.inf) + f" to {most:g}" * (most < math.inf)
    return size + bounds + " or none" * bool(setting.get("none"))


def _within(text, whole, least, most):
    form = WHOLE if whole else NUMBER
    return bool(form.fullmatch(text)) and least <= float(text) <= most and math.isfinite(float(text))
