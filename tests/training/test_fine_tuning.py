import numpy as np
import pytest
import torch

from ttsbook.data import prompts
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.models.transformer import GPT, Config
from ttsbook.theory import fine_tuning
from ttsbook.training import GradientDescent, train
from ttsbook.training.fine_tuning import SupervisedSteps
from ttsbook.training.gpt_recipes import Outcome

TASK = Task(np.diag([1.0, 0.5, 0.2]), 8)
START = np.diag([0.5, 0.9, 1.4])


def batch(count, seed=0):
    return prompts.sample(TASK, count, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def layer():
    return LinearSelfAttention(3, structure="blocks", dtype=torch.float64).set_preconditioner(START)


@pytest.mark.parametrize(("count", "updates"), [pytest.param(2, 1500, marks=pytest.mark.exhaustive), (20, 500)])
def test_training_ends_where_theory_says(count, updates):
    pool, model = batch(count), layer()
    seen = (pool.x.mT @ pool.y[..., None])[..., 0].numpy() / 8
    step = fine_tuning.largest_step(seen, rate=0.5, depth=4) / 2
    train(
        model,
        TASK,
        recipe=SupervisedSteps(0.5, 4, trains=("V31",)),
        updates=updates,
        generator=torch.Generator(),
        batch=None,
        pool=pool,
        optimizer=GradientDescent(step_size=step),
    )
    expected = fine_tuning.minimum_norm(START, pool.w.numpy(), seen, rate=0.5)
    assert np.allclose(model.preconditioner(), expected, atol=1e-5)


def test_a_gpt_answers_all_steps_at_once_as_one_after_the_other():
    model = GPT(Config(3, width=16, heads=2, layers=1), generator=torch.Generator().manual_seed(1)).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(2)))
    drawn, recipe = batch(5), SupervisedSteps(0.3, 3)
    total = 0.0
    for step in range(3):
        w0, target = ((1 - 0.7**k) * drawn.w for k in (step, step + 1))
        total = total + (model.answer(drawn, w0[:, None])[:, 0] - target).square().sum(dim=-1).mean() / 2
    assert torch.allclose(recipe.loss(model, drawn, torch.Generator()), total)


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_the_gradient_of_the_outcome_is_that_of_the_proposition(depth):
    """By autograd through the layer itself, against the product of powers of M."""
    drawn, model = batch(6), layer()
    Outcome(depth, trains=("V31",)).loss(model, drawn, torch.Generator()).backward()
    expected = np.zeros((3, 3))
    for x, w in zip(drawn.x.numpy(), drawn.w.numpy(), strict=True):
        S = x.T @ x / 8
        M = np.eye(3) - START @ S
        last = np.linalg.matrix_power(M, depth) @ w
        for j in range(depth):
            left, right = (np.linalg.matrix_power(M, power) for power in (depth - 1 - j, j))
            expected += left.T @ np.outer(last, right @ w) @ S / 6
    found = model.block("V31").grad.numpy()
    assert np.allclose(found, expected, atol=1e-10)


@pytest.mark.parametrize(("count", "moves"), [(3, False), (20, True)])
def test_with_more_prompts_than_skills_fine_tuning_would_move_the_ratio(count, moves):
    drawn, model = batch(count), layer()
    seen = (drawn.x.mT @ drawn.y[..., None])[..., 0].numpy() / 8
    model.set_preconditioner(fine_tuning.minimum_norm(START, drawn.w.numpy(), seen, rate=0.5))
    SupervisedSteps(0.5, 4).loss(model, drawn, torch.Generator()).backward()
    assert torch.allclose(model.block("V31").grad, torch.zeros(3, 3).double(), atol=1e-9)
    assert (model.block("W13").grad.abs().max() > 1e-3).item() is moves


@pytest.mark.parametrize(("rate", "depth"), [(0.0, 3), (1.5, 3), (0.5, 0)])
def test_bad_input_is_refused_by_name(rate, depth):
    with pytest.raises(ValueError, match="rate|depth"):
        SupervisedSteps(rate, depth)


def test_what_endless_prompts_teach():
    P, ratio = SupervisedSteps(0.5).prediction(TASK)
    assert ratio == 1.0
    assert np.allclose(P, 0.5 * np.linalg.inv(np.diag(np.diag(TASK.cov) * 9 / 8 + 1.7 / 8)))
