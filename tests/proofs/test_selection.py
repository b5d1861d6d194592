"""Identities of the proofs on selection, each by another route."""

import numpy as np
import pytest
from scipy.stats import ortho_group

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Mixture, Task
from ttsbook.theory import selection

DIM = 12


def rotated_tasks(rng, count=3, dim=DIM):
    spectra = [covariance.power_law(dim, exponent, trace=dim) for exponent in np.linspace(0, 1.2, count)]
    return [Task(covariance.rotate(cov, rng=rng), int(rng.integers(5, 60))) for cov in spectra]


def parts(tasks, weights):
    """A and B of a mixture, written out."""
    A = sum(p * t.cov for p, t in zip(weights, tasks, strict=True))
    B = sum(
        p * ((1 + 1 / t.prompt_length) * t.cov @ t.cov + np.trace(t.cov) / t.prompt_length * t.cov)
        for p, t in zip(weights, tasks, strict=True)
    )
    return A, B


def examples(task, prompts, rng):
    x = rng.standard_normal((prompts, task.prompt_length, len(task.cov))) @ np.linalg.cholesky(task.cov).T
    return x.transpose(0, 2, 1) @ x / task.prompt_length


def test_the_error_of_one_step_on_a_mixture_is_that_of_sampled_prompts():
    rng = np.random.default_rng(0)
    tasks, weights = rotated_tasks(rng), np.array([0.2, 0.5, 0.3])
    P = rng.standard_normal((DIM, DIM)) / DIM + np.eye(DIM) / 2
    A, B = parts(tasks, weights)
    exact = DIM - 2 * np.trace(P @ A) + np.trace(P @ B @ P.T)
    found = [np.square(P @ examples(task, 20_000, rng) - np.eye(DIM)).sum(axis=(1, 2)) for task in tasks]
    mean = sum(p * errors.mean() for p, errors in zip(weights, found, strict=True))
    width = np.sqrt(sum(p**2 * errors.var() / errors.size for p, errors in zip(weights, found, strict=True)))
    assert abs(mean - exact) < 4 * width < 0.02 * exact


def test_the_square_is_completed():
    rng = np.random.default_rng(1)
    A, B = parts(rotated_tasks(rng), np.array([0.2, 0.5, 0.3]))
    inverse = np.linalg.inv(B)
    for _ in range(3):
        P = rng.standard_normal((DIM, DIM))
        gap = P - A @ inverse
        left = DIM - 2 * np.trace(P @ A) + np.trace(P @ B @ P.T)
        assert left == pytest.approx(DIM - np.trace(A @ inverse @ A) + np.trace(gap @ B @ gap.T))
    assert np.linalg.eigvalsh(B)[0] > 0 and np.allclose(B, B.T)
    assert np.linalg.norm(A @ inverse - inverse @ A) > 0.01 * np.linalg.norm(A @ inverse)


def test_a_mixture_of_tasks_that_are_singular_is_learned_if_together_they_use_every_direction():
    halves = [Task(np.diag(np.repeat([1.0, 0.0], 6)), 9), Task(np.diag(np.repeat([0.0, 2.0], 6)), 7)]
    _, B = parts(halves, [0.4, 0.6])
    assert np.linalg.eigvalsh(B)[0] > 0
    gammas = [(1 + 1 / 9) + 6 / 9, 2 * (1 + 1 / 7) + 12 / 7]
    P = theory.preconditioner(Mixture(halves, [0.4, 0.6]))
    assert np.diag(P) == pytest.approx(np.repeat(1 / np.array(gammas), 6))


def shared(rng, count=4):
    """Tasks and a target with the same skills, and their strengths."""
    strengths = rng.uniform(0.1, 2, (count, DIM))
    return [Task(np.diag(row), int(rng.integers(3, 300))) for row in strengths], strengths, rng.uniform(0.1, 2, DIM)


