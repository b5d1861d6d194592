import warnings

import numpy as np
import pytest
import torch

from ttsbook import theory
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import cot

TASK = Task(covariance.power_law(4, 0.7), 20)
RNG = np.random.default_rng(0)
P = theory.preconditioner(TASK) + 0.05 * RNG.standard_normal((4, 4))
R = np.eye(4) + 0.1 * RNG.standard_normal((4, 4))


def test_with_ratio_one_it_is_the_error_of_thinking():
    S = covariance.sample_empirical(TASK.cov, 30, samples=1, rng=np.random.default_rng(1))[0]
    assert np.allclose(theory.layer_error(P, np.eye(4), S, 8), theory.cot_error_limit(P, S, 8), rtol=1e-10)


def test_it_is_what_the_layer_itself_does_averaged_over_w():
    """The chain is linear in w: its mean square over N(0, I) is the sum over the unit vectors."""
    drawn = prompts.sample(TASK, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    S = (drawn.x[0].T @ drawn.x[0] / 20).numpy()
    model = LinearSelfAttention(4, structure="blocks", dtype=torch.float64).set_preconditioner(P, c=2.0)
    model.block("W13").data.copy_(torch.as_tensor(2.0 * R))
    total = 0.0
    for unit in torch.eye(4, dtype=torch.float64):
        posed = prompts.Prompts(drawn.x, drawn.x @ unit, unit[None], drawn.lengths)
        total = total + (cot.think(model, posed, 6, literal=True)[0] - unit).square().sum(dim=-1).numpy()
    assert np.allclose(theory.layer_error(P, R, S, 6), total, rtol=1e-10)


def test_a_converging_chain_keeps_the_error_of_its_ratio():
    floor = np.linalg.norm(np.linalg.inv(R) - np.eye(4)) ** 2
    assert theory.layer_error(P, R, TASK.cov, 400)[-1] == pytest.approx(floor, rel=1e-9)


def test_many_prompts_at_once_are_one_after_the_other():
    S = covariance.sample_empirical(TASK.cov, 30, samples=3, rng=np.random.default_rng(1))
    together = theory.layer_error(P, R, S, 5)
    assert together.shape == (3, 6)
    assert np.allclose(together, [theory.layer_error(P, R, one, 5) for one in S], rtol=1e-12)


def test_a_chain_that_leaves_float64_is_infinite_and_said_to_be():
    with pytest.warns(theory.DivergenceWarning):
        errors = theory.layer_error(1e40 * np.eye(4), R, np.eye(4), 8)
    assert np.isinf(errors[-1]) and not np.isnan(errors).any()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theory.layer_error(P, R, TASK.cov, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.layer_error(P, np.eye(3), TASK.cov, 2), "dimension"),
        (lambda: theory.layer_error(P, R, np.eye(3), 2), r"S must have shape \(4, 4\)"),
        (lambda: theory.layer_error(P, R, np.full((4, 4), np.nan), 2), "S must be finite"),
        (lambda: theory.layer_error(P, R, TASK.cov, -1), "steps"),
        (lambda: theory.layer_error(P, R, np.triu(np.ones((4, 4))), 2), "S must be symmetric"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
