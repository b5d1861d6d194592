"""What remarks beside verdicts say, which no check decides."""

import numpy as np
import pytest

from monograph.claims import curation, gpt2, hardness, scaling
from monograph.experiments import results
from ttsbook import theory
from ttsbook.data import covariance, spectra
from ttsbook.data.tasks import Task

pytestmark = pytest.mark.exhaustive


def test_hardness_a_single_weak_skill_makes_a_task_as_hard_and_one_step_errs_less_on_it():
    tail = covariance.power_law(20, 1.0)
    single = spectra.one_weak(20, covariance.hardness(tail))
    np.testing.assert_allclose(covariance.hardness(single), covariance.hardness(tail))
    assert hardness.matched_error(single, 40) < hardness.matched_error(tail, 40)


def test_conditioning_the_mean_cost_ranks_better_and_at_small_n_the_harmonic_mean_still_better():
    found = hardness._correlations_with_the_error()
    for n, by_measure in found.items():
        assert max(by_measure, key=by_measure.get) == ("harmonic mean cost" if n <= 40 else "mean cost")
        others = ("condition number", "hardness", "1 / least strength")
        assert by_measure["mean cost"] > max(by_measure[name] for name in others)


def test_rate_spectra_of_one_condition_number_or_least_strength_differ():
    tail, single, weak = (
        covariance.power_law(20, 1.0),
        np.diag([*np.ones(19), 1 / 20]),
        np.eye(20) / 20,
    )
    assert np.linalg.cond(tail) == pytest.approx(np.linalg.cond(single))
    rates = [
        np.diff(np.log(theory.cot_error_limit(theory.preconditioner(Task(cov, 40)), cov, 300)))[-1]
        for cov in (tail, single, weak)
    ]
    assert abs(rates[1] - rates[0]) > 0.1 < abs(rates[2] - rates[0])


def test_scaling_law_at_finite_m_the_error_grows_with_k_relative_to_the_bound():
    mean = scaling._simulated(np.eye(20), 40, 400, 5, samples=500).mean
    assert (np.diff(mean / theory.scaling_law_bound(np.eye(20), 40, 5)) > 0).all()


def test_message_and_hard_tasks_in_pools_which_intervals_decide():
    skills, length = (curation._correlations(scaled=False)[name] for name in ("skills", "length"))
    decided = [
        high < 0 or low > 0 for part in (skills, length) for _, low, high in (part["coverage"], part["relevance"])
    ]
    assert decided == [False, False, True, False] and length["coverage"][2] < 0
    assert skills["share of hard tasks"][1] > 0
    assert length["share of hard tasks"][1] < 0 < length["share of hard tasks"][2]
    assert all(part["share of hard tasks"][1] > 0 for part in curation._correlations(scaled=True).values())


def test_gpt_same_place_and_gpt_pushes_short_training_and_no_prompt_lost_where_the_test_is_long():
    flat = covariance.isotropic(10)
    critical = theory.critical_train_length(covariance.power_law(10, 1.0, trace=10), flat)
    assert results.load("gpt2").settings["prompt_length"] < critical
    long = gpt2._at_the_answer("isotropic", 200, 60)
    assert max(long["radius"]) < 1 and max(long["stride"]) < 2
