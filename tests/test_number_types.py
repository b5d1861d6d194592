"""A number says the same whatever type holds it: an int8 does not overflow, and a float32 loses no digits."""

import dataclasses

import numpy as np
import pytest
import torch

from ttsbook import theory, training
from ttsbook.data import covariance, features, pools, prompts, rows
from ttsbook.data.tasks import Task
from ttsbook.models import baselines, embedding
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.theory import dynamics, fine_tuning, intervals, selection
from ttsbook.thinking import cot, evaluation, schedules
from ttsbook.training import gpt_recipes, recipes

pytestmark = [pytest.mark.unchecked, pytest.mark.filterwarnings("ignore::ttsbook.theory.ValidityWarning")]

C = np.diag([1.0, 0.7, 0.3])
TASK = Task(C, 30)
POOL = [TASK, Task(np.diag([0.3, 0.7, 1.0]), 50)]
P = theory.preconditioner(TASK)


def rng():
    return np.random.default_rng(0)


def gen():
    return torch.Generator().manual_seed(0)


S = covariance.sample_empirical(C, 40, samples=6, rng=rng())
BATCH = prompts.sample(TASK, 4, generator=gen(), dtype=torch.float64)


def trained(i, recipe, **options):
    model = LinearSelfAttention(i(3))
    return training.train(model, TASK, recipe=recipe, updates=i(5), generator=gen(), batch=i(100), **options).loss


# Calls of a function i, which makes integers, and a function f, which makes other numbers.
CALLS = {
    "cot_error, corrected": lambda i, f: theory.cot_error(P, C, i(100), i(70), noise_variance=f(0.3), corrected=True),
    "cot_error_gap": lambda i, f: theory.cot_error_gap(P, C, i(100), i(70), noise_variance=f(0.3)),
    "best_depth": lambda i, f: theory.best_depth(P, C, test_length=i(100), noise_variance=f(0.3)).steps,
    "direct_error": lambda i, f: theory.direct_error(P, C, i(100), noise_variance=f(0.3)),
    "noise_phase": lambda i, f: theory.noise_phase(P, C, i(100), noise_variance=f(0.3)).factor,
    "noisy_error": lambda i, f: theory.noisy_error(P, S, i(100), [i(3), i(100)], noise_variance=f(0.3)),
    "scaling_law_bound": lambda i, f: theory.scaling_law_bound(C, f(100), i(100)),
    "train_length_for": lambda i, f: theory.train_length_for(C, f(0.3), i(100)),
    "train_length_for, bound": lambda i, f: theory.train_length_for(C, f(0.3), i(100), bound=True),
    "simulate_cot_error": lambda i, f: theory.simulate_cot_error(P, C, i(100), i(70), samples=i(100), rng=rng()),
    "quantile": lambda i, f: intervals.quantile(i(100), f(0.9)),
    "simultaneous": lambda i, f: intervals.simultaneous([1.0, 2.0], [f(0.3), 0.2], i(100), f(0.9)),
    "share_interval": lambda i, f: intervals.share_interval(i(33), i(100), f(0.9)),
    "descent": lambda i, f: dynamics.descent(TASK, i(100), step_size=f(0.3), c=f(0.3)),
    "FineTuning": lambda i, f: fine_tuning.FineTuning(P, TASK, f(0.3)).direct_error(i(2), C, i(100)),
    "sample_pairs": lambda i, f: fine_tuning.sample_pairs(TASK, i(100), rng=rng()),
    "optimal_mixture": lambda i, f: selection.optimal_mixture(POOL, C, i(7), test_length=i(100), samples=i(50)).weights,
    "MixtureError": lambda i, f: selection.MixtureError(POOL, C, i(70)).error([f(0.3), f(0.7)]),
    "random_pool": lambda i, f: [t.cov for t in pools.random_pool(i(7), rng=rng(), each=i(2), trace=f(3))],
    "effective_length": lambda i, f: rows.effective_length(i(100), i(120)),
    "ThreePoint": lambda i, f: features.ThreePoint(f(2.5)).draw(rng(), (50,)),
    "Sparse": lambda i, f: features.Sparse(f(0.3)).draw(rng(), (50,)),
    "ScaleMixture": lambda i, f: features.ScaleMixture(f(0.1), f(5.5)).stretch(i(3)),
    "rows of the embedding": lambda i, f: [[part.start, part.stop] for part in embedding.rows(i(100)).values()],
    "randomize": lambda i, f: LinearSelfAttention(i(100)).randomize(f(0.3), generator=gen()).matrix("V"),
    "ridge": lambda i, f: baselines.ridge(f(0.3))(BATCH, i(100)),
    "think": lambda i, f: cot.think(LinearSelfAttention(3, dtype=torch.float64), BATCH, i(100), rho=f(30)),
    "error_curve": lambda i, f: evaluation.error_curve(
        baselines.thinking(P), TASK, steps=i(70), samples=i(100), generator=gen()
    ),
    "look": lambda i, f: schedules.look(P, BATCH, steps=i(100), noise_variance=f(0.3)).noise_variance,
    "Noisy": lambda i, f: trained(i, recipes.Noisy(f(0.3)), record_every=i(3)),
    "TeacherForced": lambda i, f: trained(i, recipes.TeacherForced(f(0.3), i(5))),
    "Adam": lambda i, f: trained(
        i, recipes.Shift(f(0.3)), optimizer=training.Adam(step_size=f(0.03), weight_decay=f(0.3), clip=f(0.3))
    ),
    "warm-up": lambda i, f: trained(i, recipes.Unrolled(i(3)), optimizer=training.Adam(schedule=training.Cosine(i(3)))),
    "Curriculum": lambda i, f: gpt_recipes.Curriculum(i(2), i(10), i(1), i(100), i(3)).at(i(100)),
    "Distances": lambda i, f: gpt_recipes.Distances(f(1.5), starts=i(4), zeros=f(0.3)).draw(BATCH.w, gen()),
}


def numbers(value):
    """All numbers in a value, in order."""
    if isinstance(value, torch.Tensor):
        value = value.detach().double().numpy()
    if dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, list | tuple):
        return [number for part in value for number in numbers(part)]
    return np.ravel(np.asarray(value, dtype=float)).tolist()


@pytest.mark.parametrize(
    ("integer", "real"), [(np.int8, float), (np.uint8, float), (np.int64, np.float64), (int, np.float32)]
)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_type_of_a_number_changes_nothing(call, integer, real):
    expected = call(int, lambda value: float(real(value)))
    assert numbers(call(integer, real)) == pytest.approx(numbers(expected), rel=1e-12, abs=0)
