import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import covariances, lengths
from theory_tools import matched, simulated

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task


@given(covariances())
def test_costs_rise_to_one_more_than_the_hardness(cov):
    costs = theory.skill_costs(cov)
    assert (np.diff(costs) >= 0).all()
    assert costs[-1] == pytest.approx(1 + covariance.hardness(cov))
    assert np.sum(1 / (costs - 1)) == pytest.approx(1)  # shares of the trace


@given(covariances(), lengths)
def test_the_mean_cost_bounds_the_direct_error_at_equal_lengths(cov, n):
    P, _ = matched(cov, n)
    error = theory.direct_error(P, cov, n)
    assert error <= theory.mean_cost_bound(cov, n, n) * (1 + 1e-9)
    assert theory.mean_cost_bound(cov, n, n) <= min(len(cov), theory.direct_error_bound(cov, n, n, sharp=True))


def test_the_mean_cost_is_exact_for_equal_strengths():
    P, _ = matched(np.eye(6), 10)
    for m in (5, 10, 20):
        assert theory.mean_cost_bound(np.eye(6), 10, m) == pytest.approx(theory.direct_error(P, np.eye(6), m))


@given(covariances(), lengths)
def test_one_step_learns_as_many_skills_as_the_effective_dimension_says(cov, n):
    P, _ = matched(cov, n)
    learned = n / (n + 1) * theory.effective_dimension(cov, np.trace(cov) / (n + 1))
    assert len(cov) - theory.direct_error(P, cov, n) == pytest.approx(learned)


def test_the_effective_dimension_is_a_ridge_regressions_degrees_of_freedom():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((50, 4))
    hat = x @ np.linalg.solve(x.T @ x + 3.0 * np.eye(4), x.T)
    assert theory.effective_dimension(x.T @ x, 3.0) == pytest.approx(np.trace(hat))


@pytest.mark.unchecked
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.skill_costs(np.diag([1.0, 0.0])), "cov .* least eigenvalue"),
        (lambda: theory.mean_cost_bound(np.eye(2), 10, 4), "test_length must be from 5 to 20, .* got 4"),
        (lambda: theory.mean_cost_bound(np.eye(2), 10, 21), "test_length .* got 21"),
        (lambda: theory.mean_cost_bound(np.eye(2), 0, 1), "train_length .* got 0"),
        (lambda: theory.mean_cost_bound(np.eye(2), 10, None), "test_length .* got None"),
        (lambda: theory.effective_dimension(np.eye(2), 0.0), "penalty must be positive, got 0.0"),
        (lambda: theory.effective_dimension([[1.0, 2.0], [0.0, 1.0]], 1.0), "cov must be symmetric"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@given(covariances(), lengths, st.floats(0, 20))
def test_the_label_noise_of_a_task_counts_wherever_a_training_covariance_does(cov, n, noise_variance):
    task = Task(cov, n, noise_variance=noise_variance)
    P, noise = theory.preconditioner(task), {"noise_variance": noise_variance}
    costs = theory.skill_costs(task)
    assert theory.strides(P, cov)[::-1] == pytest.approx(n / (n + costs))
    errors = theory.cot_error_limit(P, cov, 4)
    assert (errors <= theory.scaling_law_bound(task, n, 4) * (1 + 1e-9) + 1e-12).all()
    if 1e-9 < errors[4] < 0.999 * len(cov):
        assert theory.train_length_for(task, errors[4] / len(cov), 4) == pytest.approx(n, rel=1e-4)
    direct = theory.direct_error(P, cov, n, **noise)
    assert direct <= theory.direct_error_bound(task, n, n, sharp=True) * (1 + 1e-9)
    assert direct <= theory.mean_cost_bound(task, n, n) * (1 + 1e-9)


def test_label_noise_in_training_makes_divergence_rarer():
    cov = covariance.power_law(10, 0.5, trace=10)
    task = Task(cov, 20, noise_variance=5.0)
    bound = theory.divergence_bound(task, 20, 60)
    thought = simulated(theory.preconditioner(task), cov, 60, 0, samples=20_000)
    assert thought.divergence_probability <= bound < theory.divergence_bound(cov, 20, 60)
