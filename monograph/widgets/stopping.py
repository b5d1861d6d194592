"""Pick a rule that does not know the answer, guess how well it stops, and look."""

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets.base import Widget, bundle
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

NAMES = {
    "last": "all steps",
    "warned": "one step if warned",
    "residual": "residual rises",
    "grow": "steps grow",
    "expected": "expected error",
    "safe": "safe if warned, expected error",
}


class Stopping(Widget):
    """One prompt with a rule for how to step and when to stop, for d = 20: what the rule sees, and then the error.

    Training strengths are those of the book, i^-0.8 with trace 20. Weight, examples and noise are drawn by the seed: in
    the browser, and for the still picture, by different generators.

    Parameters
    ----------
    rule
        How to step and when to stop: "last" takes all 40 steps, "warned" one if the prompt warns, "residual" and "grow"
        stop where the residual rises or steps grow, "expected" and "safe" where the expected error is least, "safe"
        with safe steps if the prompt warns.
    shown
        What is drawn: what is "seen" by a rule, or the "error" as well.
    noise_variance
        Variance of the label noise in training and in the test, 0 to 20.
    test_length, train_length
        Prompt lengths m, 25 to 2500, and n, 10 to 1000.
    shift
        How far the test goes from the strengths of the training to equal ones, 0 to 1.
    seed
        Seed of the prompt.

    Examples
    --------
    >>> Stopping(rule="expected").plan()[0] < 40
    True
    """

    _esm = bundle("stopping.js")
    controls = ("rule", "shown", "noise_variance", "shift", "test_length", "train_length", "seed")
    DIM, STEPS, TAIL = 20, 40, 0.8
    rule = traitlets.Enum(tuple(NAMES), default_value="residual").tag(sync=True)
    shown = traitlets.Enum(("seen", "error"), default_value="seen").tag(sync=True)
    noise_variance = traitlets.Float(5.0, min=0.0, max=20.0).tag(sync=True)
    shift = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    test_length = traitlets.Int(40, min=25, max=2500).tag(sync=True)
    train_length = traitlets.Int(40, min=10, max=1000).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=2**32 - 1).tag(sync=True)

    def still(self) -> figures.Picture:
        """Draw the expected error, the error, and where the rule stops."""
        from monograph.widgets.stopped_prompt import stop  # PyTorch, only where it is needed

        stopped = stop(NAMES[self.rule], *self._tasks(), steps=self.STEPS, seed=self.seed)
        k = np.arange(self.STEPS + 1)
        return figures.lines(
            [
                figures.Series("expected\nerror", k, stopped.expected),
                figures.Series("error", k, stopped.errors),
                figures.Series("stopped", np.array([stopped.depth]), np.array([stopped.error]), points=True),
            ],
            x_label="thinking steps k",
            y_label="error / d on one prompt",
            log_y=True,
            y_limits=(1e-6, 1e4),
            level=(1.0, "no answer"),
        )

    def plan(self) -> tuple[int, float]:
        """Return the number of steps that the rule takes, and the error / d that it leaves."""
        from monograph.widgets.stopped_prompt import stop  # PyTorch, only where it is needed

        stopped = stop(NAMES[self.rule], *self._tasks(), steps=self.STEPS, seed=self.seed)
        return stopped.depth, stopped.error

    def _tasks(self) -> tuple[Task, Task]:
        """Training and test."""
        lengths = ((0.0, self.train_length), (self.shift, self.test_length))
        trained, test = (
            Task(
                covariance.power_law(self.DIM, self.TAIL * (1 - shift), trace=self.DIM),
                length,
                noise_variance=self.noise_variance,
            )
            for shift, length in lengths
        )
        return trained, test
