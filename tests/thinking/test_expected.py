from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from small_models import draw
from small_rules import DRAWN, TASK, TURNED, P

from ttsbook import theory
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Task
from ttsbook.models import baselines
from ttsbook.thinking import expected, schedules
from ttsbook.thinking.schedules import look

NOISY = draw(Task(TASK.cov, 15, noise_variance=2.0))
FEW = draw(Task(TASK.cov, 4, noise_variance=2.0))
SCHEDULES = [schedules.plain, schedules.safe, schedules.chebyshev, expected.greedy]


def mean_error(seen, schedule, noise):
    """Sum over unit weights without noise, and over unit noises without weight: the mean of a quadratic form."""
    total = 0.0
    for i in range(seen.x.shape[2]):
        w = torch.zeros(seen.x.shape[2], dtype=torch.float64)
        w[i] = 1
        answers = schedules.chain(replace(seen, y=seen.x @ w), schedule)
        total = total + (answers - w).square().sum(dim=2)
    for j in range(seen.x.shape[1]):
        y = torch.zeros_like(seen.y)
        y[:, j] = 1
        total = total + noise * schedules.chain(replace(seen, y=y), schedule).square().sum(dim=2)
    return total


@pytest.mark.parametrize("rule", SCHEDULES)
@pytest.mark.parametrize(("matrix", "drawn"), [(P, NOISY), (TURNED, NOISY), (P, FEW), (3 * TURNED, FEW)])
def test_expected_errors_are_means_over_weights_and_noise(rule, matrix, drawn):
    seen = look(matrix, drawn, steps=6, noise_variance=2.0)
    schedule = rule(seen)
    assert torch.allclose(expected.errors(seen, schedule), mean_error(seen, schedule, 2.0))


def test_of_usual_steps_theory_has_them_in_closed_form():
    seen = look(P, NOISY, steps=9, noise_variance=2.0)
    closed = theory.noisy_error(P, seen.S.numpy(), 15, np.arange(10.0), noise_variance=2.0)
    assert np.allclose(expected.errors(seen, schedules.plain(seen)), closed)


@pytest.mark.parametrize("matrix", [P, TURNED, 5 * P, -P, np.diag([1.0, -1, 1, -1, 1, -1])])
@pytest.mark.parametrize("drawn", [NOISY, FEW])
def test_greedy_steps_never_let_the_expected_error_rise(matrix, drawn):
    seen = look(matrix, drawn, steps=30, noise_variance=2.0)
    errors = expected.errors(seen, expected.greedy(seen))
    assert (errors.diff(dim=1) <= 1e-12 * errors[:, :1]).all() and (errors[:, -1] < errors[:, 0]).all()


def test_no_other_length_of_a_greedy_step_is_better():
    seen = look(TURNED, NOISY, steps=3, noise_variance=2.0)
    schedule = expected.greedy(seen)
    for k in range(3):
        for change in (-0.01, 0.01):
            other = schedule.clone()
            other[:, k] += change
            assert (expected.errors(seen, other)[:, k + 1] > expected.errors(seen, schedule)[:, k + 1]).all()


def test_the_best_of_schedules_is_chosen_prompt_by_prompt():
    seen = look(1.5 * P, draw(Task(TASK.cov, 8), batch=30), steps=5)
    chosen = expected.errors(seen, expected.best_expected(*SCHEDULES)(seen)).amin(dim=1)
    each = torch.stack([expected.errors(seen, rule(seen)).amin(dim=1) for rule in SCHEDULES])
    assert torch.equal(chosen, each.amin(dim=0)) and len(set(each.argmin(dim=0).tolist())) > 1


def test_bayes_is_ridge_or_least_squares():
    noisy = look(P, NOISY, steps=1, noise_variance=2.0)
    assert torch.allclose(expected.bayes(noisy), baselines.ridge(2 / 15)(NOISY, 1)[:, 1])
    for drawn in (DRAWN, FEW):
        seen = look(P, drawn, steps=1)
        assert torch.allclose(expected.bayes(seen), baselines.least_squares()(drawn, 1)[:, 1])


@pytest.mark.parametrize("drawn", [NOISY, FEW])
def test_the_guessed_noise_is_the_likeliest(drawn):
    guessed = expected.guessed_noise(look(P, drawn, steps=1))
    for b in range(4):
        x, y = drawn.x[b].numpy(), drawn.y[b].numpy()
        scores = [
            multivariate_normal.logpdf(y, cov=x @ x.T + s * np.eye(len(x)), allow_singular=False)
            for s in np.logspace(-4, 2, 61)
        ]
        assert guessed[b].item() == pytest.approx(np.logspace(-4, 2, 61)[np.argmax(scores)])


def test_without_noise_the_least_is_guessed():
    assert (expected.guessed_noise(look(P, DRAWN, steps=1)) < 2e-4).all()


def test_no_schedule_is_refused():
    with pytest.raises(ValueError, match="schedules must be one function at least"):
        expected.best_expected()


def test_labels_do_not_matter_for_what_is_expected():
    other = Prompts(NOISY.x, NOISY.y + 1, NOISY.w, NOISY.lengths)
    both = [look(P, one, steps=5, noise_variance=2.0) for one in (NOISY, other)]
    assert torch.equal(*(expected.errors(one, expected.greedy(one)) for one in both))
