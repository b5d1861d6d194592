import math
import warnings

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import covariances, lengths
from theory_tools import matched

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

TWISTED = np.array(
    [
        [1.1883312, 0.52141168, -0.00630658, 0.18129152, 0.07427278, -0.43826309],
        [0.52141168, 1.75047055, 0.08727106, -0.12048782, -0.07922456, 0.17938424],
        [-0.00630658, 0.08727106, 1.55961338, 0.28530078, 0.08980149, 0.20059879],
        [0.18129152, -0.12048782, 0.28530078, 1.64979595, -0.24455243, -0.1054834],
        [0.07427278, -0.07922456, 0.08980149, -0.24455243, 1.76896174, 0.09284119],
        [-0.43826309, 0.17938424, 0.20059879, -0.1054834, 0.09284119, 1.17657717],
    ]
)


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


# the exchange of examples for steps


@given(covariances(), st.floats(0.001, 0.9), st.integers(1, 30))
def test_the_length_for_an_error_leaves_that_error(cov, left, steps):
    n = theory.train_length_for(cov, left, steps)
    h = 1 + np.trace(cov) / np.linalg.eigvalsh(cov)
    assert ((1 + n / h) ** (-2.0 * steps)).mean() == pytest.approx(left)
    assert n <= theory.train_length_for(cov, left, steps, bound=True) * (1 + 1e-9)
    assert theory.train_length_for(cov, left, steps + 1) < n


@given(st.integers(1, 30), st.floats(0.001, 0.9), st.integers(1, 30))
def test_the_length_by_the_bound_is_exact_for_equal_strengths(dim, left, steps):
    bound = theory.train_length_for(np.eye(dim), left, steps, bound=True)
    assert bound == pytest.approx((1 + dim) * (left ** (-1 / (2 * steps)) - 1))
    assert theory.train_length_for(np.eye(dim), left, steps) == pytest.approx(bound)


@pytest.mark.parametrize(
    ("options", "message"),
    [((1.0, 3), "relative_error must lie between 0 and 1, got 1.0"), ((0.1, 0), "steps .* got 0")],
)
def test_a_length_for_an_impossible_error_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        theory.train_length_for(np.eye(3), *options)


@example(cov=TWISTED, k=12, seed=126317)  # its error has several valleys
@example(cov=np.array([[1.24072185, -0.04725943], [-0.04725943, 1.00927815]]), k=10, seed=5988)  # close to each other
@given(covariances(), st.integers(1, 12), st.integers(0, 10**6))
def test_no_other_scaling_leaves_less_on_endless_prompts(cov, k, seed):
    """For any P, symmetric or not: against a fine search."""
    P = theory.preconditioner(Task(cov, 20)) + 0.1 * np.random.default_rng(seed).standard_normal(cov.shape)
    best = theory.best_scaling_limit(P, cov, k)
    least = theory.cot_error_limit(P / best, cov, k)[k]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", theory.DivergenceWarning)
        others = [theory.cot_error_limit(P / c, cov, k)[k] for c in np.geomspace(1e-2, 1e2, 300)]
    assert least <= min(others) * (1 + 1e-9)


@given(covariances())
def test_the_best_scaling_of_one_step_is_the_projection_on_its_direction(cov):
    P = theory.preconditioner(Task(np.diag(np.linspace(1, 2, len(cov))), 9))
    T = P @ cov
    expected = np.square(T).sum() / np.trace(T)
    assert theory.best_scaling_limit(P, cov, 1) == pytest.approx(expected)


def test_the_best_scaling_of_long_chains_is_the_middle_of_the_strides():
    cov = covariance.power_law(6, 1.0)
    P = theory.preconditioner(Task(cov, 300))
    strides = theory.strides(P, np.eye(6))
    assert theory.best_scaling_limit(P, np.eye(6), 300) == pytest.approx((strides[0] + strides[-1]) / 2, rel=2e-3)
    assert theory.best_scaling_limit(-P, np.eye(6), 3) == math.inf
    assert theory.best_scaling_limit(P, np.zeros((6, 6)), 3) == math.inf
    with pytest.raises(ValueError, match="steps must be an integer of at least 1, got 0"):
        theory.best_scaling_limit(P, np.eye(6), 0)


@pytest.mark.parametrize("k", [1, 2, 7, 300, 10**6])
def test_the_best_scaling_of_two_strides_in_closed_form_however_small_the_error(k):
    """The root of (1 - η)^(2k-1) + 3 (1 - 3η)^(2k-1)."""
    root = 3 ** (1 / (2 * k - 1))
    assert theory.best_scaling_limit(np.diag([1.0, 3.0]), np.eye(2), k) == pytest.approx((1 + 3 * root) / (1 + root))
    assert theory.best_scaling_limit(0.7 * np.eye(3), np.eye(3), k) == pytest.approx(0.7)  # leaves nothing


@pytest.mark.parametrize("strength", [3.0, 10.0, 100.0])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_step_of_the_right_size_helps_if_the_trace_is_positive(k, strength):
    """Of [[1, s], [0, 1]], whose error is 2 (1 - η)^2k + (k s η)² (1 - η)^(2k-2)."""
    P = np.array([[1.0, strength], [0.0, 1.0]])
    found = theory.best_scaling_limit(P, np.eye(2), k)
    etas = np.concatenate([np.geomspace(1e-10, 0.5, 200_000), [1.0]])
    errors = 2 * (1 - etas) ** (2 * k) + (k * strength * etas) ** 2 * (1 - etas) ** (2 * k - 2)
    least = theory.cot_error_limit(P / found, np.eye(2), k)[k]
    assert least < 2
    assert least == pytest.approx(errors.min(), rel=1e-6, abs=1e-9)
    assert theory.best_scaling_limit(P - 1.1 * np.eye(2), np.eye(2), k) == math.inf
