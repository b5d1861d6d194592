import numpy as np
import pytest
import torch
from small_models import COV, draw, generator, random_layer

from ttsbook import theory
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import cot
from ttsbook.training import recipes

TASK = Task(COV, 8)
NOISY = Task(COV, 8, noise_variance=1.5)


@pytest.mark.parametrize("task", [TASK, NOISY], ids=["without noise", "with noise"])
@pytest.mark.parametrize(
    "recipe",
    [
        recipes.Direct(),
        recipes.Independent(),
        recipes.Noisy(0.5),
        recipes.Noisy(2.0),
        recipes.Shift(),
        recipes.Shift(3.0),
    ],
)
def test_the_best_answer_is_the_predicted_one(recipe, task):
    """An independent route: regress what is asked for on all that a step may use, w_0, X y/n and X Xᵀ w_0/n."""
    prompts, w0, target = recipe.pose(draw(task, batch=200_000), generator(1))
    moment = (prompts.y[:, None] @ prompts.x)[:, 0] / 8
    curvature = ((prompts.x @ w0[..., None]).mT @ prompts.x)[:, 0] / 8
    solution = torch.linalg.lstsq(torch.cat([w0, moment, curvature], dim=1), target, driver="gelsd").solution
    keep, P, PR = (part.T.numpy() for part in solution.split(3))
    expected, ratio = recipe.prediction(task)
    assert np.allclose(P, expected, atol=0.02 * np.linalg.norm(expected))
    if ratio is not None:
        assert np.allclose(keep, ratio * np.eye(3), atol=0.02)
        assert np.allclose(-PR, ratio * expected, atol=0.03 * np.linalg.norm(expected))


@pytest.mark.parametrize("recipe", [recipes.Shift(), recipes.Noisy(0.5), recipes.Independent()])
def test_what_is_posed_is_the_prompts_own_weight(recipe):
    prompts, w0, target = recipe.pose(draw(TASK), generator(1))
    assert torch.allclose(prompts.y, torch.einsum("bmi,bi->bm", prompts.x, target))
    assert torch.equal(target, prompts.w) and not torch.equal(w0, target)


def test_padding_stays_zero():
    mixture = Mixture([Task(COV, 2), Task(COV, 5)], [0.5, 0.5])
    for recipe in (recipes.Shift(), recipes.TeacherForced(0.3)):
        prompts, _, _ = recipe.pose(draw(mixture, batch=20), generator(1))
        assert not prompts.y[prompts.lengths == 2, 2:].any()


def test_the_teacher_descends_the_prompts_loss():
    recipe, drawn = recipes.TeacherForced(0.3, depth=3), draw(TASK, batch=60)
    prompts, w0, target = recipe.pose(drawn, generator(1))
    seen = set()
    for b in range(60):
        x, y, iterate, path = prompts.x[b], prompts.y[b], torch.zeros(3, dtype=torch.float64), []
        for _ in range(4):
            path.append(iterate)
            iterate = iterate + 0.3 * x.T @ (y - x @ iterate) / 8
        step = min(range(3), key=lambda k: (path[k] - w0[b]).norm())
        seen.add(step)
        assert torch.allclose(w0[b], path[step]) and torch.allclose(target[b], path[step + 1])
    assert seen == {0, 1, 2}


def test_plain_gradient_descent_has_no_loss_against_its_teacher():
    recipe = recipes.TeacherForced(0.3)
    P, ratio = recipe.prediction(TASK)
    assert ratio == 1.0
    model = LinearSelfAttention(3, dtype=torch.float64).set_preconditioner(P)
    assert recipe.loss(model, draw(TASK), generator()) < 1e-28


def test_the_unrolled_loss_is_half_the_mean_error_of_its_steps():
    model, drawn = random_layer(structure="blocks", scale=0.3), draw(TASK, batch=30)
    chain = cot.think(model, drawn, 4)[:, 1:]
    expected = (chain - drawn.w[:, None]).square().sum(dim=-1).mean() / 2
    assert torch.allclose(recipes.Unrolled(4).loss(model, drawn, generator()), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "task", [TASK, Task(COV, 8, noise_variance=0.5), Mixture([TASK, Task(np.eye(3), 3)], [0.3, 0.7])]
)
def test_the_exact_loss_is_the_mean_over_prompts(task):
    model = LinearSelfAttention(3, structure="blocks", dtype=torch.float64)
    model.set_preconditioner(theory.preconditioner(task) @ np.diag([1.0, 0.8, 1.1]), c=1.5)
    recipe, drawn = recipes.Direct(), draw(task, batch=100_000)
    with torch.no_grad():
        singles = torch.stack(
            [recipe.loss(model, draw(task, batch=5000, seed=seed), generator()) for seed in range(40)]
        )
        exact = recipe.expected_loss(model, task)
        assert torch.allclose(singles.mean(), recipe.loss(model, drawn, generator()), rtol=0.02)
    assert abs(singles.mean() - exact) < 4.5 * singles.std() / np.sqrt(40)
    if isinstance(task, Task):
        P = model.preconditioner()
        half = theory.direct_error(P, task.cov, 8, noise_variance=task.noise_variance) / 2
        assert exact.item() == pytest.approx(half, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: recipes.Noisy(0.0), "noise must be positive, got 0.0"),
        (lambda: recipes.Shift(-1.0), "scale must be positive, got -1.0"),
        (lambda: recipes.Shift(float("nan")), "scale .* got nan"),
        (lambda: recipes.TeacherForced(0.0), "rate must be positive, got 0.0"),
        (lambda: recipes.TeacherForced(0.1, depth=0), "depth .* got 0"),
        (lambda: recipes.Unrolled(0), "depth .* got 0"),
        (
            lambda: recipes.Direct().expected_loss(random_layer(), TASK),
            "model must be .* structure 'blocks' .* 'full'",
        ),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
