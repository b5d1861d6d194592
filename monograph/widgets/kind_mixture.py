"""Four kinds of tasks, mixed by hand, and the error of each thinking step."""

import warnings
from functools import cache
from typing import Any

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets.base import bundle
from monograph.widgets.layers import Chain, LayerErrors
from monograph.widgets.simulation import Curve
from ttsbook import theory
from ttsbook.arrays import Covariance, Indices, MixtureWeights, Preconditioner, VectorLike
from ttsbook.data import covariance, pools
from ttsbook.data.tasks import Mixture, Task
from ttsbook.theory import selection

DIM, STEPS, SELECTED = 20, 20, 5
SEEDS = (7, 2, 6, 9)


class KindMixture(LayerErrors):
    """Error of thinking after training on a mixture of four tasks, beside three mixtures chosen otherwise.

    Each pool holds one task of every kind of `pools.KINDS`, with d = 20 skills in common, in random
    orders, and trace d. The target is the power law of exponent 0.8 with trace d, and m = ∞. A
    skill that no task of the mixture uses is never answered.

    Parameters
    ----------
    pool
        Number of the pool, 1 to 4.
    easy_short, hard_short, easy_long, hard_long
        Parts of the four tasks, 0 to 1; they are divided by their sum. If all are zero, all count alike.
    scaling
        What a step divides by: the "usual" number, or the "best", for each mixture that of least error at k = 5.

    Examples
    --------
    >>> KindMixture(easy_short=1.0, hard_long=1.0).weights().tolist()
    [0.5, 0.0, 0.0, 0.5]
    """

    _esm = bundle("kind_mixture.js")
    controls = ("pool", "easy_short", "hard_short", "easy_long", "hard_long", "scaling")
    pool = traitlets.Int(1, min=1, max=len(SEEDS)).tag(sync=True)
    easy_short = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    hard_short = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    easy_long = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    hard_long = traitlets.Float(1.0, min=0.0, max=1.0).tag(sync=True)
    scaling = traitlets.Enum(("usual", "best"), default_value="usual").tag(sync=True)
    pools = traitlets.List(read_only=True).tag(sync=True)
    target = traitlets.List(read_only=True).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        self.set_trait("target", np.diag(_target()).tolist())
        self.set_trait("pools", list(map(_described, SEEDS)))
        super().__init__(**settings)

    def weights(self) -> MixtureWeights:
        """Weights of the four tasks as they are set."""
        parts = np.array([self.easy_short, self.hard_short, self.easy_long, self.hard_long])
        return parts / parts.sum() if parts.sum() > 0 else np.full(4, 1 / 4)

    def curve(self, weights: VectorLike) -> Curve:
        """Error / d of each step after training on the tasks of the pool with these weights."""
        P = self._learned(np.asarray(weights, dtype=np.float64))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", theory.DivergenceWarning)
            return theory.cot_error_limit(P, np.diag(self.target), STEPS) / DIM

    def expected(self) -> Curve:
        """Error / d of each step after training on the mixture as it is set."""
        return self.curve(self.weights())

    def chain(self) -> Chain:
        """Layer that is simulated, and its test prompts."""
        return Chain(self._learned(self.weights()), np.diag(self.target), None, STEPS, SELECTED)

    def _learned(self, weights: MixtureWeights) -> Preconditioner:
        """Preconditioner, zero on skills that no task of the mixture uses."""
        chosen = [(task, w) for task, w in zip(_drawn(SEEDS[self.pool - 1]), weights, strict=True) if w > 0]
        used = np.flatnonzero(sum(np.diag(task.cov) for task, _ in chosen))
        P = np.zeros((DIM, DIM))
        tasks = [_on(task, used) for task, _ in chosen]
        P[np.ix_(used, used)] = theory.preconditioner(Mixture(tasks, np.array([w for _, w in chosen])))
        return P if self.scaling == "usual" else P / theory.best_scaling_limit(P, np.diag(self.target), SELECTED)

    def still(self) -> figures.Picture:
        """Errors after training on four mixtures, one of them as it is set."""
        shown = self.pools[self.pool - 1]
        mixtures = {
            "even": np.full(4, 1 / 4),
            "yours": self.weights(),
            "paper's": shown["paper"],
            "least at k = 5\nas it is": shown["exact"],
        }
        return figures.lines(
            [figures.Series(name, np.arange(STEPS + 1), self.curve(one)) for name, one in mixtures.items()],
            x_label="thinking steps k",
            y_label="error / d, mean over w",
            log_y=True,
            y_limits=(1e-6, 1e4),
            level=(1.0, "no answer"),
        )


def _drawn(seed: int) -> list[Task]:
    return pools.random_pool(DIM, rng=np.random.default_rng(seed), trace=DIM, each=1)


def _on(task: Task, used: Indices) -> Task:
    """Restrict a task to these skills; those that it loses have strength zero."""
    return type(task)(task.cov[np.ix_(used, used)], task.prompt_length)


def _target() -> Covariance:
    return covariance.power_law(DIM, 0.8, trace=DIM)


@cache  # the mixtures take a second a pool, and every widget shows the same
def _described(seed: int) -> dict[str, Any]:
    tasks, target_cov = _drawn(seed), _target()
    paper = selection.quadratic_program([task.cov for task in tasks], target_cov).weights
    exact = selection.optimal_mixture(tasks, target_cov, SELECTED).weights
    return {
        "tasks": [np.diag(task.cov).tolist() for task in tasks],
        "lengths": [task.prompt_length for task in tasks],
        "paper": paper.round(9).tolist(),
        "exact": exact.round(9).tolist(),
    }
