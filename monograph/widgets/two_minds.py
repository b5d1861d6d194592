"""Two layers that think about one prompt, whose examples a reader moves."""

from typing import Any

import numpy as np
import traitlets
from jaxtyping import Float64
from traitlets.utils.bunch import Bunch

from monograph import figures
from monograph.widgets.base import JAVASCRIPT, Widget, bundle
from ttsbook import theory
from ttsbook.arrays import Covariance
from ttsbook.data.tasks import Task

MINDS = ("even\ntraining", "skewed\ntraining")


class TwoMinds(Widget):
    """Paths of two layers with two skills from one start, over the loss of a prompt of up to five examples.

    Both are trained on tasks of their own, one with two equal skills, one with a strong skill and a weak one. All is
    given by the controls, so nothing is random, and there is nothing to simulate.

    Parameters
    ----------
    train_tail
        Strength of the weak skill in the skewed training, 0.05 to 1.
    train_length
        Training prompt length n of both, 1 to 1000.
    steps
        Number of thinking steps k, 0 to 30.
    start
        First answer of both, two numbers from -2 to 2.
    examples
        Both coordinates of each of five examples, -2 to 2, one example after the other.
    labels
        For each example 1 if its label is that of the true weight, -1 if it is flipped, 0 if the example is dropped;
        at least one is left.
    selected
        Example that the buttons flip and drop, from 1.

    Examples
    --------
    >>> TwoMinds(steps=1).still().alt.split(" over ")[0]
    "Contours of the prompt's loss"
    """

    _esm = bundle("two_minds.js")
    _css = Widget._css + (JAVASCRIPT / "two_minds.css").read_text(encoding="utf-8")
    controls = ("train_tail", "train_length", "steps", "start", "examples", "labels", "selected")
    COUNT = 5
    train_tail = traitlets.Float(0.1, min=0.05, max=1.0).tag(sync=True)
    train_length = traitlets.Int(20, min=1, max=1000).tag(sync=True)
    steps = traitlets.Int(6, min=0, max=30).tag(sync=True)
    start = traitlets.List(traitlets.Float(min=-2.0, max=2.0), minlen=2, maxlen=2).tag(sync=True)
    examples = traitlets.List(traitlets.Float(min=-2.0, max=2.0), minlen=2 * COUNT, maxlen=2 * COUNT).tag(sync=True)
    labels = traitlets.List(traitlets.Int(min=-1, max=1), minlen=COUNT, maxlen=COUNT).tag(sync=True)
    selected = traitlets.Int(5, min=1, max=COUNT).tag(sync=True)
    w = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        self.set_trait("w", [1.0, 0.6])
        given = {
            "start": [-1.2, -1.4],
            "examples": [1.2, 0.2, -1.1, 0.35, 1.0, -0.5, -0.7, -0.3, 0.4, 0.35],
            "labels": [1] * self.COUNT,
        }
        super().__init__(**(given | settings))

    @traitlets.validate("labels")
    def _one_is_left(self, proposal: Bunch) -> list[int]:
        if not any(proposal["value"]):
            raise traitlets.TraitError(f"labels must leave one example, got {proposal['value']}")
        return proposal["value"]

    def prompt(self) -> tuple[Float64[np.ndarray, "m 2"], Float64[np.ndarray, " m"]]:
        """Examples that are left, a row each, and their labels."""
        x, signs = np.reshape(self.examples, (self.COUNT, 2)), np.array(self.labels)
        kept = signs != 0
        return x[kept], (signs * (x @ self.w))[kept]

    def paths(self) -> list[Float64[np.ndarray, "k 2"]]:
        """Answers of each step, a row each: of the layer that is trained evenly, and of the other."""
        x, y = self.prompt()
        return [self._path(np.diag([1.0, tail]), x, y) for tail in (1.0, self.train_tail)]

    def still(self) -> figures.Picture:
        """Draw both paths, as gaps from where the loss of the prompt is least."""
        x, y = self.prompt()
        goal = self.w + np.linalg.lstsq(x, y - x @ self.w)[0]
        return figures.contours(
            x.T @ x / len(x),
            [figures.Series(name, *(path - goal).T) for name, path in zip(MINDS, self.paths(), strict=True)],
            x_label="gap along skill 1",
            y_label="gap along skill 2",
            limit=3.0,
        )

    def _path(
        self, cov: Covariance, x: Float64[np.ndarray, "m 2"], y: Float64[np.ndarray, " m"]
    ) -> Float64[np.ndarray, "k 2"]:
        P = theory.preconditioner(Task(cov, self.train_length))
        path = [np.array(self.start)]
        for _ in range(self.steps):
            path.append(path[-1] + P @ x.T @ (y - x @ path[-1]) / len(x))
        return np.array(path)
