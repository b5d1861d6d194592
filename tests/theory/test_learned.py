import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import covariances, lengths
from theory_tools import examples

from ttsbook import theory
from ttsbook.data import covariance, features
from ttsbook.data.tasks import Mixture, Task


def test_gamma_is_the_second_moment_of_the_empirical_covariance():
    rng = np.random.default_rng(0)
    cov = covariance.rotate(covariance.power_law(3, 1.0), rng=rng)
    drawn = examples(rng, cov, 4, 100_000)
    squares = drawn @ drawn
    spread = squares.std(axis=0) / np.sqrt(len(squares))
    assert (np.abs(squares.mean(axis=0) - cov @ theory.gamma(cov, 4)) < 4.5 * spread).all()


@given(covariances())
def test_gamma_of_endless_prompts_is_the_covariance(cov):
    assert np.array_equal(theory.gamma(cov, math.inf), cov)


@given(covariances(), lengths, st.floats(0, 2))
def test_label_noise_acts_like_a_larger_trace(cov, n, noise_variance):
    noisy, clean = (theory.gamma(cov, n, noise_variance=noise_variance), theory.gamma(cov, n))
    assert np.allclose(noisy - clean, noise_variance / n * np.eye(len(cov)))


@pytest.mark.parametrize("noise_variance", [0.0, 0.5])
def test_the_preconditioner_is_the_best_linear_answer(noise_variance):
    """Regressing w on X y / n over prompts, the least-squares solution tends to P."""
    rng = np.random.default_rng(1)
    cov, n, prompts = (covariance.rotate(covariance.power_law(3, 0.7), rng=rng), 6, 200_000)
    x = rng.multivariate_normal(np.zeros(3), cov, size=(prompts, n))
    w = rng.standard_normal((prompts, 3))
    y = np.einsum("pni,pi->pn", x, w) + math.sqrt(noise_variance) * rng.standard_normal((prompts, n))
    features = np.einsum("pni,pn->pi", x, y) / n
    solution, *_ = np.linalg.lstsq(features, w, rcond=None)
    expected = theory.preconditioner(Task(cov, n, noise_variance=noise_variance))
    assert np.abs(solution.T - expected).max() < 0.02 * np.abs(expected).max()


@pytest.mark.exhaustive
def test_the_preconditioner_of_a_mixture_is_the_best_linear_answer():
    rng = np.random.default_rng(2)
    tasks = [Task(covariance.rotate(covariance.power_law(3, a), rng=rng), n) for a, n in ((1.0, 2), (2.0, 60))]
    prompts, weights = 200_000, [0.4, 0.6]
    features, targets = [], []
    for task, weight in zip(tasks, weights, strict=True):
        share = int(weight * prompts)
        w = rng.standard_normal((share, 3))
        features.append(np.einsum("sij,sj->si", examples(rng, task.cov, task.prompt_length, share), w))
        targets.append(w)
    solution, *_ = np.linalg.lstsq(np.concatenate(features), np.concatenate(targets), rcond=None)
    expected = theory.preconditioner(Mixture(tasks, weights))
    assert np.abs(solution.T - expected).max() < 0.02 * np.abs(expected).max()
    assert np.abs(solution - expected).max() > 0.05 * np.abs(expected).max()  # B⁻¹A would fail


@given(covariances(), lengths)
def test_a_mixture_of_one_task_is_that_task(cov, n):
    task = Task(cov, n)
    assert np.allclose(theory.preconditioner(Mixture([task], [1.0])), theory.preconditioner(task))


def test_moments_are_those_of_prompts():
    tasks = [Task(np.diag([1.0, 0.5]), 4, noise_variance=0.5), Task(np.diag([0.2, 1.0]), 9)]
    mixture, rng = Mixture(tasks, [0.3, 0.7]), np.random.default_rng(0)
    A, B = theory.moments(mixture)
    first, second = 0, 0
    for weight, task in zip(mixture.weights, tasks, strict=True):
        n = task.prompt_length
        S = covariance.sample_empirical(task.cov, n, samples=200_000, rng=rng)
        first, second = first + weight * S, second + weight * (S @ S + task.noise_variance * S / n)
    for exact, draws in ((A, first), (B, second)):
        error = draws.std(axis=0) / np.sqrt(len(draws))
        assert (np.abs(draws.mean(axis=0) - exact) < 5 * error).all()


