"""prop-drift."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from literal_layer import BLOCKS, block, chain, layer_weights, population
from scipy.integrate import solve_ivp
from small_task import COV, costs, inverse, products

from ttsbook import theory

N = 1  # fewer examples than dimensions
POP = population(COV, N)
INVERSE, LEAST, FLOOR = inverse(N), products(N)[-1], costs(N)[1]
NORM = np.linalg.norm(INVERSE)
MOVING = ("V31", "W24")


def start(c):
    return layer_weights(2, {"W13": c * np.eye(2), "W24": -c})


def flow(c, times):
    """Gradient flow of all of V and W through the literal layer, shape (times, 2, 6, 6)."""
    shape = start(c).shape

    def velocity(_, flat):
        return -POP.loss_and_gradient(flat.reshape(shape))[1].ravel()

    options = {"rtol": 1e-8, "atol": 1e-10, "max_step": 0.2 * (ratio(c) / c) ** 2}  # stable for the blocks at zero
    solved = solve_ivp(velocity, (0, times[-1]), start(c).ravel(), t_eval=times, **options)
    return solved.y.T.reshape(-1, *shape)


def ratio(c):
    return (0.5 * (1 + np.sqrt(1 + 4 * NORM**2 / c**4))) ** -0.5


@pytest.mark.parametrize("c", [1.0, -0.5, 2.0])
def test_prop_drift_along_the_flow(c):
    times = np.linspace(0, 10 / LEAST * (ratio(c) / c) ** 2, 60)
    excess = []
    for weights in flow(c, times):
        for name in set(BLOCKS) - set(MOVING):
            assert np.allclose(block(weights, name), block(start(c), name), atol=1e-8)
        U, z = block(weights, "V31"), block(weights, "W24").item()
        P = z * U
        assert z**2 - (U**2).sum() == pytest.approx(c**2)
        assert z**2 == pytest.approx((c**2 + np.sqrt(c**4 + 4 * (P**2).sum())) / 2)
        assert z * c < 0
        excess.append(POP.loss(weights).item() - FLOOR)
    bound = excess[0] * np.exp(-2 * c**2 * LEAST * times)
    assert (np.array(excess) <= bound * (1 + 1e-8) + 1e-12).all()
    assert np.allclose(P, INVERSE, atol=1e-4)
    assert c / -z == pytest.approx(ratio(c), abs=1e-4)


def test_prop_drift_is_the_flow_of_two_blocks_and_descends_at_the_stated_rate():
    rng = np.random.default_rng(0)
    U, z = rng.standard_normal((2, 2)), 0.8
    weights = layer_weights(2, {"V31": U, "W24": z, "W13": rng.standard_normal((2, 2))})
    loss, gradient = POP.loss_and_gradient(weights)
    G = (z * U - INVERSE) @ COV @ theory.gamma(COV, N)
    assert np.allclose(block(gradient, "V31"), z * G)
    assert block(gradient, "W24").item() == pytest.approx((U * G).sum())
    others = [name for name in BLOCKS if name not in MOVING]
    assert max(np.abs(block(gradient, name)).max() for name in others) < 1e-12
    nudged = POP.loss(weights - 1e-6 * gradient).item()
    descent = -(z**2) * (G**2).sum() - (U * G).sum() ** 2
    assert (nudged - loss) / 1e-6 == pytest.approx(descent, rel=1e-4)
    assert (G**2).sum() >= 2 * LEAST * (loss - FLOOR)


def test_prop_drift_gradient_descent_with_large_steps_moves_no_other_block():
    weights = start(0.7)
    for step in (0.5, 0.01, 0.3, 0.2):
        weights = weights - step * POP.loss_and_gradient(weights)[1]
    for name in BLOCKS:
        assert np.allclose(block(weights, name), block(start(0.7), name), atol=1e-12) == (name not in MOVING)


@given(st.floats(0.05, 20))
def test_prop_drift_the_final_ratio(c):
    r = ratio(c)
    assert 0 < r < 1
    z = c / r
    assert z**2 * (z**2 - c**2) == pytest.approx(NORM**2, rel=1e-6)
    assert 1 / r - 1 <= NORM**2 / (2 * c**4) * (1 + 1e-9)
    share = NORM**2 / c**4
    if share < 0.1:
        assert abs(1 - r - share / 2) <= share**2


@pytest.mark.parametrize(("length", "converges", "steps"), [(400, True, 200), (2, False, 40)])
def test_prop_drift_the_chain_ends_at_the_wrong_point(length, converges, steps):
    c = 0.9
    r, z = ratio(c), -0.9 / ratio(c)
    weights = layer_weights(2, {"V31": INVERSE / z, "W13": c * np.eye(2), "W24": z})
    assert POP.loss(weights).item() == pytest.approx(FLOOR)
    rng = np.random.default_rng(6)
    x, w, w0 = rng.multivariate_normal([0, 0], COV, length), rng.standard_normal(2), rng.standard_normal(2)
    if not converges:
        x = 3 * x
    M = INVERSE @ x.T @ x / length
    assert (np.linalg.eigvals(M).real.max() < 2 / r) == converges
    answers = chain(weights, x, x @ w, w0, [length] * steps)
    for k in (0, 1, 7, steps):
        power = np.linalg.matrix_power(np.eye(2) - r * M, k)
        assert np.allclose(answers[k], w / r + power @ (w0 - w / r), rtol=1e-6)
    if converges:
        assert np.allclose(answers[-1] - w, (1 / r - 1) * w, atol=1e-6)
    else:
        assert np.linalg.norm(answers[-1]) > 1e3


@given(st.integers(0, 10**6), st.floats(0.01, 1.0))
def test_prop_drift_discrete_updates_lower_the_conserved_quantity(seed, step):
    rng = np.random.default_rng(seed)
    U = rng.standard_normal((2, 2))
    z = -np.sqrt((U**2).sum() + rng.uniform(0, 2))
    x, w = rng.standard_normal((3, N, 2)), rng.standard_normal((3, 2))  # a batch of three prompts
    batch = type(POP)(x, np.zeros((3, 2)), w, np.full(3, 1 / 3))
    _, gradient = batch.loss_and_gradient(layer_weights(2, {"V31": U, "W24": z}))
    residual = ((z * U @ batch.S - np.eye(2)) @ w[..., None])[..., 0]
    G = np.einsum("ki,kj->ij", residual, (batch.S @ w[..., None])[..., 0]) / 3
    assert np.allclose(block(gradient, "V31"), z * G)
    assert block(gradient, "W24").item() == pytest.approx((U * G).sum())
    before = z**2 - (U**2).sum()
    after = (z - step * (U * G).sum()) ** 2 - ((U - step * z * G) ** 2).sum()
    change = step**2 * ((U * G).sum() ** 2 - z**2 * (G**2).sum())
    assert after - before == pytest.approx(change, rel=1e-6, abs=1e-9 * (G**2).sum())
    assert change <= -(step**2) * before * (G**2).sum() * (1 - 1e-9) + 1e-12
