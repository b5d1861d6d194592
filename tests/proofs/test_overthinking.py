"""thm-overthinking, prop-best-depth, thm-critical-length, prop-longer-training, prop-mean-grows,
prop-warning, prop-cure.
"""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from strategies import lengths

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

seeds = st.integers(0, 10**6)


def random_pair(seed, dim=6):
    """Training and test covariances with different eigenvectors, and a generator."""
    rng = np.random.default_rng(seed)
    both = (np.diag(rng.uniform(0.05, 3, dim)) for _ in range(2))
    return *(covariance.rotate(cov, rng=rng) for cov in both), rng


def inverse_gamma(cov, n):
    """Γ⁻¹ by another route than the package: through the skills."""
    strengths, directions = np.linalg.eigh(cov)
    return directions / (strengths + (strengths + strengths.sum()) / n) @ directions.T


def step(cov, n, test_cov):
    return np.eye(len(cov)) - inverse_gamma(cov, n) @ test_cov


def error(T, k):
    """Mean over w of the squared norm, one basis vector w after the other."""
    total = 0.0
    for gap in np.eye(len(T)):
        for _ in range(k):
            gap = T @ gap
        total += gap @ gap
    return total


# thm-overthinking


@given(seeds, lengths, st.integers(0, 8))
def test_thm_overthinking_both_sides(seed, n, k):
    cov, test_cov, _ = random_pair(seed)
    mu = np.linalg.eigvals(inverse_gamma(cov, n) @ test_cov)
    assert np.abs(mu.imag).max() < 1e-9
    trace = ((1 - mu.real) ** (2 * k)).sum()
    kappa = np.linalg.cond(theory.gamma(cov, n))
    found = error(step(cov, n, test_cov), k)
    assert trace * (1 - 1e-9) <= found <= (kappa + 1 / kappa) / 2 * trace * (1 + 1e-9)
    assert k == 0 or len(cov) == 1 or found > trace * (1 + 1e-9)  # the matrices do not commute


@given(seeds, lengths, st.integers(0, 8))
def test_thm_overthinking_the_ratios_of_eigenvalues(seed, n, k):
    cov, test_cov, _ = random_pair(seed)
    p, basis = np.linalg.eigh(inverse_gamma(cov, n))
    root = basis * np.sqrt(p) @ basis.T
    D = np.linalg.matrix_power(np.eye(6) - root @ test_cov @ root, k)
    in_basis = basis.T @ D @ basis
    ratios = (p[:, None] / p + p / p[:, None]) / 2
    assert np.isclose((in_basis**2 * ratios).sum(), error(step(cov, n, test_cov), k))


@given(seeds, lengths, st.integers(0, 8))
def test_thm_overthinking_is_an_equality_for_common_skills(seed, n, k):
    cov, _, rng = random_pair(seed)
    _, directions = np.linalg.eigh(cov)
    s = rng.uniform(0, 3, 6)
    mu = s / np.linalg.eigvalsh(theory.gamma(cov, n))
    assert np.isclose(error(step(cov, n, directions * s @ directions.T), k), ((1 - mu) ** (2 * k)).sum())


@pytest.mark.parametrize(("n", "theta"), [(40, 0.5), (400, 0.9)])
def test_thm_overthinking_the_factor_is_attained(n, theta):
    gammas = np.repeat([1.0, 5.0], 5)
    cov = np.diag(n / (n + 1) * (gammas - gammas.sum() / (n + 11)))
    assert np.allclose(theory.gamma(cov, n), np.diag(gammas))
    swap = np.roll(np.eye(10), 5, axis=0)
    test_cov = np.diag(gammas**0.5) @ (np.eye(10) - theta * swap) @ np.diag(gammas**0.5)
    for k in range(7):
        factor = (5 + 1 / 5) / 2 if k % 2 else 1
        assert np.isclose(error(step(cov, n, test_cov), k), factor * 10 * theta ** (2 * k))


# prop-best-depth


@given(seeds, lengths)
def test_prop_best_depth_differences_and_minimum(seed, n):
    rng = np.random.default_rng(seed)
    mu = rng.uniform(0, 2.6, 6)
    gaps, errors = np.eye(6), []
    for _ in range(200):
        errors.append((gaps**2).sum())
        gaps = np.diag(1 - mu) @ gaps
    e = np.array(errors)
    k = np.arange(200)[:, None]
    rise, bend = mu * (mu - 2) * (1 - mu) ** (2 * k), (mu * (mu - 2)) ** 2 * (1 - mu) ** (2 * k)
    assert np.allclose(np.diff(e), rise.sum(axis=1)[:-1], rtol=1e-7, atol=1e-12)
    assert np.allclose(np.diff(e, 2), bend.sum(axis=1)[:-2], rtol=1e-6, atol=1e-12)
    if mu.max() <= 2:
        assert (np.diff(e) <= 1e-12).all()
        return
    first = int(np.argmax(rise.sum(axis=1) >= 0))
    assume(rise.sum(axis=1).max() > 0)
    assert first == e.argmin()
    assert theory.best_depth(np.diag(mu), np.eye(6)).steps == first
    assert (first == 0) == ((mu**2).sum() >= 2 * mu.sum())


