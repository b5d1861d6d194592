"""Features that the page draws: their kinds, their moments and their laws are those of the package."""

import numpy as np
import pytest
from in_node import evaluated
from scipy import stats

from monograph.widgets.tails import KINDS

DRAW = """
    import { KINDS } from "JAVASCRIPT/features.js";
    import { Random } from "JAVASCRIPT/random.js";
    const { dim, count } = given;
    const random = new Random(11);
    const drawn = ({ kurtosis, stretch, draw }) => {
        const example = new Float64Array(dim);
        const examples = Array.from({ length: count }, () => (draw(random, example), Array.from(example)));
        return { kurtosis, stretch: stretch(dim), examples };
    };
    console.log(JSON.stringify(Object.entries(KINDS).map(([name, kind]) => [name, drawn(kind)])));
"""
DIM, COUNT = 6, 20_000


@pytest.fixture(scope="module")
def found():
    return dict(evaluated(DRAW, {"dim": DIM, "count": COUNT}))


def test_the_page_has_the_kinds_of_the_widget_in_their_order(found):
    assert list(found) == list(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_has_the_moments_and_the_laws_of_the_package(found, name):
    kind, examples = KINDS[name], np.array(found[name]["examples"])
    assert found[name]["kurtosis"] == pytest.approx(kind.kurtosis)
    assert found[name]["stretch"] == pytest.approx(kind.stretch(DIM))
    package = kind.draw(np.random.default_rng(1), (COUNT, DIM))
    for values in (lambda z: z[:, 0], lambda z: z[:, -1], lambda z: z[:, 0] * z[:, 1], lambda z: (z**2).sum(axis=1)):
        assert stats.ks_2samp(values(examples).round(9), values(package).round(9)).pvalue > 1e-3
    assert np.abs(np.cov(examples.T) - np.eye(DIM)).max() < 0.12