@pytest.mark.parametrize("seed", range(5))
def test_tasks_with_the_same_skills_have_effective_strengths(seed):
    rng = np.random.default_rng(seed)
    tasks, strengths, s = shared(rng)
    weights = rng.dirichlet(np.ones(4))
    n, a = np.array([t.prompt_length for t in tasks]), weights @ strengths
    each = np.array([np.diag(theory.gamma(t.cov, t.prompt_length)) for t in tasks])
    gamma = (weights[:, None] * strengths * each).sum(axis=0) / a
    P = theory.preconditioner(Mixture(tasks, weights))
    assert np.allclose(P, np.diag(1 / gamma))
    assert (each.min(axis=0) <= gamma).all() and (gamma <= each.max(axis=0)).all()
    spread = weights @ (strengths - a) ** 2
    noise = (weights / n) @ (strengths * (strengths + strengths.sum(axis=1, keepdims=True)))
    assert gamma - a == pytest.approx((spread + noise) / a)
    direct = [np.square(np.linalg.matrix_power(np.eye(DIM) - P @ np.diag(s), k)).sum() for k in range(6)]
    assert [((1 - s / gamma) ** (2 * k)).sum() for k in range(6)] == pytest.approx(direct)


def test_mixtures_converge_where_each_task_does():
    rng, seen = np.random.default_rng(3), 0
    for _ in range(300):
        tasks, _, _ = shared(rng, 2)
        s = np.diag(tasks[0].cov) * rng.uniform(0.5, 2, DIM)
        alone = [np.abs(np.linalg.eigvals(np.eye(DIM) - theory.preconditioner(t) @ np.diag(s))).max() for t in tasks]
        if max(alone) < 1:
            seen += 1
            P = theory.preconditioner(Mixture(tasks, [p := rng.uniform(), 1 - p]))
            assert np.abs(1 - np.diag(P) * s).max() < 1
    assert seen > 20


def test_a_small_value_of_the_program_lets_the_chain_converge():
    rng, safe = np.random.default_rng(4), 0
    for _ in range(200):
        strengths = rng.uniform(0, 1, (6, DIM)) ** 4 + 0.001
        s = rng.dirichlet(np.ones(6)) @ strengths * rng.uniform(0.8, 1.6, DIM)
        tasks = [Task(np.diag(row), 100_000) for row in strengths]
        chosen = selection.quadratic_program([t.cov for t in tasks], np.diag(s))
        P = theory.preconditioner(Mixture(tasks, chosen.weights))
        converges = np.abs(1 - np.diag(P) * s).max() < 1
        safe += chosen.error < 0.25
        assert converges or chosen.error >= 0.25
    assert safe > 20


def test_a_perfect_score_leaves_an_error_whatever_the_skills():
    rng, weights = np.random.default_rng(9), np.array([0.2, 0.5, 0.3])
    tasks = rotated_tasks(rng)
    A, B = parts(tasks, weights)
    pairs = list(zip(weights, tasks, strict=True))
    spread = sum(p * (t.cov - A) @ (t.cov - A) for p, t in pairs)
    noise = sum(p / t.prompt_length * (t.cov @ t.cov + np.trace(t.cov) * t.cov) for p, t in pairs)
    assert np.allclose(B - A @ A, spread + noise)
    beta = np.linalg.eigvalsh(A @ np.linalg.inv(B) @ A)
    assert beta[0] > 0 and beta[-1] < 1
    left = theory.cot_error_limit(theory.preconditioner(Mixture(tasks, weights)), A, 8)  # the target is A
    assert left == pytest.approx([((1 - beta) ** (2 * k)).sum() for k in range(9)])
    assert np.linalg.norm(tasks[1].cov @ A - A @ tasks[1].cov) > 0.1


def test_toward_a_task_with_a_smaller_product_the_value_falls():
    rng = np.random.default_rng(5)
    R, C, t = rng.standard_normal((4, 4)), rng.standard_normal((4, 4)), 0.3
    left = np.square((1 - t) * R + t * C).sum()
    right = np.square(R).sum() - 2 * t * (np.square(R).sum() - (C * R).sum()) + t**2 * np.square(C - R).sum()
    assert left == pytest.approx(right)


def norm(cov, target):
    return np.linalg.norm(np.eye(len(target)) - np.linalg.inv(target) @ cov)


