"""A shipped GPT that thinks in the browser, step by step, about a prompt whose labels can be changed."""

from typing import Any

import numpy as np
import traitlets
from jaxtyping import Float64

from monograph import figures
from monograph.widgets.base import JAVASCRIPT, Widget, bundle
from monograph.widgets.shipped import delivered
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

GPTS = {
    "one layer, even data": ("live distances", 0.0),
    "two layers, skewed data": ("deep skewed", 1.0),
}
"""Shipped models, and the exponent of the data that each was trained on."""
LENGTH = 20
HALF = 5  # of the skills of a prompt: those that the GPT of one layer reads


class GPTAtWork(Widget):
    """The chain of a GPT on one prompt, what each head attends to, and what a changed label does to both.

    Two shipped GPTs run in the browser, with their weights in half precision as they are shipped: that of the recipe
    *distances*, with d = 5 and one layer, and one of d = 10 and two layers without LayerNorm, which was trained on
    skewed data, λᵢ ∝ 1/i. Both read isotropic prompts of 20 examples.

    Parameters
    ----------
    gpt
        Which of them thinks, one of `GPTS`.
    prompt
        Which prompt is read, 1 to 8.
    steps
        Number of thinking steps k, 0 to 30.
    layer
        Whose attention is shown, 1 or 2; of the GPT with one layer its own.
    head
        "each" head at this step, or at every step the "mean" of the heads or one of them, "1" to "4".
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
    controls = ("gpt", "prompt", "steps", "layer", "head", "example", "change")
    STEPS, PROMPTS, LENGTH = 30, 8, LENGTH
    gpt = traitlets.Enum(tuple(GPTS), default_value="one layer, even data").tag(sync=True)
    prompt = traitlets.Int(1, min=1, max=8).tag(sync=True)
    steps = traitlets.Int(0, min=0, max=30).tag(sync=True)
    layer = traitlets.Int(1, min=1, max=2).tag(sync=True)
    head = traitlets.Enum(("each", "mean", "1", "2", "3", "4"), default_value="each").tag(sync=True)
    example = traitlets.Int(1, min=1, max=20).tag(sync=True)
    change = traitlets.Float(0.0, min=-4.0, max=4.0).tag(sync=True)
    prompts = traitlets.List(read_only=True).tag(sync=True)
    shapes = traitlets.Dict(read_only=True).tag(sync=True)
    weights = traitlets.Unicode(read_only=True).tag(sync=True)
    skewed_weights = traitlets.Unicode(read_only=True).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        shapes, texts = delivered({name: model for name, (model, _exponent) in GPTS.items()})
        for name, shape in shapes.items():
            shape["strengths"] = np.diag(_taught(name, shape["dim"]).cov).round(6).tolist()
        rng = np.random.default_rng(3)
        sizes = (self.PROMPTS, self.LENGTH, HALF), (self.PROMPTS, 1, HALF)
        halves = [np.concatenate([rng.standard_normal(size) for size in sizes], axis=1) for _ in range(2)]
        prompts = np.concatenate(halves, axis=2).reshape(self.PROMPTS, -1)
        self.set_trait("prompts", [" ".join(f"{number:.3f}" for number in prompt) for prompt in prompts])
        for name, value in {"shapes": shapes, **texts}.items():
            self.set_trait(name, value)
        super().__init__(**settings)

    def drawn(self) -> tuple[Float64[np.ndarray, "length d"], Float64[np.ndarray, " d"]]:
        """Examples and weight of the chosen prompt, as many skills of them as the GPT reads.

        Examples
        --------
        >>> x, w = GPTAtWork().drawn()
        >>> x.shape, w.shape
        ((20, 5), (5,))
        """
        numbers = np.array(self.prompts[self.prompt - 1].split(), dtype=float).reshape(self.LENGTH + 1, -1)
        *x, w = numbers[:, : self.shapes[self.gpt]["dim"]]
        return np.array(x), w

    def still(self) -> figures.Picture:
        """Error of each thinking step of the GPT, and of the closed form of the linear layer."""
        import torch  # only here: the page computes by itself

        from monograph.experiments.gpt2 import plan
        from ttsbook.data.prompts import Prompts
        from ttsbook.models import transformer
        from ttsbook.models.attention import LinearSelfAttention
        from ttsbook.thinking import cot

        gpt = transformer.load(plan.shipped_path(GPTS[self.gpt][0]), dtype=torch.float64)
        preconditioner = theory.preconditioner(_taught(self.gpt, gpt.dim))
        layer = LinearSelfAttention(gpt.dim, dtype=torch.float64).set_preconditioner(preconditioner)
        x, w = (torch.from_numpy(part)[None] for part in self.drawn())
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


def _taught(name: str, dim: int) -> Task:
    """Task that a shipped GPT was trained on."""
    return Task(covariance.power_law(dim, GPTS[name][1], trace=dim), LENGTH)
