"""Layers that are trained on the page: chain, gradient and updates are those of PyTorch, prompts have their law."""

import numpy as np
import pytest
import torch
from in_node import evaluated
from scipy import stats

from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import cot
from ttsbook.training import Adam, recipes

PRECISION = {"rtol": 1e-6, "atol": 1e-9}
RECIPES = {
    "direct": recipes.Direct(),
    "independent": recipes.Independent(),
    "noisy": recipes.Noisy(0.5),
    "unrolled": recipes.Unrolled(3),
    "teacher-forced": recipes.TeacherForced(0.3),
    "shift": recipes.Shift(),
}
EVERY = [(name, dim) for name in RECIPES for dim in (2, 5)]
MODULES = """
    import { gramMatrix, gradient, thoughts } from "JAVASCRIPT/layer.js";
    import { drawPrompt, drawSum, lesson, update } from "JAVASCRIPT/upbringing.js";
    import { Random } from "JAVASCRIPT/random.js";
    const flat = (rows) => Float64Array.from(rows.flat());
    const layer = { V: flat(given.V ?? []), W: flat(given.W ?? []) };
    const lessonsOf = (batch) => batch.map((prompt) => lesson(given.recipe, { ...prompt, C: flat(prompt.C) }));
    const told = (found) => console.log(JSON.stringify(found, (_, one) => (ArrayBuffer.isView(one) ? [...one] : one)));
"""
GRADIENT = MODULES + "told(gradient(layer, lessonsOf(given.batch)));"
CHAINS = (
    MODULES
    + "told(given.batch.map(({ C, w, noise, length }) => thoughts(layer, gramMatrix(flat(C), w), length, noise, 6)));"
)
TRAINING = (
    MODULES
    + """
    const none = () => ({ V: new Float64Array(layer.V.length), W: new Float64Array(layer.W.length) });
    const pupil = { layer, mean: none(), square: none(), loss: NaN };
    given.batches.forEach((batch, done) => update(pupil, lessonsOf(batch), done, given.updates));
    told(layer);
"""
)
SUMS = (
    MODULES
    + """
    const random = new Random(given.seed);
    told(Array.from({ length: given.count }, () => drawSum(random, given.strengths, given.length)));
"""
)


def newborn(dim, scale, seed=0):
    model = LinearSelfAttention(dim, dtype=torch.float64)
    return model.randomize(scale, generator=torch.Generator().manual_seed(seed))


class Golden:
    """A batch of prompts with the luck of each, as PyTorch and as JavaScript want it."""

    def __init__(self, dim, count=9, length=12, seed=1):
        self.generator = torch.Generator().manual_seed(seed)
        task = Task(covariance.power_law(dim, 0.7, trace=dim), length)
        self.prompts = prompts.sample(task, count, generator=self.generator, dtype=torch.float64)
        self.noise = torch.randn(count, dim, generator=self.generator, dtype=torch.float64)
        self.luck = torch.rand(count, generator=self.generator, dtype=torch.float64)

    def given(self):
        sums = self.prompts.x.mT @ self.prompts.x
        rows = zip(sums, self.prompts.w, self.noise, self.luck, self.prompts.lengths, strict=True)
        return [
            dict(zip(("C", "w", "noise", "luck", "length"), map(torch.Tensor.tolist, row), strict=True)) for row in rows
        ]

    def loss(self, model, name, monkeypatch):
        """Loss of the package, with the luck of this batch."""
        monkeypatch.setattr(recipes, "_noise_like", lambda w, _: self.noise)
        monkeypatch.setattr(torch, "randint", lambda high, *_, **__: (high * self.luck).long())
        return RECIPES[name].loss(model, self.prompts, self.generator)


def weights(model):
    return {name: getattr(model, name).tolist() for name in "VW"}


@pytest.mark.parametrize(("name", "dim"), EVERY)
def test_loss_and_gradient_of_each_recipe_are_those_of_autograd(name, dim, monkeypatch):
    model, golden = newborn(dim, 0.4), Golden(dim)
    loss = golden.loss(model, name, monkeypatch)
    loss.backward()
    found = evaluated(GRADIENT, {"recipe": name, "batch": golden.given(), **weights(model)})
    assert found["loss"] == pytest.approx(loss.item(), rel=1e-9)
    for matrix in "VW":
        expected = getattr(model, matrix).grad.numpy().ravel()
        assert np.allclose(found[matrix], expected, **PRECISION)
        assert not np.allclose(found[matrix], 1.0001 * expected, **PRECISION)


