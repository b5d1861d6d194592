"""The book's result in one picture: two trainings, one test, and more or less thinking."""

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets import tours
from monograph.widgets.base import Widget, bundle
from ttsbook import theory
from ttsbook.arrays import Preconditioner
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import finite


class ThinkingLonger(Widget):
    """Error by thinking steps after two trainings, for d = 20 and an isotropic test.

    One layer was trained on prompts of 10 examples that show all directions alike, the other on prompts in
    which the strengths fall like i^-0.8, with the same trace. For finite m the error is that of the limit of
    many skills, `theory.cot_error`.

    Parameters
    ----------
    train_length
        Prompt length n of the training with the long tail, 10 to 500.
    test_length
        Test prompt length m, at least 20; None, the default, stands for infinity.
    steps
        Thinking steps k at which both are looked at, 0 to 30.
    tour
        Stop of the guided tour, from 1; 0 for none.

    Examples
    --------
    >>> ThinkingLonger(train_length=50).still().alt.split(" (")[0]
    'Line chart of error / d, mean over w'
    """

    _esm = bundle("thinking_longer.js")
    controls = ("train_length", "test_length", "steps", "tour")
    DIM, STEPS, TAIL, EVEN_LENGTH, COMPARED = 20, 30, 0.8, 10, 50
    train_length = traitlets.Int(200, min=10, max=500).tag(sync=True)
    test_length = traitlets.Int(None, min=20, allow_none=True).tag(sync=True)
    steps = traitlets.Int(7, min=0, max=30).tag(sync=True)
    tour = tours.trait("ThinkingLonger")

    def preconditioners(self, length: int) -> tuple[Preconditioner, ...]:
        """Return what the even training and that with the long tail at prompt length ``length`` reach."""
        even = covariance.isotropic(self.DIM)
        tail = covariance.power_law(self.DIM, self.TAIL, trace=self.DIM)
        return tuple(theory.preconditioner(Task(cov, n)) for cov, n in ((even, self.EVEN_LENGTH), (tail, length)))

    def still(self) -> figures.Picture:
        """Draw both curves, and the one of a short training on the long tail."""
        k = np.arange(self.STEPS + 1)
        lengths = sorted({self.COMPARED, self.train_length})
        trained = {"all directions,\nn = 10": self.preconditioners(self.COMPARED)[0]}
        trained |= {f"long tail,\nn = {n}": self.preconditioners(n)[1] for n in lengths}
        test = covariance.isotropic(self.DIM)
        return figures.lines(
            [
                figures.Series(name, k, finite.recursion_error(P, test, self.test_length, self.STEPS) / self.DIM)
                for name, P in trained.items()
            ],
            x_label="thinking steps k",
            y_label="error / d, mean over w",
            log_y=True,
            y_limits=(1e-4, 2),
            level=(1.0, "no answer"),
        )
