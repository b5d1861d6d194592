"""Two causes of a curve that turns, and three treatments that tell them apart."""

import warnings

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets.base import Widget, bundle
from monograph.widgets.simulation import Curve
from ttsbook import theory
from ttsbook.arrays import Preconditioner
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

TREATMENTS = {"half": "half step", "vote": "vote of 8", "longer": "8 times\nlonger prompt"}


class TwoCauses(Widget):
    """Error of each thinking step on one prompt with noisy labels, exact, beside its bias and its noise, for d = 20.

    Training strengths are those of the book, i^-0.8 with trace 20. The prompt is drawn by its seed: in the browser,
    and for the still picture, by different generators.

    Parameters
    ----------
    noise_variance
        Variance of the label noise in training and in the test, 0 to 30.
    test_length, train_length
        Prompt lengths m, 25 to 2500, and n, 10 to 1000.
    shift
        How far the test goes from the strengths of the training to equal ones, 0 to 1.
    treatment
        What is tried: "none", "half" steps, the "vote" of eight answers from eight prompts, or one prompt that is
        eight times "longer".
    seed
        Seed of the eight prompts; the first is shown as it is.

    Examples
    --------
    >>> TwoCauses(treatment="vote").still().alt.split(" (")[0]
    'Line chart of error / d, mean over w and noise'
    """

    _esm = bundle("two_causes.js")
    controls = ("noise_variance", "test_length", "train_length", "shift", "treatment", "seed")
    DIM, STEPS, VOTES, TAIL = 20, 60, 8, 0.8
    noise_variance = traitlets.Float(5.0, min=0.0, max=30.0).tag(sync=True)
    test_length = traitlets.Int(40, min=25, max=2500).tag(sync=True)
    train_length = traitlets.Int(40, min=10, max=1000).tag(sync=True)
    shift = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    treatment = traitlets.Enum(("none", *TREATMENTS), default_value="none").tag(sync=True)
    seed = traitlets.Int(0, min=0, max=2**32 - 1).tag(sync=True)

    def still(self) -> figures.Picture:
        """Draw the error as it is, its bias, and what the treatment makes of it."""
        k = np.arange(self.STEPS + 1)
        curves = {"as it is": self.errors("none"), "its bias": self.errors("none", noise=0.0)}
        if self.treatment != "none":
            curves[TREATMENTS[self.treatment]] = self.errors(self.treatment)
        return figures.lines(
            [figures.Series(name, k, errors / self.DIM) for name, errors in curves.items()],
            x_label="thinking steps k",
            y_label="error / d, mean over w and noise",
            log_y=True,
            y_limits=(1e-2, 1e2),
            level=(1.0, "no answer"),
        )

    def errors(self, treatment: str, *, noise: float | None = None) -> Curve:
        """Error of each step after a treatment, with the label noise of the test as it is set or another.

        Parameters
        ----------
        treatment
            One of those of the trait.
        noise
            Variance of the label noise in the test.
        """
        noise = self.noise_variance if noise is None else noise
        P, m, k = self.preconditioner(), self.test_length, np.arange(self.STEPS + 1)
        test = covariance.power_law(self.DIM, self.TAIL * (1 - self.shift), trace=self.DIM)
        rng = np.random.default_rng(self.seed)
        portions = covariance.sample_empirical(test, m, samples=self.VOTES, rng=rng)
        with warnings.catch_warnings():  # a chain that diverges is seen to
            warnings.simplefilter("ignore", theory.DivergenceWarning)
            if treatment == "vote":
                return theory.vote_error(P, portions, m, k, noise_variance=noise)
            if treatment == "longer":
                return theory.noisy_error(P, portions.mean(axis=0), self.VOTES * m, k, noise_variance=noise)
            half = P / 2 if treatment == "half" else P
            return theory.noisy_error(half, portions[0], m, k, noise_variance=noise)

    def preconditioner(self) -> Preconditioner:
        """Return what training with noisy labels has reached."""
        trained = covariance.power_law(self.DIM, self.TAIL, trace=self.DIM)
        return theory.preconditioner(Task(trained, self.train_length, noise_variance=self.noise_variance))
