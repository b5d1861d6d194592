"""What all widgets share: their JavaScript in one piece, a still picture, words for what is seen.

Modules are joined here rather than by a bundler, so that neither a reader's kernel nor the build needs Node.
"""

import re
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from monograph import figures
from monograph.widgets.presets import PRESETS
from monograph.widgets.settings import describe
from monograph.widgets.tours import TOURS

JAVASCRIPT = Path(__file__).with_name("javascript")
TYPES = re.compile(r" */\*\*.*?\*/\n*", re.DOTALL)  # for the type checker: see tsconfig.json
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)


def bundle(name: str) -> str:
    """Join a JavaScript module and those that it imports into one, without imports and types.

    Parameters
    ----------
    name
        File in ``monograph/widgets/javascript``. It has one default export; what it imports has none.

    Examples
    --------
    >>> source = bundle("exchange.js")
    >>> "export default" in source, "import {" in source
    (True, False)
    """
    parts: dict[str, str] = {}

    def add(file: str) -> None:
        source = TYPES.sub("", (JAVASCRIPT / file).read_text(encoding="utf-8"))
        for imported in IMPORT.findall(source):
            if imported not in parts:
                add(imported)
        source = IMPORT.sub("", source)
        parts[file] = source if file == name else re.sub(r"^export ", "", source, flags=re.MULTILINE)

    add(name)
    return "\n".join(parts.values())


class Widget(anywidget.AnyWidget):
    """Base of the book's widgets: a still picture for print, and words for those who cannot see it.

    A subclass sets ``_esm`` to the `bundle` of its module and ``controls`` to the traits that its controls
    set, and defines ``still()``, which returns a `figures.Picture` of the widget as it is set. Its presets
    are in `monograph.widgets.presets`, its guided tour in `monograph.widgets.tours`.

    Examples
    --------
    >>> from monograph import figures
    >>> class Halving(Widget):
    ...     _esm = bundle("direct_answer.js")  # a module of its own
    ...     def still(self):
    ...         halves = figures.Series("error", [0, 1, 2], [1.0, 0.5, 0.25])
    ...         return figures.lines([halves], x_label="k", y_label="error / d")
    >>> Halving().still().alt
    'Line chart of error / d against k, from 0 to 2. “error”: falls from 1 to 0.25.'
    """

    controls: tuple[str, ...] = ()
    frame = traitlets.Dict(read_only=True).tag(sync=True)

    _css = (JAVASCRIPT / "widget.css").read_text(encoding="utf-8")

    @traitlets.default("frame")
    def _frame(self) -> dict[str, Any]:
        presets, tour = (list(table.get(type(self).__name__, ())) for table in (PRESETS, TOURS))
        return {"settings": self.settings(), "presets": presets, "tour": tour}

    def settings(self) -> dict[str, dict[str, Any]]:
        """Describe what the controls can be set to, each as `monograph.widgets.settings.describe` does.

        Examples
        --------
        >>> from monograph import widgets
        >>> widgets.DirectAnswer(dim=5).settings()["dim"]
        {'start': 5, 'kind': 'whole', 'least': 2, 'most': 50}
        """
        return {name: describe(self.traits()[name], getattr(self, name)) for name in self.controls}

    def still(self) -> figures.Picture:
        """Picture of the widget as it is set."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.controls)})"

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**options) or ({}, {})
        picture = self.still()
        return {**data, "image/svg+xml": picture.svg(), "text/plain": f"Interactive chart. {picture.alt}"}, metadata
