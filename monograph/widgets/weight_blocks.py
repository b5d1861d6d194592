"""The weights of the layer, to be edited."""

import warnings
from typing import Any

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets import tours
from monograph.widgets.base import Widget, bundle
from ttsbook import theory
from ttsbook.arrays import Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task


class WeightBlocks(Widget):
    """All weights of the attention layer at d = 1, to be edited, and the error of its chain of thought.

    The error is the mean over 64 prompts of 20 examples with covariance 1, drawn with seed 0.
    The curves are simulations themselves, in the browser: a kernel would add nothing.

    Parameters
    ----------
    V, W
        Weights, row by row; rows and columns are x, y, w, flag. By default the closed form.
    tour
        Stop of the guided tour, from 1; 0 for none.

    Examples
    --------
    >>> len(WeightBlocks().V)
    16
    """

    _esm = bundle("weight_blocks.js")
    controls = ("V", "W", "tour")
    STEPS, PROMPTS, LENGTH = 20, 64, 20
    V = traitlets.List(traitlets.Float(), minlen=16, maxlen=16).tag(sync=True)
    W = traitlets.List(traitlets.Float(), minlen=16, maxlen=16).tag(sync=True)
    closed_V = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    closed_W = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    examples = traitlets.List(read_only=True).tag(sync=True)
    weights = traitlets.List(read_only=True).tag(sync=True)
    tour = tours.trait("WeightBlocks")

    def __init__(self, **settings: Any) -> None:
        P = theory.preconditioner(Task(covariance.isotropic(1), self.LENGTH))
        closed_V, closed_W = np.zeros((2, 4, 4))
        closed_V[2, 0], closed_W[0, 2], closed_W[1, 3] = -P[0, 0], 1.0, -1.0
        rng = np.random.default_rng(0)
        data = {
            "closed_V": closed_V.ravel().tolist(),
            "closed_W": closed_W.ravel().tolist(),
            "examples": rng.standard_normal((self.PROMPTS, self.LENGTH)).round(4).tolist(),
            "weights": rng.standard_normal(self.PROMPTS).round(4).tolist(),
        }
        for name, value in data.items():
            self.set_trait(name, value)
        super().__init__(**{"V": self.closed_V, "W": self.closed_W, **settings})

    def still(self) -> figures.Picture:
        """Mean squared error of each thinking step, of this layer and of the closed form."""
        steps = np.arange(self.STEPS + 1)
        return figures.lines(
            [
                figures.Series("closed form", steps, self._mean_error(self.closed_V, self.closed_W)),
                figures.Series("your layer", steps, self._mean_error(self.V, self.W)),
            ],
            x_label="thinking steps k",
            y_label="mean squared error",
            log_y=True,
            level=(1.0, "no answer"),
        )

    def _mean_error(self, V: list[float], W: list[float]) -> Vector:
        import torch  # only this widget needs it, and it takes seconds to load

        from ttsbook.data import prompts
        from ttsbook.models import attention
        from ttsbook.thinking import cot

        model = attention.LinearSelfAttention(1, dtype=torch.float64)
        with torch.no_grad():
            model.get_parameter("V").copy_(torch.tensor(V, dtype=torch.float64).reshape(4, 4))
            model.get_parameter("W").copy_(torch.tensor(W, dtype=torch.float64).reshape(4, 4))
        x = torch.tensor(self.examples, dtype=torch.float64)[..., None]  # (prompts, m, 1)
        w = torch.tensor(self.weights, dtype=torch.float64)[:, None]  # (prompts, 1)
        batch = prompts.Prompts(x, x[..., 0] * w, w, torch.full((len(x),), x.shape[1]))
        with warnings.catch_warnings():  # a chain that diverges is seen to
            warnings.simplefilter("ignore", theory.DivergenceWarning)
            answers = cot.think(model, batch, self.STEPS, literal=True)
        return ((answers - w[:, None]) ** 2).mean(dim=(0, 2)).numpy()
