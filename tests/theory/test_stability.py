import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import covariances

from ttsbook import theory
from ttsbook.data import covariance, features
from ttsbook.data.tasks import Task


@pytest.mark.parametrize(("dim", "m"), [(30, 31), (30, 90), (30, 30), (30, 7)])
def test_isotropic_edges_are_those_of_marchenko_and_pastur(dim, m):
    low, high = theory.spectral_edges(np.eye(dim) / 2, 3 * np.eye(dim), m)
    assert high == pytest.approx(1.5 * (1 + math.sqrt(dim / m)) ** 2)
    assert low == pytest.approx(1.5 * (1 - math.sqrt(dim / m)) ** 2 if m > dim else 0.0)


def test_edges_are_where_the_eigenvalues_of_large_prompts_end():
    rng = np.random.default_rng(0)
    train, test = np.diag([2.0] * 100 + [0.5] * 200), np.diag([1.5] * 150 + [0.5] * 150)
    test = covariance.rotate(test, rng=rng)
    P = theory.preconditioner(Task(train, 600))
    low, high = theory.spectral_edges(P, test, 900)
    drawn = np.linalg.eigvals(P @ covariance.sample_empirical(test, 900, samples=3, rng=rng)).real
    assert drawn.max(axis=1) == pytest.approx([high] * 3, rel=0.05)
    assert drawn.min(axis=1) == pytest.approx([low] * 3, rel=0.1)


@given(covariances(), st.integers(1, 400))
def test_edges_enclose_the_mean_spectrum_and_tend_to_it(cov, m):
    P = theory.preconditioner(Task(cov, 20))
    s = np.linalg.eigvals(P @ cov).real
    low, high = theory.spectral_edges(P, cov, m)
    assert low < s.min() * (1 + 1e-9) and high > s.max() * (1 - 1e-9)
    assert theory.spectral_edges(P, cov, None) == pytest.approx((s.min(), s.max()))
    assert theory.spectral_edges(P, cov, 10**12) == pytest.approx((s.min(), s.max()), rel=1e-4)


@given(covariances(), st.integers(0, 30))
def test_edges_close_on_the_limit_as_prompts_grow(cov, decade):
    """They are at most about 2√(d/m) and a little apart from it."""
    P, m = theory.preconditioner(Task(cov, 20)), 10**decade
    low, high = theory.spectral_edges(P, cov, m)
    limit = theory.spectral_edges(P, cov, None)
    apart = (1 + math.sqrt(len(cov) / m)) ** 2 - 1
    inward, outward = 1 - low / limit[0], high / limit[1] - 1
    assert min(inward, outward) > -1e-9 and max(inward, outward) < apart + 1e-9


def test_examples_that_vanish_have_no_edges():
    assert theory.spectral_edges(np.eye(2), np.zeros((2, 2)), 5) == (0.0, 0.0)


@pytest.mark.exhaustive
def test_as_many_examples_in_training_as_in_the_test_keep_isotropic_chains_stable():
    dim = 1000
    for n, m, stable in [(400, 400, True), (3000, 3000, True), (10**7, 5700, False), (10**7, 5950, True)]:
        P = theory.preconditioner(Task(np.eye(dim), n))
        assert (theory.spectral_edges(P, np.eye(dim), m)[1] < 2) == stable


@given(covariances(max_dim=5), st.floats(0.1, 5), st.integers(0, 2**32 - 1))
def test_the_critical_length_brings_the_largest_eigenvalue_to_two(cov, scale, seed):
    test = covariance.rotate(scale * covariance.power_law(len(cov), 0.5), rng=np.random.default_rng(seed))
    critical = theory.critical_train_length(cov, test)

    def largest(n):
        gamma = (1 + 1 / n) * cov + np.trace(cov) / n * np.eye(len(cov))
        return np.linalg.eigvals(np.linalg.solve(gamma, test)).real.max()

    if math.isinf(critical):
        assert largest(1e12) <= 2 + 1e-6
    else:
        assert largest(critical) == pytest.approx(2)
        assert largest(critical / 2) < 2 < largest(2 * critical)


def test_the_critical_length_against_an_isotropic_test_in_closed_form():
    cov = covariance.power_law(20, 1.0, trace=20)
    least = np.diag(cov).min()
    assert theory.critical_train_length(cov, np.eye(20)) == pytest.approx((least + 20) / (0.5 - least))
    assert theory.critical_train_length(np.eye(20) / 2, np.eye(20)) == math.inf


