import math
import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import covariances, lengths

from ttsbook import covariance, theory
from ttsbook.tasks import Mixture, Task


def matched(cov, n):
    """Preconditioner trained on `cov`, and the h_i of every skill."""
    return theory.preconditioner(Task(cov, n)), 1 + np.trace(cov) / np.linalg.eigvalsh(cov)


def examples(rng, cov, length, samples):
    """Empirical covariances of prompts drawn example by example: no Bartlett decomposition."""
    x = rng.multivariate_normal(np.zeros(len(cov)), cov, size=(samples, length))
    return np.einsum("smi,smj->sij", x, x) / length


# gamma and preconditioner


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


# one step


@given(covariances(), lengths, lengths)
def test_direct_error_of_a_matched_task_in_closed_form(cov, n, m):
    P, h = matched(cov, n)
    assert theory.direct_error(P, cov, m) == pytest.approx((h * (h + n**2 / m) / (n + h) ** 2).sum())


@given(covariances(), lengths)
def test_direct_error_at_equal_lengths_is_the_least_possible(cov, n):
    P, h = matched(cov, n)
    least = (h / (n + h)).sum()
    assert theory.direct_error(P, cov, n) == pytest.approx(least)
    nudge = np.random.default_rng(n).standard_normal(P.shape)
    assert theory.direct_error(P + 1e-3 * nudge, cov, n) > least


@pytest.mark.parametrize("length", [3, 30])
def test_direct_error_by_skill_agrees_with_simulated_prompts(length):
    rng = np.random.default_rng(3)
    cov, other = (covariance.rotate(covariance.power_law(4, a), rng=rng) for a in (0.5, 1.0))
    P = theory.preconditioner(Task(cov, 10)) @ np.diag([1.0, 0.9, 1.1, 1.0])  # not symmetric
    samples, noise_variance = 100_000, 0.4
    x = rng.multivariate_normal(np.zeros(4), other, size=(samples, length))
    w = rng.standard_normal((samples, 4))
    y = np.einsum("smi,si->sm", x, w) + math.sqrt(noise_variance) * rng.standard_normal((samples, length))
    answers = np.einsum("smi,sm->si", x, y) / length @ P.T
    squares = ((answers - w) @ covariance.skills(other).directions) ** 2
    exact = theory.direct_error_by_skill(P, other, length, noise_variance=noise_variance)
    assert (np.abs(squares.mean(axis=0) - exact) < 4.5 * squares.std(axis=0) / math.sqrt(samples)).all()


@given(covariances(), st.floats(1, 500), st.one_of(st.none(), lengths))
def test_the_bound_of_theorem_3_3_holds(cov, n, m):
    P = np.linalg.inv(theory.gamma(cov, n))
    assert theory.direct_error(P, cov, m) <= theory.direct_error_bound(cov, n, m) * (1 + 1e-9)


def test_the_bound_vanishes_with_endless_prompts():
    assert theory.direct_error_bound(np.eye(3), math.inf, None) == 0.0


# thinking


@given(covariances(), lengths)
def test_the_scaling_law_bounds_the_exact_error_of_endless_prompts(cov, n):
    P, h = matched(cov, n)
    exact = theory.cot_error_limit(P, cov, 6)
    closed_form = [((1 + n / h) ** (-2.0 * k)).sum() for k in range(7)]
    assert np.allclose(exact, closed_form, rtol=1e-6, atol=1e-12)
    assert (exact <= theory.scaling_law_bound(cov, n, 6) * (1 + 1e-9) + 1e-12).all()


def test_the_scaling_law_is_exact_for_equal_strengths():
    P, _ = matched(2 * np.eye(5), 30)
    exact = theory.cot_error_limit(P, 2 * np.eye(5), 8)
    assert np.allclose(exact, theory.scaling_law_bound(2 * np.eye(5), 30, 8))


@given(covariances())
def test_the_limit_agrees_with_the_direct_error_after_one_step(cov):
    P = theory.preconditioner(Task(np.eye(len(cov)), 10))
    limit = theory.cot_error_limit(P, cov, 1)
    assert limit[0] == len(cov)
    assert limit[1] == pytest.approx(theory.direct_error(P, cov, None))


