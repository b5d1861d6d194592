"""thm-training."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from literal_layer import BLOCKS, block, layer_weights, population
from small_task import COV, costs, inverse, products
from strategies import covariances, lengths

from ttsbook import theory

N = 2
POP = population(COV, N)
GAMMA, INVERSE, PRODUCTS = theory.gamma(COV, N), inverse(N), products(N)
H, FLOOR = costs(N)


def structured(V31, c):
    return layer_weights(2, {"V31": V31, "W13": c * np.eye(2), "W24": -c})


def descend(c, step, updates, start=0.0):
    """Train V31 by gradients of the literal layer; the preconditioners and losses on the way."""
    V31, path = np.zeros((2, 2)) + start, []
    for _ in range(updates + 1):
        loss, gradient = POP.loss_and_gradient(structured(V31, c))
        path.append((-c * V31, loss))
        V31 = V31 - step * block(gradient, "V31")
    preconditioners, losses = zip(*path, strict=True)
    return np.array(preconditioners), np.array(losses)


def distance(P):
    return np.linalg.norm(P - INVERSE, axis=(-2, -1)) / np.linalg.norm(INVERSE)


@pytest.mark.parametrize("c", [1.0, -0.6, 3.0])
def test_thm_training_the_loss_is_a_parabola(c):
    V31 = np.random.default_rng(1).standard_normal((2, 2))
    D = V31 + INVERSE / c
    expected = FLOOR + c**2 / 2 * np.trace(D @ COV @ GAMMA @ D.T)
    assert POP.loss(structured(V31, c)).item() == pytest.approx(expected)


@pytest.mark.parametrize(("c", "share"), [(1.0, 0.3), (-0.6, 1.0), (3.0, 1.9)])
def test_thm_training_the_whole_path(c, share):
    step = share / (c**2 * PRODUCTS[0])
    P, losses = descend(c, step, 12)
    for t in range(13):
        power = np.linalg.matrix_power(np.eye(2) - step * c**2 * COV @ GAMMA, t)
        assert np.allclose(P[t], INVERSE @ (np.eye(2) - power), atol=1e-12)
        left = (1 - step * c**2 * PRODUCTS) ** (2 * t)
        assert losses[t] == pytest.approx(((H + N * left) / (N + H)).sum() / 2)


@pytest.mark.parametrize("start", [0.0, 1.5])
@pytest.mark.parametrize(("share", "converges"), [(1.9, True), (2.0, False), (2.1, False)])
def test_thm_training_converges_only_below_the_largest_step(start, share, converges):
    P, _ = descend(1.3, share / (1.3**2 * PRODUCTS[0]), 150, start)
    assert (distance(P[-1]) < 1e-3) == converges
    assert (distance(P[-1]) > 1e3) == (share > 2)


def spectrum(cov, n):
    strengths = np.linalg.eigvalsh(cov)[::-1]
    h = 1 + strengths.sum() / strengths
    return strengths, h, np.linalg.eigvalsh(cov @ theory.gamma(cov, n))[::-1]


@given(covariances(), lengths)
def test_thm_training_conditioning(cov, n):
    strengths, h, products = spectrum(cov, n)
    kappa, kappa_loss = strengths[0] / strengths[-1], products[0] / products[-1]
    assert kappa_loss == pytest.approx(kappa**2 * (n + h[0]) / (n + h[-1]))
    assert kappa * (1 - 1e-9) <= kappa_loss <= kappa**2 * (1 + 1e-9)
    assert (n + h[0]) / (n + h[-1]) >= h[0] / h[-1] * (1 - 1e-9)
    assert h[0] / h[-1] == pytest.approx((strengths[0] + strengths.sum()) / (strengths[-1] + strengths.sum()) / kappa)


@given(covariances(), lengths, st.floats(0.01, 3.0))
def test_thm_training_the_best_step_and_its_rate(cov, n, share):
    _, _, products = spectrum(cov, n)
    kappa = products[0] / products[-1]

    def rate(step):
        return np.abs(1 - step * products).max()

    step = share / products[0]
    assert rate(step) == pytest.approx(max(1 - step * products[-1], step * products[0] - 1))
    assert rate(1 / products[0]) == pytest.approx(1 - 1 / kappa, abs=1e-9)
    assert rate(2 / (products[0] + products[-1])) == pytest.approx((kappa - 1) / (kappa + 1), abs=1e-9)
    assert rate(step) >= (kappa - 1) / (kappa + 1) - 1e-9


@given(covariances(), lengths, st.integers(0, 300), st.floats(1e-6, 0.9))
def test_thm_training_relative_error_and_number_of_updates(cov, n, t, target):
    _, _, products = spectrum(cov, n)
    inverse = np.linalg.inv(theory.gamma(cov, n))
    kappa, norm = products[0] / products[-1], np.linalg.norm(inverse)

    def relative(step, updates):
        power = np.linalg.matrix_power(np.eye(len(cov)) - step * cov @ theory.gamma(cov, n), updates)
        return np.linalg.norm(inverse @ power) / norm

    for step, factor in [(1 / products[0], 1.0), (2 / (products[0] + products[-1]), 0.5)]:
        squares = (1 - step * products) ** (2 * t) * np.linalg.eigvalsh(inverse) ** 2
        assert relative(step, t) * norm == pytest.approx(squares.sum() ** 0.5, rel=1e-6, abs=1e-9)
        theta = np.abs(1 - step * products).max()
        assert theta**t / len(cov) ** 0.5 - 1e-9 <= relative(step, t) <= theta**t + 1e-9
        assert theta**t <= np.exp(-t / kappa / factor) + 1e-9
        assert relative(step, int(np.ceil(factor * kappa * np.log(1 / target)))) <= target + 1e-9


@given(st.integers(0, 10**6), st.floats(0.1, 2.0))
def test_thm_training_no_weights_have_a_lower_loss(seed, scale):
    weights = scale * layer_weights(2, BLOCKS, np.random.default_rng(seed))
    V31, V32, V34 = (block(weights, name) for name in ("V31", "V32", "V34"))
    W14, W24, W44 = (block(weights, name) for name in ("W14", "W24", "W44"))
    P = W24 * V31 + V32 @ W14.T
    form = np.einsum("ki,kij,kj->k", POP.w, POP.S, POP.w)
    odd = ((P @ POP.S - np.eye(2)) @ POP.w[..., None])[..., 0]
    even = (POP.S @ W14)[..., 0] @ V31.T + form[:, None] * (W24 * V32)[:, 0] + (W44 * V34)[:, 0] / N
    third = POP.mean(((odd + even) ** 2).sum(axis=1)) / 2
    step = POP.mean(((np.eye(2) - P @ POP.S) ** 2).sum(axis=(1, 2))) / 2
    assert third == pytest.approx(step + POP.mean((even**2).sum(axis=1)) / 2)
    assert POP.loss(weights).item() >= third * (1 - 1e-9) >= step * (1 - 2e-9) >= FLOOR * (1 - 3e-9)
    assert POP.loss(structured(-INVERSE / scale, scale)).item() == pytest.approx(FLOOR)
