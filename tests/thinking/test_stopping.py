from dataclasses import replace

import numpy as np
import pytest
import torch
from small_models import draw, generator
from small_rules import DRAWN, TASK, TURNED, P

from monograph.experiments.stopping.rules import RULES
from ttsbook import theory
from ttsbook.data import prompts
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models import baselines
from ttsbook.thinking import schedules, stopping
from ttsbook.thinking.schedules import look
from ttsbook.thinking.stopping import Rule

NOISY = draw(Task(TASK.cov, 15, noise_variance=2.0), batch=12)
FEW = draw(Task(TASK.cov, 4, noise_variance=2.0), batch=12)
LONGER = 2.5  # times P: some chains diverge


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("matrix", [P, LONGER * P, TURNED], ids=["P", "longer", "turned"])
def test_no_rule_sees_the_weights(name, matrix):
    blind = Prompts(NOISY.x, NOISY.y, torch.full_like(NOISY.w, 7.0), NOISY.lengths)
    one, two = (RULES[name](matrix, drawn, steps=6, noise_variance=2.0) for drawn in (NOISY, blind))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert ((one.depth >= 0) & (one.depth <= 6)).all() and torch.isfinite(one.answer).all()


@pytest.mark.parametrize("name", RULES)
def test_each_prompt_is_decided_alone(name):
    together = RULES[name](LONGER * P, NOISY, steps=6, noise_variance=2.0)
    for b in (0, 5):
        one = Prompts(*(part[b : b + 1] for part in (NOISY.x, NOISY.y, NOISY.w, NOISY.lengths)))
        alone = RULES[name](LONGER * P, one, steps=6, noise_variance=2.0)
        assert alone.depth[0] == together.depth[b] and torch.allclose(alone.answer[0], together.answer[b])


@pytest.mark.parametrize("name", RULES)
def test_padding_changes_nothing(name):
    tasks = [Task(TASK.cov, n, noise_variance=1.0) for n in (15, 8)]
    both = prompts.sample(Mixture(tasks, [0.5, 0.5]), 6, generator=generator(), dtype=torch.float64)
    found = RULES[name](LONGER * P, both, steps=6, noise_variance=1.0)
    for b, length in enumerate(both.lengths):
        one = Prompts(*(p[b : b + 1] for p in (both.x[:, :length], both.y[:, :length], both.w, both.lengths)))
        alone = RULES[name](LONGER * P, one, steps=6, noise_variance=1.0)
        assert alone.depth[0] == found.depth[b] and torch.allclose(alone.answer[0], found.answer[b])


def test_the_answer_is_that_of_the_plan():
    plan = RULES["Chebyshev, expected error"](P, NOISY, steps=5, noise_variance=2.0)
    for b, (depth, schedule) in enumerate(zip(plan.depth, plan.schedule, strict=True)):
        x, y, w = NOISY.x[b].numpy(), NOISY.y[b].numpy(), np.zeros(6)
        for factor in schedule[:depth].tolist():
            w = w + factor * P @ x.T @ (y - x @ w) / 15
        assert np.allclose(plan.answer[b], w)


def residuals(drawn, matrix, steps):
    """Norms of y - Xᵀ w_k, one prompt after the other."""
    chain = baselines.thinking(matrix)(drawn, steps).numpy()
    return np.array(
        [
            [np.linalg.norm(y - x @ w) for w in ws]
            for x, y, ws in zip(drawn.x.numpy(), drawn.y.numpy(), chain, strict=True)
        ]
    ), chain


def first_rise(values):
    return next((k for k in range(len(values) - 1) if values[k + 1] > values[k]), len(values) - 1)


def test_the_first_rises_are_found():
    norms, chain = residuals(NOISY, LONGER * P, 30)
    seen = look(LONGER * P, NOISY, steps=30)
    assert stopping.residual_rises(seen, schedules.plain(seen)).tolist() == [first_rise(one) for one in norms]
    steps = [1 + first_rise(np.linalg.norm(np.diff(one, axis=0), axis=1)) for one in chain]
    assert stopping.steps_grow(seen, schedules.plain(seen)).tolist() == steps
    assert len(set(steps)) > 1


def test_a_chain_that_converges_never_has_a_larger_residual():
    """prop-blind: however noisy the labels are."""
    rough = draw(Task(TASK.cov, 15, noise_variance=50.0), batch=200)
    seen = look(P, rough, steps=50)
    depth = stopping.residual_rises(seen, schedules.plain(seen))
    assert (~seen.warned).any() and (depth[~seen.warned] == 50).all()


