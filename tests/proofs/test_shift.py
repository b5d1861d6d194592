"""prop-shift."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from literal_layer import BLOCKS, block, chain, layer_weights, minimize_with_decay, population, recursion
from small_task import COV, costs, inverse

SPREAD = 0.7
N = 1  # fewer examples than dimensions
POP = population(COV, N, shift=SPREAD)
INVERSE, FLOOR = inverse(N), costs(N)[1]
INSIDE = [f"W{a}{b}" for a in "1234" for b in "12"]  # never enter the loss
VANISH = ["V11", "V12", "V21", "V22", "V32", "V41", "V42", "W14", "W23"]
PASS_ON = [f"V{a}{b}" for a in "1234" for b in "34"]
ATTEND = ["W33", "W34", "W43", "W44"]


def family(pop, K, A, B):
    """Loss of the answers w1 = K w0 + A S (w - B w0)."""
    answers = pop.w0 @ K.T + ((A @ pop.S) @ (pop.w - pop.w0 @ B.T)[..., None])[..., 0]
    return pop.mean(((answers - pop.w) ** 2).sum(axis=1)) / 2


def mean_square(matrices):
    return POP.mean((matrices**2).sum(axis=(1, 2)))


def minimizer(rng, free, **blocks):
    """A global minimizer, with normal numbers in the blocks that are named as free."""
    values = {"V31": -INVERSE / 1.4, "W13": 1.4 * np.eye(2), "W24": -1.4} | blocks
    weights = layer_weights(2, free, rng)
    for name, value in values.items():
        block(weights, name)[...] = value
    return weights


def test_prop_shift_loss_of_the_family():
    K, A, B = np.random.default_rng(0).standard_normal((3, 2, 2))
    second = mean_square(K - np.eye(2) + A @ POP.S @ (np.eye(2) - B))
    expected = (mean_square(np.eye(2) - A @ POP.S) + SPREAD**2 * second) / 2
    assert family(POP, K, A, B) == pytest.approx(expected)
    V33, W44 = np.random.default_rng(1).standard_normal((2, 2)), 0.6
    weights = layer_weights(2, {"V31": A / 1.4, "W13": -1.4 * B, "W24": 1.4, "V33": V33, "W44": W44})
    assert POP.loss(weights).item() == pytest.approx(family(POP, np.eye(2) + W44 * V33 / N, A, B))


@given(st.integers(0, 10**6), st.floats(1e-3, 3))
def test_prop_shift_only_minimizer_of_the_family(seed, scale):
    identity, nudges = np.eye(2), scale * np.random.default_rng(seed).standard_normal((3, 2, 2))
    best = identity, INVERSE, identity
    assert family(POP, *best) == pytest.approx(FLOOR)
    for i in range(3):
        changed = [value + nudges[j] * (i == j) for j, value in enumerate(best)]
        assert family(POP, *changed) > FLOOR + 1e-4 * (nudges[i] ** 2).sum()
    assert family(POP, *np.array(best) + nudges) > FLOOR


def test_prop_shift_terms_by_degree():
    rng = np.random.default_rng(2)
    weights = layer_weights(2, BLOCKS, rng)
    V31, V32, V33, V34 = (block(weights, f"V3{b}") for b in "1234")
    q = [POP.w0 @ block(weights, f"W{a}3").T + block(weights, f"W{a}4")[:, 0] for a in "1234"]
    delta, q2, start = POP.w - POP.w0, q[1], POP.w0
    phi = ((start * q[2]).sum(axis=1) + q[3][:, 0]) / N
    S = POP.S

    def bilinear(a, b):
        return np.einsum("ki,kij,kj->k", a, S, b)[:, None]

    drive = q[0] + q2 * start
    degree_0 = (S @ drive[..., None])[..., 0] @ V31.T + bilinear(start, drive) * V32[:, 0]
    degree_0 = degree_0 + phi[:, None] * (start @ V33.T + V34[:, 0])
    M = q2[..., None] * V31 + V32 * (q[0] + 2 * q2 * start)[:, None, :]
    degree_1 = ((M @ S - np.eye(2)) @ delta[..., None])[..., 0]
    degree_2 = q2 * bilinear(delta, delta) * V32[:, 0]
    third = POP.mean(((degree_0 + degree_1 + degree_2) ** 2).sum(axis=1)) / 2
    only_third = layer_weights(2, {b: block(weights, b) for b in BLOCKS if b[0] == "W" or b[1] == "3"})
    assert POP.loss(only_third).item() == pytest.approx(third)
    expected = mean_square(np.eye(2) - M @ S) / 2
    assert POP.mean((degree_1**2).sum(axis=1)) / 2 == pytest.approx(expected)
    assert third == pytest.approx(expected + POP.mean(((degree_0 + degree_2) ** 2).sum(axis=1)) / 2)
    assert POP.loss(weights).item() >= third >= expected >= FLOOR


def test_prop_shift_all_global_minimizers_of_the_layer():
    rng = np.random.default_rng(3)
    skew, row = np.array([[0, 0.8], [-0.8, 0]]), rng.standard_normal((1, 2))
    silent = {"W33": skew, "W43": row, "W34": -row.T, "W44": 0}
    for weights in (minimizer(rng, [*INSIDE, *ATTEND]), minimizer(rng, [*INSIDE, *PASS_ON], **silent)):
        loss, gradient = POP.loss_and_gradient(weights)
        assert loss == pytest.approx(FLOOR, rel=1e-12)
        assert np.abs(gradient).max() < 1e-11
    broken = [minimizer(rng, [*INSIDE, name]) for name in VANISH]
    broken += [minimizer(rng, [*INSIDE, name, other]) for name in PASS_ON for other in ATTEND]
    broken += [minimizer(rng, [], W13=np.diag([1.4, -1.0])), minimizer(rng, [], V31=-INVERSE)]
    broken += [minimizer(rng, PASS_ON, **silent | {name: silent[name] + 0.3}) for name in ATTEND]
    assert all(POP.loss(weights).item() > FLOOR * (1 + 1e-3) for weights in broken)


def test_prop_shift_the_attention_of_the_first_token_to_itself():
    weights = layer_weights(2, ATTEND, np.random.default_rng(4))
    w0 = np.random.default_rng(5).standard_normal(2)
    token = np.r_[0, 0, 0, w0, 1]
    parts = [block(weights, name) for name in ATTEND]
    phi = w0 @ parts[0] @ w0 + (parts[1].T + parts[2]) @ w0 + parts[3][0]
    assert token @ weights[1] @ token == pytest.approx(phi.item())


def test_prop_shift_one_alternative_is_the_recursion_and_the_other_can_leak():
    rng = np.random.default_rng(6)
    x, w, w0 = rng.standard_normal((4, 2)), rng.standard_normal(2), rng.standard_normal(2)
    exact = recursion(minimizer(rng, []), x, x @ w, w0, [4] * 5)
    residual = exact[:-1] - w
    assert np.allclose(exact[1:], exact[:-1] - residual @ (INVERSE @ x.T @ x / 4).T)
    first = chain(minimizer(rng, [*INSIDE, *ATTEND]), x, x @ w, w0, [4] * 5)
    assert np.allclose(first, exact)
    leaking = minimizer(rng, ["V33"], W33=np.array([[0, 0.8], [-0.8, 0]]))
    assert POP.loss(leaking).item() == pytest.approx(FLOOR)
    second = chain(leaking, x, x @ w, w0, [4] * 5)
    assert np.allclose(second[1], exact[1])
    assert not np.allclose(second[2], exact[2], rtol=1e-2)


@pytest.mark.parametrize("decay", [1e-2, 1e-3])
def test_prop_shift_weight_decay_removes_the_leak(decay):
    rng = np.random.default_rng(7)
    leaking = minimizer(rng, ["V33"], W33=np.array([[0, 0.8], [-0.8, 0]]))
    square = np.linalg.norm(INVERSE) / np.sqrt(3)
    found, scale = minimize_with_decay(POP, leaking, decay), np.sqrt(square)
    least = minimizer(rng, [], V31=-INVERSE / scale, W13=scale * np.eye(2), W24=-scale)
    assert np.abs(found - least).max() < 7 * decay
    assert (found**2).sum() <= (least**2).sum() < (leaking**2).sum()
    bound = np.linalg.norm(INVERSE) ** 2 / np.array([0.9, 1.0, 1.1]) / square + 3 * np.array([0.9, 1.0, 1.1]) * square
    assert (least**2).sum() == pytest.approx(bound.min())


def test_prop_shift_an_independent_start_is_erased():
    pop = population(COV, N, independent=SPREAD)
    rng = np.random.default_rng(8)
    K, A, B = rng.standard_normal((3, 2, 2))
    second = mean_square(K - A @ POP.S @ B)
    expected = (mean_square(np.eye(2) - A @ POP.S) + SPREAD**2 * second) / 2
    assert family(pop, K, A, B) == pytest.approx(expected)
    best = np.array([np.zeros((2, 2)), INVERSE, np.zeros((2, 2))])
    assert family(pop, *best) == pytest.approx(FLOOR)
    for i in range(3):
        changed = best.copy()
        changed[i] += 0.3 * rng.standard_normal((2, 2))
        assert family(pop, *changed) > FLOOR + 1e-4
    assert family(pop, np.eye(2), INVERSE, np.eye(2)) > FLOOR + 0.05
