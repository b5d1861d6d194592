import numpy as np
import pytest
import torch
from numpy.polynomial.chebyshev import chebval
from small_models import COV, draw, generator

from ttsbook import theory
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models import baselines
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import cot, evaluation

TASK = Task(covariance.power_law(6, 1.0), 15)
DRAWN = draw(TASK)


def by_hand(b, drawn=DRAWN):
    """Examples as rows, and labels, of one prompt, in NumPy."""
    return drawn.x[b].numpy(), drawn.y[b].numpy()


def test_least_squares_is_that_of_numpy():
    for drawn in (DRAWN, draw(Task(TASK.cov, 4))):
        answers = baselines.least_squares()(drawn, 2)
        for b in range(4):
            expected = np.linalg.lstsq(*by_hand(b, drawn), rcond=None)[0]
            assert np.allclose(answers[b, 1], expected) and np.allclose(answers[b, 2], expected)
        assert (answers[:, 0] == 0).all()


def test_least_squares_from_few_examples_has_the_error_of_the_unseen_directions():
    options = {"steps": 1, "samples": 4000, "generator": generator(), "condensed": True}
    curve = evaluation.error_curve(baselines.least_squares(), Task(np.eye(6), 2), **options)
    assert curve.low[1] < 4 < curve.high[1] < 4.2


def test_ridge_solves_its_least_squares_problem():
    """Penalty λ as √(λm) I below the examples, with label zero."""
    answers = baselines.ridge(0.3)(DRAWN, 1)
    for b in range(4):
        x, y = by_hand(b)
        stacked = np.vstack([x, np.sqrt(0.3 * 15) * np.eye(6)])
        expected = np.linalg.lstsq(stacked, np.append(y, np.zeros(6)), rcond=None)[0]
        assert np.allclose(answers[b, 1], expected)


def test_gradient_descent_shrinks_each_skill_of_the_prompt_by_its_factor():
    answers = baselines.gradient_descent(0.4)(DRAWN, 5)
    oracle = baselines.gradient_descent()(DRAWN, 5)
    for b in range(4):
        S, w = by_hand(b)[0].T @ by_hand(b)[0] / 15, DRAWN.w[b].numpy()
        strengths = np.linalg.eigvalsh(S)
        for chain, step in ((answers, 0.4), (oracle, 2 / (strengths[0] + strengths[-1]))):
            left = np.linalg.matrix_power(np.eye(6) - step * S, 5) @ w
            assert np.allclose(w - chain[b, 5].numpy(), left)


@pytest.mark.parametrize("P", [None, theory.preconditioner(TASK)], ids=["plain", "preconditioned"])
def test_chebyshev_leaves_his_polynomial_of_the_gap(P):
    """After k steps T_k of the eigenvalues, moved to [-1, 1], over T_k at zero: least in the largest modulus."""
    chain, matrix = baselines.chebyshev(P)(DRAWN, 7), np.eye(6) if P is None else P
    for b in range(4):
        S, w = by_hand(b)[0].T @ by_hand(b)[0] / 15, DRAWN.w[b].numpy()
        strides, vectors = np.linalg.eig(matrix @ S)
        low, high = strides.min(), strides.max()
        for k in (1, 2, 7):
            left = [chebval((low + high - 2 * at) / (high - low), np.eye(8)[k]) for at in (strides, 0.0)]
            expected = vectors @ (left[0] / left[1] * np.linalg.solve(vectors, w))
            assert np.allclose(w - chain[b, k].numpy(), expected, rtol=1e-9)


def test_chebyshev_arrives_at_once_where_all_strides_are_equal():
    x = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]], dtype=torch.float64)
    batch = prompts.Prompts(x, x[:, 0], x[:, 0], torch.tensor([2]))
    assert torch.equal(baselines.chebyshev()(batch, 3)[0, 1:], x[0, :1].expand(3, 2))


def test_thinking_is_the_chain_of_the_layer():
    P = theory.preconditioner(TASK) + 0.1 * np.arange(36).reshape(6, 6) / 36
    layer = LinearSelfAttention(6, dtype=torch.float64).set_preconditioner(P)
    assert torch.allclose(baselines.thinking(P)(DRAWN, 5), cot.think(layer, DRAWN, 5, literal=True), rtol=1e-9)


