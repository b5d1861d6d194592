"""Layers with weights of their own that think in the page: exact errors, growth and chains are those of the package."""

import numpy as np
import pytest
from in_node import evaluated

from monograph.widgets import simulation
from ttsbook import theory
from ttsbook.data import covariance

DIM, STEPS, PROMPTS = 6, 8, 20_000
STRENGTHS = np.diag(covariance.power_law(DIM, 0.7, trace=DIM))
READ = """
    import { grows, layerError, OwnChains } from "JAVASCRIPT/own_weights.js";
    import { Means } from "JAVASCRIPT/sampling.js";
    import { Random } from "JAVASCRIPT/random.js";
    const array = (rows) => Float64Array.from(rows.flat());
    const layer = () => ({ P: array(given.P), R: array(given.R) });
    const tell = (found) => console.log(JSON.stringify(found, (_, value) => (value === Infinity ? null : value)));
"""
EXACT = READ + "tell(layerError(layer(), given.test, given.steps));"
GROWTH = READ + "tell(given.matrices.map((T) => grows(array(T), T.length)));"
DRAWN = (
    READ
    + """
    const { test, m, steps } = given;
    const [means, random] = [new Means(steps + 1), new Random(1)];
    const chains = new OwnChains({ ...layer(), test, m, steps });
    let gone = 0;
    for (let prompt = 0; prompt < given.count; prompt++) {
        chains.think(random);
        means.add(chains.errors);
        gone += chains.leaves();
    }
    tell({ gone, ...means.intervals(4) });
"""
)
MEDIANS = """
    import { Medians } from "JAVASCRIPT/medians.js";
    const medians = new Medians(given.errors[0].length);
    for (const row of given.errors) medians.add(Float64Array.from(row));
    console.log(JSON.stringify(medians.intervals(given.width)));
"""


def own_layer(scale=1.0):
    """P and R near those of the closed form, neither symmetric nor diagonal."""
    rng = np.random.default_rng(0)
    P = np.diag(scale / (1.1 * STRENGTHS + 0.2)) + 0.05 * rng.standard_normal((DIM, DIM))
    return P, np.eye(DIM) + 0.05 * rng.standard_normal((DIM, DIM))


def given(P, R, m):
    return {"P": P.tolist(), "R": R.tolist(), "test": STRENGTHS.tolist(), "m": m, "steps": STEPS, "count": PROMPTS}


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_the_exact_error_is_that_of_the_package(scale):
    P, R = own_layer(scale)
    expected = theory.layer_error(P, R, np.diag(STRENGTHS), STEPS)
    assert np.allclose(evaluated(EXACT, given(P, R, None)), expected, rtol=1e-10)
    assert not np.allclose(theory.layer_error(P.T, R, np.diag(STRENGTHS), STEPS), expected, rtol=1e-3)
    assert not np.allclose(theory.layer_error(P, R.T, np.diag(STRENGTHS), STEPS), expected, rtol=1e-3)


def test_what_grows_has_an_eigenvalue_above_one():
    drawn = np.random.default_rng(1).standard_normal((40, DIM, DIM))
    radii = np.abs(np.linalg.eigvals(drawn)).max(axis=1)
    wanted = np.tile([0.5, 0.999, 1.001, 1.5], 10)
    matrices = drawn * (wanted / radii)[:, None, None]
    turning = [[0.0, -1.01, 0.0], [1.01, 0.0, 0.0], [0.0, 0.0, 0.3]]  # two imaginary eigenvalues
    cases = [*matrices.tolist(), turning, [[1e200, 0.0], [0.0, 1e200]]]
    assert evaluated(GROWTH, {"matrices": cases}) == [*(wanted > 1).tolist(), True, True]


@pytest.mark.parametrize("m", [4, *(pytest.param(m, marks=pytest.mark.exhaustive) for m in (12, 40)), None])
def test_chains_are_those_of_the_package(m):
    """Also where m < d. The package averages exactly over the weights; here they are drawn."""
    P, R = own_layer()
    found = evaluated(DRAWN, given(P, R, m))
    low, high = np.array(found["low"], dtype=float), np.array(found["high"], dtype=float)
    if m is None:
        exact = theory.layer_error(P, R, np.diag(STRENGTHS), STEPS) / DIM
        assert np.all((low < exact) & (exact < high)) and found["gone"] == 0
        other = theory.layer_error(P.T, R, np.diag(STRENGTHS), STEPS) / DIM
        assert not np.all((low < other) & (other < high))
        return
    S = covariance.sample_empirical(np.diag(STRENGTHS), m, samples=PROMPTS, rng=np.random.default_rng(3))
    errors = theory.layer_error(P, R, S, STEPS) / DIM
    half = 4 * errors.std(axis=0) / np.sqrt(PROMPTS)
    assert np.all((low < errors.mean(axis=0) + half) & (errors.mean(axis=0) - half < high))
    radii = np.abs(np.linalg.eigvals(np.eye(DIM) - P @ S @ R)).max(axis=1)
    share = (radii > 1 + 1e-9).mean()  # where m < d, some are one
    assert found["gone"] / PROMPTS == pytest.approx(share, abs=5 * np.sqrt(share * (1 - share) / PROMPTS) + 1e-4)
    assert m > 12 or share > 0.02


@pytest.mark.parametrize("samples", [1, 2, 301, 2048])
def test_medians_and_their_intervals_are_those_of_a_kernel(samples):
    errors = np.random.default_rng(0).gamma(0.5, size=(samples, 4)) * [1, 10, 1e-3, 1e6]
    *_, (points, low, high, count) = simulation.running([errors], summary="median")
    found = evaluated(MEDIANS, {"errors": errors.tolist(), "width": simulation.quantile(4)})
    assert count == samples
    assert np.allclose([found[name] for name in ("points", "low", "high")], [points, low, high], rtol=1e-12)
