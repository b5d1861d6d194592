"""A GPT that thinks: the shipped curves, and a shipped model on fresh prompts."""

import itertools
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from traitlets import Bunch

from monograph import figures
from monograph.experiments import results
from monograph.experiments.gpt2 import plan
from monograph.experiments.gpt2 import read as gpt2
from monograph.widgets.base import bundle
from monograph.widgets.layers import thinking
from monograph.widgets.shipped import delivered
from monograph.widgets.simulation import Chunk, Simulating, Summary, running
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

RECIPES = {
    "direct": "trained to answer directly",
    "independent": "start unrelated to w",
    "one distance": "start at one distance from w",
    "plain loss": "all distances, plain squared loss",
    "absolute head": "all distances, says the whole w",
    "unrolled 5": "five steps, all asked for",
    "outcome 5": "five steps, only the last asked for",
    "chain in sight": "five steps, sees its whole chain",
    "positions": "five steps, whole chain, learned positions",
    "distances": "all distances, relative loss",
}
STEPS = 30
SHIPPED = {9: "live distances", 11: "deep skewed"}  # by what is shown
SKEWED = {True: "skewed training, with LayerNorm", False: "skewed training, without LayerNorm"}


class GPTThinking(Simulating):
    """Error of a trained GPT against the number of thinking steps, beside the theory of linear attention.

    All models are trained and tested on isotropic prompts of 20 examples, except the skewed ones, which
    are trained on λᵢ ∝ 1/i. The first ten have d = 5, the skewed ones d = 10. Two models are shipped and
    can be simulated, in the page or in a kernel, each the first of its three seeds: that of the last recipe, and the
    skewed one without LayerNorm.

    Parameters
    ----------
    shown
        Which training is shown, from 0.
    steps
        Number of thinking steps k, 0 to 30.

    Examples
    --------
    >>> "trained to answer directly" in GPTThinking(shown=0).still().alt
    True
    """

    _esm = bundle("gpt_thinking.js")
    controls = ("shown", "steps")
    PROMPTS, CHUNK = 2048, 64
    DEPENDS = ("shown",)
    shown = traitlets.Int(9, min=0).tag(sync=True)
    steps = traitlets.Int(10, min=0, max=STEPS).tag(sync=True)
    curves = traitlets.List().tag(sync=True)
    shipped = traitlets.Dict(read_only=True).tag(sync=True)
    weights = traitlets.Unicode(read_only=True).tag(sync=True)
    skewed_weights = traitlets.Unicode(read_only=True).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        shapes, texts = delivered({str(shown): model for shown, model in SHIPPED.items()})
        for name, value in {"shipped": shapes, **texts}.items():
            self.set_trait(name, value)
        super().__init__(curves=_curves(results.results_dir()), **settings)

    @traitlets.validate("shown")
    def _valid_shown(self, proposal: Bunch) -> int:
        if self.curves and proposal["value"] >= len(self.curves):
            raise traitlets.TraitError(f"shown must be below {len(self.curves)}, got {proposal['value']}")
        return proposal["value"]

    def settings(self) -> dict[str, dict[str, Any]]:
        """Describe what the controls can be set to; only a training that there is can be shown."""
        settings = super().settings()
        settings["shown"]["most"] = len(self.curves) - 1
        return settings

    def errors(self) -> Iterator[Chunk]:
        """Let the shipped model of the chosen training think about fresh prompts, and yield errors / d."""
        from ttsbook.models import transformer  # only here: the picture needs no model

        if self.shown not in SHIPPED:
            names = "; ".join(self.curves[shown]["name"] for shown in SHIPPED)
            raise ValueError(f"the model of this training is not shipped. Shipped are: {names}")
        model = transformer.load(plan.shipped_path(SHIPPED[self.shown]))
        task = Task(covariance.isotropic(model.dim), 20)
        for gaps in thinking(model, task, STEPS, seed=self.seed, chunk=self.CHUNK, condensed=False):
            yield gaps.mean(axis=-1)

    def summed(self, chunks: Iterable[Chunk]) -> Iterator[Summary]:
        """Sum up the errors, by their mean and then, in the same arrays, by their median."""
        for_mean, for_median = itertools.tee(chunks)
        for mean, median in zip(running(for_mean), running(for_median, summary="median"), strict=True):
            points, low, high = map(np.concatenate, zip(mean[:3], median[:3], strict=True))
            yield points, low, high, mean[3]

    def expected(self) -> None:
        """Nothing exact is known of a GPT; the curves lie in the middle of three seeds."""

    def headline(self) -> tuple[int, str, str]:
        """Say what is put in words: the place of a point, its name, and what the prompts are."""
        steps = f"{self.steps} step{'' if self.steps == 1 else 's'}"
        return self.steps, f"Shipped model, mean error / d after {steps}", "prompts of 20 examples"

    def still(self) -> figures.Picture:
        """Mean and median of the chosen training, up to k steps, and the reference."""
        chosen, k = self.curves[self.shown], np.arange(self.steps + 1)
        names = {"reference": "LSA theory,\nreference", "mean": "GPT, mean", "median": "GPT, median"}
        return figures.lines(
            [figures.Series(name, k, np.array(chosen[key].split(), dtype=float)[k]) for key, name in names.items()],
            x_label=f"thinking steps k; {chosen['name']}",
            y_label="error / d, over prompts and w",
            log_y=True,
        )


@cache
def _curves(_folder: Path) -> list[dict[str, str]]:
    """Mean and median, in the middle of the seeds, and the reference, all divided by d: texts, so a line each."""
    chosen = [("recipes", variant, "own", name) for variant, name in RECIPES.items()]
    chosen += [("skewed", variant, "shifted", name) for variant, name in SKEWED.items()]
    references = {
        part: gpt2.reference(gpt2.dim(part), 20, 20, exponent=exponent)
        for part, exponent in (("recipes", 0.0), ("skewed", 1.0))
    }
    curves = []
    for part, variant, test, name in chosen:
        shown = {entry: gpt2.middle(gpt2.errors(part, variant, test=test, entry=entry)) for entry in ("mean", "median")}
        shown["reference"] = references[part]
        curves.append({"name": name, **{key: " ".join(f"{v:.3g}" for v in value) for key, value in shown.items()}})
    return curves
