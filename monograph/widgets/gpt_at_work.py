"""A shipped GPT that thinks in the browser, step by step, about a prompt whose labels can be changed."""

from typing import Any

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets.base import JAVASCRIPT, Widget, bundle
from monograph.widgets.shipped import packed
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task


class GPTAtWork(Widget):
    """The chain of a GPT on one prompt, what each head attends to, and what a changed label does to both.

    The GPT is the shipped one of the recipe *distances*, with d = 5 and one layer. It runs in the browser,
    with its weights in half precision as they are shipped. The prompts are isotropic, of 20 examples.

    Parameters
    ----------
    prompt
        Which prompt is read, 1 to 8.
    steps
        Number of thinking steps k, 0 to 30.
    example
        Which example has its label changed, 1 to 20.
    change
        What is added to that label, -4 to 4.

    Examples
    --------
    >>> GPTAtWork(change=2.0).still().alt.split(":")[0]
    'Line chart of error / d (logarithmic scale) against thinking steps k, from 0 to 30. “GPT”'
    """

    _esm = bundle("gpt_at_work.js")
    _css = Widget._css + (JAVASCRIPT / "gpt_at_work.css").read_text(encoding="utf-8")
    controls = ("prompt", "steps", "example", "change")
    STEPS, PROMPTS, LENGTH, MODEL = 30, 8, 20, "live distances"
    prompt = traitlets.Int(1, min=1, max=8).tag(sync=True)
    steps = traitlets.Int(0, min=0, max=30).tag(sync=True)
    example = traitlets.Int(1, min=1, max=20).tag(sync=True)
    change = traitlets.Float(0.0, min=-4.0, max=4.0).tag(sync=True)
    x = traitlets.List(read_only=True).tag(sync=True)
    w = traitlets.List(read_only=True).tag(sync=True)
    shape = traitlets.Dict(read_only=True).tag(sync=True)
    weights = traitlets.Unicode(read_only=True).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        shape, weights = packed(self.MODEL)
        rng = np.random.default_rng(3)
        data = {
            "shape": shape,
            "weights": weights,
            "x": rng.standard_normal((self.PROMPTS, self.LENGTH, shape["dim"])).round(3).tolist(),
            "w": rng.standard_normal((self.PROMPTS, shape["dim"])).round(3).tolist(),
        }
        for name, value in data.items():
            self.set_trait(name, value)
        super().__init__(**settings)

    def still(self) -> figures.Picture:
        """Error of each thinking step of the GPT, and of the closed form of the linear layer."""
        import torch  # only here: the page computes by itself

        from monograph.experiments.gpt2 import plan
        from ttsbook.data.prompts import Prompts
        from ttsbook.models import transformer
        from ttsbook.models.attention import LinearSelfAttention
        from ttsbook.thinking import cot

        gpt = transformer.load(plan.shipped_path(self.MODEL), dtype=torch.float64)
        task = Task(covariance.isotropic(gpt.dim), self.LENGTH)
        layer = LinearSelfAttention(gpt.dim, dtype=torch.float64).set_preconditioner(theory.preconditioner(task))
        x, w = (torch.tensor([part[self.prompt - 1]], dtype=torch.float64) for part in (self.x, self.w))
        y = torch.einsum("bmd,bd->bm", x, w)
        y[0, self.example - 1] += self.change
        drawn, k = Prompts(x, y, w, torch.tensor([self.LENGTH])), np.arange(self.STEPS + 1)
        chains = {
            name: cot.think(model, drawn, self.STEPS) for name, model in {"GPT": gpt, "linear\nlayer": layer}.items()
        }
        return figures.lines(
            [figures.Series(name, k, (chain[0] - w[0]).square().mean(dim=1).numpy()) for name, chain in chains.items()],
            x_label="thinking steps k",
            y_label="error / d",
            log_y=True,
            y_limits=(1e-7, 10),
            level=(1.0, "no answer"),
        )
