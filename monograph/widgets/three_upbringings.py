"""Three layers brought up in three ways, before the reader's eyes: they answer alike, and one can think."""

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets import tours
from monograph.widgets.base import JAVASCRIPT, Widget, bundle
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

RECIPES = ("shift", "direct", "independent", "noisy", "unrolled", "teacher-forced")


class ThreeUpbringings(Widget):
    """Three layers that are equal at birth, trained in the browser by three recipes on the same prompts.

    All of V and W is free, as in `training.train` with `recipes` and Adam: step size 0.03, weight decay 0.01,
    batches of 128, all weights from N(0, 0.05²). The layers then think about 100 test prompts, token by
    token. The still picture has what theory says of the recipes that determine it, for endless test prompts and
    layers of which V31, W13 and W24 alone are free: others may leak, and then go other ways.

    Parameters
    ----------
    first, second, third
        Recipes, each one of `RECIPES`.
    dim
        Dimension d, 2 to 6.
    exponent
        Exponent of the power law of the strengths, whose sum is d, 0 to 2.
    train_length, test_length
        Prompt lengths n and m.
    updates
        Number of updates of a training, 1 to 2000.
    steps
        Number of thinking steps k at which the layers are compared, 0 to 20.
    seed
        Seed of the weights at birth and of all prompts.
    brief
        Offer few controls.
    tour
        Stop of the guided tour, from 1; 0 for none.

    Examples
    --------
    >>> "“noisy”: falls from 1 to 0.0069 at 2, then rises" in ThreeUpbringings(second="noisy").still().alt
    True
    """

    _esm = bundle("three_upbringings.js")
    _css = Widget._css + (JAVASCRIPT / "three_upbringings.css").read_text(encoding="utf-8")
    controls = (
        "first",
        "second",
        "third",
        "dim",
        "exponent",
        "train_length",
        "test_length",
        "updates",
        "steps",
        "seed",
        "tour",
    )
    STEPS = 20
    first = traitlets.Enum(RECIPES, default_value="shift").tag(sync=True)
    second = traitlets.Enum(RECIPES, default_value="direct").tag(sync=True)
    third = traitlets.Enum(RECIPES, default_value="independent").tag(sync=True)
    dim = traitlets.Int(4, min=2, max=6).tag(sync=True)
    exponent = traitlets.Float(0.7, min=0.0, max=2.0).tag(sync=True)
    train_length = traitlets.Int(20, min=2, max=1000).tag(sync=True)
    test_length = traitlets.Int(200, min=2, max=100_000).tag(sync=True)
    updates = traitlets.Int(300, min=1, max=2000).tag(sync=True)
    steps = traitlets.Int(1, min=0, max=20).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=10**6).tag(sync=True)
    brief = traitlets.Bool(False).tag(sync=True)
    tour = tours.trait("ThreeUpbringings")

    def still(self) -> figures.Picture:
        """Error of each thinking step that theory says the recipes lead to."""
        from monograph.experiments.recipes.run import RECIPES as made  # loads PyTorch, which looking does not need

        task = Task(covariance.power_law(self.dim, self.exponent, trace=self.dim), self.train_length)
        k, perfect = np.arange(self.STEPS + 1), theory.preconditioner(task)
        curves = {} if "shift" in (self.first, self.second, self.third) else {"perfect\nlayer": (perfect, 1.0)}
        for name in dict.fromkeys((self.first, self.second, self.third)):
            P, ratio = made[name].prediction(task)
            if P is not None and ratio is not None:
                curves[name] = (P, ratio)
        return figures.lines(
            [
                figures.Series(
                    name, k, theory.layer_error(P, ratio * np.eye(self.dim), task.cov, self.STEPS) / self.dim
                )
                for name, (P, ratio) in curves.items()
            ],
            x_label="thinking steps k",
            y_label="error left, in theory" if self.brief else "error / d, mean over w, theory without leaks",
            log_y=True,
            y_limits=(1e-6, 1e2),
            level=(1.0, "no answer"),
        )
