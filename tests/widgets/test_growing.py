"""GPTs that are trained on the page: loss, gradient, updates and chains are those of PyTorch."""

import numpy as np
import pytest
import torch
from in_node import evaluated

from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models.transformer import GPT, Config
from ttsbook.thinking import cot
from ttsbook.training.gpt_recipes import Distances

SHAPES = [Config(3, width=32, layers=1, heads=2, layer_norm=normed) for normed in (True, False)]
ODD = Config(2, width=15, layers=1, heads=3)  # no side of its matrices is a multiple of what is computed at once
MODULES = """
    import { answers, chains, partsOf, readExamples, slopesOf } from "JAVASCRIPT/gpt_gradient.js";
    const numbers = (rows) => Float64Array.from(rows.flat(3));
    const parts = Object.fromEntries(Object.entries(given.weights).map(([name, rows]) => [name, numbers(rows)]));
    const batchOf = ({ x, y, starts, targets }) => ({
        examples: { x: numbers(x), y: numbers(y), length: y[0].length }, starts: numbers(starts), targets: numbers(targets),
    });
    const told = (found) => console.log(JSON.stringify(found, (_, one) => (ArrayBuffer.isView(one) ? [...one] : one)));
"""
GRADIENT = (
    MODULES
    + """
    const slopes = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.map(() => 7)]));
    const loss = slopesOf(given.shape, parts, slopes, batchOf(given.batch));
    told({ loss, slopes });
"""
)
CHAINS = MODULES + "told(chains(given.shape, parts, batchOf(given.batch).examples, given.steps));"


def newborn(config, seed=0):
    """A model whose read-out, biases and norms have left where they begin, so that each of them matters."""
    generator = torch.Generator().manual_seed(seed)
    model = GPT(config, generator=generator, dtype=torch.float64)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
    return model


def shape_of(config):
    return {"dim": config.dim, "width": config.width, "heads": config.heads, "normed": config.layer_norm}


def weights_of(model):
    return {name: parameter.tolist() for name, parameter in model.named_parameters()}


class Golden:
    """A batch of prompts with starts on each."""

    def __init__(self, dim, count=5, length=7, recipe=None, seed=1):
        self.generator = torch.Generator().manual_seed(seed)
        task = Task(covariance.power_law(dim, 0.7, trace=dim), length)
        self.prompts = prompts.sample(task, count, generator=self.generator, dtype=torch.float64)
        self.recipe = Distances(starts=3) if recipe is None else recipe
        self.starts = self.recipe.draw(self.prompts.w, self.generator)

    def given(self):
        drawn = self.prompts
        parts = {"x": drawn.x, "y": drawn.y, "starts": self.starts, "targets": drawn.w}
        return {name: part.tolist() for name, part in parts.items()}

    def loss(self, model, monkeypatch):
        """Loss of the package, with the starts of this batch."""
        monkeypatch.setattr(Distances, "draw", lambda *_: self.starts)
        return self.recipe.loss(model, self.prompts, self.generator)


@pytest.mark.parametrize("config", [*SHAPES, ODD], ids=str)
def test_loss_and_gradient_are_those_of_autograd(config, monkeypatch):
    model, golden = newborn(config), Golden(config.dim)
    loss = golden.loss(model, monkeypatch)
    loss.backward()
    found = evaluated(GRADIENT, {"shape": shape_of(config), "weights": weights_of(model), "batch": golden.given()})
    assert found["loss"] == pytest.approx(loss.item(), rel=1e-9)
    assert found["slopes"].keys() == dict(model.named_parameters()).keys()
    for name, parameter in model.named_parameters():
        expected = parameter.grad.numpy().ravel()
        size = np.abs(expected).max()
        assert size > 1e-4, name
        assert np.abs(found["slopes"][name] - expected).max() < 1e-6 * size, name


@pytest.mark.parametrize("config", [*SHAPES, ODD], ids=str)
def test_a_chain_is_that_of_the_package(config):
    model, golden = newborn(config), Golden(config.dim)
    expected = cot.think(model, golden.prompts, 6).transpose(0, 1)
    given = {"shape": shape_of(config), "weights": weights_of(model), "batch": golden.given(), "steps": 6}
    found = np.reshape(evaluated(CHAINS, given), expected.shape)
    assert np.allclose(found, expected, rtol=1e-9)
    assert np.abs(np.diff(found, axis=0)).min(axis=(1, 2)).max() > 1e-4