def test_prop_best_depth_where_the_first_difference_is_zero():
    mu = np.array([0.5, 0.5, 1 + np.sqrt(2.5)])  # the sum of mu (mu - 2) is zero
    e = [((1 - mu) ** (2 * k)).sum() for k in range(10)]
    assert e[1] == pytest.approx(e[0])
    assert (np.diff(e)[1:] > 0).all()


# thm-critical-length


@settings(max_examples=50)
@given(seeds)
def test_thm_critical_length_by_bisection_of_the_spectral_radius(seed):
    cov, test_cov, _ = random_pair(seed)

    def largest(n):
        return np.linalg.eigvals(inverse_gamma(cov, n) @ test_cov).real.max()

    grid = [largest(n) for n in np.geomspace(0.01, 1e7, 40)]
    assert (np.diff(grid) > 0).all()
    critical = theory.critical_train_length(cov, test_cov)
    if np.linalg.eigvalsh(test_cov - 2 * cov)[-1] <= 0:
        assert critical == np.inf
        assert grid[-1] < 2
    else:
        by_search = np.exp(brentq(lambda x: largest(np.exp(x)) - 2, -20, 40, xtol=1e-13))
        assert critical == pytest.approx(by_search, rel=1e-5)


@given(seeds)
def test_thm_critical_length_for_common_skills(seed):
    rng = np.random.default_rng(seed)
    strengths, tested = rng.uniform(0.05, 3, (2, 8))
    t, weak = strengths.sum(), tested > 2 * strengths
    assume(weak.any())
    lengths = 2 * (strengths + t)[weak] / (tested - 2 * strengths)[weak]
    critical = theory.critical_train_length(np.diag(strengths), np.diag(tested))
    assert critical == pytest.approx(lengths.min())
    mu = tested / (strengths + (strengths + t) / critical)
    assert mu.max() == pytest.approx(2)
    assert mu.argmax() == np.flatnonzero(weak)[lengths.argmin()]
    isotropic, least = theory.critical_train_length(np.diag(strengths), np.eye(8)), strengths.min()
    assert isotropic == pytest.approx((least + t) / (0.5 - least) if least < 0.5 else np.inf)


# prop-longer-training


def common(seed):
    rng = np.random.default_rng(seed)
    return rng.uniform(0.05, 3, (2, 6))


def error_at(n, strengths, tested, k):
    mu = tested / (strengths + (strengths + strengths.sum()) / n)
    return ((1 - mu) ** (2 * k)).sum()


@given(seeds, st.floats(1, 200), st.integers(1, 6))
def test_prop_longer_training_slope(seed, n, k):
    strengths, tested = common(seed)
    gammas = strengths + (strengths + strengths.sum()) / n
    slope = tested * (strengths + strengths.sum()) / (n * gammas) ** 2
    formula = -2 * k * ((1 - tested / gammas) ** (2 * k - 1) * slope).sum()
    by_difference = (error_at(n * 1.00001, strengths, tested, k) - error_at(n / 1.00001, strengths, tested, k)) / (
        n * (1.00001 - 1 / 1.00001)
    )
    scale = 2 * k * (np.abs(1 - tested / gammas) ** (2 * k - 1) * slope).sum()
    assert abs(formula - by_difference) < 1e-4 * scale


@given(seeds, st.floats(1, 200), st.integers(1, 30))
def test_prop_longer_training_is_better_where_training_covers_the_test(seed, n, k):
    strengths, share = common(seed)
    tested = strengths * share / 3
    assert error_at(1.5 * n, strengths, tested, k) < error_at(n, strengths, tested, k)


@given(seeds, st.floats(2, 200))
def test_prop_longer_training_long_chains_follow_the_extreme_strides(seed, n):
    strengths, tested = common(seed)
    mu = tested / (strengths + (strengths + strengths.sum()) / n)
    assume(abs(mu.max() + mu.min() - 2) > 0.05)
    k = 500
    scaled = max(mu.max() - 1, 1 - mu.min())
    near, far = (
        (((1 - tested / (strengths + (strengths + strengths.sum()) / x)) / scaled) ** (2 * k)).sum()
        for x in (n, 1.0001 * n)
    )
    assert (far > near) == (mu.max() + mu.min() > 2)


