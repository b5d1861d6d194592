"""Mixtures that the chapter on the choice of tasks shows, and choices for an estimated target."""

import numpy as np
import pytest

from monograph.experiments.selection import examples
from ttsbook import theory
from ttsbook.data import covariance, pools
from ttsbook.data.tasks import Mixture
from ttsbook.theory import selection


def test_each_mixture_lacks_one_quality_alone():
    target = covariance.power_law(20, 0.8, trace=20)
    mixtures = examples.lacking_one(target, rng=np.random.default_rng(3))
    full, not_diverse, not_relevant, not_hard = (pools.qualities(covs, target) for covs in mixtures.values())
    assert not_diverse[0] < 0.3 * full[0] and not_diverse[1:] >= full[1:]
    assert not_relevant[1] < 0.7 * full[1] and not_relevant[::2] == pytest.approx(full[::2])
    assert not_hard[2] == pytest.approx(20) and not_hard[0] > full[0] and not_hard[1] == pytest.approx(full[1])
    assert [len(covs) for covs in mixtures.values()] == [4] * 4


def test_an_exact_estimate_leads_to_the_best_mixture():
    target = covariance.power_law(20, 0.8, trace=20)
    tasks = pools.eight_tasks(target, rng=np.random.default_rng(0))
    least = selection.optimal_mixture(tasks, target, 3).error
    assert examples.with_estimates(tasks, target, 3, 10**9, samples=1)[0] == pytest.approx(least, rel=1e-4)
    few = examples.with_estimates(tasks, target, 3, 15, samples=2)  # fewer examples than skills
    assert (few > least).all()
    chosen = selection.quadratic_program([task.cov for task in tasks], target)
    P = theory.preconditioner(Mixture(tasks, chosen.weights))
    paper = examples.with_estimates(tasks, target, 3, 10**9, samples=1, paper=True)[0]
    assert paper == pytest.approx(theory.cot_error_limit(P, target, 3)[3], rel=1e-3)


def test_a_pool_that_is_empty_is_refused_by_estimates_too():
    with pytest.raises(ValueError, match="tasks must hold at least one Task"):
        examples.with_estimates([], np.eye(2), 3, 5, samples=1)
