"""cor-scaling-law, prop-finite-test, prop-few-examples, prop-best-length and thm-stability."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from strategies import covariances, lengths, pairs_of_covariances

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task


def error_at(cov, n, k):
    """Error at m = ∞ and real n, from a power of a matrix."""
    gamma = (1 + 1 / n) * cov + np.trace(cov) / n * np.eye(len(cov))
    return np.square(np.linalg.matrix_power(np.eye(len(cov)) - np.linalg.solve(gamma, cov), k)).sum()


def costs(cov):
    strengths = np.linalg.eigvalsh(cov)
    return 1 + strengths.sum() / strengths


# cor-scaling-law


@given(covariances(), st.floats(0.1, 500), st.integers(0, 12))
def test_cor_scaling_law_sum_and_bound(cov, n, k):
    h = costs(cov)
    error = error_at(cov, n, k)
    assert error == pytest.approx(((1 + n / h) ** (-2.0 * k)).sum(), rel=1e-6, abs=1e-12)
    bound = len(cov) * (1 + n / h.max()) ** (-2.0 * k)
    assert error <= bound * (1 + 1e-9) + 1e-12
    if k and h.min() < 0.9 * h.max() and n > 1:
        assert error < bound


@pytest.mark.parametrize("k", [1, 2, 7])
def test_cor_scaling_law_is_an_equality_for_equal_strengths_alone(k):
    for scale in (0.1, 3.0):
        assert error_at(scale * np.eye(4), 6, k) == pytest.approx(4 * (1 + 6 / 5) ** (-2 * k), rel=1e-9)
    nearly = np.diag([1.0, 1, 1, 0.999])
    assert error_at(nearly, 6, k) < theory.scaling_law_bound(nearly, 6, k)[k] * (1 - 1e-4)


@given(covariances(), st.floats(1, 200))
def test_cor_scaling_law_ratios_never_fall_and_tend_to_that_of_the_bound(cov, n):
    h = costs(cov)
    errors = np.array([error_at(cov, n, k) for k in range(6)])
    assert (errors[1:-1] ** 2 <= errors[:-2] * errors[2:] * (1 + 1e-9) + 1e-30).all()
    a = (1 + n / h) ** -2.0
    shares = (a / a.max()) ** 2000.0
    assert (a * shares).sum() / shares.sum() == pytest.approx(a.max(), rel=2e-3)


@settings(max_examples=40)
@given(covariances(max_dim=5), st.floats(0.01, 0.9))
def test_cor_scaling_law_lengths(cov, target):
    h, previous = costs(cov), np.inf
    for k in range(1, 7):
        low, high = 1e-6, 1e9
        while high / low > 1 + 1e-9:  # bisection of the matrix power
            middle = np.sqrt(low * high)
            low, high = (middle, high) if error_at(cov, middle, k) > target * len(cov) else (low, middle)
        bound = h.max() * (target ** (-1 / (2 * k)) - 1)
        assert low <= bound * (1 + 1e-6)
        assert k * low < previous * (1 + 1e-6)
        previous = k * low
        assert low == pytest.approx(theory.train_length_for(cov, target, k), rel=1e-5)


def test_cor_scaling_law_products_tend_to_the_exponential_exchange():
    cov = covariance.power_law(6, 1.0)
    nu = 5000 * theory.train_length_for(cov, 0.2, 5000)
    assert np.exp(-2 * nu / costs(cov)).mean() == pytest.approx(0.2, rel=1e-3)


# prop-finite-test


@settings(max_examples=50)
@given(pairs_of_covariances(max_dim=5), st.integers(1, 20), st.integers(1, 5), st.integers(0, 10**6))
def test_prop_finite_test_schur_and_jensen(pair, m, k, seed):
    P, cov = pair
    root, one = covariance.square_root(P), np.eye(len(P))
    S = covariance.sample_empirical(cov, m, samples=20, rng=np.random.default_rng(seed))
    A, T = one - root @ S @ root, one - P @ S
    traces = (np.linalg.eigvalsh(A) ** (2 * k)).sum(axis=1)
    norms = np.square(np.linalg.matrix_power(T, k)).sum(axis=(1, 2))
    assert (norms >= traces * (1 - 1e-6) - 1e-9).all()
    middle = (np.linalg.eigvalsh(A.mean(axis=0)) ** (2 * k)).sum()
    assert traces.mean() >= middle * (1 - 1e-9) - 1e-12  # Jensen for the distribution on these 20 prompts


@pytest.mark.parametrize(("n", "m"), [(3, 3), (10, 10), (20, 100)])
def test_prop_finite_test_equal_strengths_exceed_the_bound_at_every_step(n, m):
    P = theory.preconditioner(Task(np.eye(10), n))
    run = theory.simulate_cot_error(P, np.eye(10), m, 5, samples=4000, rng=np.random.default_rng(0))
    assert (run.band()[0][1:] > theory.scaling_law_bound(np.eye(10), n, 5)[1:]).all()


def second_derivatives(cov, n, k):
    """C_k from second differences of the error along every entry of the fluctuation."""
    strengths, d = np.linalg.eigvalsh(cov), len(cov)
    gammas = strengths * (1 + costs(cov) / n)

    def error(gap):
        T = np.eye(d) - (np.diag(strengths) + gap) / gammas[:, None]
        return np.square(np.linalg.matrix_power(T, k)).sum()

    total, step = 0.0, 1e-3
    for p in range(d):
        for q in range(p + 1):
            direction = np.zeros((d, d))
            direction[p, q] = direction[q, p] = step * np.sqrt(strengths[p] * strengths[q])
            curvature = (error(direction) - 2 * error(0 * direction) + error(-direction)) / step**2
            total += (1 + (p == q)) * curvature / 2
    return total


@settings(max_examples=40)
@given(covariances(max_dim=5, min_strength=0.2), st.integers(1, 60), st.integers(1, 6))
def test_prop_finite_test_first_term(cov, n, k):
    assert theory.first_excess(cov, n, k) == pytest.approx(second_derivatives(cov, n, k), rel=1e-3, abs=1e-9)


@given(covariances(), lengths, lengths)
def test_prop_finite_test_is_the_whole_difference_for_one_step(cov, n, m):
    P = theory.preconditioner(Task(cov, n))
    difference = theory.direct_error(P, cov, m) - theory.direct_error(P, cov, None)
    assert theory.first_excess(cov, n, 1) / m == pytest.approx(difference, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_prop_finite_test_one_skill_by_the_moments_of_chi_squared(k):
    n, g = 5, 1 + 2 / 5
    from math import comb

    def error(m):
        moments = np.cumprod([1.0, *((m + 2 * j) / m for j in range(2 * k))])
        return sum(comb(2 * k, j) * (-1 / g) ** j * moments[j] for j in range(2 * k + 1))

    gaps = [m * (m * (error(m) - (1 - 1 / g) ** (2 * k)) - theory.first_excess(np.eye(1), n, k)) for m in (1e3, 2e3)]
    assert gaps[0] == pytest.approx(gaps[1], rel=0.05, abs=1e-3)  # what is left is of order 1/m²


@pytest.mark.parametrize(("dim", "n", "k"), [(1, 3, 1), (7, 20, 3), (20, 40, 6)])
def test_prop_finite_test_equal_strengths(dim, n, k):
    ratio = theory.first_excess(np.eye(dim), n, k) / theory.scaling_law_bound(np.eye(dim), n, k)[k]
    assert ratio == pytest.approx(k * (2 * k - 1) * n**2 / (1 + dim), rel=1e-9)


def test_prop_finite_test_moments_of_fluctuations_have_the_stated_order():
    rng = np.random.default_rng(1)
    sizes = []
    for m in (100, 400):
        gap = covariance.sample_empirical(np.eye(2), m, samples=200_000, rng=rng) - np.eye(2)
        sizes.append([np.mean(gap[:, 0, 0] ** r) for r in (2, 3, 4)])
    ratios = np.divide(*sizes)
    assert ratios[0] == pytest.approx(4, rel=0.05)
    assert ratios[1] == pytest.approx(16, rel=0.4)
    assert ratios[2] == pytest.approx(16, rel=0.1)


# prop-few-examples


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 4), st.integers(0, 10**6))
def test_prop_few_examples_every_prompt_every_matrix(m, more, k, seed):
    d = m + more
    rng = np.random.default_rng(seed)
    P, X = rng.standard_normal((d, d)), rng.standard_normal((d, m))
    T = np.linalg.matrix_power(np.eye(d) - P @ X @ X.T / m, k)
    assert np.square(T).sum() >= (d - m) * (1 - 1e-9)


@settings(max_examples=40)
@given(st.integers(2, 6).flatmap(lambda d: covariances(dim=d, min_strength=0.3)), st.integers(0, 10**6))
def test_prop_few_examples_limit_of_the_chain(P, seed):
    d, m = len(P), 1 + seed % (len(P) - 1)
    X = np.random.default_rng(seed).standard_normal((d, m))
    rates = np.linalg.eigvals(X.T @ P @ X).real
    assume(rates.min() > 0.02 * rates.max())
    PX = P @ X / rates.max()  # scaled so that the chain converges
    power = np.linalg.matrix_power(np.eye(d) - PX @ X.T, 4096)
    Q = np.eye(d) - P @ X @ np.linalg.solve(X.T @ P @ X, X.T)
    assert np.allclose(power, Q, atol=1e-8)
    excess = np.square(Q).sum() - (d - m)
    assert excess == pytest.approx(np.square(Q - Q.T).sum() / 2, abs=1e-8)
    if np.ptp(np.linalg.eigvalsh(P)) < 1e-12:
        assert excess == pytest.approx(0, abs=1e-8)


def test_prop_few_examples_is_attained_by_multiples_of_the_identity_alone():
    rng = np.random.default_rng(2)
    X = rng.standard_normal((6, 2))
    for P, attained in ((3 * np.eye(6), True), (np.diag([1, 1, 1, 1, 1, 1.2]), False)):
        Q = np.eye(6) - P @ X @ np.linalg.solve(X.T @ P @ X, X.T)
        assert (np.square(Q).sum() < 4 + 1e-9) == attained


# prop-best-length


@given(covariances(), st.floats(1, 300))
def test_prop_best_length_one_step(cov, m):
    h = costs(cov)

    def error(log_n):
        q = np.exp(log_n) / (np.exp(log_n) + h)
        return (1 - 2 * q + q**2 * (1 + h / m)).sum()

    assert np.exp(minimize_scalar(error, bounds=(-3, 9), options={"xatol": 1e-9}, method="bounded").x) == pytest.approx(
        m, rel=1e-3
    )
    n, whole = 7, int(m)
    q = n / (n + h)
    exact = theory.direct_error(theory.preconditioner(Task(cov, n)), cov, whole)
    assert (1 - 2 * q + q**2 * (1 + h / whole)).sum() == pytest.approx(exact, rel=1e-8)


def integral(f, delta):
    """Integral of f over the continuous part of the Marchenko–Pastur law, by angles."""
    middle, width = 1 + delta, 2 * np.sqrt(delta)
    return quad(
        lambda a: (
            f(middle + width * np.cos(a))
            * (width * np.sin(a)) ** 2
            / (2 * np.pi * delta * (middle + width * np.cos(a)))
        ),
        0,
        np.pi,
        limit=400,
    )[0]


@pytest.mark.parametrize("delta", [0.3, 0.9, 2.5])
@pytest.mark.parametrize("k", [1, 3])
def test_prop_best_length_limit_of_many_skills(delta, k):
    d, eta = 400, 0.6
    S = covariance.sample_empirical(np.eye(d), round(d / delta), samples=4, rng=np.random.default_rng(3))
    found = ((1 - np.linalg.eigvalsh(S) / (1 + eta)) ** (2 * k)).mean()
    expected = max(0, 1 - 1 / delta) + integral(lambda x: (1 - x / (1 + eta)) ** (2 * k), delta)
    assert found == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("delta", [0.2, 1.0, 3.0])
@pytest.mark.parametrize("k", [1, 2, 9])
def test_prop_best_length_many_steps(delta, k):
    slope = integral(lambda x: x * (1 - x / (1 + delta)) ** (2 * k - 1), delta)
    assert slope == pytest.approx(0, abs=1e-9)
    best = minimize_scalar(
        lambda b: integral(lambda x: (1 - b * x) ** (2 * k), delta), bounds=(0.01, 1), method="bounded"
    ).x
    assert best == pytest.approx(1 / (1 + delta), rel=1e-3)


@pytest.mark.parametrize("delta", [0.2, 3.0])
def test_prop_best_length_rate(delta):
    edge, k = 2 * np.sqrt(delta) / (1 + delta), 4000
    scaled = integral(lambda x: np.abs((1 - x / (1 + delta)) / edge) ** (2 * k), delta)
    assert scaled ** (1 / (2 * k)) == pytest.approx(1, abs=3e-3)
    assert scaled < 1


# thm-stability


@pytest.mark.parametrize(
    ("delta", "eta", "diverges"), [(0.5, 0.35, True), (0.5, 0.6, False), (3, 2, True), (3, 5, False)]
)
def test_thm_stability_isotropic_limit(delta, eta, diverges):
    d = 300
    assert ((1 + np.sqrt(delta)) ** 2 > 2 * (1 + eta)) == diverges
    P = np.linalg.inv(theory.gamma(np.eye(d), d / eta))
    run = theory.simulate_cot_error(P, np.eye(d), round(d / delta), 0, samples=20, rng=np.random.default_rng(4))
    assert run.divergence_probability == diverges


@given(covariances(), lengths, lengths)
def test_thm_stability_upper_edge(cov, n, m):
    h = costs(cov)
    s = n / (n + h)

    def f(tau):
        return 1 / tau + (s / (1 - s * tau)).sum() / m

    top = 1 / s.max()
    edge = minimize_scalar(f, bounds=(1e-6, top * (1 - 1e-9)), method="bounded", options={"xatol": 1e-12}).fun
    assert edge == pytest.approx(theory.spectral_edges(theory.preconditioner(Task(cov, n)), cov, m)[1], rel=1e-4)
    assert edge <= f(1.0) * (1 + 1e-9)
    assert f(1.0) == pytest.approx(1 + n / m * (1 / h).sum(), rel=1e-6)
    assert (1 / h).sum() <= len(h) / (len(h) + 1) + 1e-9 < 1


@pytest.mark.parametrize("exponent", [0.0, 0.7, 2.0])
def test_thm_stability_as_long_as_the_test_or_shorter(exponent):
    cov = covariance.power_law(200, exponent)
    P = theory.preconditioner(Task(cov, 240))
    run = theory.simulate_cot_error(P, cov, 300, 0, samples=40, rng=np.random.default_rng(5))
    assert run.divergence_probability == 0


@pytest.mark.parametrize(("dim", "n", "m"), [(5, np.inf, 60), (10, 20, 20), (10, 30, 60)])
def test_thm_stability_bound_on_the_probability(dim, n, m):
    """For every spectrum, and in the singular values themselves."""
    rng = np.random.default_rng(6)
    top = np.linalg.norm(rng.standard_normal((4000, dim, m)), ord=2, axis=(1, 2))
    for t in (0.2, 0.5, 1.0):
        share = (top > np.sqrt(m) + np.sqrt(dim) + t).mean()
        assert share <= np.exp(-(t**2) / 2)
    for exponent in (0.0, 1.0):
        cov = covariance.power_law(dim, exponent)
        P = np.linalg.inv(theory.gamma(cov, n))
        run = theory.simulate_cot_error(P, cov, m, 0, samples=4000, rng=rng)
        assert run.divergence_probability <= theory.divergence_bound(cov, n, m)


def test_thm_stability_endless_training_is_whitening():
    """With n = ∞ the largest eigenvalue has the same distribution for every spectrum."""
    largest = []
    for exponent in (0.0, 1.5):
        cov = covariance.power_law(8, exponent)
        S = covariance.sample_empirical(cov, 30, samples=4000, rng=np.random.default_rng(7))
        largest.append(np.linalg.eigvals(np.linalg.inv(cov) @ S).real.max(axis=1))
    assert np.quantile(largest[0], [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(largest[1], [0.1, 0.5, 0.9]), rel=0.03)
    assert 1 / (np.sqrt(2) - 1) ** 2 == pytest.approx(3 + 2 * np.sqrt(2))


def test_thm_stability_scaled_prompts_diverge():
    rng = np.random.default_rng(8)
    P, X = theory.preconditioner(Task(np.eye(4), 3)), rng.standard_normal((4, 12))
    S = X @ X.T / 12
    S *= 3.1 / np.linalg.eigvals(P @ S).real.max()
    for k in (1, 5, 30):
        assert np.square(np.linalg.matrix_power(np.eye(4) - P @ S, k)).sum() >= 4.0**k


# theory.excess: bad input


def test_bad_input_is_refused_by_name():
    with pytest.raises(ValueError, match="cov must be positive definite"):
        theory.first_excess(np.diag([1.0, 0.0]), 3, 1)
    with pytest.raises(ValueError, match="train_length must be a .* got 0.5"):
        theory.first_excess(np.eye(2), 0.5, 1)
    with pytest.raises(ValueError, match="steps must be an integer of at least 0, got -1"):
        theory.first_excess(np.eye(2), 2, -1)
    with pytest.raises(ValueError, match="test_length must be an integer of at least 1, got 0"):
        theory.divergence_bound(np.eye(2), np.inf, 0)
    assert theory.first_excess(np.eye(2), 2, 0) == 0
    assert theory.divergence_bound(np.eye(20), np.inf, 20) == 1