def test_the_limit_for_matrices_that_do_not_commute_exceeds_the_trace_of_remark_4_1():
    rng = np.random.default_rng(5)
    train, test = (covariance.rotate(covariance.power_law(4, 1.0), rng=rng) for _ in range(2))
    P = theory.preconditioner(Task(train, 20))
    root = covariance.square_root(P)
    remark = [np.trace(np.linalg.matrix_power(np.eye(4) - root @ test @ root, 2 * k)) for k in range(6)]
    exact = theory.cot_error_limit(P, test, 5)
    assert exact[1] > remark[1] * (1 + 1e-6)
    assert (exact >= np.array(remark) * (1 - 1e-9)).all()


def test_a_skill_that_training_covered_too_weakly_makes_the_error_rise_again():
    P = theory.preconditioner(Task(covariance.power_law(20, 0.8, trace=20), 200))
    errors = theory.cot_error_limit(P, np.eye(20), 30)
    assert errors.argmin() == 7
    assert errors[-1] > 5 * errors.min()


def simulated(P, cov, m, steps, seed=0, **options):
    return theory.simulate_cot_error(P, cov, m, steps, rng=np.random.default_rng(seed), **options)


@pytest.mark.parametrize("m", [3, 8, 60])
def test_simulation_starts_at_d_and_agrees_with_the_direct_error(m):
    cov = covariance.rotate(covariance.power_law(5, 0.8), rng=np.random.default_rng(1))
    P, _ = matched(cov, 20)
    thought = simulated(P, cov, m, 1, samples=20_000)
    low, high = thought.band()
    assert thought.mean[0] == low[0] == high[0] == 5.0
    assert low[1] < theory.direct_error(P, cov, m) < high[1]
    assert high[1] - low[1] < 0.1 * thought.mean[1]


@pytest.mark.parametrize("noise_variance", [0.0, 0.5])
def test_simulation_agrees_with_thinking_on_drawn_weights(noise_variance):
    """An independent route: draw x, w and noise, run the recursion on w itself."""
    rng = np.random.default_rng(7)
    cov, m, steps, samples = covariance.power_law(4, 1.0), 12, 5, 40_000
    P = theory.preconditioner(Task(cov, 10, noise_variance=noise_variance)) @ np.diag([1.0, 0.9, 1.1, 1.0])
    x = rng.multivariate_normal(np.zeros(4), cov, size=(samples, m))
    w = rng.standard_normal((samples, 4))
    y = np.einsum("smi,si->sm", x, w) + math.sqrt(noise_variance) * rng.standard_normal((samples, m))
    answer, squares = np.zeros_like(w), [(w**2).sum(axis=1)]
    for _ in range(steps):
        residual = y - np.einsum("smi,si->sm", x, answer)
        answer = answer + np.einsum("smi,sm->si", x, residual) / m @ P.T
        squares.append(((answer - w) ** 2).sum(axis=1))
    squares = np.array(squares)
    thought = simulated(P, cov, m, steps, samples=samples, noise_variance=noise_variance)
    spread = np.hypot(squares.std(axis=1) / math.sqrt(samples), thought.standard_error)
    assert (np.abs(squares.mean(axis=1) - thought.mean) < 4.5 * spread).all()


def test_simulation_of_long_prompts_tends_to_the_limit():
    cov = covariance.power_law(6, 1.0)
    P, _ = matched(cov, 50)
    thought = simulated(P, cov, 10**9, 5, samples=10)
    assert np.allclose(thought.mean, theory.cot_error_limit(P, cov, 5), rtol=1e-2)
    assert thought.divergence_probability == 0.0


def test_fewer_examples_than_dimensions_leave_what_they_do_not_show():
    P, _ = matched(np.eye(8), 4)
    thought = simulated(P, np.eye(8), 3, 400, samples=200)
    assert thought.median[-1] == pytest.approx(5.0, rel=1e-6)


def test_the_share_of_diverging_prompts_agrees_with_the_largest_eigenvalue():
    P, _ = matched(np.eye(10), 1000)
    drawn = covariance.sample_empirical(np.eye(10), 40, samples=4000, rng=np.random.default_rng(0))
    expected = (np.linalg.eigvalsh(P @ drawn)[:, -1] > 2).mean()
    thought = simulated(P, np.eye(10), 40, 1, samples=4000)
    assert 0.1 < expected < 0.9
    assert thought.divergence_probability == expected
    skewed = simulated(P + 1e-12 * np.triu(np.ones((10, 10)), 1), np.eye(10), 40, 1, samples=4000)
    assert skewed.divergence_probability == expected


