import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import covariances
from theory_tools import simulated

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task


def brute_force(P, test, steps=300):
    """Least error over all steps up to a number."""
    errors = [np.linalg.norm(np.linalg.matrix_power(np.eye(len(P)) - P @ test, k)) ** 2 for k in range(steps)]
    return int(np.argmin(errors)), errors


@given(covariances(), st.integers(1, 500), st.floats(1.0, 30))
def test_the_best_depth_of_endless_prompts_is_that_of_a_search(cov, n, scale):
    test = covariance.rotate(scale * np.diag(np.linalg.eigvalsh(cov)), rng=np.random.default_rng(n))
    for tested in (test, scale * cov):  # one does not commute with P, the other does
        P = theory.preconditioner(Task(cov, n))
        depth = theory.best_depth(P, tested)
        radius = np.abs(np.linalg.eigvals(np.eye(len(cov)) - P @ tested)).max()
        if radius < 1 - 1e-9:
            assert depth == theory.BestDepth(None, diverges=False)
        elif radius > 1.01:
            found, errors = brute_force(P, tested, 60)
            assert depth.diverges
            assert errors[depth.steps] == pytest.approx(errors[found], rel=1e-9)


def test_a_chain_that_only_just_diverges_is_searched_to_its_end():
    P = np.diag([1.9, 2.000001])  # the error falls by 0.19 · 0.81^k and rises by 2e-6
    assert theory.best_depth(P, np.eye(2)).steps == np.ceil(np.log(2e-6 / 0.19) / np.log(0.81))


def test_no_thinking_is_best_where_the_first_step_does_harm():
    assert theory.best_depth(3 * np.eye(4), np.eye(4)) == theory.BestDepth(0, diverges=True)
    assert theory.best_depth(np.diag([3.0, 1.0, 1.0, 1.0, 1.0]), np.eye(5)).steps == 1


def test_no_number_of_steps_is_too_many_where_the_error_ends_at_a_value_that_it_keeps():
    for P in (np.diag([2.0, 0.5]), np.diag([0.0, 0.5]), np.diag([2.0, 1.0])):  # eigenvalues ±1 of I - PΣ
        errors = theory.cot_error_limit(P, np.eye(2), 60)
        assert theory.best_depth(P, np.eye(2)) == theory.BestDepth(None, diverges=False)
        assert (np.diff(errors) <= 0).all() and errors[-1] == pytest.approx(1)


def test_the_best_depth_of_finite_prompts():
    trained = covariance.power_law(40, 0.8, trace=40)
    P = theory.preconditioner(Task(trained, 300))
    depth = theory.best_depth(P, np.eye(40), test_length=400)
    rng = np.random.default_rng(0)
    thought = theory.simulate_cot_error(P, np.eye(40), 400, 12, samples=4000, rng=rng)
    assert depth.diverges
    assert abs(int(thought.median.argmin()) - depth.steps) <= 1
    assert theory.best_depth(P, trained, test_length=2000) == theory.BestDepth(None, diverges=False)


def test_more_examples_lead_to_the_depth_of_endless_prompts():
    P = theory.preconditioner(Task(covariance.power_law(20, 0.8, trace=20), 200))
    assert theory.best_depth(P, np.eye(20), test_length=10**7) == theory.best_depth(P, np.eye(20))


def test_a_search_without_end_is_refused():
    edge = theory.spectral_edges(np.eye(10), np.eye(10), 60)[1]
    with pytest.raises(ValueError, match="test_length: the error still falls after 400 steps, got 60"):
        theory.best_depth(2.0001 / edge * np.eye(10), np.eye(10), test_length=60)


def test_a_chain_that_diverges_too_slowly_is_given_up():
    P = np.eye(2) - np.array([[1 + 1e-8, 1.0], [0.0, 0.5]])
    with pytest.raises(ValueError, match="P: the least error is not known after 100000 steps"):
        theory.best_depth(P, np.eye(2))


def test_a_depth_at_which_the_mean_has_long_turned_warns():
    P = theory.preconditioner(Task(np.eye(12), 40))
    thought = simulated(P, np.eye(12), 25, 7, samples=4000)
    with pytest.warns(theory.ValidityWarning, match="by an estimated"):
        depth = theory.best_depth(P, np.eye(12), test_length=25)
    assert thought.mean.argmin() < depth.steps
    assert thought.mean[depth.steps] > 2 * thought.mean[3] and thought.median.argmin() >= 5


def test_a_chain_that_some_prompts_let_diverge_warns():
    P = 1.9 / theory.spectral_edges(np.eye(20), np.eye(20), 80)[1] * np.eye(20)
    with pytest.warns(theory.ValidityWarning, match="some prompts diverge"):
        assert theory.best_depth(P, np.eye(20), test_length=80) == theory.BestDepth(None, diverges=False)
    assert 0 < simulated(P, np.eye(20), 80, 0, samples=4000).divergence_probability < 0.5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theory.best_depth(P / 2, np.eye(20), test_length=80)


@pytest.mark.parametrize(("m", "noise_variance"), [(80, 5.0), (200, 20.0), (25, 1.0)])
def test_label_noise_makes_a_chain_turn_that_converges(m, noise_variance):
    cov = covariance.power_law(20, 0.8, trace=20)
    P = theory.preconditioner(Task(cov, m, noise_variance=noise_variance))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", theory.ValidityWarning)
        depth = theory.best_depth(P, cov, test_length=m, noise_variance=noise_variance)
    thought = simulated(P, cov, m, 40, samples=400, noise_variance=noise_variance)
    assert not depth.diverges
    assert thought.median[depth.steps] <= 1.01 * thought.median.min() < 0.99 * thought.median[40]
    assert theory.best_depth(P, cov, noise_variance=noise_variance) == theory.BestDepth(None, diverges=False)
