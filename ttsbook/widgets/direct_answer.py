"""The error of one step along each skill."""

import numpy as np
import traitlets

from ttsbook import covariance, plotting, theory
from ttsbook.tasks import Task
from ttsbook.widgets.base import Widget, bundle


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
    controls = ("dim", "exponent", "train_length", "test_length")
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
