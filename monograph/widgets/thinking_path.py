"""Thinking as a path over the contours of the loss."""

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets import tours
from monograph.widgets.base import Widget, bundle
from ttsbook import theory
from ttsbook.data.tasks import Task


class ThinkingPath(Widget):
    """The path of a chain of thought over the loss of an endless prompt with two skills.

    The strong skill has strength 1 in training and test.
    The prompt is endless and the start is given, so nothing is random: there is nothing to simulate.

    Parameters
    ----------
    train_tail, test_tail
        Strength of the weak skill in training and in the test, 0.01 to 1.
    train_length
        Training prompt length n, 1 to 1000.
    steps
        Number of thinking steps k, 0 to 30.
    start_strong, start_weak
        Gap between the first answer and the right one along each skill, -2 to 2.
    tour
        Stop of the guided tour, from 1; 0 for none.

    Examples
    --------
    >>> ThinkingPath(test_tail=0.5).still().alt.split(" over ")[0]
    "Contours of the prompt's loss"
    """

    _esm = bundle("thinking_path.js")
    controls = ("train_tail", "test_tail", "train_length", "steps", "start_strong", "start_weak", "tour")
    train_tail = traitlets.Float(0.1, min=0.01, max=1.0).tag(sync=True)
    test_tail = traitlets.Float(0.1, min=0.01, max=1.0).tag(sync=True)
    train_length = traitlets.Int(20, min=1, max=1000).tag(sync=True)
    steps = traitlets.Int(8, min=0, max=30).tag(sync=True)
    start_strong = traitlets.Float(-1.6, min=-2.0, max=2.0).tag(sync=True)
    start_weak = traitlets.Float(-1.6, min=-2.0, max=2.0).tag(sync=True)
    tour = tours.trait("ThinkingPath")

    def still(self) -> figures.Picture:
        """Paths of thinking, of gradient descent with its best constant step, and of Newton's method."""
        test = np.array([1.0, self.test_tail])
        P = theory.preconditioner(Task(np.diag([1.0, self.train_tail]), self.train_length))
        start, k = np.array([self.start_strong, self.start_weak]), np.arange(self.steps + 1)[:, None]
        paths = {
            "gradient\ndescent": start * (1 - 2 / test.sum() * test) ** k,
            "thinking": start * (1 - np.diag(P) * test) ** k,
            "Newton": np.array([start, [0, 0]]),
        }
        return figures.contours(
            np.diag(test),
            [figures.Series(label, *gaps.T) for label, gaps in paths.items()],
            x_label="gap along the strong skill",
            y_label="gap along the weak skill",
        )