def test_the_oracle_ignores_directions_that_the_prompt_does_not_have():
    drawn = draw(Task(TASK.cov, 4))
    chain = baselines.gradient_descent()(drawn, 3000)
    assert torch.allclose(chain[:, -1], baselines.least_squares()(drawn, 1)[:, 1], atol=1e-6)


@pytest.mark.parametrize("preconditioned", [False, True])
def test_conjugate_gradients_leave_the_least_residual_of_their_space(preconditioned):
    """Against the minimum over the Krylov space, found by plain linear algebra."""
    P = theory.preconditioner(TASK) if preconditioned else np.eye(6)
    chain = baselines.conjugate_gradient(P if preconditioned else None)(DRAWN, 6)
    for b in range(4):
        x, y = by_hand(b)
        S, moment = x.T @ x / 15, x.T @ y / 15
        for k in (1, 2, 4):
            space = np.stack([np.linalg.matrix_power(P @ S, j) @ P @ moment for j in range(k)], axis=1)
            basis = np.linalg.qr(space)[0]
            best = basis @ np.linalg.solve(basis.T @ S @ basis, basis.T @ moment)
            assert np.allclose(chain[b, k], best, rtol=1e-6, atol=1e-9)
    assert torch.allclose(chain[:, 6], DRAWN.w)


def test_conjugate_gradients_stay_at_the_answer():
    chain = baselines.conjugate_gradient()(DRAWN, 60)
    assert torch.isfinite(chain).all() and torch.allclose(chain[:, 60], DRAWN.w)
    assert torch.equal(baselines.conjugate_gradient()(draw(Task(COV, 2)), 9)[:, 0], torch.zeros(4, 3).double())


@pytest.mark.parametrize("solver", [baselines.gradient_descent(), baselines.chebyshev(), baselines.least_squares()])
def test_prompts_of_zeros_leave_the_answer_at_zero(solver):
    zeros = prompts.Prompts(DRAWN.x * 0, DRAWN.y * 0, DRAWN.w, DRAWN.lengths)
    assert not solver(zeros, 3).any()


def test_prompts_of_a_mixture_count_their_own_examples():
    mixture = Mixture([Task(np.eye(3), 5), Task(np.eye(3), 9)], [0.5, 0.5])
    drawn = draw(mixture, batch=8)
    for b in range(8):
        length = int(drawn.lengths[b])
        alone = prompts.Prompts(
            drawn.x[b : b + 1, :length], drawn.y[b : b + 1, :length], drawn.w[b : b + 1], drawn.lengths[b : b + 1]
        )
        for baseline in (baselines.ridge(0.1), baselines.gradient_descent(), baselines.conjugate_gradient()):
            assert torch.allclose(baseline(drawn, 3)[b], baseline(alone, 3)[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: baselines.ridge(0.0), "penalty .* 0.0"),
        (lambda: baselines.gradient_descent(-1.0), "step_size .* -1.0"),
        (lambda: baselines.conjugate_gradient(np.diag([1.0, 0.0])), "P must be positive definite.*: use `thinking`"),
        (
            lambda: baselines.conjugate_gradient([[1.0, 0.5], [0.0, 1.0]]),
            "P must be symmetric.*: use `thinking`, which",
        ),
        (lambda: baselines.conjugate_gradient(np.eye(2) * np.nan), "P must be finite, got NaN or infinite entries$"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("solver", [baselines.least_squares(), baselines.conjugate_gradient()])
def test_prompts_in_float32_leave_unseen_directions_unseen(solver):
    """Three examples in five dimensions leave d - m = 2; in float32 rounding looks like what was seen."""
    generator = torch.Generator().manual_seed(0)
    drawn = prompts.sample(Task(covariance.isotropic(5), 3), 4000, generator=generator, dtype=torch.float32)
    left = (solver(drawn, 5)[:, -1] - drawn.w).square().sum(dim=1)
    assert abs(left.mean() - 2) < 4 * left.std() / len(left) ** 0.5


@pytest.mark.parametrize("solver", [baselines.gradient_descent(1e300), baselines.thinking(9 * np.eye(6))])
def test_a_chain_beyond_float64_is_infinite_and_never_nan(solver):
    chain = solver(DRAWN, 600)
    assert not chain.isnan().any() and chain[:, -1].isinf().all()
    with pytest.warns(theory.DivergenceWarning):
        assert evaluation.error_curve(solver, DRAWN, steps=600).mean[-1] == np.inf
