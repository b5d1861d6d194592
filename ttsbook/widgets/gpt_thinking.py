"""A GPT that thinks: the shipped curves, and with a kernel a shipped model on new prompts."""

import numpy as np
import traitlets

from ttsbook import covariance, gpt2_results, plotting
from ttsbook.tasks import Task
from ttsbook.widgets.base import Widget, bundle

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
SKEWED = {True: "skewed training, with LayerNorm", False: "skewed training, without LayerNorm"}


class GPTThinking(Widget):
    """Error of a trained GPT against the number of thinking steps, beside the theory of linear attention.

    All models are trained and tested on isotropic prompts of 20 examples, except the skewed ones, which
    are trained on λᵢ ∝ 1/i. The first ten have d = 5, the skewed ones d = 10. Where a kernel runs, a new
    prompt is thought about by the shipped model, which is the one of the last recipe.

    Parameters
    ----------
    shown : int
        Which training is shown, from 0.
    steps : int
        Number of thinking steps k, 0 to 30.
    """

    _esm = bundle("gpt_thinking.js")
    controls = ("shown", "steps")
    shown = traitlets.Int(9, min=0).tag(sync=True)
    steps = traitlets.Int(10, min=0, max=30).tag(sync=True)
    curves = traitlets.List().tag(sync=True)
    draws = traitlets.Int(0).tag(sync=True)
    live = traitlets.List().tag(sync=True)

    def __init__(self, **settings):
        super().__init__(curves=_curves(), **settings)
        self._model = None
        self.observe(self._think, "draws")

    @traitlets.validate("shown")
    def _valid_shown(self, proposal):
        if self.curves and proposal["value"] >= len(self.curves):
            raise traitlets.TraitError(f"shown must be below {len(self.curves)}, got {proposal['value']}")
        return proposal["value"]

    def settings(self):
        """Describe what the controls can be set to; only a training that there is can be shown."""
        settings = super().settings()
        settings["shown"]["most"] = len(self.curves) - 1
        return settings

    def _think(self, change):
        """Let the shipped model think about one prompt that it has not seen."""
        import torch  # only here: the picture needs no model

        from ttsbook import cot, prompts, transformer
        from ttsbook.experiments import gpt2

        if self._model is None:
            self._model = transformer.load(gpt2.shipped_path("live distances"))
        task = Task(covariance.isotropic(self._model.dim), 20)
        drawn = prompts.sample(task, 1, generator=torch.Generator().manual_seed(change["new"]))
        gap = cot.think(self._model, drawn, 30)[0] - drawn.w
        self.live = (gap.double().square().sum(dim=-1) / task.dim).tolist()

    def still(self):
        """Mean and median of the chosen training, up to k steps, and the reference."""
        chosen, k = self.curves[self.shown], np.arange(self.steps + 1)
        return plotting.lines(
            [
                plotting.Series("GPT, mean", k, np.array(chosen["mean"])[k]),
                plotting.Series("GPT, median", k, np.array(chosen["median"])[k]),
                plotting.Series("LSA theory,\nreference", k, np.array(chosen["reference"])[k]),
            ],
            x_label=f"thinking steps k; {chosen['name']}",
            y_label="error / d, over prompts and w",
            log_y=True,
        )


def _curves():
    """Mean and median, in the middle of the seeds, and the reference, all divided by d."""
    chosen = [("recipes", variant, "own", name) for variant, name in RECIPES.items()]
    chosen += [("skewed", variant, "shifted", name) for variant, name in SKEWED.items()]
    references = {
        part: gpt2_results.reference(gpt2_results.dim(part), 20, 20, exponent=exponent)
        for part, exponent in (("recipes", 0.0), ("skewed", 1.0))
    }
    curves = []
    for part, variant, test, name in chosen:
        shown = {
            entry: gpt2_results.middle(gpt2_results.errors(part, variant, test=test, entry=entry))
            for entry in ("mean", "median")
        }
        shown["reference"] = references[part]
        curves.append({"name": name, **{key: [float(f"{v:.3g}") for v in value] for key, value in shown.items()}})
    return curves
