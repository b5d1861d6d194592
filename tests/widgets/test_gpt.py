"""GPTs that run on the page: their answers and their attention are those of the package."""

import numpy as np
import pytest
import torch
from in_node import evaluated
from torch.nn import functional

from monograph.experiments.gpt2 import plan
from monograph.widgets import GPTAtWork
from monograph.widgets.gpt_at_work import GPTS
from monograph.widgets.shipped import packed
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models import transformer
from ttsbook.thinking import cot

STEPS = 20
THINK = """
    import { encoded, nextWeight, unpacked } from "JAVASCRIPT/gpt.js";
    const gpt = { config: given.shape, tensors: unpacked(given.text, given.shape.sizes) };
    const chain = ({ x, y, w0 }) => {
        const cache = encoded(gpt, x, y);
        const steps = [{ w: w0 }];
        while (steps.length <= given.steps) steps.push(nextWeight(gpt, cache, steps.at(-1).w));
        return steps.map(({ w, attention }) => ({ w: Array.from(w), attention }));
    };
    console.log(JSON.stringify(given.prompts.map(chain)));
"""


@pytest.mark.parametrize("name", ["live distances", "deep 20", "deep skewed"])
def test_a_shipped_model_thinks_on_the_page_as_in_the_package(name):
    model = transformer.load(plan.shipped_path(name), dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    drawn = prompts.sample(Task(covariance.isotropic(model.dim), 20), 4, generator=generator, dtype=torch.float64)
    w0 = torch.randn(4, model.dim, generator=generator, dtype=torch.float64)
    shape, text = packed(name)
    given = [
        {"x": x.tolist(), "y": y.tolist(), "w0": start.tolist()}
        for x, y, start in zip(drawn.x, drawn.y, w0, strict=True)
    ]
    found = evaluated(THINK, {"shape": shape, "text": text, "prompts": given, "steps": STEPS})
    expected = cot.think(model, drawn, STEPS, w0=w0)
    weights = np.array([[step["w"] for step in chain] for chain in found])
    assert np.abs(weights - expected.numpy()).max() < 1e-8
    attention = np.array(found[0][1]["attention"])
    assert attention.shape == (model.config.layers, model.config.heads, 21)
    assert np.allclose(attention.sum(axis=-1), 1)
    assert np.abs(weights[1:] - weights[:-1]).max() > 0.1


CHAIN = """
    import { attentionOf, gptChain, linearErrors, product, squaredGap } from "JAVASCRIPT/gpt_chains.js";
    import { unpacked } from "JAVASCRIPT/gpt.js";
    const { x, w, shape: { sizes, ...config } } = given;
    const y = x.map((one, i) => product(one, w) + (i === given.example - 1 ? given.change : 0));
    const chain = gptChain({ config, tensors: unpacked(given.weights, sizes) }, x, y);
"""
BOTH = (
    CHAIN
    + """
    const errors = chain.map((step) => squaredGap(step.w, w));
    console.log(JSON.stringify([errors, linearErrors(x, y, w, given.shape.strengths)]));
"""
)


def given_to(widget):
    """What the page computes from, of a widget as it is set."""
    shape = widget.shapes[widget.gpt]
    x, w = (part.tolist() for part in widget.drawn())
    chosen = {"example": widget.example, "change": widget.change}
    return {"shape": shape, "weights": getattr(widget, shape["weights"]), "x": x, "w": w, **chosen}


@pytest.mark.parametrize("gpt", GPTAtWork.gpt.values)
@pytest.mark.parametrize("change", [0.0, 1.4])
def test_the_page_draws_the_chains_of_the_still_picture(gpt, change):
    widget = GPTAtWork(gpt=gpt, prompt=2, example=7, change=change)
    curves = (line.get_ydata() for line in widget.still().figure.axes[0].lines)
    drawn = [curve for curve in curves if len(curve) == widget.STEPS + 1]
    assert len(drawn) == 2 and np.allclose(evaluated(BOTH, given_to(widget)), drawn, rtol=1e-4, atol=1e-12)
    thought = drawn[0]
    if gpt == "two layers, skewed data" and change == 0:
        assert thought[5] < 0.02 < 0.1 < thought[30]  # it overthinks
    else:
        assert (thought[30] < 1e-3) == (change == 0)


SEEN = (
    CHAIN
    + """
    const { layers, heads } = config;
    const shown = (layer) => [...Array(heads).keys(), "mean"].map((head) => attentionOf(chain, layer, head));
    console.log(JSON.stringify([...Array(layers).keys()].map(shown)));
"""
)


def attention(model, drawn, steps):
    """Weights of the attention of each weight token of a chain, in the package: by step, layer and head."""
    found, mix = [], functional.scaled_dot_product_attention

    def recorded(query, key, value, **options):
        if query.shape[2] == 1:  # the weight token, not the examples
            scores = query @ key.mT / query.shape[-1] ** 0.5
            found.append(scores.softmax(dim=-1)[0, :, 0])
        return mix(query, key, value, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(functional, "scaled_dot_product_attention", recorded)
        cot.think(model, drawn, steps)
    return torch.stack(found).view(steps, model.config.layers, model.config.heads, -1)


@pytest.mark.parametrize("gpt", GPTAtWork.gpt.values)
def test_each_layer_and_head_looks_where_it_does_in_the_package(gpt):
    widget = GPTAtWork(gpt=gpt, prompt=3, example=4, change=-1.0)
    given, model = given_to(widget), transformer.load(plan.shipped_path(GPTS[gpt][0]), dtype=torch.float64)
    x, w = (torch.tensor([given[name]], dtype=torch.float64) for name in "xw")
    y = torch.einsum("bmd,bd->bm", x, w)
    y[0, 3] -= 1.0
    expected = attention(model, prompts.Prompts(x, y, w, torch.tensor([20])), widget.STEPS + 1).numpy()
    found = np.array(evaluated(SEEN, given))  # by layer, by head and last their mean, by step
    assert found.shape == (model.config.layers, model.config.heads + 1, widget.STEPS + 1, 21)
    assert np.abs(found[:, :-1] - expected.transpose(1, 2, 0, 3)).max() < 1e-4
    assert np.abs(found[:, -1] - expected.mean(axis=2).transpose(1, 0, 2)).max() < 1e-4
    assert np.abs(np.diff(found, axis=1)).max() > 0.1 and np.abs(np.diff(found, axis=2)).max() > 0.1  # they differ
