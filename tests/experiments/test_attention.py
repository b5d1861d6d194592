import numpy as np
import pytest
import torch

from monograph.experiments.attention import plan, read, run
from monograph.experiments.attention.models import LinearLayers, SoftmaxHeads, opposite_heads
from monograph.experiments.attention.read import Ending
from monograph.experiments.results import Results
from ttsbook import theory
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import cot

DIM = 3
FALLING, TURNING, STAYING = [1.0, 0.1, 0.001], [1.0, 0.1, 0.3], [1.0, 0.1, 0.15]


@pytest.fixture
def drawn():
    task = Task(covariance.power_law(DIM, 1.0), 12)
    return prompts.sample(task, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def small(kind):
    generator = torch.Generator().manual_seed(1)
    if kind is SoftmaxHeads:
        return kind(DIM, heads=2, scale=0.3, generator=generator).double()
    return kind(DIM, layers=2, scale=0.2, generator=generator).double()


@pytest.mark.parametrize("kind", [SoftmaxHeads, LinearLayers])
def test_thinking_is_the_same_token_by_token(kind, drawn):
    model = small(kind)
    assert torch.allclose(cot.think(model, drawn, 3), cot.think(model, drawn, 3, literal=True))


@pytest.mark.parametrize("kind", [SoftmaxHeads, LinearLayers])
def test_weights_are_answered_each_alone(kind, drawn):
    model, w0 = small(kind), torch.randn(7, 4, DIM, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    together = model.answer(drawn, w0)
    for index in range(4):
        assert torch.allclose(model.answer(drawn, w0[:, index : index + 1])[:, 0], together[:, index])


def test_heads_attend_by_the_softmax_of_their_scores(drawn):
    model, w0 = small(SoftmaxHeads), torch.ones(7, 1, DIM, dtype=torch.float64)
    tokens = torch.cat([drawn.x, drawn.y[..., None]], dim=-1)
    expected = w0[:, 0].clone()
    for W, V in zip(model.W, model.V, strict=True):
        for index, prompt in enumerate(tokens):
            scores = torch.stack([token @ W @ torch.ones(DIM + 1, dtype=torch.float64) for token in prompt])
            weights = scores.exp() / scores.exp().sum()
            expected[index] += V @ (weights @ prompt)
    assert torch.allclose(model.answer(drawn, w0)[:, 0], expected)


def test_one_linear_layer_in_a_row_is_the_layer_of_the_package(drawn):
    P = theory.preconditioner(Task(covariance.power_law(DIM, 1.0), 12))
    layer = LinearSelfAttention(DIM, dtype=torch.float64).set_preconditioner(torch.as_tensor(P))
    model = LinearLayers(DIM, layers=1, scale=0.0, generator=torch.Generator()).double()
    model.V.data[0], model.W.data[0] = layer.V.detach(), layer.W.detach()
    assert torch.allclose(cot.think(model, drawn, 4), cot.think(layer, drawn, 4))


@pytest.mark.parametrize("sharpness", [0.1, 1.0])
def test_two_opposite_heads_step_near_the_answer_as_the_linear_layer_does_about_the_mean(sharpness, drawn):
    P = theory.preconditioner(Task(covariance.power_law(DIM, 1.0), 12))
    model = opposite_heads(torch.as_tensor(P), sharpness)
    centered = drawn.x - drawn.x.mean(dim=1, keepdim=True)
    expected = torch.eye(DIM, dtype=torch.float64) - torch.as_tensor(P) @ (centered.mT @ centered / 12)
    assert torch.allclose(model.answer(drawn, drawn.w[:, None])[:, 0], drawn.w)
    assert torch.allclose(cot.step_jacobian(model, drawn, drawn.w), expected)


@pytest.mark.parametrize(
    ("median", "ending"), [(FALLING, Ending.FALLS), (TURNING, Ending.TURNS), (STAYING, Ending.STAYS)]
)
def test_endings(median, ending):
    assert read.ending({"median": median}) is ending


def made(**medians):
    """Results of five seeds for each length, by how many of them turn; i marks isotropic training."""
    runs = [
        {
            "architecture": "gpt",
            "dim": 5,
            "spectrum": "isotropic" if name[0] == "i" else "skewed",
            "length": int(name[1:]),
            "seed": seed,
            "median": TURNING if seed < count else FALLING,
        }
        for name, count in medians.items()
        for seed in range(5)
    ]
    return Results({}, {}, 1.0, runs)


@pytest.mark.parametrize(
    ("counts", "inherits"),
    [
        ({"s10": 1, "s20": 3, "s40": 4, "i40": 0}, True),
        ({"s10": 2, "s20": 3, "s40": 5, "i40": 0}, False),
        ({"s10": 0, "s20": 3, "s40": 3, "i40": 0}, False),
        ({"s10": 0, "s20": 3, "s40": 5, "i40": 1}, False),
    ],
)
def test_the_rule_asks_for_few_turns_below_many_above_and_none_in_the_controls(counts, inherits):
    assert read.inherits(made(**counts), "gpt", 5) is inherits


def test_the_critical_lengths_are_those_of_the_plan():
    assert [round(read.critical_length(dim), 1) for dim in (5, 10)] == [21.4, 29.7]
    lengths = {case["dim"]: case["skewed"] for case in plan.PRESETS["cpu"]["cases"]}
    for dim, tried in lengths.items():
        assert min(tried) <= read.critical_length(dim) / 2 and max(tried) >= 1.5 * read.critical_length(dim)


def test_the_linear_layer_has_the_loss_of_the_linear_layer():
    task = Task(covariance.power_law(DIM, 1.5, trace=DIM), 9)
    P = torch.as_tensor(theory.preconditioner(task))
    assert run._loss_ratio(run._Linear(P), task) == pytest.approx(1)
    assert run._loss_ratio(run._Linear(1.3 * P), task) > 1.01
    assert np.isfinite(run._loss_ratio(opposite_heads(P, 0.1), task))
