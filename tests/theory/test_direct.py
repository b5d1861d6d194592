import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import covariances, lengths
from theory_tools import matched

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task


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


@pytest.mark.parametrize("n", [10, 10**7, 10**9, 10**12])
def test_small_errors_are_no_differences_of_large_numbers(n):
    """At endless test prompts the error is the sum of (h/(n + h))², however small, also off the axes."""
    cov = covariance.rotate(covariance.power_law(20, 1.0), rng=np.random.default_rng(0))
    costs = theory.skill_costs(cov)
    expected = np.square(costs / (n + costs)).sum()
    P = theory.preconditioner(Task(cov, n))
    assert theory.direct_error(P, cov, None) == pytest.approx(expected, rel=1e-2)
    assert (theory.direct_error_by_skill(P, cov, None) > 0).all()


def test_tiny_covariances_have_the_errors_of_large_ones():
    errors = [
        theory.direct_error(theory.preconditioner(Task(s * np.eye(3), 10)), s * np.eye(3), 10) for s in (1, 1e-150)
    ]
    assert errors[1] == pytest.approx(errors[0], rel=1e-9)
