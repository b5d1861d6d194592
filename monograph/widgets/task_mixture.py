"""The mixtures of three tasks, and the error that each leads to."""

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets.base import bundle
from monograph.widgets.layers import Chain, LayerErrors
from monograph.widgets.simulation import Curve
from ttsbook import theory
from ttsbook.arrays import Covariance
from ttsbook.data import covariance
from ttsbook.data.tasks import Task, mix
from ttsbook.theory import selection

DIM = 20


class TaskMixture(LayerErrors):
    """The simplex of three tasks, colored by the error after k thinking steps at m = ∞.

    Tasks and target have d = 20 skills in common, power laws with trace d. The third task is the
    hard one with the order of its skills reversed. The picture has no axis for an error, so that of the
    mixture that can be moved is simulated in words.

    Parameters
    ----------
    target_exponent, easy_exponent, hard_exponent
        Exponents of the power laws, 0 to 1.6.
    train_length
        Prompt length n of all tasks, 1 to 1000.
    steps
        Number of thinking steps k, 1 to 20.
    share_easy, share_hard
        Weights of the first two tasks in the mixture that can be moved, 0 to 1.

    Examples
    --------
    >>> tasks, target = TaskMixture(train_length=50).pool()
    >>> tasks[0]
    Task(dim=20, prompt_length=50, noise_variance=0.0)
    """

    _esm = bundle("task_mixture.js")
    controls = (
        "target_exponent",
        "easy_exponent",
        "hard_exponent",
        "train_length",
        "steps",
        "share_easy",
        "share_hard",
    )
    target_exponent = traitlets.Float(0.7, min=0.0, max=1.6).tag(sync=True)
    easy_exponent = traitlets.Float(0.2, min=0.0, max=1.6).tag(sync=True)
    hard_exponent = traitlets.Float(1.2, min=0.0, max=1.6).tag(sync=True)
    train_length = traitlets.Int(100, min=1, max=1000).tag(sync=True)
    steps = traitlets.Int(1, min=1, max=20).tag(sync=True)
    share_easy = traitlets.Float(0.2, min=0.0, max=1.0).tag(sync=True)
    share_hard = traitlets.Float(0.2, min=0.0, max=1.0).tag(sync=True)

    def pool(self) -> tuple[list[Task], Covariance]:
        """Tasks, and covariance of the target."""
        easy, hard, target = (
            covariance.power_law(DIM, exponent, trace=DIM)
            for exponent in (self.easy_exponent, self.hard_exponent, self.target_exponent)
        )
        return [Task(cov, self.train_length) for cov in (easy, hard, hard[::-1, ::-1])], target

    def weights(self) -> list[float]:
        """Weights of the three tasks in the mixture that can be moved."""
        hard = min(self.share_hard, 1 - self.share_easy)
        return [self.share_easy, hard, max(0.0, 1 - self.share_easy - hard)]

    def expected(self) -> Curve:
        """Error / d of each step after training on that mixture."""
        P, target, *_ = self.chain()
        return theory.cot_error_limit(P, target, self.steps) / DIM

    def chain(self) -> Chain:
        """Layer that is simulated, and its test prompts."""
        tasks, target = self.pool()
        P = theory.preconditioner(mix(tasks, self.weights()))
        return Chain(P, target, None, self.steps, self.steps)

    def still(self) -> figures.Picture:
        """Map of the error over all mixtures, with four of them marked."""
        tasks, target = self.pool()
        error = selection.MixtureError(tasks, target, self.steps).error
        return figures.simplex(
            lambda weights: error(weights) / DIM,
            ("easy", "hard", "hard, skills\nreversed"),
            {
                "yours": self.weights(),
                "even": np.full(3, 1 / 3),
                "paper's": selection.quadratic_program([task.cov for task in tasks], target).weights,
                "least error": selection.optimal_mixture(tasks, target, self.steps).weights,
            },
            label=f"error / d after {self.steps} step{'s' if self.steps > 1 else ''}, mean over w",
            top=1.0,
        )
