"""Euclid's algorithm as character transformers write it, line by line, with the answer demanded after each line."""

from typing import Any

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets.base import JAVASCRIPT, Widget, bundle
from monograph.widgets.shipped_words import TABS, packed, traces


class ThinkingInWords(Widget):
    """One problem, one model, and as many lines as it is forced to write, with what it answers after each of them.

    Stored are the traces of 40 problems of the experiment `words`, seed 0. Two of the models run in the browser, with
    their weights in half precision, on any pair of numbers.

    Parameters
    ----------
    trained
        The model: "base", or what it was trained on from there: "aligned" and "waiting" on Euclid's algorithm, "hard"
        on its long traces, "misaligned" on polynomials.
    problem
        Number of a stored problem, from 1; 0 for the pair below.
    lines
        Number of lines that are forced, 0 to 26.
    first, second
        A pair of one's own, 1 to 999 each.

    Examples
    --------
    >>> ThinkingInWords(problem=0, first=84, second=36).answers()[4]
    '012'
    """

    _esm = bundle("thinking_in_words.js")
    _css = Widget._css + (JAVASCRIPT / "thinking_in_words.css").read_text(encoding="utf-8")
    controls = ("trained", "problem", "lines", "first", "second")
    BUDGET, PROBLEMS = 26, 40
    trained = traitlets.Enum(tuple(TABS), default_value="waiting").tag(sync=True)
    problem = traitlets.Int(20, min=0, max=PROBLEMS).tag(sync=True)
    lines = traitlets.Int(4, min=0, max=BUDGET).tag(sync=True)
    first = traitlets.Int(84, min=1, max=999).tag(sync=True)
    second = traitlets.Int(36, min=1, max=999).tag(sync=True)
    problems = traitlets.List(read_only=True).tag(sync=True)
    stored = traitlets.Dict(read_only=True).tag(sync=True)
    shape = traitlets.Dict(read_only=True).tag(sync=True)
    weights_aligned = traitlets.Unicode(read_only=True).tag(sync=True)
    weights_waiting = traitlets.Unicode(read_only=True).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        pairs, stored = traces()
        shape, weights = packed()
        data = {"problems": pairs, "stored": stored, "shape": shape}
        data |= {f"weights_{name}": text for name, text in weights.items()}
        for name, value in data.items():
            self.set_trait(name, value)
        super().__init__(**settings)

    def answers(self) -> list[str]:
        """Return the answers that the model gives after no line, one, and so on."""
        return self._thoughts()[1]

    def still(self) -> figures.Picture:
        """Draw both numbers as the lines have them, and the answer demanded after each line."""
        lines, answers = self._thoughts()
        first, second = ([_number(line[part]) for line in lines] for part in (slice(3), slice(4, 7)))
        k = np.arange(self.lines + 1)
        shown = {"first number": first, "second number": second, "answer": [_number(answer) for answer in answers]}
        return figures.lines(
            [
                figures.Series(name.replace(" ", "\n"), k, np.array(values[: len(k)]), points=name == "answer")
                for name, values in shown.items()
            ],
            x_label="lines forced",
            y_label="number as written",
        )

    def _thoughts(self) -> tuple[list[str], list[str]]:
        """Lines, the problem first, and answers."""
        if self.problem:
            lines, answers, _ = self.stored[self.trained][self.problem - 1]
            start = self.problems[self.problem - 1]
            return [f"{start[0]:03},{start[1]:03}", *lines.split("|")], answers.split("|")
        from monograph.experiments.words.kept import load  # PyTorch, only where it is needed
        from monograph.experiments.words.think import think

        thoughts = think(load(self.trained), [(self.first, self.second)], self.BUDGET)
        return [f"{self.first:03},{self.second:03}", *thoughts.lines[0]], thoughts.answers[0]


def _number(text: str) -> float:
    """Value of three digits; not a number if they are none."""
    return float(text) if text.isdigit() else np.nan
