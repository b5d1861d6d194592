"""GPTs that run on the page: their answers and their attention are those of the package."""

import numpy as np
import pytest
import torch
from in_node import evaluated

from monograph.experiments.gpt2 import plan
from monograph.widgets import GPTAtWork
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


BOTH = """
    import { gptChain, linearErrors, product, squaredGap } from "JAVASCRIPT/gpt_chains.js";
    import { unpacked } from "JAVASCRIPT/gpt.js";
    const { x, w, shape: { sizes, ...config }, weights } = given;
    const y = x.map((one, i) => product(one, w) + (i === given.example - 1 ? given.change : 0));
    const gpt = { config, tensors: unpacked(weights, sizes) };
    const errors = gptChain(gpt, x, y).map((step) => squaredGap(step.w, w));
    console.log(JSON.stringify([errors, linearErrors(x, y, w)]));
"""


@pytest.mark.parametrize("change", [0.0, 1.4])
def test_the_page_draws_the_chains_of_the_still_picture(change):
    widget = GPTAtWork(prompt=2, example=7, change=change)
    names = ("shape", "weights", "example", "change")
    given = {name: getattr(widget, name) for name in names} | {"x": widget.x[1], "w": widget.w[1]}
    curves = (line.get_ydata() for line in widget.still().figure.axes[0].lines)
    drawn = [curve for curve in curves if len(curve) == widget.STEPS + 1]
    assert len(drawn) == 2 and np.allclose(evaluated(BOTH, given), drawn, rtol=1e-4, atol=1e-12)
    assert drawn[0][30] < 1e-3 if change == 0 else drawn[0][30] > 1e-3