@pytest.mark.parametrize("seed", range(20))
def test_half_of_the_weight_on_the_nearer_of_two_tasks(seed):
    rng = np.random.default_rng(seed)
    easy, hard = (task.cov * rng.uniform(0.5, 1.5) for task in rotated_tasks(rng, 2))
    target = covariance.rotate(covariance.power_law(DIM, rng.uniform(0, 1)), rng=rng)
    grid = np.linspace(0, 1, 2001)
    values = [norm((1 - p) * easy + p * hard, target) for p in grid]
    best = selection.quadratic_program([easy, hard], target).weights[1]
    assert best == pytest.approx(grid[np.argmin(values)], abs=6e-4)
    assert (best >= 0.5) == (norm(hard, target) <= norm(easy, target))


def test_half_of_the_weight_on_hard_tasks_that_are_nearer_than_every_mixture_of_easy_ones():
    rng, seen = np.random.default_rng(6), 0
    for _ in range(200):
        target = covariance.power_law(DIM, 1.0)
        easy = [covariance.rotate(covariance.power_law(DIM, rng.uniform(0.1, 0.4)), rng=rng) for _ in range(2)]
        hard = [covariance.rotate(covariance.power_law(DIM, rng.uniform(0.7, 1.3)), rng=rng) for _ in range(2)]
        least = np.sqrt(selection.quadratic_program(easy, target).error)
        if max(norm(cov, target) for cov in hard) < least:
            seen += 1
            assert selection.quadratic_program(easy + hard, target).weights[2:].sum() >= 0.5
    assert seen > 20


def test_with_the_same_skills_size_alone_can_decide():
    easy, hard = (covariance.power_law(DIM, exponent) for exponent in (0.2, 0.8))
    assert selection.quadratic_program([easy, hard], covariance.power_law(DIM, 1.0)).weights.tolist() == [0, 1]
    assert selection.quadratic_program([easy, hard], covariance.power_law(DIM, 0.1)).weights.tolist() == [1, 0]


@pytest.mark.parametrize("exponent", [0.2, 0.8])
def test_the_mean_distance_of_a_task_with_random_directions(exponent):
    spectrum, target = covariance.power_law(5, exponent), np.diag([1.0, 0.8, 0.5, 0.3, 0.2])
    turned = ortho_group.rvs(5, size=6000, random_state=7)
    squares = [norm(q @ spectrum @ q.T, target) ** 2 for q in turned]
    inverse = np.linalg.inv(target)
    exact = 5 - 2 / 5 * np.trace(inverse) * np.trace(spectrum)
    exact += np.trace(inverse @ inverse) * np.trace(spectrum @ spectrum) / 5
    assert abs(np.mean(squares) - exact) < 4 * np.std(squares) / np.sqrt(len(squares)) < 0.03 * exact


def test_the_gradient_of_a_power_and_of_the_weights():
    rng = np.random.default_rng(8)
    tasks, weights = rotated_tasks(rng), np.array([0.2, 0.5, 0.3])
    target, k = covariance.rotate(covariance.power_law(DIM, 0.5), rng=rng), 4
    A, B = parts(tasks, weights)
    P = A @ np.linalg.inv(B)
    T, power = np.eye(DIM) - P @ target, np.linalg.matrix_power
    G = -2 * sum(power(T.T, j) @ power(T, k) @ power(T.T, k - 1 - j) for j in range(k)) @ target
    step = 1e-6 * rng.standard_normal(P.shape)
    errors = [np.square(power(np.eye(DIM) - (P + sign * step) @ target, k)).sum() for sign in (1, -1)]
    assert (G * step).sum() == pytest.approx((errors[0] - errors[1]) / 2, rel=1e-5)
    inner = G @ np.linalg.inv(B)
    slopes = [(inner * (t.cov - P @ t.cov @ theory.gamma(t.cov, t.prompt_length))).sum() for t in tasks]
    rate, gradient = selection.MixtureError(tasks, target, k).log_rate(weights)
    assert gradient == pytest.approx(np.array(slopes) / (2 * k * np.exp(2 * k * rate)))
    assert weights @ slopes == pytest.approx(0, abs=1e-9)