@pytest.mark.parametrize("dim", [2, 6])
def test_a_chain_is_that_of_the_package_token_by_token(dim):
    model, golden = newborn(dim, 0.2), Golden(dim)
    expected = cot.think(model, golden.prompts, 6, w0=golden.noise, literal=True)
    found = evaluated(CHAINS, {"batch": golden.given(), **weights(model)})
    assert np.allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("name", ["shift", "unrolled"])
def test_updates_are_those_of_the_optimizer_of_the_package(name, monkeypatch):
    model, batches, updates = newborn(3, 0.05), [Golden(3, seed=seed) for seed in range(12)], 40
    start, optimizer = weights(model), Adam(step_size=0.03, weight_decay=0.01)
    torchs = optimizer.of(model.parameters())
    for done, golden in enumerate(batches):
        torchs.param_groups[0]["lr"] = 0.03 * optimizer.schedule.factor(done, updates)
        torchs.zero_grad()
        golden.loss(model, name, monkeypatch).backward()
        torchs.step()
    given = {"recipe": name, "batches": [golden.given() for golden in batches], "updates": updates, **start}
    found = evaluated(TRAINING, given)
    for matrix in "VW":
        assert np.allclose(found[matrix], getattr(model, matrix).detach().numpy().ravel(), rtol=1e-6, atol=1e-8)
        assert not np.allclose(found[matrix], np.ravel(start[matrix]), rtol=0.1)


@pytest.mark.parametrize("length", [2, 5, 40])
def test_sums_over_examples_have_the_law_of_the_package(length):
    cov = covariance.power_law(3, 0.7, trace=3)
    given = {"strengths": np.diag(cov).tolist(), "length": length, "seed": 3, "count": 20_000}
    found = np.array(evaluated(SUMS, given)).reshape(-1, 3, 3)
    expected = covariance.sample_empirical(cov, length, samples=20_000, rng=np.random.default_rng(0)) * length
    assert np.array_equal(found, found.transpose(0, 2, 1))
    assert (np.linalg.matrix_rank(found[:100]) == min(3, length)).all()
    for looked in (
        lambda C: C[:, 0, 0],
        lambda C: C[:, 2, 2],
        lambda C: C[:, 1, 2],
        lambda C: np.linalg.norm(C, axis=(1, 2)),
    ):
        assert stats.ks_2samp(looked(found), looked(expected)).pvalue > 1e-4
        assert stats.ks_2samp(1.2 * looked(found), looked(expected)).pvalue < 1e-4


LEAKY = (
    MODULES
    + """
    const { LEAKS, largestLeak, withoutLeaks } = await import("JAVASCRIPT/leaks.js");
    const { closedForm } = await import("JAVASCRIPT/layer.js");
    const prompts = given.batch.map(({ C, w, length }) => ({ gram: gramMatrix(flat(C), w), length, dim: w.length }));
    const leak = largestLeak(layer, prompts, 4).names;
    told({ LEAKS, leak, left: withoutLeaks(layer), closed: closedForm(given.P, 0.8) });
"""
)


def test_the_leak_that_moves_most_is_named_and_the_sets_are_those_of_the_package():
    model, golden, P = LinearSelfAttention(3, dtype=torch.float64), Golden(3), [0.5, 0.4, 0.3]
    model.set_preconditioner(np.diag(P))
    with torch.no_grad():
        model.block("W13").mul_(0.8)
    bare = weights(model)
    with torch.no_grad():
        for name, value in {"V33": 0.1, "W44": 0.5, "V24": 0.3, "W12": 0.01}.items():
            model.block(name).fill_(value)
    found = evaluated(LEAKY, {"P": P, "batch": golden.given(), **weights(model)})
    assert [tuple(names) for names in found["LEAKS"]] == cot.LEAKS
    assert found["leak"] == ["V33", "W44"]
    for matrix in "VW":
        assert found["left"][matrix] == found["closed"][matrix] == np.ravel(bare[matrix]).tolist()
