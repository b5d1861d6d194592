"""A task in the place of a test covariance: its covariance, and its label noise."""

import numpy as np
import pytest
from small_models import COV

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

P = theory.preconditioner(Task(COV, 30)) / 2
NOISY = {
    "direct_error": lambda test, **noise: theory.direct_error(P, test, 12, **noise),
    "direct_error_by_skill": lambda test, **noise: theory.direct_error_by_skill(P, test, 12, **noise),
    "cot_error": lambda test, **noise: theory.cot_error(P, test, 60, 4, **noise),
    "cot_error_gap": lambda test, **noise: theory.cot_error_gap(P, test, 60, 4, **noise),
    "best_depth": lambda test, **noise: theory.best_depth(P, test, test_length=60, **noise),
    "simulate_cot_error": lambda test, **noise: (
        theory.simulate_cot_error(P, test, 60, 3, samples=50, rng=np.random.default_rng(0), **noise).mean
    ),
}
WITHOUT_NOISE = {
    "cot_error_limit": lambda test: theory.cot_error_limit(P, test, 4),
    "best_scaling_limit": lambda test: theory.best_scaling_limit(P, test, 4),
    "best_depth": lambda test: theory.best_depth(P, test),
    "critical_train_length": lambda test: theory.critical_train_length(covariance.power_law(3, 1.0), test),
    "spectral_edges": lambda test: theory.spectral_edges(P, test, 60),
    "strides": lambda test: theory.strides(P, test),
}


@pytest.mark.filterwarnings("ignore::ttsbook.theory.ValidityWarning")
@pytest.mark.parametrize("name", NOISY)
def test_its_label_noise_counts(name):
    def same(one, other):
        return np.array_equal(np.asarray(one), np.asarray(other))

    noisy = Task(COV, 7, noise_variance=0.4)
    assert same(NOISY[name](noisy), NOISY[name](COV, noise_variance=0.4))
    assert same(NOISY[name](noisy, noise_variance=0.0), NOISY[name](COV))
    assert same(NOISY[name](Task(COV, 7)), NOISY[name](COV))
    assert not same(NOISY[name](noisy), NOISY[name](COV))


@pytest.mark.parametrize("name", WITHOUT_NOISE)
def test_where_noise_averages_out_its_covariance_counts(name):
    found = WITHOUT_NOISE[name]
    assert np.array_equal(found(Task(COV, 7, noise_variance=0.4)), found(COV))
