"""prop-no-gradient."""

import numpy as np
import pytest
import torch
from literal_layer import BLOCKS, block, chain, layer_weights, minimize_with_decay, population
from small_task import COV, costs, inverse

from ttsbook import theory

N = 1  # fewer examples than dimensions
POP = population(COV, N)
INVERSE, FLOOR = inverse(N), costs(N)[1]
UNSEEN = [f"W{a}{b}" for a in "1234" for b in "123"] + ["W34"] + [f"V{a}3" for a in "1234"]


def test_prop_no_gradient_seventeen_blocks_do_not_enter_the_loss_of_any_prompt():
    rng = np.random.default_rng(2)
    weights = layer_weights(2, BLOCKS, rng)
    before = POP.losses(weights)
    for name in BLOCKS:
        changed = weights.copy()
        block(changed, name)[...] += rng.standard_normal(block(changed, name).shape)
        assert torch.allclose(POP.losses(changed), before, rtol=1e-12, atol=1e-12) == (name in UNSEEN)
    _, gradient = POP.loss_and_gradient(weights)
    assert [name for name in BLOCKS if not block(gradient, name).any()] == sorted(UNSEEN, key=BLOCKS.index)
    assert len(UNSEEN) == 17


def test_prop_no_gradient_columns_one_and_two_never_enter():
    rng = np.random.default_rng(3)
    pop, weights = population(COV, 1, shift=0.7), layer_weights(2, BLOCKS, rng)
    _, gradient = pop.loss_and_gradient(weights)
    assert {name for name in BLOCKS if not block(gradient, name).any()} == {f"W{a}{b}" for a in "1234" for b in "12"}


def minimizer(rng, free, **blocks):
    """A global minimizer: the given blocks, and normal numbers in those named as free."""
    weights = layer_weights(2, free, rng)
    block(weights, "V31")[...], block(weights, "W24")[...] = -INVERSE / 1.4, -1.4
    for name, value in blocks.items():
        block(weights, name)[...] = value
    return weights


def test_prop_no_gradient_all_global_minimizers():
    rng = np.random.default_rng(4)
    for free in ([*UNSEEN, "W44"], [*UNSEEN, "V14", "V24", "V34", "V44"]):
        weights = minimizer(rng, free)
        loss, gradient = POP.loss_and_gradient(weights)
        assert loss == pytest.approx(FLOOR, rel=1e-12)
        assert np.abs(gradient).max() < 1e-12
    needed = [["V11"], ["V12"], ["V21"], ["V22"], ["V32"], ["V41"], ["V42"], ["W14"]]
    for name in ("V14", "V24", "V34", "V44"):
        needed.append([name, "W44"])
    for names in needed:
        assert POP.loss(minimizer(rng, [*UNSEEN, *names])).item() > FLOOR * (1 + 1e-3)
    assert POP.loss(minimizer(rng, UNSEEN, V31=-INVERSE)).item() > FLOOR * (1 + 1e-3)


def test_prop_no_gradient_one_dimension_has_a_second_family():
    pop, inverse = population(np.eye(1), 2), 1 / theory.gamma(np.eye(1), 2)[0, 0]
    swapped = layer_weights(1, {"V32": 2.0, "W14": inverse / 2})
    assert pop.loss(swapped).item() == pytest.approx((2 / (2 + 2)) / 2)  # h = 2


def test_prop_no_gradient_every_chain_has_its_minimizer():
    rng = np.random.default_rng(5)
    B, x, w = rng.standard_normal((2, 2)), rng.standard_normal((4, 2)), rng.standard_normal(2)
    weights = layer_weights(2, {"V31": -INVERSE, "W24": -1.0, "W13": B})
    assert POP.loss(weights).item() == pytest.approx(FLOOR)
    answer, S = np.zeros(2), x.T @ x / 4
    for literal in chain(weights, x, x @ w, answer, [4] * 6):
        assert np.allclose(literal, answer)
        answer = answer + INVERSE @ S @ (w - B @ answer)


@pytest.mark.parametrize("decay", [pytest.param(1e-2, marks=pytest.mark.exhaustive), 1e-3])
def test_prop_no_gradient_weight_decay_selects_the_least_norm(decay):
    norm = np.linalg.norm(INVERSE)
    begin = layer_weights(2, {"V31": -INVERSE, "W13": np.eye(2), "W24": -1.0})
    least = layer_weights(2, {"V31": -INVERSE / norm**0.5, "W24": -(norm**0.5)})
    found = minimize_with_decay(POP, begin, decay)
    assert np.abs(found - least).max() < 7 * decay
    penalized = POP.loss(found).item() + decay * (found**2).sum()
    assert FLOOR <= POP.loss(found).item() <= penalized <= FLOOR + decay * (least**2).sum()
    assert (found**2).sum() <= (least**2).sum() <= (begin**2).sum()
    x, w = np.random.default_rng(6).standard_normal((4, 2)), np.ones(2)
    answers = chain(least, x, x @ w, np.zeros(2), [4] * 3)
    assert np.allclose(answers, np.arange(4)[:, None] * (INVERSE @ x.T @ x @ w / 4))
