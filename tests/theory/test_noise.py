"""Label noise on given prompts: closed forms against chains that run, and against what is least by search."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Task
from ttsbook.models import baselines

DIM = 5
COV = covariance.power_law(DIM, 0.8, trace=DIM)
TURNED = covariance.rotate(COV, rng=np.random.default_rng(0))
P = theory.preconditioner(Task(COV, 30))


def averaged(solver, x, steps, noise_variance):
    """Mean error of a linear method on one prompt: the sum over unit weights, and over noise on one label each."""
    m, d = x.shape
    ends = [torch.eye(d, dtype=torch.float64), torch.zeros(m, d, dtype=torch.float64)]
    w = torch.cat(ends)
    y = torch.cat([torch.as_tensor(x @ np.eye(d)).T, torch.eye(m, dtype=torch.float64)])
    batch = Prompts(torch.as_tensor(x).expand(d + m, m, d), y, w, torch.full((d + m,), m))
    squares = (solver(batch, steps) - w[:, None]).square().sum(dim=2).numpy()
    return squares[:d].sum(axis=0) + noise_variance * squares[d:].sum(axis=0)


@pytest.mark.parametrize("m", [12, 3])
def test_it_is_what_the_chain_does_averaged_over_w_and_noise(m):
    x = np.random.default_rng(1).standard_normal((m, DIM)) @ covariance.square_root(TURNED)
    found = theory.noisy_error(P, x.T @ x / m, m, np.arange(9), noise_variance=0.7)
    assert np.allclose(found, averaged(baselines.thinking(P), x, 8, 0.7), rtol=1e-9)


def test_many_prompts_at_once_are_one_after_the_other():
    S = covariance.sample_empirical(TURNED, 12, samples=3, rng=np.random.default_rng(2))
    looks = [4, 0, 17]
    together = theory.noisy_error(P, S, 12, looks, noise_variance=0.7)
    assert np.allclose(together, [theory.noisy_error(P, one, 12, looks, noise_variance=0.7) for one in S], rtol=1e-12)


def test_a_long_chain_ends_at_least_squares():
    S = covariance.sample_empirical(COV, 40, samples=20, rng=np.random.default_rng(3))
    ends = theory.noisy_error(P, S, 40, [10**9], noise_variance=2.0)[:, 0]
    assert np.allclose(ends, 2.0 * np.trace(np.linalg.inv(S), axis1=1, axis2=2) / 40, rtol=1e-9)


def test_the_mean_of_least_squares_is_that_of_many_prompts():
    S = covariance.sample_empirical(TURNED, 20, samples=20_000, rng=np.random.default_rng(4))
    ends = 2.0 * np.trace(np.linalg.inv(S), axis1=1, axis2=2) / 20
    expected = theory.least_squares_error(TURNED, 20, noise_variance=2.0)
    assert abs(ends.mean() - expected) < 4 * ends.std() / np.sqrt(len(S)) < 0.02 * expected
    assert theory.least_squares_error(COV, DIM + 1, noise_variance=2.0) == np.inf
    assert theory.least_squares_error(Task(COV, 9), DIM, noise_variance=0.0) == 0


@pytest.mark.parametrize("m", [12, 3])
def test_the_least_error_is_that_of_ridge_regression(m):
    x = np.random.default_rng(5).standard_normal((m, DIM))
    S = x.T @ x / m
    least = theory.bayes_error(S, m, noise_variance=0.7)
    assert np.isclose(least, averaged(baselines.ridge(0.7 / m), x, 1, 0.7)[1], rtol=1e-9)
    assert least < averaged(baselines.ridge(1.4 / m), x, 1, 0.7)[1]
    assert least < theory.noisy_error(P, S, m, np.arange(100), noise_variance=0.7).min()
    assert theory.bayes_error(S, m, noise_variance=0.0) == DIM - min(m, DIM)


def test_each_skill_has_its_least_error_at_its_depth():
    strides, ratio = np.array([0.05, 0.4, 0.9, 1.3, 1.0]), np.array([2.0, 7.0, 0.3, 4.0, 4.0])
    depth = theory.wiener_depth(strides, ratio)
    for r, snr, k in zip(np.abs(1 - strides[:4]), ratio, depth, strict=False):

        def error(steps, r=r, snr=snr):  # of even steps, where a factor is negative
            return r ** (2 * steps) + (1 - r**steps) ** 2 / snr

        assert np.isclose(minimize_scalar(error, bounds=(0, 2 * k), method="bounded").x, k, rtol=1e-3)
        assert np.isclose(error(k), 1 / (1 + snr))
    assert depth[4] == 0  # a stride of 1 arrives at once


@pytest.mark.filterwarnings("ignore::ttsbook.theory.DivergenceWarning")
@pytest.mark.parametrize(
    ("n", "m", "noise_variance", "phase"), [(80, 80, 0.1, "falls"), (40, 40, 5.0, "turns"), (400, 40, 1.0, "diverges")]
)
def test_the_phase_is_that_of_most_prompts(n, m, noise_variance, phase):
    task = Task(covariance.power_law(20, 0.8, trace=20), n, noise_variance=noise_variance)
    Q = theory.preconditioner(task)
    test_cov = task.cov if phase != "diverges" else np.eye(20)
    found = theory.noise_phase(Q, test_cov, m, noise_variance=noise_variance)
    assert found.phase == phase
    S = covariance.sample_empirical(test_cov, m, samples=400, rng=np.random.default_rng(6))
    looks = np.append(np.arange(100), 10**6)
    middle = np.median(theory.noisy_error(Q, S, m, looks, noise_variance=noise_variance), axis=0)
    if phase == "diverges":
        assert middle[-1] == found.factor == np.inf
        return
    assert abs(middle[-1] / middle.min() / found.factor - 1) < 0.05
    assert phase == "falls" or abs(middle.argmin() - found.best_steps) <= 1


def test_a_chain_that_leaves_float64_is_infinite_and_said_to_be():
    with pytest.warns(theory.DivergenceWarning):
        errors = theory.noisy_error(3 * np.eye(2), np.eye(2), 9, [1, 10**6], noise_variance=1.0)
    assert np.isfinite(errors[0]) and errors[1] == np.inf


def test_an_error_that_always_falls_has_no_best_number_of_steps():
    found = theory.noise_phase(P / 1000, Task(COV, 40), 40)
    assert found == ("falls", None, 1.0)


def test_the_noise_of_a_task_counts():
    task = Task(COV, 40, noise_variance=3.0)
    assert theory.noise_phase(P, task, 40) == theory.noise_phase(P, COV, 40, noise_variance=3.0)


BAD_CALLS = [
    (lambda: theory.noisy_error(P, np.eye(4), 9, [1], noise_variance=1.0), r"S must have shape \(5, 5\)"),
    (lambda: theory.noisy_error(P, np.full((5, 5), np.inf), 9, [1], noise_variance=1.0), "S must be finite"),
    (lambda: theory.noisy_error(P, COV, 0, [1], noise_variance=1.0), "test_length .* got 0"),
    (lambda: theory.noisy_error(P, COV, 9, [1.5], noise_variance=1.0), r"steps must be a list of whole .* got \[1.5\]"),
    (lambda: theory.noisy_error(P, COV, 9, 3, noise_variance=1.0), "steps must be a list"),
    (lambda: theory.noisy_error(P, COV, 9, [1], noise_variance=-1.0), "noise_variance .* got -1"),
    (
        lambda: theory.noisy_error(P - 9 * np.eye(5), COV, 9, [1], noise_variance=1.0),
        "P must be positive semi-definite",
    ),
    (
        lambda: theory.noisy_error(np.triu(np.ones((5, 5))), COV, 9, [1], noise_variance=1.0),
        r"P must be symmetric, .* simulate_cot_error.* nearly symmetric, as layers learn it, take \(P \+ P.T\) / 2",
    ),
    (lambda: theory.bayes_error(3.0, 9, noise_variance=1.0), "S must have shape"),
    (lambda: theory.least_squares_error(COV, 4, noise_variance=1.0), "test_length must be an integer of at least 5"),
    (lambda: theory.wiener_depth([2.0], [1.0]), "strides must be above 0 and below 2"),
    (lambda: theory.wiener_depth([0.5], [1.0, 2.0]), "must have the shape of strides"),
    (lambda: theory.wiener_depth([0.5], [-1.0]), "signal_to_noise must be finite and not negative"),
    (lambda: theory.noise_phase(P, COV, 5), "test_length must be an integer of at least 6, got 5"),
]


@pytest.mark.unchecked
@pytest.mark.parametrize(("call", "message"), BAD_CALLS)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