@given(covariances(), lengths, lengths, st.floats(0, 1), st.floats(0, 2))
def test_the_parts_of_caution_add_up_to_the_second_moment(cov, n, other_n, weight, noise_variance):
    other = Task(np.diag(np.linspace(1, 2, len(cov))), other_n)
    mixture = Mixture([Task(cov, n, noise_variance=noise_variance), other], [weight, 1 - weight])
    A, B = theory.moments(mixture)
    mean, between, within = theory.caution(mixture)
    assert np.allclose(mean, A) and np.allclose(mean @ mean + between + within, B)
    assert min(np.linalg.eigvalsh(between)[0], np.linalg.eigvalsh(within)[0]) > -1e-12
    strengths = np.linalg.eigvalsh(B)
    assert theory.conditioning(mixture) == pytest.approx(strengths[-1] / strengths[0])


def test_a_single_task_of_endless_prompts_has_no_caution():
    _, between, within = theory.caution(Task(np.diag([2.0, 1.0]), 10**9))
    assert np.abs(between).max() == 0 and np.abs(within).max() < 1e-7


@pytest.mark.parametrize("function", [theory.moments, theory.caution, theory.conditioning])
def test_moments_of_something_else_are_refused(function):
    with pytest.raises(TypeError, match="task_or_mixture"):
        function(np.eye(2))


# fourth moments


def pool_moments(rows):
    """Covariance and fourth moments of rows that are drawn evenly."""
    squares = np.square(rows).sum(axis=1)
    return rows.T @ rows / len(rows), rows.T @ (squares[:, None] * rows) / len(rows)


def every_prompt(rows, n):
    """Empirical covariances of all prompts of n examples from the rows, each as likely as the others."""
    choices = np.array(list(itertools.product(range(len(rows)), repeat=n)))
    x = rows[choices]
    return x.swapaxes(1, 2) @ x / n


@pytest.mark.parametrize("n", [1, 3])
def test_with_fourth_moments_gamma_and_the_preconditioner_are_exact_for_any_rows(n):
    """All prompts from five skew rows are listed, and the least one-step error over them is found."""
    rows = np.random.default_rng(3).exponential(size=(5, 3))
    cov, fourth = pool_moments(rows)
    S = every_prompt(rows, n)
    square = (S @ S).mean(axis=0)
    assert np.allclose(theory.gamma(cov, n, fourth_moments=fourth) @ cov, square)
    P = theory.preconditioner(Task(cov, n), fourth_moments=fourth)
    identity = np.broadcast_to(np.eye(3), S.shape).reshape(-1, 3)
    solution, *_ = np.linalg.lstsq(S.reshape(-1, 3), identity, rcond=None)  # of P S = I, each row of P'
    assert np.allclose(P, solution.T) and not np.allclose(P, P.T)


@given(covariances(), lengths, st.floats(0, 2))
def test_gaussian_fourth_moments_change_nothing(cov, n, noise_variance):
    fourth = features.fourth_moments(cov, features.Gaussian())
    options = {"noise_variance": noise_variance}
    assert np.allclose(theory.gamma(cov, n, fourth_moments=fourth, **options), theory.gamma(cov, n, **options))


def test_fourth_moments_that_none_can_have_are_refused():
    for call, message in [
        (lambda: theory.gamma(np.eye(2), 5, fourth_moments=np.eye(2) / 2), "fourth_moments less the square of cov"),
        (lambda: theory.gamma(np.eye(3), 5, fourth_moments=np.eye(3)), r"a trace of at least \(tr cov\)² = 9, got 3"),
        (lambda: theory.gamma(np.eye(2), 5, fourth_moments=np.eye(3)), "cov has 2, fourth_moments has 3"),
        (lambda: theory.gamma(np.diag([1.0, 0.0]), 5, fourth_moments=np.eye(2)), "cov must be positive definite"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
    mixture = Mixture([Task(np.eye(2), 5)], [1.0])
    with pytest.raises(ValueError, match="fourth_moments are those of one task, got a mixture"):
        theory.preconditioner(mixture, fourth_moments=3 * np.eye(2))
