"""Pick a rule that does not know the answer, guess how well it stops, and look."""

import numpy as np
import torch
import traitlets

from monograph import figures
from monograph.widgets.base import Widget, bundle
from ttsbook import theory
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.thinking import expected, schedules
from ttsbook.thinking.schedules import Schedule, Seen
from ttsbook.thinking.stopping import RULES

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
        drawn, seen = self._prompt()
        schedule = self._schedule(seen)
        k = np.arange(self.STEPS + 1)
        promised = expected.errors(seen, schedule)[0].numpy() / self.DIM
        errors = (schedules.chain(seen, schedule) - drawn.w[:, None]).square().sum(dim=2)[0].numpy() / self.DIM
        depth, error = self.plan()
        return figures.lines(
            [
                figures.Series("expected\nerror", k, promised),
                figures.Series("error", k, errors),
                figures.Series("stopped", np.array([depth]), np.array([error]), points=True),
            ],
            x_label="thinking steps k",
            y_label="error / d on one prompt",
            log_y=True,
            y_limits=(1e-6, 1e4),
            level=(1.0, "no answer"),
        )

    def plan(self) -> tuple[int, float]:
        """Return the number of steps that the rule takes, and the error / d that it leaves."""
        drawn, seen = self._prompt()
        chosen = RULES[NAMES[self.rule]](seen.P, drawn, steps=self.STEPS, noise_variance=self.noise_variance)
        return int(chosen.depth[0]), float((chosen.answer - drawn.w).square().sum()) / self.DIM

    def _schedule(self, seen: Seen) -> Schedule:
        return RULES[NAMES[self.rule]].schedule(seen)

    def _prompt(self) -> tuple[prompts.Prompts, Seen]:
        """Draw the prompt, and look at it."""
        trained, test = (
            covariance.power_law(self.DIM, self.TAIL * (1 - shift), trace=self.DIM) for shift in (0.0, self.shift)
        )
        P = theory.preconditioner(Task(trained, self.train_length, noise_variance=self.noise_variance))
        task = Task(test, self.test_length, noise_variance=self.noise_variance)
        generator = torch.Generator().manual_seed(self.seed)
        drawn = prompts.sample(task, 1, generator=generator, dtype=torch.float64)
        return drawn, schedules.look(P, drawn, steps=self.STEPS, noise_variance=self.noise_variance)
