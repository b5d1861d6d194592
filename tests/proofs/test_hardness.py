"""prop-direct-matched, thm-direct-bound, prop-bound-loose, prop-hardness-range, prop-mean-cost, prop-skills-learned."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize
from strategies import covariances, lengths

from monograph.claims.task import second_moment

COV = np.array([[1.0, 0.3, 0.1], [0.3, 0.5, 0.0], [0.1, 0.0, 0.2]])


def costs(cov):
    return 1 + np.trace(cov) / np.linalg.eigvalsh(cov)


def left(h, n, m):
    """Error left on a skill of cost h."""
    return h * (h + n**2 / m) / (n + h) ** 2


def by_moments(cov, n, m):
    """Error of one step from moments of Gaussian vectors, Γ found by regression: no formula of the proofs."""
    P = np.linalg.solve(second_moment(cov, n), cov).T
    return len(cov) - 2 * np.trace(P @ cov) + np.trace(P @ second_moment(cov, m) @ P.T)


def sharper_and_bound(h, n, m):
    """U and B."""
    top = h.max()
    return (h**2 / n**2 + h / m).sum(), len(h) * (top**2 / n**2 + top / m)


def by_shares(shares, n):
    """Error at n = m from shares of the trace, last axis: Γ and second moment of diagonal covariances."""
    gamma = shares + (shares + 1) / n
    return (1 - shares / gamma).sum(axis=-1)


@given(covariances(), lengths, lengths)
def test_prop_direct_matched(cov, n, m):
    assert left(costs(cov), n, m).sum() == pytest.approx(by_moments(cov, n, m))


@pytest.mark.parametrize(("n", "m"), [(3, 3), (30, 2), (2, 30)])
def test_prop_direct_matched_two_parts_are_bias_and_spread(n, m):
    rng, h = np.random.default_rng(0), costs(COV)
    P = np.linalg.inv((1 + 1 / n) * COV + np.trace(COV) / n * np.eye(3))
    x = rng.multivariate_normal(np.zeros(3), COV, size=(100_000, m))
    S = x.transpose(0, 2, 1) @ x / m
    spread = np.square(P @ (S - COV)).sum(axis=(1, 2))
    assert np.square(np.eye(3) - P @ COV).sum() == pytest.approx((h**2 / (n + h) ** 2).sum())
    exact = (n**2 / m * h / (n + h) ** 2).sum()
    assert abs(spread.mean() - exact) < 4.5 * spread.std() / np.sqrt(len(spread))


@given(covariances(), lengths, lengths)
def test_thm_direct_bound(cov, n, m):
    total, bound = sharper_and_bound(costs(cov), n, m)
    assert by_moments(cov, n, m) <= total * (1 + 1e-9) <= bound * (1 + 1e-8)


@given(covariances(), lengths, lengths)
def test_prop_bound_loose(cov, n, m):
    h, error = costs(cov), by_moments(cov, n, m)
    total, bound = sharper_and_bound(h, n, m)
    assert h**2 / n**2 + h / m == pytest.approx((1 + h / n) ** 2 * left(h, n, m))
    assert total <= (1 + h.max() / n) ** 2 * error * (1 + 1e-9)
    assert bound <= len(h) * total * (1 + 1e-9)
    assert sharper_and_bound(h, n, n)[1] > (h.max() / n) ** 2 * by_moments(cov, n, n)
    if bound < len(h):
        assert n > h.max()
        assert total < 4 * error
        assert bound < 4 * len(h) * error


def with_hardness(shares, hardness):
    """Shares of the trace on the line through equality and `shares`, with the least at 1/hardness."""
    away = shares - 1 / len(shares)
    assume(away.min() < -1e-6)
    return 1 / len(shares) + away * (1 / hardness - 1 / len(shares)) / away.min()


def extremes(dim, hardness):
    """Shares with one weak skill, and with one strong skill."""
    weak = np.array([1 / hardness, *[(1 - 1 / hardness) / (dim - 1)] * (dim - 1)])
    return weak, np.array([1 - (dim - 1) / hardness, *[1 / hardness] * (dim - 1)])


@given(st.lists(st.floats(1e-3, 1), min_size=2, max_size=8), st.floats(1, 100), lengths)
def test_prop_hardness_range(shares, more, n):
    dim, hardness = len(shares), len(shares) * more
    found = by_shares(with_hardness(np.array(shares) / sum(shares), hardness), n)
    least, greatest = (by_shares(one, n) for one in extremes(dim, hardness))
    assert least * (1 - 1e-9) <= found <= greatest * (1 + 1e-9)
    assert dim * (dim + 1) / (n + dim + 1) <= least * (1 + 1e-9)  # equal strengths


@pytest.mark.parametrize(("dim", "hardness", "n"), [(2, 5, 10), (4, 30, 7), (20, 200, 100)])
def test_prop_hardness_range_values(dim, hardness, n):
    H, a, b = hardness, 1 + (dim - 1) * hardness / (hardness - 1), 1 + hardness / (hardness - dim + 1)
    weak, strong = extremes(dim, hardness)
    assert 1 / weak[1] + 1 == pytest.approx(a)
    assert 1 / strong[0] + 1 == pytest.approx(b)
    assert by_moments(np.diag(weak), n, n) == pytest.approx((1 + H) / (n + 1 + H) + (dim - 1) * a / (n + a))
    assert by_moments(np.diag(strong), n, n) == pytest.approx((dim - 1) * (1 + H) / (n + 1 + H) + b / (n + b))


@pytest.mark.parametrize("sign", [1, -1])
def test_prop_hardness_range_is_found_by_a_search(sign):
    dim, hardness, n = 4, 30.0, 12
    rng, found = np.random.default_rng(1), []
    for _ in range(5):
        solved = minimize(
            lambda shares: sign * by_shares(np.append(shares, 1 / hardness), n),
            rng.dirichlet(np.ones(dim - 1)) * (1 - 1 / hardness),
            bounds=[(1 / hardness, 1)] * (dim - 1),
            constraints={"type": "eq", "fun": lambda shares: shares.sum() - 1 + 1 / hardness},
        )
        found.append(sign * solved.fun)
    best = min(found) if sign > 0 else max(found)
    assert best == pytest.approx(by_shares(extremes(dim, hardness)[0 if sign > 0 else 1], n), rel=1e-6)


@given(st.lists(st.floats(1e-3, 1), min_size=2, max_size=8), lengths)
def test_prop_hardness_range_as_a_sum_over_shares(shares, n):
    u = np.array(shares) / sum(shares)
    phi = 1 / (n + 1) + n / (n + 1) / ((n + 1) * u + 1)
    assert phi.sum() == pytest.approx(by_shares(u, n))
    assert phi == pytest.approx((u + 1) / ((n + 1) * u + 1))


def test_prop_hardness_range_ratio_in_the_limit():
    dim, n = 20, 10**9
    for hardness, gap in ((50.0, None), (1e6, 1e-3)):
        weak, strong = extremes(dim, hardness)
        a, b = 1 + 1 / weak[1], 1 + 1 / strong[0]
        limit = ((dim - 1) * (1 + hardness) + b) / ((1 + hardness) + (dim - 1) * a)
        assert by_shares(strong, n) / by_shares(weak, n) == pytest.approx(limit, rel=2e-3)
        assert gap is None or limit == pytest.approx(dim - 1, rel=gap)


@pytest.mark.parametrize(("n", "m"), [(10, 5), (10, 10), (10, 20), (10, 3), (10, 50)])
def test_prop_mean_cost_curvature(n, m):
    h, step, s = np.geomspace(0.01, 1e4, 60), 1e-3, n**2 / m
    dx = step * (n + h)
    first = (left(h + dx, n, m) - left(h - dx, n, m)) / (2 * dx)
    second = (left(h + dx, n, m) - 2 * left(h, n, m) + left(h - dx, n, m)) / dx**2
    slope = ((2 * n - s) * h + s * n) / (n + h) ** 3
    curvature = 2 * (n * (n - 2 * s) - (2 * n - s) * h) / (n + h) ** 4
    assert np.allclose(first * (n + h), slope * (n + h), atol=1e-5)
    assert np.allclose(second * (n + h) ** 2, curvature * (n + h) ** 2, atol=1e-4)
    assert (curvature < 0).all() == (n / 2 <= m <= 2 * n)


@given(covariances(), lengths, st.floats(0.5, 2))
def test_prop_mean_cost(cov, n, share):
    m = min(max(round(share * n), -(-n // 2)), 2 * n)
    h, mean = costs(cov), 1 + np.trace(cov) * np.trace(np.linalg.inv(cov)) / len(cov)
    assert h.mean() == pytest.approx(mean)
    assert by_moments(cov, n, m) <= len(cov) * left(mean, n, m) * (1 + 1e-9)
    assert len(cov) * left(mean, n, n) <= sharper_and_bound(h, n, n)[0]


@pytest.mark.parametrize("share", [0.5, 1, 2])
def test_prop_mean_cost_in_the_limit(share):
    h, n = costs(COV), 10**7
    total, at_mean = left(h, n, share * n).sum(), 3 * left(h.mean(), n, share * n)
    assert n * total == pytest.approx(h.sum() / share, rel=1e-4)
    assert at_mean == pytest.approx(total, rel=1e-4)


@given(covariances(), lengths)
def test_prop_skills_learned(cov, n):
    penalty = np.trace(cov) / (n + 1)
    effective = np.trace(np.linalg.solve(cov + penalty * np.eye(len(cov)), cov))
    assert len(cov) - by_moments(cov, n, n) == pytest.approx(n / (n + 1) * effective)