@pytest.mark.parametrize(("noise_variance", "expected"), [(0.0, 180), (1.0, 188), (5.0, 224), (20.0, 356)])
def test_label_noise_in_training_brakes(noise_variance, expected):
    """The closed form for Σ = I, and the length at which a layer trained with this noise takes a stride of 2."""
    cov = covariance.power_law(20, 0.8, trace=20)
    task = Task(cov, 7, noise_variance=noise_variance)
    critical = theory.critical_train_length(task, np.eye(20))
    least = np.diag(cov).min()
    assert critical == pytest.approx((least + 20 + noise_variance) / (0.5 - least))
    assert round(critical) == expected
    turned = covariance.rotate(1.5 * covariance.power_law(20, 0.3, trace=20), rng=np.random.default_rng(0))
    around = theory.critical_train_length(task, turned)
    below, above = (
        theory.strides(theory.preconditioner(Task(cov, int(n), noise_variance=noise_variance)), turned)[-1]
        for n in (around, around + 1)
    )
    assert below <= 2 < above


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.spectral_edges(np.triu(np.ones((2, 2))), np.eye(2), 5), "P must be symmetric"),
        (lambda: theory.spectral_edges(np.eye(2), np.eye(2), 0), "test_length .* got 0"),
        (lambda: theory.critical_train_length(np.diag([1.0, 0]), np.eye(2)), "cov .* least eigenvalue"),
        (lambda: theory.critical_train_length(np.eye(2), np.eye(3)), "cov has 2, test_cov has 3"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def verdicts(cov, test_cov, fourth, critical):
    """Whether chains diverge just below and just above a length, by the spectral radius."""
    for n in (0.999 * critical, 1.001 * critical):
        B = (1 - 1 / n) * cov @ cov + fourth / n
        yield np.abs(np.linalg.eigvals(np.eye(len(cov)) - cov @ np.linalg.inv(B) @ test_cov)).max() > 1


KINDS = [features.ThreePoint(1.0), features.Sparse(0.1), features.Sphere(), features.ScaleMixture(0.1, 5.5)]


@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_the_critical_length_with_fourth_moments_is_where_the_radius_passes_one(kind):
    cov, test_cov = covariance.power_law(6, 1.0, trace=6), np.eye(6)
    fourth = features.fourth_moments(cov, kind)
    critical = theory.critical_train_length(cov, test_cov, fourth_moments=fourth)
    assert list(verdicts(cov, test_cov, fourth, critical)) == [False, True]
    strengths, own = np.diag(cov), np.diag(fourth)
    weak = strengths < 0.5
    closed = 2 * (own / strengths - strengths)[weak] / (1 - 2 * strengths[weak])
    assert critical == pytest.approx(closed.min())


def test_the_critical_length_is_found_where_moments_do_not_commute():
    rng = np.random.default_rng(4)
    rows = rng.exponential(size=(40, 4)) * [2, 1, 0.5, 0.3] - 0.4
    cov = rows.T @ rows / 40
    fourth = rows.T @ (np.square(rows).sum(axis=1)[:, None] * rows) / 40
    test_cov = np.eye(4) * np.trace(cov) / 4
    critical = theory.critical_train_length(cov, test_cov, fourth_moments=fourth)
    assert 1 < critical < 1e4
    assert list(verdicts(cov, test_cov, fourth, critical)) == [False, True]
    assert theory.critical_train_length(cov, cov, fourth_moments=fourth) == np.inf
    unused = np.diag([0.0, 1.0, 1.0, 1.0]) * np.trace(cov) / 4  # a stride of zero is not one that diverges
    assert critical < theory.critical_train_length(cov, unused, fourth_moments=fourth) < 1e6


def test_examples_of_one_length_are_never_misjudged():
    """In one dimension signs have no spread: strides do not depend on n."""
    one = np.eye(1)
    assert theory.critical_train_length(one, one, fourth_moments=one) == np.inf
    assert theory.critical_train_length(one, 3 * one, fourth_moments=one) == pytest.approx(1e-3)


def test_label_noise_and_gaussian_fourth_moments_agree_with_the_closed_form():
    cov = covariance.power_law(5, 0.9, trace=5)
    task = Task(cov, 10, noise_variance=2.0)
    fourth = features.fourth_moments(cov, features.Gaussian())
    found = theory.critical_train_length(task, np.eye(5), fourth_moments=fourth)
    assert found == pytest.approx(theory.critical_train_length(task, np.eye(5)))
