import numpy as np
import pytest
from scipy import stats

from ttsbook.theory import intervals


@pytest.mark.parametrize(("looks", "confidence"), [(1, 0.95), (7, 0.99), (400, 0.5)])
def test_means_are_all_inside_at_least_as_often_as_is_said(looks, confidence):
    z = intervals.quantile(looks, confidence)
    assert 2 * looks * stats.norm.sf(z) == pytest.approx(1 - confidence)
    independent = (1 - 2 * stats.norm.sf(z)) ** looks
    assert independent >= confidence


def test_intervals_are_not_negative_and_reach_to_infinity_where_nothing_is_known():
    low, high = intervals.simultaneous(np.array([1.0, 0.01, np.inf]), np.array([0.1, 1.0, np.nan]), 3)
    z = intervals.quantile(3)
    assert low.tolist() == [1 - z * 0.1, 0, 0] and high.tolist() == [1 + z * 0.1, 0.01 + z, np.inf]


@pytest.mark.parametrize(("count", "samples", "confidence"), [(0, 40, 0.99), (7, 40, 0.95), (40, 40, 0.9)])
def test_the_ends_for_a_share_are_those_of_wilson(count, samples, confidence):
    expected = stats.binomtest(count, samples).proportion_ci(confidence, method="wilson")
    assert intervals.share_interval(count, samples, confidence) == pytest.approx(tuple(expected), abs=1e-15)


def test_no_more_can_be_counted_than_there_are():
    with pytest.raises(ValueError, match="count must be at most samples, got 3 of 2"):
        intervals.share_interval(3, 2)


def test_the_interval_of_a_share_of_none_or_all_ends_there():
    for samples in range(1, 200):
        assert intervals.share_interval(0, samples)[0] == 0 and intervals.share_interval(samples, samples)[1] == 1