def test_prop_longer_training_best_length_of_long_chains():
    strengths = np.diag(covariance.power_law(20, 0.8, trace=20))
    tested = np.ones(20)

    def extremes(n):
        mu = tested / (strengths + (strengths + 20) / n)
        return mu.max() + mu.min() - 2

    star = brentq(extremes, 1, 1e4)
    best = [
        minimize_scalar(
            lambda x, k=k: np.log(error_at(np.exp(x), strengths, tested, k)), bounds=(2, 6.5), method="bounded"
        ).x
        for k in (5, 50, 500)
    ]
    distance = np.abs(np.exp(best) / star - 1)
    assert distance[0] > distance[1] > distance[2]
    assert distance[2] < 0.01
    assert star < theory.critical_train_length(np.diag(strengths), np.eye(20))


# prop-mean-grows


def test_prop_mean_grows_while_the_median_falls():
    cov = covariance.power_law(10, 0.8, trace=10)
    P = theory.preconditioner(Task(cov, 60))
    rng = np.random.default_rng(0)
    x = rng.multivariate_normal(np.zeros(10), cov, size=(4000, 30))
    S = np.einsum("smi,smj->sij", x, x) / 30
    largest = np.linalg.eigvals(P @ S).real.max(axis=1)
    assert (largest >= np.einsum("si,ij,sj->s", x[:, 0], P, x[:, 0]) / 300 - 1e-12).all()
    share = (largest > 2).mean()
    assert 0.005 < share < 0.4
    kappa = np.linalg.cond(P)
    for k in (5, 40, 160):
        errors = np.square(np.linalg.matrix_power(np.eye(10) - P @ S, k)).sum(axis=(1, 2))
        low = (largest - 1) ** (2 * k)
        high = (kappa + 1 / kappa) * 5 * np.maximum(1, np.abs(largest - 1)) ** (2 * k)
        assert (errors >= low * (1 - 1e-6)).all()
        assert (errors <= high * (1 + 1e-6)).all()
    assert np.median(errors) < 1e-3
    assert errors.mean() > 10


def test_prop_mean_grows_and_so_does_the_median_where_most_prompts_diverge():
    cov, P = np.eye(10), np.linalg.inv(theory.gamma(np.eye(10), 400))
    thought = theory.simulate_cot_error(P, cov, 20, 60, samples=1000, rng=np.random.default_rng(1))
    assert thought.divergence_probability > 0.5
    assert thought.median[60] > 100 * thought.median[30] > 100 * thought.median[1]


# prop-warning


@given(seeds, st.integers(1, 40), st.integers(1, 300))
def test_prop_warning_on_single_prompts(seed, m, n):
    cov, test_cov, rng = random_pair(seed)
    P, x = inverse_gamma(cov, n), rng.multivariate_normal(np.zeros(6), test_cov, size=m)
    S = x.T @ x / m
    ell, small = np.linalg.eigvals(P @ S).real.max(), np.linalg.eigvalsh(x @ P @ x.T / m)[-1]
    assert np.isclose(ell, small)
    first, sizes = rng.standard_normal(6), []
    gap = first
    for _ in range(60):
        sizes.append(gap @ theory.gamma(cov, n) @ gap)
        gap = gap - P @ S @ gap
    if ell <= 2:
        assert (np.diff(sizes) <= 1e-9 * sizes[0]).all()
    else:  # at least the part along the top left eigenvector, which grows
        left = np.linalg.eig((P @ S).T)
        top = left.eigenvectors[:, left.eigenvalues.real.argmax()].real
        start = (top @ first) ** 2 / (top @ P @ top)
        assert sizes[-1] >= (ell - 1) ** (2 * 59) * start * (1 - 1e-6)


def test_prop_warning_modes():
    cov, test_cov, rng = random_pair(0)
    P, x = inverse_gamma(cov, 50), rng.multivariate_normal(np.zeros(6), test_cov, size=9)
    values, basis = np.linalg.eigh(P)
    half = basis * np.sqrt(values) @ basis.T
    ells, q = np.linalg.eigh(half @ (x.T @ x / 9) @ half)
    w = rng.standard_normal(6)
    gap, start = -w, q.T @ np.linalg.solve(half, -w)
    for k in range(6):
        modes = (1 - ells) ** k * start
        assert np.allclose(q.T @ np.linalg.solve(half, gap), modes)
        assert np.isclose(gap @ np.linalg.inv(P) @ gap, (modes**2).sum())
        gap = gap - P @ (x.T @ (x @ gap)) / 9


# prop-cure


def prompt_strides(seed, m, n):
    """Eigenvalues of P S on a random prompt that are not zero, with Γ, P, X and a generator."""
    cov, test_cov, rng = random_pair(seed)
    P, x = inverse_gamma(cov, n), rng.multivariate_normal(np.zeros(6), test_cov, size=m)
    found = np.sort(np.linalg.eigvals(P @ x.T @ x / m).real)[-min(m, 6) :]
    return found, theory.gamma(cov, n), P, x, rng


