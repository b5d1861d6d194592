"""Examples in training against steps of thinking."""

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets.base import bundle
from monograph.widgets.layers import Chain, LayerErrors
from monograph.widgets.simulation import Curve
from ttsbook import theory
from ttsbook.arrays import Covariance, Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import finite


class Exchange(LayerErrors):
    """All pairs of a training length n and a number of steps k that leave one error, for 20 skills.

    Training and test prompts have the same covariance. For finite m the error is that of the limit of
    many skills, `theory.cot_error`, while a simulation has the 20 skills.

    Parameters
    ----------
    train_length
        Training prompt length n, 1 to 1000.
    steps
        Number of thinking steps k, 1 to 20.
    exponent
        Skill i has strength 1/i^exponent, 0 to 2.
    test_length
        Test prompt length m, at least 1; None, the default, stands for infinity.

    Examples
    --------
    >>> Exchange(train_length=20, steps=5).still().alt.split(".")[0]
    'Line chart of training length n (logarithmic scale) against thinking steps k, from 1 to 20'
    """

    _esm = bundle("exchange.js")
    controls = ("train_length", "steps", "exponent", "test_length")
    DIM, STEPS = 20, 20
    train_length = traitlets.Int(40, min=1, max=1000).tag(sync=True)
    steps = traitlets.Int(3, min=1, max=20).tag(sync=True)
    exponent = traitlets.Float(1.0, min=0.0, max=2.0).tag(sync=True)
    test_length = traitlets.Int(None, min=1, allow_none=True).tag(sync=True)

    def still(self) -> figures.Picture:
        """Training lengths that leave the error of the chosen pair, for every number of steps."""
        cov, k = covariance.power_law(self.DIM, self.exponent), np.arange(1, self.STEPS + 1)
        error = self._errors(cov, self.train_length)[self.steps]
        if self.test_length is None:
            found = np.array([theory.train_length_for(cov, error / self.DIM, step) for step in k.tolist()])
        else:
            tried = np.union1d(np.geomspace(1, 1000, 60).round().astype(int), [self.train_length])
            over = np.log([self._errors(cov, n)[1:] / error for n in tried.tolist()])  # (n, k)
            found = np.array([_nearest_root(np.log(tried), column, np.log(self.train_length)) for column in over.T])
        return figures.lines(
            [
                figures.Series("same error", k, found),
                figures.Series("your pair", [self.steps], [self.train_length], points=True),
            ],
            x_label="thinking steps k",
            y_label="training length n",
            log_y=True,
        )

    def expected(self) -> Curve:
        """Error / d of each thinking step, as it is set."""
        return self._errors(covariance.power_law(self.DIM, self.exponent), self.train_length) / self.DIM

    def chain(self) -> Chain:
        """Layer that is simulated, and its test prompts."""
        cov = covariance.power_law(self.DIM, self.exponent)
        P = theory.preconditioner(Task(cov, self.train_length))
        return Chain(P, cov, self.test_length, self.STEPS, self.steps)

    def _errors(self, cov: Covariance, n: int) -> Curve:
        P = theory.preconditioner(Task(cov, n))
        return finite.recursion_error(P, cov, self.test_length, self.STEPS)


def _nearest_root(log_lengths: Vector, values: Vector, near: float) -> float:
    """Length at which values, interpolated, are zero: of several the nearest to one; inf if there is none."""
    roots = list(log_lengths[np.abs(values) <= 1e-9])
    for place in np.flatnonzero((values[1:] > 0) != (values[:-1] > 0)):
        (before, after), (low, high) = log_lengths[place : place + 2], values[place : place + 2]
        roots.append(before + (after - before) * low / (low - high))
    return float(np.exp(min(roots, key=lambda root: abs(root - near)))) if roots else np.inf
