import numpy as np
import pytest

from monograph.experiments import results
from monograph.experiments.tails import plan, run
from monograph.experiments.tails.read import Distances, distances
from ttsbook.data import covariance


@pytest.mark.parametrize(
    ("own", "gaussian", "learned"),
    [
        ([0.04, 0.02], [0.2, 0.3], True),
        ([0.04, 0.06], [0.9, 0.9], False),  # one layer is too far
        ([0.04, 0.02], [0.11, 0.3], False),  # one is not a third as far
    ],
)
def test_the_rule_is_for_each_layer(own, gaussian, learned):
    assert Distances(np.array(own), np.array(gaussian)).learned(0.05) is learned


@pytest.mark.parametrize("kind", plan.KINDS)
def test_stored_distances_are_those_of_the_stored_layers(kind):
    """From moments of drawn examples, not from the formula."""
    found = results.load("tails")
    dim, n = found.settings["dim"], found.settings["prompt_length"]
    cov = covariance.power_law(dim, found.settings["exponent"], trace=dim)
    z = run.FEATURES[kind].draw(np.random.default_rng(0), (400_000, dim))
    x = z * np.sqrt(np.diag(cov))
    fourth = x.T @ (np.square(x).sum(axis=1)[:, None] * x) / len(x)
    own = cov @ np.linalg.inv((1 - 1 / n) * cov @ cov + fourth / n)
    for stored, distance in zip(found.select(kind=kind), distances(found, kind).to_own, strict=True):
        assert np.linalg.norm(stored["P"] - own) / np.linalg.norm(own) == pytest.approx(distance, abs=0.02)
