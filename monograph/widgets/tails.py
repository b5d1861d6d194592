"""Features with other tails, in training and in the test."""

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets.base import Widget, bundle
from ttsbook import theory
from ttsbook.arrays import Covariance, Preconditioner
from ttsbook.data import covariance, features
from ttsbook.data.tasks import Task

KINDS = {
    "Gaussian": features.Gaussian(),
    "uniform": features.Uniform(),
    "signs": features.ThreePoint(1.0),
    "three points": features.ThreePoint(9.0),
    "sparse": features.Sparse(0.1),
    "sphere": features.Sphere(),
    "two scales": features.ScaleMixture(0.1, 5.5),
}


class Tails(Widget):
    """What a layer learns from features of one kind, its strides, and how often it diverges on another, for d = 20.

    Training strengths are those of the book, i^-0.8 with trace 20. What is learned, strides and critical length are
    exact. The share of the chains that diverge on finite prompts is drawn in the page.

    Parameters
    ----------
    train_kind, test_kind
        Kind of the standard features, one of `KINDS`.
    train_length
        Training prompt length n, 10 to 2000.
    test_length
        Test prompt length m, 5 to 1000; None stands for infinity.
    shift
        How far the test goes from the strengths of the training to equal ones, 0 to 1.
    seed
        Seed of the prompts that are drawn.

    Examples
    --------
    >>> Tails(train_kind="signs").still().alt.split(". ")[0]
    'Line chart of P, stride (logarithmic scale) against skill i, strongest in training first, from 1 to 20'
    """

    _esm = bundle("tails.js")
    controls = ("train_kind", "test_kind", "train_length", "test_length", "shift", "seed")
    DIM, TAIL = 20, 0.8
    train_kind = traitlets.Enum(tuple(KINDS), default_value="Gaussian").tag(sync=True)
    test_kind = traitlets.Enum(tuple(KINDS), default_value="two scales").tag(sync=True)
    train_length = traitlets.Int(40, min=10, max=2000).tag(sync=True)
    test_length = traitlets.Int(40, min=5, max=1000, allow_none=True).tag(sync=True)
    shift = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=2**32 - 1).tag(sync=True)

    def still(self) -> figures.Picture:
        """Draw what the layer learned beside that of Gaussian features, and its strides on endless prompts."""
        skill, P, test = np.arange(1, self.DIM + 1), self.preconditioner(self.train_kind), self.test_cov()
        series = [figures.Series(f"P, trained on\n{self.train_kind}", skill, np.diag(P), points=True)]
        if self.train_kind != "Gaussian":
            series.append(figures.Series("P, Gaussian", skill, np.diag(self.preconditioner("Gaussian"))))
        return figures.lines(
            [*series, figures.Series("stride", skill, np.diag(P @ test), points=True)],
            x_label="skill i, strongest in training first",
            y_label="P, stride",
            log_y=True,
            level=(2.0, "diverges above"),
        )

    def preconditioner(self, kind: str) -> Preconditioner:
        """Return what the layer learns from features of a kind.

        Parameters
        ----------
        kind
            One of `KINDS`.
        """
        trained = covariance.power_law(self.DIM, self.TAIL, trace=self.DIM)
        moments = features.fourth_moments(trained, KINDS[kind])
        return theory.preconditioner(Task(trained, self.train_length), fourth_moments=moments)

    def test_cov(self) -> Covariance:
        """Covariance of the test prompts."""
        return covariance.power_law(self.DIM, self.TAIL * (1 - self.shift), trace=self.DIM)
