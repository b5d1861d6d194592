"""A GPT that thinks: the shipped curves, and with a kernel a shipped model on new prompts."""

import numpy as np
import traitlets

from ttsbook import covariance, plotting, results, theory
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
    shown = traitlets.Int(9, min=0).tag(sync=True)
    steps = traitlets.Int(10, min=0, max=30).tag(sync=True)
    curves = traitlets.List().tag(sync=True)
    draws = traitlets.Int(0).tag(sync=True)
    live = traitlets.List().tag(sync=True)

    def __init__(self, **settings):
        super().__init__(curves=_curves(results.load("gpt2")), **settings)
        self._model = None
        self.observe(self._think, "draws")

    @traitlets.validate("shown")
    def _valid_shown(self, proposal):
        if self.curves and proposal["value"] >= len(self.curves):
            raise traitlets.TraitError(f"shown must be below {len(self.curves)}, got {proposal['value']}")
        return proposal["value"]

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


def _curves(found):
    """Mean and median, in the middle of the seeds, and the reference, all divided by d."""
    chosen = [("recipes", variant, "own", name) for variant, name in RECIPES.items()]
    chosen += [("skewed", variant, "shifted", name) for variant, name in SKEWED.items()]
    references, curves = {}, []
    for part, variant, test, name in chosen:
        runs = found.select(part=part, variant=variant)
        dim = found.settings["live" if part == "recipes" else "deep"]["dim"]
        if part not in references:
            references[part] = reference(dim, 20, 20, exponent=1.0 if part == "skewed" else 0.0)
        middle = {entry: np.median([run[test][entry] for run in runs], axis=0) / dim for entry in ("mean", "median")}
        shown = middle | {"reference": references[part]}
        curves.append({"name": name, **{key: [float(f"{v:.3g}") for v in value] for key, value in shown.items()}})
    return curves


def reference(dim, train_length, test_length, *, exponent=0.0, steps=30):
    """Compute the median error / d of linear attention at its closed form, tested on isotropic prompts.

    Parameters
    ----------
    dim, train_length, test_length : int
        Dimension d and numbers of examples.
    exponent : float, default 0
        Tail exponent of the training spectrum, whose trace is d.
    steps : int, default 30
        Number of thinking steps.

    Returns
    -------
    ndarray, shape (steps + 1,)
        Median over 2000 prompts of the exact mean over w.

    Examples
    --------
    >>> reference(5, 20, 20, steps=1).round(1).tolist()
    [1.0, 0.2]
    """
    P = theory.preconditioner(Task(covariance.power_law(dim, exponent, trace=dim), train_length))
    options = {"samples": 2000, "rng": np.random.default_rng(0)}
    return theory.simulate_cot_error(P, covariance.isotropic(dim), test_length, steps, **options).median / dim
