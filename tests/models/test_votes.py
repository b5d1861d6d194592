import pytest
import torch

from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models import baselines
from ttsbook.models.votes import vote

TASK = Task(covariance.power_law(3, 1.0), 24, noise_variance=0.5)
DRAWN = prompts.sample(TASK, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_it_is_the_mean_of_answers_to_the_parts():
    solver, found = baselines.gradient_descent(0.1), vote(baselines.gradient_descent(0.1), 6)(DRAWN, 5)
    parts = zip(DRAWN.x.split(4, dim=1), DRAWN.y.split(4, dim=1), strict=True)
    answers = [solver(prompts.Prompts(x, y, DRAWN.w, torch.full((4,), 4)), 5) for x, y in parts]
    assert torch.allclose(found, torch.stack(answers).mean(dim=0), rtol=1e-12)


def test_one_voter_decides_alone():
    assert torch.equal(vote(baselines.least_squares(), 1)(DRAWN, 2), baselines.least_squares()(DRAWN, 2))


def test_more_voters_have_less_noise():
    gaps = [(vote(baselines.gradient_descent(0.1), k)(DRAWN, 400)[:, -1] - DRAWN.w).norm() for k in (1, 2)]
    alone = prompts.Prompts(DRAWN.x[:, :12], DRAWN.y[:, :12], DRAWN.w, torch.full((4,), 12))
    single = (baselines.gradient_descent(0.1)(alone, 400)[:, -1] - DRAWN.w).norm()
    assert gaps[0] < gaps[1] < single  # the same examples at once are better still


@pytest.mark.parametrize("voters", [5, 48])
def test_examples_that_cannot_be_dealt_out_are_refused(voters):
    with pytest.raises(ValueError, match=f"prompts must have one length, a multiple of {voters}"):
        vote(baselines.least_squares(), voters)(DRAWN, 1)


def test_padded_prompts_are_refused():
    both = Mixture([TASK, Task(TASK.cov, 12)], [0.5, 0.5])
    padded = prompts.sample(both, 8, generator=torch.Generator().manual_seed(0))
    with pytest.raises(ValueError, match="one length, a multiple of 4, got"):
        vote(baselines.least_squares(), 4)(padded, 1)


def test_a_number_of_voters_below_one_is_refused():
    with pytest.raises(ValueError, match="voters must be an integer of at least 1, got 0"):
        vote(baselines.least_squares(), 0)
