"""A GPT that is trained in the browser, beside a twin of another upbringing: who of them learns to think."""

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets.base import JAVASCRIPT, Widget, bundle
from ttsbook import theory
from ttsbook.arrays import Covariance
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

RECIPES = ("distances", "zero only", "skewed data")


class GPTGrowing(Widget):
    """A GPT of one layer without LayerNorm and its twin, equal at birth, trained in the browser from nothing.

    Both see the same prompts, and take updates of Adam as the chapter has it: step size 0.003, 100 updates of
    warm-up, cosine, clipped at 1. *Distances* is `gpt_recipes.Distances` with four starts on a prompt, *zero only* has
    one start, which is zero, and *skewed data* is *distances* on examples whose strengths follow a power law. Both are
    tested on isotropic prompts. The still picture has what theory says of the linear layers that the same data teach.

    Parameters
    ----------
    first, second
        Upbringing of the GPT and of its twin, each one of `RECIPES`; of the twin also "none".
    size
        "small": width 32, two heads, batches of 32 prompts; "large": width 64, four heads, batches of 64, as the
        recipes of the chapter have it. Its updates take some five times as long. With seven skills, 1,000 of them
        teach it to think; whether they teach a small one depends on the seed.
    dim
        Number of skills d, 2 to 8.
    exponent
        Exponent of the power law of skewed strengths, whose sum is d, 0 to 3.
    train_length, test_length
        Prompt lengths n and m, 2 to 40 and 2 to 100.
    updates
        Number of updates of a training, 1 to 2000.
    steps
        Number of thinking steps k at which the errors are told, 0 to 30.
    seed
        Seed of the weights at birth and of all prompts.

    Examples
    --------
    >>> GPTGrowing(first="skewed data", train_length=24, test_length=100).still().alt.split(":")[0]
    'Line chart of error / d, linear layer (logarithmic scale) against thinking steps k, from 0 to 30. “skewed data”'
    """

    _esm = bundle("gpt_growing.js")
    _css = Widget._css + (JAVASCRIPT / "gpt_growing.css").read_text(encoding="utf-8")
    controls = ("first", "second", "size", "dim", "exponent", "train_length", "test_length", "updates", "steps", "seed")
    STEPS = 30
    first = traitlets.Enum(RECIPES, default_value="distances").tag(sync=True)
    second = traitlets.Enum((*RECIPES, "none"), default_value="zero only").tag(sync=True)
    size = traitlets.Enum(("small", "large"), default_value="small").tag(sync=True)
    dim = traitlets.Int(3, min=2, max=8).tag(sync=True)
    exponent = traitlets.Float(2.0, min=0.0, max=3.0).tag(sync=True)
    train_length = traitlets.Int(12, min=2, max=40).tag(sync=True)
    test_length = traitlets.Int(12, min=2, max=100).tag(sync=True)
    updates = traitlets.Int(1000, min=1, max=2000).tag(sync=True)
    steps = traitlets.Int(20, min=0, max=30).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=10**6).tag(sync=True)

    def _trained_on(self, recipe: str) -> Covariance:
        """Covariance of the examples that a recipe shows."""
        exponent = self.exponent if recipe == "skewed data" else 0.0
        return covariance.power_law(self.dim, exponent, trace=self.dim)

    def still(self) -> figures.Picture:
        """Error of each thinking step of the linear layers that the data teach, as theory has it."""
        dim, tested = self.dim, covariance.isotropic(self.dim)
        taught = {"skewed data" if name == "skewed data" else "even data": name for name in (self.second, self.first)}
        curves = []
        for label, name in reversed(taught.items()):
            if name != "none":
                task = Task(self._trained_on(name), self.train_length)
                errors = theory.layer_error(theory.preconditioner(task), np.eye(dim), tested, self.STEPS) / dim
                curves.append(figures.Series(label, np.arange(self.STEPS + 1), errors))
        return figures.lines(
            curves,
            x_label="thinking steps k",
            y_label="error / d, linear layer",
            log_y=True,
            y_limits=(1e-6, 1e3),
            level=(1.0, "no answer"),
        )