@given(seeds, st.integers(1, 40), st.integers(1, 300), st.floats(0.02, 0.4))
def test_prop_cure_converges_exactly_beyond_half_of_the_largest_stride(seed, m, n, apart):
    found, _, P, x, _ = prompt_strides(seed, m, n)
    direction = np.linalg.eig(P @ x.T @ x)
    top = direction.eigenvectors[:, direction.eigenvalues.real.argmax()].real
    for sign in (1, -1):
        rho, gap = m * found[-1] / 2 * (1 + sign * apart), top
        for _ in range(50):
            gap = gap - P @ (x.T @ (x @ gap)) / rho
        assert (np.linalg.norm(gap) < 1) == (sign == 1)


@given(seeds, st.integers(1, 12), st.integers(1, 300))
def test_prop_cure_the_limit_answers_all_examples(seed, m, n):
    found, gamma, P, x, rng = prompt_strides(seed, m, n)
    gap, rho = rng.standard_normal(6), m * (found[0] + found[-1]) / 2
    rate, sizes = (found[-1] - found[0]) / (found[-1] + found[0]), []
    limit = gap - P @ x.T @ np.linalg.lstsq(x @ P @ x.T, x @ gap, rcond=None)[0]  # Γ-nearest with the same answers
    for _ in range(200):
        sizes.append((gap - limit) @ gamma @ (gap - limit))
        gap = gap - P @ (x.T @ (x @ gap)) / rho
    assert np.allclose(x @ limit, 0, atol=1e-6 * np.abs(x).max())
    assert (np.array(sizes[1:]) <= rate**2 * np.array(sizes[:-1]) + 1e-9 * sizes[0]).all()


@given(seeds, st.integers(6, 40), st.integers(1, 300))
def test_prop_cure_no_other_constant_has_as_small_a_bound(seed, m, n):
    found, _, P, x, _ = prompt_strides(seed, m, n)
    best = theory.best_scaling(P, x)
    assert np.isclose(best, m * (found[0] + found[-1]) / 2)

    def bound(rho):
        return np.abs(1 - m * found / rho).max()

    assert np.isclose(bound(best), (found[-1] - found[0]) / (found[-1] + found[0]))
    assert min(bound(best * factor) for factor in (0.5, 0.9, 0.99, 1.01, 1.1, 2)) > bound(best)


def test_prop_cure_tokens_converge_on_every_prompt_and_the_mean_with_the_best_scaling_does():
    rng, dim, m = np.random.default_rng(0), 4, 8
    cov = np.diag([2.0, 1.0, 0.7, 0.3])
    P = theory.preconditioner(Task(cov, 500))
    x = rng.standard_normal((300, m, dim))
    S, best = x.swapaxes(1, 2) @ x / m, theory.best_scaling(P, x)
    assert (theory.largest_stride(P, x) > 2).mean() > 0.9
    errors = {}
    for name in ("tokens", "best"):
        gap, errors[name] = np.tile(np.eye(dim), (300, 1, 1)), []
        for i in range(3000):
            errors[name].append(np.square(gap).sum(axis=(1, 2)))
            rho = m + 1 + i if name == "tokens" else best[:, None, None]
            gap = gap - m / rho * (P @ S @ gap)
    tokens, damped = (np.array(found) for found in errors.values())
    assert tokens.max() > 1e3 and np.median(tokens[-1]) < 1e-6
    assert (tokens[-1] < tokens.max(axis=0) / 10).all()
    assert damped[-1].mean() < 1e-3 < damped[0].mean() and damped.max() <= dim * np.linalg.cond(P)


@given(seeds, st.floats(1, 500))
def test_prop_cure_the_rate_falls_with_n_if_matched_and_rises_if_isotropic(seed, n):
    cov, _, _ = random_pair(seed)
    strengths = np.linalg.eigvalsh(cov)

    def ratio(n, test):
        strides = test / (strengths + (strengths + strengths.sum()) / n)
        return strides.max() / strides.min()

    assert ratio(2 * n, strengths) < ratio(n, strengths)
    assert ratio(2 * n, 1) > ratio(n, 1)
    costs = 1 + strengths.sum() / strengths
    assert np.isclose(ratio(n, strengths), (n + costs.max()) / (n + costs.min()))


@given(seeds)
def test_thm_critical_length_is_above_the_safe_length(seed):
    cov, test_cov, _ = random_pair(seed)
    safe = 2 * np.trace(cov) / np.linalg.eigvalsh(test_cov)[-1]
    assert np.linalg.eigvals(inverse_gamma(cov, safe) @ test_cov).real.max() < 2