def test_simulation_does_not_depend_on_how_it_is_cut_into_chunks(monkeypatch):
    P, _ = matched(np.eye(3), 10)
    whole = simulated(P, np.eye(3), 10, 4, samples=500)
    monkeypatch.setattr(theory, "CHUNK_BYTES", 72 * 500)
    assert np.array_equal(whole.mean, simulated(P, np.eye(3), 10, 4, samples=500).mean)
    monkeypatch.setattr(theory, "CHUNK_BYTES", 72 * 7)
    cut = simulated(P, np.eye(3), 10, 4, samples=500)
    assert (np.abs(cut.mean - whole.mean) <= 4.5 * np.hypot(cut.standard_error, whole.standard_error)).all()


def test_a_diverging_chain_is_inf_never_nan_and_warns_once():
    with pytest.warns(theory.DivergenceWarning) as caught:
        limit = theory.cot_error_limit(1e200 * np.eye(2), np.eye(2), 6)
    assert len(caught) == 1
    assert limit[0] == 2 and np.isinf(limit[1:]).all()
    with pytest.warns(theory.DivergenceWarning) as caught:
        thought = simulated(1e100 * np.eye(3), np.eye(3), 5, 6, samples=20, noise_variance=1.0)
    assert len(caught) == 1
    for values in (thought.mean, thought.median, thought.standard_error):
        assert not np.isnan(values).any()
        assert np.isinf(values[-1])
    assert thought.divergence_probability == 1.0


def test_a_chain_that_stays_in_range_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert theory.cot_error_limit(3 * np.eye(2), np.eye(2), 20)[-1] == 2.0 * 2**40


# bad input

BAD_CALLS = [
    (lambda: theory.gamma(np.eye(2), 0), "prompt_length must be a number of at least 1, got 0"),
    (lambda: theory.gamma(np.eye(2), 5, noise_variance=-1), "noise_variance .* got -1"),
    (lambda: theory.preconditioner(Task(np.diag([1.0, 0.0]), 5)), "cov .* zero eigenvalue"),
    (lambda: theory.direct_error(np.eye(3), np.eye(2), 5), "P has 3, test_cov has 2"),
    (lambda: theory.direct_error(np.ones((2, 3)), np.eye(2), 5), "P must be a square matrix"),
    (lambda: theory.direct_error(np.eye(2) * np.nan, np.eye(2), 5), "P must be finite"),
    (lambda: theory.direct_error(np.eye(2), np.eye(2), 0), "test_length must be an integer of at least 1, got 0"),
    (lambda: theory.direct_error(np.eye(2), np.eye(2), 2.5), "test_length .* got 2.5"),
    (lambda: theory.direct_error_bound(np.diag([1.0, 0.0]), 5, 5), "cov .* hardness is infinite"),
    (lambda: theory.direct_error_bound(np.eye(2), math.nan, 5), "train_length .* got nan"),
    (lambda: theory.scaling_law_bound(np.eye(2), 0.5, 5), "train_length .* got 0.5"),
    (lambda: theory.scaling_law_bound(np.eye(2), 5, -1), "steps must be an integer of at least 0, got -1"),
    (lambda: theory.cot_error_limit(np.eye(2), np.eye(2), -1), "steps .* got -1"),
    (lambda: theory.cot_error_limit(np.eye(2), -np.eye(2), 3), "test_cov .* eigenvalue -1"),
    (lambda: simulated(np.eye(2), np.eye(2), None, 3, samples=10), "test_length .* got None"),
    (lambda: simulated(np.eye(2), np.eye(2), 5, 3, samples=1), "samples must be an integer of at least 2, got 1"),
]


@pytest.mark.parametrize(("call", "message"), BAD_CALLS)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_preconditioner_of_something_else_is_refused():
    with pytest.raises(TypeError, match="task_or_mixture must be a Task or a Mixture, got 3"):
        theory.preconditioner(3)


def test_theory_does_not_import_torch():
    code = "import sys, ttsbook, ttsbook.theory; print('torch' in sys.modules, 'scipy' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "False"]
