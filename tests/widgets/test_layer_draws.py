"""What the page draws without a kernel, against exact values and against the package, for fixed seeds."""

import numpy as np
import pytest
from in_node import evaluated
from scipy import stats

from ttsbook import theory
from ttsbook.data import covariance

DRAW = """
    import { layerDraws } from "JAVASCRIPT/layer_draws.js";
    import { Random } from "JAVASCRIPT/random.js";
    const { seed, count, ...layer } = given;
    const [draws, random] = [layerDraws(layer), new Random(seed)];
    for (let prompt = 0; prompt < count; prompt++) draws.draw(random);
    const finite = (_, value) => (value === Infinity ? null : value);
    console.log(JSON.stringify(draws.found(), finite));
"""
SKEWED = np.arange(1.0, 11) ** -0.8
PROMPTS = 20_000


def drawn(P, test, m, steps, *, seed=1, by_skill=False):
    layer = {"P": P.tolist(), "test": test.tolist(), "m": m, "steps": steps, "bySkill": by_skill}
    words = {"place": 0, "name": "Error", "expected": 1.0}
    found = evaluated(DRAW, {"seed": seed, "count": PROMPTS, **layer, **words})
    return found["gone"], *(np.array(found[name], dtype=float) for name in ("points", "low", "high"))


def learned(n):
    return n / ((n + 1) * SKEWED + SKEWED.sum())


@pytest.mark.parametrize("m", [1, 4, 30, None])
@pytest.mark.parametrize("seed", [1, 2**31])
def test_one_step_has_the_exact_error_along_each_skill(m, seed):
    P, inverse = learned(30), 0 if m is None else 1 / m
    by_skill = (1 - P * SKEWED) ** 2 + P**2 * SKEWED * (SKEWED + SKEWED.sum()) * inverse
    exact = np.array([by_skill.mean(), *by_skill])
    _, points, low, high = drawn(P, SKEWED, m, 1, seed=seed, by_skill=True)
    assert np.all((low < exact) & (exact < high))
    assert np.all((high - low)[points > 1e-3] < 0.6 * points[points > 1e-3])


@pytest.mark.parametrize(("n", "m"), [(30, 4), (30, 9), (40, 25), (400, 60)])
def test_chains_are_those_of_the_package(n, m):
    """Also where m < d. The package averages exactly over the weights; here they are drawn."""
    gone, points, low, high = drawn(learned(n), np.ones(10), m, 8)
    rng = np.random.default_rng(3)
    package = theory.simulate_cot_error(np.diag(learned(n)), np.eye(10), m, 8, samples=PROMPTS, rng=rng)
    below, above = package.band()
    assert np.all((low[1:] < above[1:] / 10) & (below[1:] / 10 < high[1:]))
    assert (high - low)[1] < 0.08 * points[1]
    share = round(package.divergence_probability * PROMPTS)
    assert stats.fisher_exact([[gone, PROMPTS - gone], [share, PROMPTS - share]]).pvalue > 1e-3


def test_endless_prompts_have_the_error_of_the_limit():
    P, test = learned(200), covariance.power_law(10, 0.2)
    exact = theory.cot_error_limit(np.diag(P), test, 12) / 10
    gone, _, low, high = drawn(P, np.diag(test), None, 12)
    assert np.all((low < exact) & (exact < high))
    assert gone == (PROMPTS if (P * np.diag(test)).max() > 2 else 0)


def test_equal_seeds_draw_equal_prompts_and_others_do_not():
    one, again, other = (drawn(learned(30), SKEWED, 20, 2, seed=seed)[1] for seed in (5, 5, 6))
    assert np.array_equal(one, again) and not np.isclose(one, other, rtol=1e-6)[1:].any()


def test_a_wrong_layer_is_seen():
    exact = theory.cot_error_limit(np.diag(learned(200)), np.eye(10), 4) / 10
    _, _, low, high = drawn(1.03 * learned(200), np.ones(10), None, 4)
    assert not np.any((low < exact)[1:] & (exact < high)[1:])
