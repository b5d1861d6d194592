"""prop-leaks."""

from itertools import product

import numpy as np
import pytest
from literal_layer import BASE, BLOCKS, block, chain, draw_prompt, layer, layer_weights, recursion

ATTEND = ("W33", "W34", "W43", "W44")
HARMLESS = ("W11", "W21", "W31", "W41", "W32", "W42")


def leaks():
    """The table: each set of blocks, with the first answer that it changes for w0 = 0 and for other w0."""
    yield from [(("V32",), 1, 1), (("W14",), 1, 1), (("W23",), 2, 1)]
    yield from (((name,), 2, 2) for name in ("V11", "V12", "V41", "V42"))
    for attend in ATTEND:
        last = attend == "W44"
        yield from [(("V33", attend), 2, 1), (("V34", attend), 1 if last else 2, 1)]
        yield from (((name, attend), 3, 2) for name in ("V13", "V43"))
        yield from (((name, attend), 2 if last else 3, 2) for name in ("V14", "V44"))
        for use in ("W12", "W22"):
            yield from [(("V23", attend, use), 3, 2), (("V24", attend, use), 2 if last else 3, 2)]
    for write in ("V21", "V22"):
        yield from (((write, other), 2, 2) for other in ("W12", "W22", "V33", "V34"))
        yield from (((write, other), 3, 3) for other in ("V13", "V14", "V43", "V44"))


LEAKS = list(leaks())


def first_change(names, rng, *, zero_start, trained=False):
    """First answer in which the literal chain departs from the recursion, None if it does not in four steps."""
    weights, (x, _, w, w0) = layer_weights(3, [*BASE, *names], rng), draw_prompt(rng)
    if trained:
        block(weights, "W13")[...] = -block(weights, "W24") * np.eye(3)
    w0 = w0 * (not zero_start)
    literal, exact = (run(weights, x, x @ w, w0, [5] * 4) for run in (chain, recursion))
    size = np.maximum.accumulate(np.abs(exact).max(axis=1).clip(1))
    changed = np.abs(literal - exact).max(axis=1) > 1e-10 * size
    return int(changed.argmax()) if changed.any() else None


@pytest.mark.parametrize(("names", "from_zero", "from_elsewhere"), LEAKS, ids=["-".join(leak[0]) for leak in LEAKS])
def test_prop_leaks_first_change(names, from_zero, from_elsewhere):
    for seed, trained in product(range(3), (False, True)):
        rng = np.random.default_rng(seed)
        assert first_change(names, rng, zero_start=True, trained=trained) == from_zero
        assert first_change(names, rng, zero_start=False, trained=trained) == from_elsewhere


def test_prop_leaks_the_table_has_63_sets_none_within_another():
    sets = [set(names) for names, _, _ in LEAKS]
    assert len(sets) == 63
    assert not any(a < b for a, b in product(sets, sets))
    assert not set(HARMLESS) & set().union(*sets)
    assert set().union(*sets, HARMLESS, BASE) == set(BLOCKS)


def test_prop_leaks_without_a_whole_set_the_chain_is_the_recursion():
    """Sets of blocks without a leak, grown at random until no block can be added: there are three."""
    rng, found = np.random.default_rng(4), set()
    for _ in range(300):
        kept = []
        for name in rng.permutation([name for name in BLOCKS if name not in BASE]):
            if not any({*kept, name}.issuperset(names) for names, _, _ in LEAKS):
                kept.append(str(name))
        found.add(frozenset(kept))
    pass_on, attend, use = ("V13", "V14", "V33", "V34", "V43", "V44"), ATTEND, ("W12", "W22")
    write, move = ("V21", "V22"), ("V23", "V24")
    three = [(*pass_on, *use, *move), (*attend, *write, *move), (*attend, *use)]
    assert found == {frozenset({*blocks, *HARMLESS}) for blocks in three}
    for kept, zero_start in product(found, (True, False)):
        assert first_change(kept, rng, zero_start=zero_start) is None


def test_prop_leaks_the_literal_step_written_in_parts():
    rng, m, rho = np.random.default_rng(5), 4, 3.0
    weights, examples, tokens = layer_weights(2, BLOCKS, rng), rng.standard_normal((m, 3)), rng.standard_normal((3, 6))
    E = np.c_[np.c_[examples, np.zeros((m, 3))].T, tokens.T]
    parts = [[t[:2], t[2:3], t[3:5], t[5:]] for t in tokens]
    q = [sum(block(weights, f"W{a}{b}") @ parts[-1][b - 1] for b in (1, 2, 3, 4)) for a in (1, 2, 3, 4)]
    tau = [sum(part @ q[i] for i, part in enumerate(token)) for token in parts]
    X, y = examples[:, :2].T, examples[:, 2]
    seen = X.T @ q[0] + q[1] * y
    g = [sum(t * token[i] for t, token in zip(tau, parts, strict=True)) for i in range(4)]
    g[0], g[1] = g[0] + X @ seen, g[1] + y @ seen
    assert np.allclose(layer(E, weights, rho)[:, -1], tokens[-1] + weights[0] @ np.concatenate(g) / rho)
