"""What remarks beside verdicts say, which no check decides."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from monograph.claims import curation, gpt2, hardness, scaling
from monograph.experiments import results
from monograph.experiments.curation import read as pools
from monograph.experiments.real import answers
from monograph.experiments.real import read as real
from monograph.experiments.stopping import read as stopping
from monograph.experiments.words import plan
from monograph.experiments.words import read as words
from ttsbook import theory
from ttsbook.data import covariance, spectra
from ttsbook.data.tasks import Task, mix

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


def test_hard_where_aligned_random_orders_of_the_targets_skills_do_not_help_hard_tasks():
    assert all(high > 0 for _, _, high in curation._aligned(curation.TARGET, shuffled=True).values())


def test_one_kind_is_worse_hard_tasks_that_have_the_targets_skills_are_better_alone():
    found = results.load("curation")
    target = covariance.power_law(20, curation.TARGET, trace=20)
    for run in found.runs:
        tasks, _ = pools.pool(found, run)
        aligned = [Task(np.diag(covariance.skills(task.cov).strengths), task.prompt_length) for task in tasks]
        hard, even = (
            theory.cot_error_limit(theory.preconditioner(mix(aligned, run["weights"][name])), target, 5)[5]
            for name in ("hard only", "uniform")
        )
        assert hard < even


def test_layers_on_the_programs_mixture_these_pools_are_the_least_favorable_of_eight_designs():
    wins = {
        (run["scale"], run["skills"], run["target"]): np.mean(np.less(run["paper"], run["uniform"])[:, 1])
        for run in results.load("selection").runs
    }
    assert all(len(run["paper"]) == 120 for run in results.load("selection").runs)
    here = wins.pop(("trace d", "turned", curation.TARGET))
    assert here < 0.03 and len(wins) == 7 and min(wins.values()) > 0.38


def test_gpt_same_place_and_gpt_pushes_short_training_and_no_prompt_lost_where_the_test_is_long():
    flat = covariance.isotropic(10)
    critical = theory.critical_train_length(covariance.power_law(10, 1.0, trace=10), flat)
    assert results.load("gpt2").settings["prompt_length"] < critical
    long = gpt2._at_the_answer("isotropic", 200, 60)
    assert max(long["radius"]) < 1 and max(long["stride"]) < 2


def test_noise_turns_every_chain_a_chain_on_fewer_examples_than_skills_comes_down_to_its_end():
    """Step by step in fractions, where nothing is rounded."""
    P = np.array([[10, 2, 3], [2, 6, 5], [3, 5, 7]]) * Fraction(1, 12)
    x = np.array([[0, 0], [1, 2], [-2, -2]]) * Fraction(1)
    S, noise = x @ x.T / 2, Fraction(1, 100)
    gap, answers_to_noise = np.eye(3, dtype=int) * Fraction(1), np.zeros((3, 2), dtype=int) * Fraction(1)
    errors = []
    for _ in range(60):
        errors.append((gap * gap).sum() + noise * (answers_to_noise * answers_to_noise).sum())
        gap, answers_to_noise = gap - P @ S @ gap, answers_to_noise + P @ (x / 2 - S @ answers_to_noise)
    assert all(later < earlier for earlier, later in pairwise(errors))
    floats = theory.noisy_error(P.astype(float), S.astype(float), 2, [5, 59], noise_variance=0.01)
    assert [float(errors[k]) for k in (5, 59)] == pytest.approx(floats)


def test_turning_is_the_rule_three_of_six_data_sets_turn_in_less_than_half_at_the_shortest_length():
    found = results.load("real")
    below = [
        sum(
            np.mean([one["turns"] for one in group]) < 0.5
            for group in real.settings(found, near=False, times=times, together=real.data_set)
        )
        for times in (2, 10)
    ]
    assert below == [3, 2] and len(real.settings(found, near=False, together=real.data_set)) == 6


def test_depth_with_real_labels_a_recipe_is_right_nearly_as_often():
    found = results.load("real")
    groups = answers.questions(found)
    told, recipe = (
        real.share(groups, lambda one, depth=depth: answers.is_right(one, depth(one)))
        for depth in (answers.foretold, answers.recipe)
    )
    assert recipe.value < told.value < recipe.high
    digits = [len(run["settings"]) for run in found.select(part="labels") if run["name"].startswith("digits:")]
    assert sum(digits) > told.settings / 2


@pytest.mark.parametrize(("benign", "sets", "inside"), [(True, 4, True), (False, 3, False)])
def test_pairs_from_covariances_data_sets_drawn_anew_in_the_place_of_pairs(benign, sets, inside):
    groups = real.settings(
        results.load("real"), near=True, of=lambda run: real.is_benign(run) == benign, together=real.data_set
    )
    told = real.share(groups, real.told("covariances"))
    assert len(groups) == sets and (told.low < 0.9 < told.high) == inside


def test_winner_is_close_greedy_steps_tie_and_lose_by_the_largest_loss():
    found = results.load("stopping")
    even, odd = (stopping.chosen(found, odd=which) for which in (False, True))
    rivals = stopping.winner(found), "greedy steps"
    close = [stopping.losses(odd, rule) <= 1.1 for rule in rivals]
    assert np.array_equal(*close)
    assert len({stopping.close(even, rule).value for rule in rivals}) == 1
    assert stopping.losses(even, rivals[0]).max() < stopping.losses(even, rivals[1]).max()


def test_stopping_alone_the_rule_that_was_barred_is_close_more_often():
    odd = stopping.chosen(results.load("stopping"), odd=True)
    warned, calm = ([run for run in odd if (run["warned"] > 0.5) == which] for which in (True, False))
    close = [stopping.close(runs, "nearest to Bayes").value for runs in (calm, odd, warned)]
    assert close[0] < 0.75 < close[1] < close[2]


def test_words_after_300_updates_polynomials_hurt_more_than_nothing_in_the_seeds_that_were_run_first():
    found = results.load("words")
    first = replace(found, runs=[run for run in found.runs if run["seed"] < 3])
    below = [words.below(one, "misaligned", over_base=True)[plan.DOSES.index(300)] for one in (first, found)]
    assert below == [True, False]
