"""What is read from the experiment on post-training, on the stored runs."""

import numpy as np
import pytest

from monograph.experiments import results
from monograph.experiments.post_training import plan, read
from ttsbook import theory
from ttsbook.data import covariance

FOUND = results.load("post_training")


def test_a_rate_counts_only_if_no_smaller_one_turns():
    assert read.largest_calm_rate([1.0, 0.5], [False, False]) == 1.0
    assert read.largest_calm_rate([1.0, 0.5], [False, True]) == 0.0


def test_the_control_is_the_critical_length_of_theory():
    expected = theory.critical_train_length(covariance.power_law(5, plan.EXPONENT, trace=5), np.eye(5))
    assert np.median(read.critical_lengths(FOUND, 1)) == pytest.approx(expected, rel=0.03)


def test_what_turns_has_risen_and_is_not_small():
    assert read.turned(np.array([[1.0, 1e-6, 1e-5], [1.0, 0.2, 0.3], [1.0, 0.2, 0.5]])).tolist() == [False, False, True]


def test_clean_prompts_are_compared_for_each_seed_and_length():
    wins = read.clean_wins(FOUND, 0.1)
    given = FOUND.settings["scaling"]
    assert min(wins) == 250 and all(len(one) == 5 * len(given["lengths"]) for one in wins.values())