def test_one_step_if_warned_by_eigenvalues():
    for matrix in (1.2 * P, 1.2 * TURNED):
        seen = look(matrix, NOISY, steps=9)
        radius = np.abs(np.linalg.eigvals(np.eye(6) - matrix @ seen.S.numpy())).max(axis=1)
        expected = np.where(radius > 1, 1, 9)
        assert stopping.one_if_warned(seen, schedules.plain(seen)).tolist() == expected.tolist()
        assert len(set(expected)) == 2


def test_held_out_examples_judge_a_chain_that_has_not_seen_them():
    first = Prompts(NOISY.x[:, :12], NOISY.y[:, :12], NOISY.w, torch.full((12,), 12))
    chain = baselines.thinking(P)(first, 20)
    scores = (NOISY.y[:, None, 12:] - chain @ NOISY.x[:, 12:].mT).square().sum(dim=2)
    seen = look(P, NOISY, steps=20)
    assert stopping.held_out(seen, schedules.plain(seen)).tolist() == scores.argmin(dim=1).tolist()


def test_discrepancy_stops_at_the_noise():
    norms, _ = residuals(NOISY, P, 30)
    seen = look(P, NOISY, steps=30, noise_variance=2.0)
    expected = [next((k for k, r in enumerate(one) if r**2 <= 30), 30) for one in norms]
    assert stopping.discrepancy(seen, schedules.plain(seen)).tolist() == expected and len(set(expected)) > 2


@pytest.mark.parametrize("drawn", [NOISY, FEW])
def test_cross_validation_counts_the_freedom_of_the_chain(drawn):
    """The trace of the map from labels to fitted labels, from chains on unit labels."""
    norms, _ = residuals(drawn, P, 12)
    m, used = drawn.x.shape[1], 0.0
    for j in range(m):
        y = torch.zeros_like(drawn.y)
        y[:, j] = 1
        chain = baselines.thinking(P)(Prompts(drawn.x, y, drawn.w, drawn.lengths), 12)
        used = used + (chain @ drawn.x[:, j, :, None])[..., 0]
    scores = (norms / (m - used.numpy())) ** 2
    seen = look(P, drawn, steps=12)
    assert stopping.cross_validated(seen, schedules.plain(seen)).tolist() == scores.argmin(axis=1).tolist()


def test_expected_errors_decide_the_depth():
    seen = look(P, NOISY, steps=15, noise_variance=2.0)
    closed = theory.noisy_error(P, seen.S.numpy(), 15, np.arange(16.0), noise_variance=2.0)
    assert stopping.least_expected(seen, schedules.plain(seen)).tolist() == closed.argmin(axis=1).tolist()


def test_no_rule_that_only_stops_errs_less_on_average_than_the_one_nearest_to_bayes():
    many = draw(Task(TASK.cov, 15, noise_variance=2.0), batch=4000)
    means = {
        name: (RULES[name](P, many, steps=15, noise_variance=2.0).answer - many.w).square().sum(dim=1).mean()
        for name in list(RULES)[: list(RULES).index("safe steps")]
    }
    assert min(means, key=lambda name: means[name]) == "nearest to Bayes"
    assert means["nearest to Bayes"] < means["expected error"] < means["all steps"]


def test_guessed_noise_takes_no_notice_of_what_is_told():
    rule = RULES["safe if warned, guessed noise"]
    one, two = (rule(P, NOISY, steps=15, noise_variance=noise).depth for noise in (0.0, 9.0))
    assert torch.equal(one, two)


def test_one_example_cannot_be_held_out():
    single = replace(
        look(P, NOISY, steps=3), x=NOISY.x[:, :1], y=NOISY.y[:, :1], lengths=torch.ones_like(NOISY.lengths)
    )
    with pytest.raises(ValueError, match="prompts must have at least 2 examples, of which one judges, got 1"):
        stopping.held_out(single, schedules.plain(single))


@pytest.mark.unchecked
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rule: rule(np.eye(5), DRAWN, steps=3), "P must have the dimension of the prompts"),
        (lambda rule: rule(P, DRAWN, steps=-1), "steps must be an integer of at least 1, got -1"),
        (lambda rule: rule(P, DRAWN, steps=3, noise_variance=np.inf), "noise_variance must be a finite number"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call(Rule(schedules.plain, stopping.last))
