"""All widgets of the book."""

from monograph import widgets

WIDGETS = [
    kind
    for kind in vars(widgets).values()
    if isinstance(kind, type) and issubclass(kind, widgets.Widget) and kind not in (widgets.Widget, widgets.Simulating)
]
