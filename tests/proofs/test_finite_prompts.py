"""prop-finite-prompts."""

import numpy as np
import pytest
from literal_layer import gaussian, population
from small_task import COV, inverse

from ttsbook import theory
from ttsbook.data import covariance

N = 2
POP = population(COV, N, nodes=5)  # exact up to degree 9 in the examples
INVERSE = inverse(N)
M_INVERSE = np.linalg.inv(COV @ theory.gamma(COV, N))


def squares(matrices):
    return (matrices**2).sum(axis=(-2, -1))


def constants(S, cov, n):
    """The terms whose mean over the examples is C."""
    gamma = theory.gamma(cov, n)
    m_inverse, left = np.linalg.inv(cov @ gamma), np.eye(len(cov)) - np.linalg.solve(gamma, S)
    return squares(left) * squares(m_inverse @ S) + 2 * squares(left @ S @ m_inverse)


def isotropic_constant(d, n):
    gamma, nd = 1 + (d + 1) / n, n * d
    two = nd * (n + d + 1)
    three = (n + d + 2) * two + nd * (nd + 2)
    four = (n + d + 3) * three + 2 * (nd + 4) * two
    one_two, two_two = (nd + 4) * two, (n + d + 1) * (nd + 4) * two + 4 * three
    moments = two, three, four, one_two, two_two
    p2, p3, p4, p12, p22 = (value / n**degree for value, degree in zip(moments, (2, 3, 4, 3, 4), strict=True))
    return ((d + 2) * p2 - 2 / gamma * (p12 + 2 * p3) + (p22 + 2 * p4) / gamma**2) / gamma**2, moments


def test_prop_finite_prompts_moments_of_residual_and_regressor():
    u = (POP.S @ POP.w[..., None])[..., 0]
    r = POP.w - u @ INVERSE.T
    assert np.allclose(POP.mean(u[:, :, None] * u[:, None, :]), COV @ theory.gamma(COV, N))
    assert np.allclose(POP.mean(r[:, :, None] * u[:, None, :]), 0, atol=1e-13)
    sandwich = POP.mean((r**2).sum(axis=1) * ((u @ M_INVERSE.T) ** 2).sum(axis=1))
    outer = POP.mean(squares(r[:, :, None] * (u @ M_INVERSE.T)[:, None, :]))
    assert sandwich == pytest.approx(POP.mean(constants(POP.S, COV, N)))
    assert sandwich == pytest.approx(outer)


def learn(rng, repetitions, prompts, n):
    """Least-squares preconditioners, each from its own prompts, and the regressors and residuals behind them."""
    x = rng.standard_normal((repetitions, prompts, n, 2)) @ np.linalg.cholesky(COV).T
    w = rng.standard_normal((repetitions, prompts, 2))
    u = (x.mT @ (x @ w[..., None]))[..., 0] / n
    learned = np.linalg.solve(u.mT @ u, u.mT @ w).mT
    return learned, u, w - u @ inverse(n).T


@pytest.mark.exhaustive
def test_prop_finite_prompts_error_of_the_learned_preconditioner():
    rng, n, prompts, total = np.random.default_rng(0), 5, 1000, []
    for _ in range(20):
        learned, _, _ = learn(rng, 150, prompts, n)
        total.extend(prompts * squares(learned - inverse(n)))
    S = covariance.sample_empirical(COV, n, samples=400_000, rng=rng)
    terms = constants(S, COV, n)
    spread = np.hypot(np.std(total) / len(total) ** 0.5, terms.std() / len(terms) ** 0.5)
    assert abs(np.mean(total) - terms.mean()) < 4.5 * spread < 0.15 * terms.mean()


def test_prop_finite_prompts_the_estimator_and_its_consistency():
    rng, errors = np.random.default_rng(1), []
    for prompts in (2, 200, 20_000):
        learned, u, r = learn(rng, 20, prompts, 5)
        expected = (r.mT @ u / prompts) @ np.linalg.inv(u.mT @ u / prompts)
        assert np.allclose(learned - inverse(5), expected, rtol=1e-6, atol=1e-6)
        errors.append(np.median(squares(learned - inverse(5))))
    assert errors[2] < errors[1] / 30 < errors[0] / 900


@pytest.mark.parametrize("n", [1, 2])
def test_prop_finite_prompts_is_unique_from_d_prompts_on(n):
    _, u, _ = learn(np.random.default_rng(2), 200, 2, n)
    assert (np.linalg.matrix_rank(u, tol=1e-12) == 2).all()


def test_prop_finite_prompts_long_prompts():
    cov, n = covariance.power_law(4, 0.7), 10**5
    strengths = np.diag(cov)
    h, flat = 1 + strengths.sum() / strengths, np.diag(1 / strengths)
    S = covariance.sample_empirical(cov, n, samples=40_000, rng=np.random.default_rng(3))
    delta = np.sqrt(n) * (S - cov)
    limit = h.sum() * (strengths**-2).sum() + 2 * (1 / strengths).sum() ** 2 + 2 * (strengths**-2).sum()
    predictions = [
        (n * constants(S, cov, n), limit),
        (squares(flat @ delta), h.sum()),
        (squares(flat @ delta @ flat), (strengths**-2).sum() + (1 / strengths).sum() ** 2),
    ]
    for values, expected in predictions:
        assert abs(values.mean() - expected) < 4.5 * values.std() / 200 < 0.03 * expected


@pytest.mark.parametrize(("d", "n"), [(1, 1), (1, 4), (2, 1), (2, 2), (3, 1)])
def test_prop_finite_prompts_equal_strengths_in_closed_form(d, n):
    z, probability = gaussian((d, n), 5)
    T = z @ z.mT
    C, moments = isotropic_constant(d, n)
    assert probability @ constants(T / n, np.eye(d), n) == pytest.approx(C)
    t = [np.trace(np.linalg.matrix_power(T, k), axis1=1, axis2=2) for k in range(5)]
    assert np.allclose([probability @ v for v in (t[2], t[3], t[4], t[1] * t[2], t[2] ** 2)], moments)
    for k, other in [(2, 0), (3, 0), (4, 0), (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1)]:
        beside = t[other] if other else np.ones_like(t[0])
        expected = (n + k - 1) * probability @ (t[k - 1] * beside)
        expected += sum(probability @ (t[p - 1] * t[k - p] * beside) for p in range(1, k))
        expected += 2 * other * (probability @ t[k + other - 1]) if other else 0
        assert probability @ (t[k] * beside) == pytest.approx(expected)


def test_prop_finite_prompts_equal_strengths_and_long_prompts():
    d, n = 6, 10**6
    C, _ = isotropic_constant(d, n)
    assert n * C == pytest.approx(d * (d + 1) * (d + 2), rel=1e-4)
    relative = C / squares(np.linalg.inv(theory.gamma(np.eye(d), n)))
    assert relative == pytest.approx((d + 1) * (d + 2) / n, rel=1e-4)
