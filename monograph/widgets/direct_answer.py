"""The error of one step along each skill."""

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets import tours
from monograph.widgets.base import bundle
from monograph.widgets.layers import DirectErrors
from ttsbook.arrays import Covariance
from ttsbook.data import covariance


class DirectAnswer(DirectErrors):
    """How far from the answer one step leaves each skill, at matched training and test covariance.

    Parameters
    ----------
    dim
        Number d of skills, 2 to 50.
    exponent
        Skill i has strength 1/i^exponent, 0 to 2.
    train_length, test_length
        Prompt lengths n and m, at least 1; a `test_length` of None stands for infinity.
    tour
        Stop of the guided tour, from 1; 0 for none.

    Examples
    --------
    >>> DirectAnswer(dim=5, exponent=0.5).still().alt.split(". ")[2]
    '“error after one step” (points): rises from 0.096 to 0.17'
    """

    _esm = bundle("direct_answer.js")
    controls = ("dim", "exponent", "train_length", "test_length", "tour")
    dim = traitlets.Int(20, min=2, max=50).tag(sync=True)
    exponent = traitlets.Float(1.0, min=0.0, max=2.0).tag(sync=True)
    train_length = traitlets.Int(40, min=1).tag(sync=True)
    test_length = traitlets.Int(40, min=1, allow_none=True).tag(sync=True)
    tour = tours.trait("DirectAnswer")

    def cov(self) -> Covariance:
        """Covariance of training and test, as it is set."""
        return covariance.power_law(self.dim, self.exponent)

    def still(self) -> figures.Picture:
        """Error of one step along each skill, as it is set."""
        skill = np.arange(1, self.dim + 1)
        return figures.lines(
            [
                figures.Series("strength λᵢ", skill, np.diag(self.cov()), points=True),
                figures.Series("error after\none step", skill, self.expected()[1:], points=True),
            ],
            x_label="skill i, strongest first",
            y_label="strength, error",
            log_y=True,
            level=(1.0, "no answer"),
        )
