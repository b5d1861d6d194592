"""A page for each widget of the book, which it fills, and one page that lists them all.

They are made from the state that the chapters hold. Such a page reads from its address how the
widget is set, and keeps the address current: see `publish/static/stand.js`.
"""

from urllib.parse import urlencode

from publish.notebooks import PICTURE
from publish.site import stored_widgets, svg
from publish.site.trees import in_script
from publish.site.widget_links import page_of

INDEX = "widgets/index"


def setup(app):
    """Add the pages to the site."""
    app.connect("html-collect-pages", collect)


def collect(app):
    """Yield the pages as Sphinx asks for them: name, values and template."""
    if app.builder.format != "html":
        return
    book = {"book": app.config.html_title}
    widgets = [_described(app.env, widget) for widget in stored_widgets.find(app.confdir).values()]
    for widget in widgets:
        asked = widget["presets"][0]["question"] if widget["presets"] else widget["title"]
        values = {"widget": widget, "title": widget["title"], "description": f"A widget of the book. {asked}"}
        yield page_of(widget["name"]), book | values, "widget.html"
    if widgets:
        values = {"widgets": widgets, "title": "All widgets", "description": "Each widget of the book by itself"}
        yield INDEX, book | values, "widgets.html"


def _described(env, widget):
    """Values of a widget that the templates use."""
    presets = widget.state.get("frame", {}).get("presets", [])
    return {
        "name": widget.name,
        "title": widget.title,
        "page": widget.page,
        "chapter": env.titles[widget.page].astext(),
        "still": _still(widget),
        "presets": [{**preset, "fragment": fragment(preset["state"])} for preset in presets],
        "state": in_script({"state": {widget.model: {"state": widget.state}}}),
        "view": in_script({"model_id": widget.model}),
    }


def fragment(state):
    """Write a state as the part of an address after `#`.

    Parameters
    ----------
    state : dict of str to object
        Values of traits.

    Returns
    -------
    str
    """
    return urlencode({trait: _text(value) for trait, value in state.items()}, safe=",")


def _text(value):
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _still(widget):
    picture, label = widget.output.get(PICTURE), widget.output.get("text/plain", "")
    return svg.inline(picture, label=label, prefix=f"{widget.name}-") if picture else ""
