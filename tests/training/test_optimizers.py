import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ttsbook.training import Adam, Constant, Cosine, GradientDescent, Optimizer


@given(st.integers(0, 20), st.integers(21, 100), st.data())
def test_steps_rise_to_the_whole_and_fall_along_half_a_cosine(warm_up, updates, data):
    update = data.draw(st.integers(warm_up, updates - 1))
    assert Constant(warm_up).factor(update, updates) == 1
    assert Cosine(warm_up).factor(update, updates) == pytest.approx(math.cos(math.pi * update / updates / 2) ** 2)
    assert Cosine(warm_up).factor(0, updates) == Constant(warm_up).factor(0, updates) == 1 / max(1, warm_up)


def test_a_step_of_descent_is_the_gradient_and_one_of_adam_is_its_sign():
    gradient = torch.tensor([2.0, -0.5])
    for kind, step in ((GradientDescent, gradient), (Adam, gradient.sign())):
        weight = torch.nn.Parameter(torch.zeros(2))
        weight.grad = gradient.clone()
        kind(step_size=0.1).of([weight]).step()
        assert torch.allclose(weight.detach(), -0.1 * step, atol=1e-6)


def test_weights_decay_with_a_step():
    for kind in (Adam, GradientDescent):
        weight = torch.nn.Parameter(torch.ones(2))
        weight.grad = torch.zeros(2)
        kind(step_size=0.1, weight_decay=0.5).of([weight]).step()
        assert torch.allclose(weight.detach(), torch.full((2,), 0.95))


@pytest.mark.unchecked
@pytest.mark.parametrize("kind", [Adam, GradientDescent])
@pytest.mark.parametrize(
    ("error", "options", "message"),
    [
        (ValueError, {"step_size": -1.0}, "step_size .* got -1.0"),
        (ValueError, {"weight_decay": -1.0}, "weight_decay .* got -1.0"),
        (ValueError, {"clip": 0}, "clip must be positive, got 0"),
        (TypeError, {"schedule": "step"}, "schedule must be a ttsbook.*Constant, got 'step'"),
    ],
)
def test_bad_input_is_refused_by_name(kind, error, options, message):
    with pytest.raises(error, match=message):
        kind(**options)


@pytest.mark.parametrize("schedule", [Constant, Cosine])
def test_a_warm_up_is_a_count(schedule):
    with pytest.raises(ValueError, match="warm_up .* got -1"):
        schedule(warm_up=-1)


def test_a_training_of_no_updates_has_no_course_to_fall_along():
    with pytest.raises(ValueError, match="updates must be an integer of at least 1, got 0"):
        Cosine().factor(0, 0)


def test_the_base_is_no_optimizer():
    with pytest.raises(NotImplementedError):
        Optimizer().of([])
