import numpy as np
import pytest
import torch

from monograph.experiments.attention import frozen, plan, read, run
from monograph.experiments.attention.models import LinearLayers, SoftmaxHeads, opposite_heads
from monograph.experiments.attention.read import Ending
from monograph.experiments.results import Results
from ttsbook import theory
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import cot
from ttsbook.training.gpt_recipes import Distances

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


def test_tied_layers_are_one_layer_twice(drawn):
    generator = torch.Generator().manual_seed(3)
    tied = LinearLayers(DIM, layers=2, scale=0.2, tied=True, generator=generator).double()
    twice = small(LinearLayers)
    assert not torch.allclose(cot.think(twice, drawn, 2), cot.think(tied, drawn, 2))
    twice.V.data[:], twice.W.data[:] = tied.V.data, tied.W.data
    assert torch.allclose(cot.think(twice, drawn, 2), cot.think(tied, drawn, 2))


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


def test_what_frozen_heads_see_is_a_difference_of_two_means(drawn):
    gaps = torch.randn(7, DIM, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    expected = []
    for x, gap in zip(drawn.x, gaps, strict=True):
        weights = [(sign * 0.7 * x @ gap).softmax(dim=0) for sign in (1, -1)]
        expected.append((weights[0] - weights[1]) @ x / 1.4)
    assert torch.allclose(frozen.seen(drawn, gaps, 0.7), torch.stack(expected))


def test_no_other_preconditioner_of_frozen_heads_has_a_smaller_loss():
    """The loss of `Distances` itself, on other prompts, for the fitted heads and for some beside them."""
    task = Task(covariance.power_law(DIM, 1.0), 8)
    fitted = frozen.fitted(task, 1.5, samples=20_000)
    fresh = prompts.sample(task, 20_000, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    beside = torch.eye(DIM, dtype=torch.float64)
    losses = [
        Distances(starts=1).loss(opposite_heads(P, 1.5), fresh, torch.Generator().manual_seed(4)).item()
        for P in (fitted, 1.1 * fitted, 0.9 * fitted, fitted + 0.2 * beside, fitted.flip(0, 1))
    ]
    assert losses[0] == min(losses)


def test_the_radius_of_frozen_heads_is_that_of_their_jacobian(drawn):
    P = theory.preconditioner(Task(covariance.power_law(DIM, 1.0), 12))
    J = cot.step_jacobian(opposite_heads(torch.as_tensor(P), 2.0), drawn, drawn.w)
    expected = torch.linalg.eigvals(J).abs().amax(dim=1)
    assert np.allclose(frozen.radius(P, drawn.x), expected)


def test_a_cycle_grows_with_the_square_of_the_step_and_of_dullness():
    P = np.diag([1.0, 2.0])
    errors = [frozen.cycle_error(3 * P, 50, 1.0), frozen.cycle_error(P, 50, 1.0), frozen.cycle_error(P, 50, 2.0)]
    assert errors[0] == pytest.approx(9 * errors[1]) and errors[1] == pytest.approx(4 * errors[2])
    assert errors[1] == pytest.approx((2.0 * 2.249 / 2) ** 2 / 2, rel=0.02)  # mean largest of 50 normals, from tables


def test_strides_and_losses_are_read_beside_the_linear_layer():
    strides = read.linear_strides(5, 40)
    runs = [
        {
            "architecture": name,
            "dim": 5,
            "spectrum": "skewed",
            "length": 40,
            "strides": factor * strides,
            "loss_ratio": r,
        }
        for name, factor, r in (("gpt", 1.1, 1.2), ("gpt", 1.2, 1.1), ("gpt", 1.0, 1.3), ("softmax", 1.0, 2.0))
    ]
    found = Results({}, {}, 1.0, runs)
    assert np.allclose(read.stride_gaps(found, "gpt", 5, 40), 0.1)
    assert list(read.by_loss(found, 5, 40).items()) == [("softmax", 2.0), ("gpt", 1.2)]
    assert [run["loss_ratio"] for run in read.trained(found).runs] == [1.2, 1.1, 1.3]


@pytest.mark.exhaustive
def test_the_papers_size_is_trained_for_a_few_updates_and_thinks(monkeypatch):
    """The preset is not run, but would: all its models, from start to end, with two updates each."""
    monkeypatch.setattr(run, "FRESH", 4)
    settings = plan.PRESETS["large"] | {"device": "cpu", "changes": {"updates": 2, "batch": 2}}
    settings |= {"test_prompts": 2, "maps": 1, "test_length": 10, "steps": 2}
    for one in plan.runs(plan.PRESETS["large"]):
        found = run.measure(settings, **one)
        assert np.isfinite(found["median"]).all() and len(found["median"]) == 3 and found["loss_ratio"] > 1
