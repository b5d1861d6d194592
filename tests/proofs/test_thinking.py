"""prop-recursion and prop-skills."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from literal_layer import BASE, BLOCKS, block, chain, draw_prompt, embed, layer, layer_weights, recursion
from strategies import covariances, lengths

from ttsbook import theory
from ttsbook.data import covariance

# prop-recursion


def test_prop_recursion_weight_tokens_receive_no_attention():
    rng = np.random.default_rng(0)
    weights, (x, y, _, w0) = layer_weights(3, BASE, rng), draw_prompt(rng)
    E = embed(x[None], y[None], w0[None])[0]
    for _ in range(4):
        assert not (E.T @ weights[1] @ E[:, -1])[5:].any()
        E = np.c_[E, layer(E, weights, 5)[:, -1]]
        assert np.array_equal(E[:, -1][[0, 1, 2, 3, 7]], [0, 0, 0, 0, 1])


@given(st.integers(0, 10**6), st.lists(st.floats(0.5, 20), min_size=4, max_size=4))
def test_prop_recursion_for_any_labels_blocks_and_scalings(seed, rho):
    rng = np.random.default_rng(seed)
    weights, (x, y, _, answer) = layer_weights(3, BASE, rng), draw_prompt(rng)
    P, B = block(weights, "W24") * block(weights, "V31"), -block(weights, "W13") / block(weights, "W24")
    literal = chain(weights, x, y, answer, rho)
    assert np.allclose(literal, recursion(weights, x, y, answer, rho), rtol=1e-9, atol=1e-9 * np.abs(literal).max())
    for scaling, next_answer in zip(rho, literal[1:], strict=True):
        answer = answer + P @ x.T @ (y - x @ B @ answer) / scaling
        assert np.allclose(next_answer, answer, rtol=1e-6, atol=1e-9 * np.abs(literal).max())


def thinker(P, c=1.3):
    return layer_weights(3, {"V31": -P / c, "W13": c * np.eye(3), "W24": -c})


def test_prop_recursion_is_a_preconditioned_gradient_step():
    rng = np.random.default_rng(1)
    P, (x, _, w, w0) = rng.standard_normal((3, 3)), draw_prompt(rng)
    answers = chain(thinker(P), x, x @ w, w0, [5] * 3)
    for before, after in pairwise(answers):
        slopes = []
        for e in np.eye(3) * 1e-5:
            above, below = (((x @ (w - before - side)) ** 2).sum() / 10 for side in (e, -e))
            slopes.append((above - below) / 2e-5)
        assert np.allclose(after - before, -P @ slopes, rtol=1e-6)
        assert np.allclose(after, before - P @ (x.T @ x / 5) @ (before - w))


def test_prop_recursion_with_the_number_of_tokens_as_the_scaling_decays_like_a_power():
    rng, m, steps = np.random.default_rng(2), 5, 400
    x, _, w, w0 = draw_prompt(rng, m)
    P = 0.4 * np.eye(3)
    values, vectors = np.linalg.eigh(P @ x.T @ x / m)
    factors = np.cumprod(1 - m * values / (m + 1 + np.arange(steps))[:, None], axis=0)
    answers = chain(thinker(P), x, x @ w, w0, m + 1 + np.arange(steps))
    assert np.allclose((answers[1:] - w) @ vectors, factors * ((w0 - w) @ vectors), rtol=1e-6, atol=1e-12)
    k = np.arange(1, 200_001)
    for mu in (0.03, 0.5, 1.7, 4.3):
        logs = np.cumsum(np.log(np.abs(1 - m * mu / (m + k))))
        assert (logs[-1] - logs[-1001]) / np.log(k[-1] / k[-1001]) == pytest.approx(-m * mu, rel=1e-3)


def test_prop_recursion_another_scaling_in_training_is_learned_away():
    rng, n, m, rho = np.random.default_rng(3), 4, 7, 9.0
    weights, (x, y, _, w0) = layer_weights(3, BLOCKS, rng), draw_prompt(rng, n)
    E = embed(x[None], y[None], w0[None])
    scaled = weights * np.array([rho / n, 1.0])[:, None, None]
    assert np.allclose(layer(E, scaled, rho), layer(E, weights, n))
    scaled = layer_weights(3, BASE, rng)
    other = scaled * np.array([rho / n, 1.0])[:, None, None]
    x, y, _, w0 = draw_prompt(rng, m)
    assert np.allclose(chain(other, x, y, w0, [rho / n * m] * 3), chain(scaled, x, y, w0, [m] * 3))


# prop-skills


@given(covariances(), lengths, st.integers(0, 8), st.integers(0, 10**6))
def test_prop_skills_each_at_its_own_speed(cov, n, k, seed):
    rng = np.random.default_rng(seed)
    trained, skills = np.linalg.eigh(cov)
    tested = rng.uniform(0.05, 3, len(cov))
    P, test_cov = np.linalg.inv(theory.gamma(cov, n)), skills * tested @ skills.T
    gammas = trained * (1 + (1 + trained.sum() / trained) / n)
    w, answer = rng.standard_normal(len(cov)), np.zeros(len(cov))
    for _ in range(k):
        answer = answer - P @ test_cov @ (answer - w)
    factors = 1 - tested / gammas
    scale = max(1, np.abs(factors).max() ** k)
    assert np.allclose(skills.T @ (answer - w), factors**k * (skills.T @ -w), atol=1e-6 * scale)
    power = np.linalg.matrix_power(np.eye(len(cov)) - P @ test_cov, k)
    assert (power**2).sum() == pytest.approx((factors ** (2 * k)).sum(), rel=1e-6, abs=1e-12)


@given(covariances(), lengths, st.floats(1e-6, 0.99))
def test_prop_skills_matched(cov, n, target):
    strengths = np.linalg.eigvalsh(cov)
    h = 1 + strengths.sum() / strengths
    factors = 1 - strengths / np.linalg.eigvalsh(theory.gamma(cov, n))
    assert np.allclose(factors, h / (n + h))
    assert np.allclose(factors, 1 / (1 + n / h))
    assert (np.diff(factors) <= 1e-12).all()  # the stronger, the faster
    steps = np.ceil(np.log(1 / target) / np.log(1 + n / h) - 1e-9)
    assert (factors**steps <= target * (1 + 1e-6)).all()
    assert (factors ** (steps - 1) > target * (1 - 1e-6)).all()


def test_prop_skills_long_prompts_tend_to_the_limit():
    cov, rng, gaps = covariance.power_law(3, 1.0), np.random.default_rng(6), []
    P, strengths = np.linalg.inv(theory.gamma(cov, 10)), np.diag(cov)
    limit = ((1 - strengths * np.diag(P)) ** 6).sum()
    for m in (10**3, 10**5, 10**7):
        S = covariance.sample_empirical(cov, m, samples=4000, rng=rng)
        errors = (np.linalg.matrix_power(np.eye(3) - P @ S, 3) ** 2).sum(axis=(1, 2))
        gaps.append(abs(errors.mean() / limit - 1))
    assert gaps[2] < 1e-3 < gaps[1] < 0.03 < gaps[0]
