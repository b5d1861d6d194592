"""The setting, lem-fourth-moment and the tools of the page of proofs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from literal_layer import BLOCKS, Population, block, gaussian, layer_weights, population
from small_task import COV, costs, inverse
from strategies import covariances, lengths

from ttsbook.theory import gamma

RNG = np.random.default_rng(0)


@given(covariances(), lengths)
def test_setting_three_numbers_of_each_skill(cov, n):
    strengths, skills = np.linalg.eigh(cov)
    h = 1 + np.trace(cov) / strengths
    assert np.allclose(skills.T @ gamma(cov, n) @ skills, np.diag(strengths * (1 + h / n)))
    shrunk = np.diag(skills.T @ np.linalg.solve(gamma(cov, n), cov) @ skills)
    assert np.allclose(shrunk, n / (n + h))
    assert np.allclose(1 - shrunk, h / (n + h))


def test_setting_the_loss_written_in_parts_is_that_of_the_literal_layer():
    n, weights, normal = 3, layer_weights(2, BLOCKS, RNG), RNG.standard_normal
    pop = Population(normal((5, n, 2)), normal((5, 2)), normal((5, 2)), np.full(5, 0.2))
    for S, w0, w, loss in zip(pop.S, pop.w0, pop.w, pop.losses(weights).numpy(), strict=True):
        q = [block(weights, f"W{a}3") @ w0 + block(weights, f"W{a}4")[:, 0] for a in (1, 2, 3, 4)]
        phi = (w0 @ q[2] + q[3]) / n
        g = [S @ q[0] + q[1] * (S @ w), w @ S @ q[0] + q[1] * (w @ S @ w), phi * w0, phi]
        R = [sum(block(weights, f"V{a}{b}") @ g[b - 1] for b in (1, 2, 3, 4)) for a in (1, 2, 3, 4)]
        R[2] += w0 - w
        assert sum((part**2).sum() for part in R) / 2 == pytest.approx(loss, rel=1e-12)


# lem-fourth-moment


@pytest.mark.parametrize("cov", [COV, np.diag([1.0, 0.0])], ids=["definite", "singular"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_lem_fourth_moment_on_an_exact_grid(cov, n):
    z, probability = gaussian((n, 2), 3)
    x = z @ np.linalg.cholesky(cov + 0.0).T if cov[1, 1] else z * [1.0, 0.0]
    S, A = x.transpose(0, 2, 1) @ x / n, RNG.standard_normal((2, 2))
    expected = cov @ A @ cov + (cov @ A.T @ cov + np.trace(A @ cov) * cov) / n
    assert np.allclose(np.tensordot(probability, S @ A @ S, 1), expected, atol=1e-13)
    assert np.allclose(np.tensordot(probability, S @ S, 1), cov @ gamma(cov, n), atol=1e-13)


def test_lem_fourth_moment_on_simulated_examples():
    n, samples, A = 3, 200_000, RNG.standard_normal((3, 3))
    factor = RNG.standard_normal((3, 3))
    cov = factor @ factor.T
    x = RNG.standard_normal((samples, n, 3)) @ factor.T
    S = x.transpose(0, 2, 1) @ x / n
    values = S @ A @ S
    expected = cov @ A @ cov + (cov @ A.T @ cov + np.trace(A @ cov) * cov) / n
    spread = values.std(axis=0) / samples**0.5
    assert (np.abs(values.mean(axis=0) - expected) < 4.5 * spread).all()
    without_transpose = expected + (cov @ A @ cov - cov @ A.T @ cov) / n
    assert (np.abs(values.mean(axis=0) - without_transpose) > 4.5 * spread).any()


def test_lem_fourth_moment_integration_by_parts():
    z, probability = gaussian((2,), 40)
    x = z @ np.linalg.cholesky(COV).T
    F = np.sin(x[:, 0]) * x[:, 1] ** 2 + x[:, 0]
    derivative = np.stack([np.cos(x[:, 0]) * x[:, 1] ** 2 + 1, 2 * np.sin(x[:, 0]) * x[:, 1]])
    assert np.allclose(probability @ (x * F[:, None]), COV @ derivative @ probability, atol=1e-12)


def test_lem_fourth_moment_isserlis_and_one_example():
    factor, A = RNG.standard_normal((3, 3)), RNG.standard_normal((3, 3))
    z, probability = gaussian((3,), 3)
    x, cov = z @ factor.T, factor @ factor.T
    moments = np.einsum("k,ka,kb,kc,ke->abce", probability, x, x, x, x)
    pairs = [np.einsum(f"{pair}->abce", cov, cov) for pair in ("ab,ce", "ac,be", "ae,bc")]
    assert np.allclose(moments, sum(pairs))
    one = np.einsum("k,ka,ab,kb,kc,ke->ce", probability, x, A, x, x, x)
    assert np.allclose(one, cov @ A @ cov + cov @ A.T @ cov + np.trace(A @ cov) * cov)


# tools


def test_tools_averages_over_the_weight():
    w, probability = gaussian((3,), 3)
    A, Q, R = RNG.standard_normal((3, 3, 3))
    Q, R = Q + Q.T, R + R.T
    assert probability @ ((w @ A.T) ** 2).sum(axis=1) == pytest.approx((A**2).sum())
    forms = [np.einsum("ki,ij,kj->k", w, M, w) for M in (Q, R)]
    assert probability @ (forms[0] * forms[1]) == pytest.approx(np.trace(Q) * np.trace(R) + 2 * np.trace(Q @ R))


def test_tools_odd_and_even_functions_contribute_separately():
    delta, probability = gaussian((3,), 6)
    odd = np.stack([np.sin(delta[:, 0]), delta[:, 1] ** 3 * delta[:, 2] ** 2])
    even = np.stack([np.cos(delta[:, 0] * delta[:, 1]), delta[:, 2] ** 2])
    assert probability @ (odd * even).sum(axis=0) == pytest.approx(0, abs=1e-12)
    squares = [probability @ (value**2).sum(axis=0) for value in (odd, even, odd + even)]
    assert squares[2] == pytest.approx(squares[0] + squares[1])


@pytest.mark.parametrize("n", [1, 2, 3])
def test_tools_risk_of_one_step(n):
    pop, A = population(COV, n), RNG.standard_normal((2, 2))
    D = A - inverse(n)
    excess = np.trace(D @ COV @ gamma(COV, n) @ D.T)
    risk = pop.mean(((np.eye(2) - A @ pop.S) ** 2).sum(axis=(1, 2)))
    assert risk == pytest.approx(2 * costs(n)[1] + excess)
    assert excess > 0


@given(st.integers(1, 3), st.integers(0, 10**6))
def test_tools_prompts_fluctuate_in_every_direction(n, seed):
    rng = np.random.default_rng(seed)
    pop, A, v = population(COV, n), rng.standard_normal((3, 2)), rng.standard_normal(2)
    mean_square = pop.mean((((pop.S - COV) @ v @ A.T) ** 2).sum(axis=1))
    expected = (((A @ COV @ v) ** 2).sum() + np.trace(A @ COV @ A.T) * (v @ COV @ v)) / n
    assert mean_square == pytest.approx(expected)
    assert mean_square > 0
