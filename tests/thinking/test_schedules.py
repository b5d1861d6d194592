import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from small_models import draw, generator
from small_rules import DRAWN, TASK, TURNED, P

from ttsbook import theory
from ttsbook.data import prompts
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models import baselines
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import cot, schedules
from ttsbook.thinking.schedules import look


def test_plain_steps_are_thinking():
    seen = look(P, DRAWN, steps=7)
    assert torch.allclose(schedules.chain(seen, schedules.plain(seen)), baselines.thinking(P)(DRAWN, 7))


@pytest.mark.parametrize("matrix", [4 * P, 4 * TURNED], ids=["symmetric", "turned"])
def test_safe_steps_are_those_of_a_layer_that_divides_by_the_best_scaling(matrix):
    seen = look(matrix, DRAWN, steps=60)
    model = LinearSelfAttention(6, dtype=torch.float64).set_preconditioner(matrix)
    thought = cot.think(model, DRAWN, 60, rho=theory.best_scaling(matrix, DRAWN))
    assert torch.allclose(schedules.chain(seen, schedules.safe(seen)), thought)
    assert seen.warned.all() and (thought[:, -1] - DRAWN.w).norm() < (thought[:, 0] - DRAWN.w).norm()


def test_a_warning_decides_between_plain_and_safe_steps():
    seen = look(1.5 * P, draw(Task(TASK.cov, 8), batch=40), steps=3)
    assert 0 < seen.warned.sum() < 40
    chosen = schedules.safe_if_warned(seen)
    for b, warned in enumerate(np.linalg.eigvals(1.5 * P @ seen.S.numpy()).real.max(axis=1) > 2):
        assert torch.equal(chosen[b], (schedules.safe if warned else schedules.plain)(seen)[b])


def test_chebyshev_ends_where_the_recurrence_of_three_terms_does():
    seen = look(P, DRAWN, steps=12)
    planned = schedules.chain(seen, schedules.chebyshev(seen))[:, -1]
    assert torch.allclose(planned, baselines.chebyshev(P)(DRAWN, 12)[:, -1])


def test_the_order_of_leja_keeps_rounding_small():
    """In the natural order the short steps come last, and rounding in the long ones has grown beyond repair."""
    drawn = draw(Task(np.eye(6), 7))
    seen = look(np.eye(6), drawn, steps=300)
    factors = schedules.chebyshev(seen)
    good, bad = (schedules.chain(seen, one)[:, -1] for one in (factors, factors.sort(dim=1, descending=True).values))
    exact = baselines.chebyshev()(drawn, 300)[:, -1]
    assert torch.allclose(good, exact, rtol=1e-6) and not torch.allclose(bad, exact, rtol=1)


def test_leja_takes_the_point_with_the_largest_product_of_distances():
    points = np.random.default_rng(0).normal(size=9)
    order = schedules._leja_ordered(points)
    assert sorted(order) == sorted(points) and abs(order[0]) == np.abs(points).max()
    for k in range(1, 9):
        left = [p for p in points if p not in order[:k]]
        assert order[k] == max(left, key=lambda p: math.prod(abs(p - q) for q in order[:k]))


def test_with_complex_strides_chebyshev_takes_safe_steps():
    assert np.iscomplex(theory.strides(TURNED, TASK)).any()
    seen = look(TURNED, DRAWN, steps=5)
    assert torch.equal(schedules.chebyshev(seen), schedules.safe(seen))


def test_where_no_step_helps_all_stay():
    seen = look(-P, DRAWN, steps=4)
    for rule in (schedules.safe, schedules.safe_if_warned, schedules.chebyshev):
        assert (schedules.chain(seen, rule(seen)) == 0).all()


def test_a_chain_that_diverges_is_held_where_its_square_is_finite():
    seen = look(1e9 * P, DRAWN, steps=40)
    answers = schedules.chain(seen, schedules.plain(seen))
    assert torch.isfinite(answers.square().sum(dim=-1)).all() and answers.abs().max() == schedules.CAP


@pytest.mark.parametrize("rule", [schedules.safe, schedules.safe_if_warned, schedules.chebyshev])
def test_padding_changes_nothing(rule):
    both = prompts.sample(Mixture([TASK, Task(TASK.cov, 9)], [0.5, 0.5]), 8, generator=generator(), dtype=torch.float64)
    seen = look(3 * P, both, steps=5)
    for b, length in enumerate(both.lengths):
        x, y = seen.x[b : b + 1, :length], seen.y[b : b + 1, :length]
        one = replace(seen, x=x, y=y, lengths=both.lengths[b : b + 1], noise_variance=seen.noise_variance[:1])
        assert torch.allclose(rule(one)[0], rule(seen)[b])
    assert set(both.lengths.tolist()) == {9, 15}


@pytest.mark.unchecked
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: look(np.eye(5), DRAWN, steps=3), "P must have the dimension of the prompts, 6, got 5"),
        (lambda: look(np.ones((6, 5)), DRAWN, steps=3), "P must be a square matrix"),
        (lambda: look(P * np.nan, DRAWN, steps=3), "P must be finite"),
        (lambda: look(P, DRAWN, steps=0), "steps must be an integer of at least 1, got 0"),
        (lambda: look(P, DRAWN, steps=3, noise_variance=-1.0), "noise_variance must be a finite number of at least 0"),
        (
            lambda: look(P, prompts.sample(TASK, 2, generator=generator(), condensed=True), steps=3),
            "prompts must have all their examples, and condensed ones have not",
        ),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.unchecked
def test_prompts_are_wanted():
    with pytest.raises(TypeError, match="prompts must be a .*Prompts"):
        look(P, DRAWN.x, steps=3)


def test_all_orders_of_the_plan_end_alike():
    seen = look(P, DRAWN, steps=4)
    factors = schedules.chebyshev(seen)
    ends = [schedules.chain(seen, factors[:, list(order)])[:, -1] for order in itertools.permutations(range(4))]
    assert all(torch.allclose(end, ends[0]) for end in ends)
