"""Widgets that answer to the hand: in a notebook, and on a page without a kernel.

A widget computes in the browser. Its JavaScript lives in ``ttsbook/javascript``, where
``theory.js`` mirrors functions of `ttsbook.covariance` and `ttsbook.theory` by name.
"""

import re
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from ttsbook import covariance, plotting, theory
from ttsbook.tasks import Task

JAVASCRIPT = Path(__file__).parent / "javascript"
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)


def bundle(name):
    """Join a JavaScript module and those it imports, each once, into one module without imports.

    Parameters
    ----------
    name : str
        File in ``ttsbook/javascript``. It has one default export; what it imports has none.

    Returns
    -------
    str
    """
    parts = {}

    def add(file):
        source = (JAVASCRIPT / file).read_text(encoding="utf-8")
        for imported in IMPORT.findall(source):
            if imported not in parts:
                add(imported)
        source = IMPORT.sub("", source)
        parts[file] = source if file == name else re.sub(r"^export ", "", source, flags=re.MULTILINE)

    add(name)
    return "\n".join(parts.values())


class Widget(anywidget.AnyWidget):
    """Base of the book's widgets: a still picture for print, and words for those who cannot see it.

    A subclass sets ``_esm`` to the `bundle` of its module and defines ``still()``, which returns a
    `plotting.Picture` of the widget as it is set.
    """

    _css = (JAVASCRIPT / "widget.css").read_text(encoding="utf-8")

    def __repr__(self):
        return f"Interactive chart. {self.still().alt}"

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        return {**data, "image/svg+xml": self.still().svg(), "text/plain": repr(self)}, metadata


class DirectAnswer(Widget):
    """How far from the answer one step leaves each skill, at matched training and test covariance.

    Parameters
    ----------
    dim : int, default 20
        Number d of skills, 2 to 50.
    exponent : float, default 1
        Skill i has strength 1/i^exponent, 0 to 2.
    train_length, test_length : int
        Prompt lengths n and m, at least 1; a `test_length` of None stands for infinity.

    Raises
    ------
    traitlets.TraitError
        If a value is out of range.
    """

    _esm = bundle("direct_answer.js")
    dim = traitlets.Int(20, min=2, max=50).tag(sync=True)
    exponent = traitlets.Float(1.0, min=0.0, max=2.0).tag(sync=True)
    train_length = traitlets.Int(40, min=1).tag(sync=True)
    test_length = traitlets.Int(40, min=1, allow_none=True).tag(sync=True)

    def still(self):
        """Error of one step along each skill, as it is set."""
        cov = covariance.power_law(self.dim, self.exponent)
        P = theory.preconditioner(Task(cov, self.train_length))
        errors = theory.direct_error_by_skill(P, cov, self.test_length)
        skill = np.arange(1, self.dim + 1)
        return plotting.lines(
            [
                plotting.Series("strength λᵢ", skill, np.diag(cov), points=True),
                plotting.Series("error after\none step", skill, errors, points=True),
            ],
            x_label="skill i, strongest first",
            y_label="strength, error",
            log_y=True,
            level=(1.0, "no answer"),
        )
