"""Where thinking turns against itself: a map over training, with a probe."""

import warnings

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets.base import bundle
from monograph.widgets.layers import Chain, LayerErrors
from monograph.widgets.simulation import Curve
from ttsbook import theory
from ttsbook.arrays import Covariance, Preconditioner
from ttsbook.data import covariance
from ttsbook.data.tasks import Task


class OverthinkingMap(LayerErrors):
    """Best depth, or the error at one depth, over training length and tail of the training, at m = ∞ and d = 20.

    Training and test strengths are power laws with trace 20 and common skills.

    Parameters
    ----------
    train_length
        Training prompt length n of the probe, 5 to 2000.
    train_exponent
        Exponent α of the training strengths of the probe, 0 to 2.
    test_exponent
        Exponent of the test strengths, 0 to 2; 0 is the isotropic test.
    scaling
        What a step divides by, in units of the usual: ρ/m, 0.5 to 2.
    steps
        The map shows the error after this many steps, 1 to 100; by default the best depth.

    Examples
    --------
    >>> OverthinkingMap(train_length=100, steps=5).still().alt.split(" over ")[0]
    'Map of error / d after 5 steps, mean'
    """

    _esm = bundle("overthinking_map.js")
    controls = ("train_length", "train_exponent", "test_exponent", "scaling", "steps")
    DIM, CURVE = 20, 30  # skills, and steps of the probe's error curve
    DEPENDS = ("train_length", "train_exponent", "test_exponent", "scaling")
    train_length = traitlets.Int(200, min=5, max=2000).tag(sync=True)
    train_exponent = traitlets.Float(0.8, min=0.0, max=2.0).tag(sync=True)
    test_exponent = traitlets.Float(0.0, min=0.0, max=2.0).tag(sync=True)
    scaling = traitlets.Float(1.0, min=0.5, max=2.0).tag(sync=True)
    steps = traitlets.Int(None, min=1, max=100, allow_none=True).tag(sync=True)

    def still(self) -> figures.Picture:
        """Draw the map as it is set, with the critical length and the probe."""
        lengths, exponents = np.geomspace(5, 2000, 31), np.linspace(0, 2, 21)
        test = covariance.power_law(self.DIM, self.test_exponent, trace=self.DIM)
        trained = [covariance.power_law(self.DIM, exponent, trace=self.DIM) for exponent in exponents]
        inverses = [[np.linalg.inv(theory.gamma(cov, n)) for n in lengths] for cov in trained]
        values = [[self._value(P / self.scaling, test) for P in row] for row in inverses]
        edge = np.array([theory.critical_train_length(cov, test / self.scaling) for cov in trained])
        shown = (edge >= lengths[0]) & (edge <= lengths[-1])
        probe = figures.Series("probe", [self.train_length], [self.train_exponent], points=True)
        critical = [figures.Series("critical length", edge[shown], exponents[shown])] if shown.any() else []
        return figures.level_map(
            lengths,
            exponents,
            values,
            [1, 2, 4, 8, 16] if self.steps is None else [1e-4, 1e-3, 1e-2, 0.1, 1],
            x_label="training length n",
            y_label="tail of training α",
            z_label="best depth" if self.steps is None else f"error / d after {self.steps} steps, mean over w",
            log_x=True,
            paths=[*critical, probe],
        )

    def expected(self) -> Curve:
        """Error / d of each step of the probe, as it is set."""
        P, test, *_ = self.chain()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", theory.DivergenceWarning)
            return theory.cot_error_limit(P, test, self.CURVE) / self.DIM

    def chain(self) -> Chain:
        """Layer that is simulated, and its test prompts."""
        trained, test = (
            covariance.power_law(self.DIM, exponent, trace=self.DIM)
            for exponent in (self.train_exponent, self.test_exponent)
        )
        P = theory.preconditioner(Task(trained, self.train_length)) / self.scaling
        best = theory.best_depth(P, test).steps
        return Chain(P, test, None, self.CURVE, self.CURVE if best is None else min(best, self.CURVE))

    def _value(self, P: Preconditioner, test: Covariance) -> float:
        if self.steps is not None:
            return theory.cot_error_limit(P, test, self.steps)[-1] / self.DIM
        depth = theory.best_depth(P, test).steps
        return np.inf if depth is None else depth
