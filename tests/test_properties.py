"""What holds whatever is put in: lengths of prompts, overridden models, any preconditioner."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_models import generator, random_layer

from ttsbook import theory
from ttsbook.data import covariance, prompts
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models import embedding
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import cot

SEEDS = st.integers(0, 2**32 - 1)
LENGTHS = st.integers(1, 12)


def random_preconditioner(rng, dim=3):
    """Symmetric part positive definite, and not symmetric."""
    root = rng.standard_normal((dim, dim))
    return root @ root.T / dim + 0.2 * np.eye(dim) + 0.1 * rng.standard_normal((dim, dim))


def draw(seed, *lengths, dim=3):
    """Prompts of several lengths, padded to the longest."""
    tasks = [Task(covariance.power_law(dim, 0.7), length) for length in lengths]
    return prompts.sample(Mixture(tasks, np.full(len(tasks), 1 / len(tasks))), 6, generator=generator(seed % 1000))


def alone(batch, place):
    """One prompt of a batch, without its padding."""
    length = int(batch.lengths[place])
    part = slice(place, place + 1)
    return Prompts(batch.x[part, :length], batch.y[part, :length], batch.w[part], batch.lengths[part])


@given(SEEDS, LENGTHS, LENGTHS)
def test_padding_does_not_count_in_strides_and_scalings(seed, short, long):
    P, batch = random_preconditioner(np.random.default_rng(seed)), draw(seed, short, long)
    for of in (theory.largest_stride, theory.best_scaling):
        together = of(P, batch)
        apart = np.concatenate([np.atleast_1d(of(P, alone(batch, place))) for place in range(len(batch.x))])
        assert np.allclose(together, apart, rtol=1e-6)


@given(SEEDS, st.floats(0.1, 10.0))
def test_strides_grow_with_the_preconditioner(seed, factor):
    rng = np.random.default_rng(seed)
    P, test = random_preconditioner(rng), covariance.power_law(3, 1.0)
    assert np.allclose(theory.strides(factor * P, test), factor * theory.strides(P, test), rtol=1e-9)
    assert np.isclose(sum(theory.strides(P, test)), np.trace(P @ test), rtol=1e-9)


class Doubled(LinearSelfAttention):
    """A layer that says twice what the layer says."""

    def forward(self, E, rho=None):
        return 2 * super().forward(E, rho)


@given(SEEDS, st.integers(0, 4))
def test_an_overridden_model_is_never_bypassed(seed, steps):
    batch = prompts.sample(Task(covariance.isotropic(3), 8), 4, generator=generator(seed % 1000), dtype=torch.float64)
    layer = random_layer(scale=0.05, seed=seed % 1000)
    own = Doubled(3, dtype=torch.float64)
    own.load_state_dict(layer.state_dict())
    E = embedding.embed(batch)
    expected = [batch.w.new_zeros(batch.w.shape)]
    for _ in range(steps):  # the model itself, on all that it said before
        token = own(E, batch.lengths.double())[..., -1]
        E = torch.cat([E, token[..., None]], dim=-1)
        expected.append(embedding.weight(token))
    assert torch.allclose(cot.think(own, batch, steps), torch.stack(expected, dim=1), rtol=1e-9, atol=1e-12)


@given(SEEDS, st.sampled_from([1, 3, 10, 100, 1000]), st.floats(0.05, 0.5))
def test_no_other_scaling_is_better_than_the_best(seed, steps, away):
    rng = np.random.default_rng(seed)
    P = theory.preconditioner(Task(covariance.power_law(3, rng.uniform(0, 2)), int(rng.integers(2, 300))))
    test = covariance.power_law(3, rng.uniform(0, 1))
    best = theory.best_scaling_limit(P, test, steps)

    def error(scaling):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", theory.DivergenceWarning)
            return theory.cot_error_limit(P / scaling, test, steps)[steps]

    for other in (best * (1 - away), best * (1 + away)):
        assert error(best) <= error(other) * (1 + 1e-6) + 1e-200


@given(SEEDS)
def test_one_start_for_all_gives_each_prompt_its_own_jacobian(seed):
    batch = draw(seed, 7)
    layer = LinearSelfAttention(3).set_preconditioner(random_preconditioner(np.random.default_rng(seed)))
    together = cot.step_jacobian(layer, batch, torch.ones(3))
    apart = [cot.step_jacobian(layer, alone(batch, place), torch.ones(3)) for place in range(len(batch.x))]
    assert torch.allclose(together, torch.cat(apart), atol=1e-5)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
@pytest.mark.unchecked
def test_prompts_whose_parts_do_not_fit_are_refused(batch, length, dim, other):
    x, w, lengths = torch.ones(2, 3, 2), torch.ones(batch, dim), torch.full((other,), 3)
    y = torch.ones(batch, length)
    fits = (batch, length, dim, other) == (2, 3, 2, 2)
    if fits:
        Prompts(x, y, w, lengths)
    else:
        with pytest.raises(ValueError, match="must have shape"):
            Prompts(x, y, w, lengths)


@given(SEEDS, st.floats(0.0, 2.0))
def test_noise_makes_no_error_smaller(seed, noise_variance):
    rng = np.random.default_rng(seed)
    task = Task(covariance.power_law(4, rng.uniform(0, 1)), int(rng.integers(20, 100)))
    P = theory.preconditioner(task)
    clean = theory.direct_error(P, task, task.prompt_length)
    noisy = theory.direct_error(P, Task(task.cov, 1, noise_variance=noise_variance), task.prompt_length)
    assert noisy >= clean


def random_question(seed):
    """A layer trained on one task and a test of any length, which may be another task."""
    rng = np.random.default_rng(seed)
    dim = int(rng.integers(3, 20))
    train = covariance.rotate(covariance.power_law(dim, rng.uniform(0, 1.5), trace=dim), rng=rng)
    test = train if rng.random() < 0.5 else covariance.power_law(dim, rng.uniform(0, 1), trace=dim)
    n, m = (int(rng.integers(least, 20 * dim)) for least in (dim, dim // 2 + 1))
    noise = float(rng.choice([0, 0.3]))
    return theory.preconditioner(Task(train, n, noise_variance=noise)), Task(test, m, noise_variance=noise), rng


def silently(function, *arguments, **named):
    """The value, or None where it comes with a warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = function(*arguments, **named)
    return None if caught else value


def simulated(P, test, steps, rng):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", theory.DivergenceWarning)
        return theory.simulate_cot_error(P, test, test.prompt_length, steps, samples=4_000, rng=rng)


@pytest.mark.exhaustive
def test_errors_that_come_without_a_warning_are_those_of_simulated_prompts():
    silent = 0
    for seed in range(100):
        P, test, rng = random_question(seed)
        steps = int(rng.integers(1, 15))
        errors = silently(theory.cot_error, P, test, test.prompt_length, steps, corrected=True)
        if errors is not None:
            silent += 1
            thought = simulated(P, test, steps, rng)
            assert (abs(errors - thought.mean) <= 0.05 * thought.mean + 5 * thought.standard_error).all()
    assert silent >= 20


@pytest.mark.exhaustive
def test_a_depth_that_comes_without_a_warning_is_as_good_as_the_best_of_simulated_prompts():
    silent = 0
    for seed in range(100):
        P, test, rng = random_question(seed)
        best = silently(theory.best_depth, P, test, test_length=test.prompt_length)
        if best is not None and best.steps is not None:
            silent += 1
            mean = simulated(P, test, min(3 * best.steps + 5, 100), rng).mean
            assert mean[best.steps] <= 1.1 * mean.min()
    assert silent >= 20
