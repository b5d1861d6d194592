import numpy as np
import pytest

from monograph.experiments import results
from monograph.experiments.linear import read as findings
from monograph.experiments.linear import run as linear
from ttsbook import theory
from ttsbook.data import covariance, spectra

FOUND = results.load("linear", "tiny")


def get(**options):
    return findings.curves(FOUND, **{"train": "skewed", "n": 4, "recipe": "shift", "m": None, **options})


def test_spectra_have_their_traces():
    for name, expected in (("isotropic", 1.0), ("skewed", 1.0), ("unscaled", np.mean([1, 1 / 2, 1 / 3]))):
        assert np.trace(spectra.named(name, 3)) / 3 == pytest.approx(expected)
    ratio = spectra.named("skewed", 3).diagonal() / covariance.power_law(3, 1.0).diagonal()
    assert np.allclose(ratio, 18 / 11)
    with pytest.raises(ValueError, match="name must be one of .* got 'flat'"):
        spectra.named("flat", 3)


def test_curves_are_the_stored_ones():
    (run,) = FOUND.select(train="skewed", n=40, recipe="paper")
    found = get(n=40, recipe="paper", m=30, test="isotropic")
    assert found.mean[0].tolist() == run["isotropic, m=30"]["mean"]
    assert found.median.shape == found.half_width.shape == (1, 7)
    assert np.allclose(found.P[0], run["P"]) and (found.ratio[0] == np.eye(3)).all()


def test_an_isotropic_test_of_isotropic_training_is_a_matched_one():
    assert (get(train="isotropic", test="isotropic").mean == get(train="isotropic").mean).all()


def test_what_a_layer_learned_is_in_units():
    """As if the shipped unit were that of the tiny results."""
    scaled = results.Results(FOUND.settings | {"unit": 0.5}, {}, 0.0, FOUND.runs)
    options = {"train": "skewed", "n": 4, "recipe": "shift", "m": None}
    half, whole = findings.curves(scaled, **options), get()
    assert np.allclose(half.P, whole.P / 2)
    assert np.allclose(half.ratio - np.eye(3), (whole.ratio - np.eye(3)) / 2)


def test_the_expected_curve_is_that_of_the_layers_weights():
    found, cov = get(), spectra.named("skewed", 3)
    assert np.allclose(found.expected(cov)[0], theory.layer_error(found.P[0], found.ratio[0], cov, 4))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"n": 5}, "no run has .*n=5"), ({"m": 7}, "got 'matched' and 7"), ({"test": "other"}, "got 'other' and None")],
)
def test_what_was_not_run_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        get(**options)


def test_an_endless_prompt_is_nearly_that():
    S = covariance.sample_empirical(np.eye(20), linear.ENDLESS, samples=20, rng=np.random.default_rng(0))
    assert np.linalg.norm(S - np.eye(20), ord=2, axis=(1, 2)).max() < 4e-4
