import re
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from small_models import COV, generator, random_layer

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data import prompts as prompt_batches
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.models.transformer import GPT, Config
from ttsbook.theory import DivergenceWarning
from ttsbook.thinking import cot, evaluation
from ttsbook.training import train
from ttsbook.training.gpt_recipes import Distances

TASK = Task(covariance.power_law(4, 0.7), 20)
P = theory.preconditioner(TASK)


def optimum(P=P, **options):
    return LinearSelfAttention(len(P), dtype=torch.float64, **options).set_preconditioner(P)


def curve(model, task=TASK, steps=4, prompts=4000, seed=0, **options):
    return evaluation.error_curve(model, task, steps=steps, samples=prompts, generator=generator(seed), **options)


def test_the_curve_agrees_with_the_exact_theory_and_with_its_simulation():
    measured = curve(optimum(), prompts=40_000)
    assert measured.samples == 40_000 and measured.mean.shape == (5,)
    assert (measured.low[:2] < [4, theory.direct_error(P, TASK.cov, 20)]).all()
    assert (measured.high[:2] > [4, theory.direct_error(P, TASK.cov, 20)]).all()
    assert (measured.high - measured.low < 0.05 * measured.mean)[:2].all()
    low, high = theory.simulate_cot_error(P, TASK.cov, 20, 4, samples=40_000, rng=np.random.default_rng(0)).band()
    assert (measured.low < high).all() and (measured.high > low).all()


def test_condensed_prompts_give_the_same_curve_at_any_length():
    options = {"steps": 4, "samples": 20_000, "generator": generator(), "condensed": True}
    for length, truth in ((20, theory.direct_error(P, TASK.cov, 20)), (10**9, theory.direct_error(P, TASK.cov, None))):
        measured = evaluation.error_curve(optimum(), Task(TASK.cov, length), **options)
        assert measured.low[1] < truth < measured.high[1] < 1.05 * truth
    limit = theory.cot_error_limit(P, TASK.cov, 4)
    assert (measured.low < limit).all() and (limit < measured.high).all()


def test_prompts_that_one_holds_have_the_errors_of_those_drawn(monkeypatch):
    batch = prompt_batches.sample(TASK, 100, generator=generator(3), dtype=torch.float64)
    drawn = curve(optimum(), prompts=100, seed=3)
    monkeypatch.setattr(evaluation, "CHUNK_NUMBERS", 3_000)  # in several pieces
    held = evaluation.error_curve(optimum(), batch, steps=4)
    assert held.samples == 100
    assert held.mean == pytest.approx(drawn.mean, rel=1e-9) and held.high == pytest.approx(drawn.high, rel=1e-9)
    singly = evaluation.error_curve(optimum().float(), batch, steps=4)
    assert singly.mean == pytest.approx(drawn.mean, rel=1e-3)


def test_condensed_prompts_that_one_holds_are_for_what_cannot_tell_them_apart():
    batch = prompt_batches.sample(TASK, 10, generator=generator(3), condensed=True)
    evaluation.error_curve(optimum(), batch, steps=1)
    own, gpt = cot.Stepwise(lambda x, y, w: w, dim=4), GPT(Config(4, width=16, layers=1), generator=generator())
    for call in (
        lambda: evaluation.error_curve(gpt, batch, steps=1),
        lambda: cot.think(own, batch, 1),
        lambda: cot.step_jacobian(own, batch, batch.w),
        lambda: train(gpt, TASK, recipe=Distances(), updates=1, generator=generator(), pool=batch),
    ):
        with pytest.raises(TypeError, match="condensed prompts stand for whole ones to a plain LinearSelfAttention"):
            call()


@pytest.mark.exhaustive
def test_the_interval_holds_for_all_steps_at_once_as_often_as_it_says():
    """Of 300 small runs about 1 % may miss the truth at some step: more than 12 would have probability 1e-5."""
    truth = [4.0, theory.direct_error(P, TASK.cov, 20)]
    runs = [curve(optimum(), steps=1, prompts=200, seed=seed) for seed in range(300)]
    missed = sum(not ((run.low <= truth) & (truth <= run.high)).all() for run in runs)
    assert missed <= 12


def descent(prompts, steps):
    """The recursion as a baseline: same numbers from a function that knows no layer."""
    w, answers = torch.zeros_like(prompts.w), []
    for _ in range(steps + 1):
        answers.append(w)
        residual = prompts.y - torch.einsum("bmi,bi->bm", prompts.x, w)
        w = w + torch.einsum("ij,bmj,bm->bi", torch.as_tensor(P), prompts.x, residual) / prompts.x.shape[1]
    return torch.stack(answers, dim=1)


def test_a_baseline_sees_the_prompts_that_a_model_sees(monkeypatch):
    monkeypatch.setattr(evaluation, "CHUNK_NUMBERS", 7 * 21 * 10)  # seven prompts at a time
    model, baseline = curve(optimum(), prompts=100), curve(descent, prompts=100)
    for name in ("mean", "low", "high", "median"):
        assert np.allclose(getattr(model, name), getattr(baseline, name), rtol=1e-10)


def test_a_stepwise_model_has_the_curve_of_the_layer_that_it_writes_out():
    def step(x, y, w):
        return w + torch.einsum("ij,bmj,bm->bi", torch.as_tensor(P), x, y - (x @ w[..., None])[..., 0]) / x.shape[1]

    assert np.allclose(curve(cot.Stepwise(step, dim=4), prompts=50).mean, curve(optimum(), prompts=50).mean, rtol=1e-10)


@pytest.mark.filterwarnings("ignore::ttsbook.theory.DivergenceWarning")
def test_the_cure_is_measured_on_the_prompts_drawn():
    """Against the recursion in NumPy, each prompt with the scaling that theory finds best for it."""
    task = Task(TASK.cov, 8)
    P = theory.preconditioner(Task(0.2 * TASK.cov, 500))
    drawn = prompt_batches.sample(task, 30, generator=generator(), dtype=torch.float64)
    x, y, w = drawn.x.numpy(), drawn.y.numpy(), drawn.w.numpy()
    start, expected = 0.5 * w, []
    for b, rho in enumerate(theory.best_scaling(P, drawn.x)):
        for _ in range(30):
            start[b] += P @ x[b].T @ (y[b] - x[b] @ start[b]) / rho
        expected.append(((start[b] - w[b]) ** 2).sum())
    options = {"rho": lambda drawn: theory.best_scaling(P, drawn.x), "w0": lambda drawn: 0.5 * drawn.w}
    cured = curve(optimum(P), task=task, steps=30, prompts=30, **options)
    assert np.isclose(cured.mean[30], np.mean(expected), rtol=1e-9) and cured.mean[30] < 0.1 * cured.mean[0]
    assert curve(optimum(P), task=task, steps=30, prompts=30).mean[30] > 1e3


def test_a_scaling_and_a_start_for_all_prompts_are_those_of_thinking():
    options = {"steps": 3, "samples": 20}
    drawn = prompt_batches.sample(TASK, 20, generator=generator(), dtype=torch.float64)
    for given in ({"rho": 30.0}, {"rho": "tokens"}, {"w0": torch.ones(4)}):
        expected = (cot.think(optimum(), drawn, 3, **given) - drawn.w[:, None]).square().sum(dim=-1).mean(dim=0)
        measured = evaluation.error_curve(optimum(), TASK, generator=generator(), **options, **given)
        assert np.allclose(measured.mean, expected, rtol=1e-12)


class Named(LinearSelfAttention):
    """A subclass, which might see what the layer does not."""


@pytest.mark.parametrize(
    "model",
    [
        GPT(Config(4, width=16, layers=1), generator=generator()),
        cot.Stepwise(lambda x, y, w: w, dim=4),
        Named(4),
    ],
)
def test_condensed_prompts_are_for_what_cannot_tell_them_apart(model):
    with pytest.raises(TypeError, match=f"plain LinearSelfAttention alone, got a {type(model).__name__}"):
        evaluation.error_curve(model, TASK, steps=1, samples=4, generator=generator(), condensed=True)


def test_summaries_are_those_of_the_errors():
    drawn = []

    def remember(prompts, steps):
        drawn.append(prompts)
        return prompts.w[:, None] * torch.tensor([0.0, 0.5], dtype=torch.float64)[:, None]

    measured = curve(remember, steps=1, prompts=50)
    squares = torch.cat([prompts.w for prompts in drawn]).square().sum(dim=1).numpy()
    assert np.allclose(measured.mean, squares.mean() * np.array([1, 0.25]))
    assert np.allclose(measured.median, np.median(squares) * np.array([1, 0.25]))
    half = 2.80703376834381 * squares.std(ddof=1) / np.sqrt(50)  # normal quantile at 1 - 0.01/4
    assert np.allclose(measured.high - measured.mean, half * np.array([1, 0.25]))
    assert np.allclose(measured.mean - measured.low, half * np.array([1, 0.25]))


def test_a_leaking_layer_is_run_literally():
    model = random_layer(4, scale=0.3)
    assert cot.leaks(model)
    drawn = []

    def literally(prompts, steps):
        drawn.append(len(prompts.x))
        return cot.think(model, prompts, steps, literal=True)

    assert np.array_equal(curve(model, prompts=200).mean, curve(literally, prompts=200).mean)
    assert sum(drawn) == 200


def test_single_precision_is_squared_in_double():
    model = LinearSelfAttention(4).set_preconditioner(1e6 * np.eye(4))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measured = curve(model, steps=5, prompts=10)
    assert np.isfinite(measured.mean).all() and measured.mean[-1] > 1e40


def test_a_mixture_is_tested_on_all_its_tasks():
    easy, hard = Task(np.eye(3), 5), Task(COV, 30)
    P = theory.preconditioner(hard)
    measured = curve(optimum(P), Mixture([easy, hard], [0.3, 0.7]), steps=1, prompts=40_000)
    exact = 0.3 * theory.direct_error(P, easy.cov, 5) + 0.7 * theory.direct_error(P, hard.cov, 30)
    assert measured.low[1] < exact < measured.high[1]


def test_divergence_is_reported_as_inf_and_once(monkeypatch):
    monkeypatch.setattr(evaluation, "CHUNK_NUMBERS", 1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        measured = curve(optimum(1e60 * np.eye(4)), steps=8, prompts=20)
    assert [w.category for w in caught] == [DivergenceWarning]
    for name in ("mean", "high", "median"):
        values = getattr(measured, name)
        assert not np.isnan(values).any() and np.isinf(values[-1]) and np.isfinite(values[0])
    assert measured.low[0] > 0 == measured.low[-1]  # an infinite mean has no interval but all there is
    assert (measured.low <= measured.mean).all() and (measured.mean <= measured.high).all()


def test_divergence_is_reported_on_the_readers_line(tmp_path):
    """In a process of its own: here calls are checked, and a check comes between a function and its caller."""
    script = tmp_path / "script.py"
    lines = [
        "import torch; from ttsbook.data.prompts import sample; from ttsbook.data.tasks import Task",
        "from ttsbook.models.attention import LinearSelfAttention; from ttsbook.thinking import cot, evaluation",
        "task, source = Task([[1.0]], 5), torch.Generator()",
        "model = LinearSelfAttention(1).set_preconditioner([[1e30]])",
        "cot.think(model, sample(task, 2, generator=source), 20)",
        "evaluation.error_curve(model, task, steps=20, samples=2, generator=source)",
    ]
    script.write_text("\n".join(lines))
    run = subprocess.run([sys.executable, "-W", "always", script], capture_output=True, text=True, check=True)
    assert re.findall(r"^(\S+):(\d+): (\w+)", run.stderr, re.MULTILINE) == [
        (str(script), "5", "DivergenceWarning"),
        (str(script), "6", "DivergenceWarning"),
    ]


@pytest.mark.unchecked
@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (ValueError, lambda: curve(optimum(), steps=-1), "steps .* got -1"),
        (ValueError, lambda: curve(optimum(), prompts=1), "samples .* got 1"),
        (TypeError, lambda: curve(descent, rho=3.0), "rho must be None for a function .* got 3.0"),
        (TypeError, lambda: curve(descent, w0=torch.ones(4)), "w0 must be None for a function"),
        (ValueError, lambda: curve(optimum(), rho=[1.0, 2.0]), r"rho .* that gives one for each, .* got \[1.0, 2.0\]"),
        (ValueError, lambda: curve(optimum(), w0=torch.ones(3, 4)), "w0 must be the same .* a function of prompts"),
        (TypeError, lambda: curve("model"), "model must be a module or a function .* got 'model'"),
        (
            TypeError,
            lambda: curve(optimum(), task="task"),
            "task must be a ttsbook.data.tasks.Task or a ttsbook.data.tasks.Mixture or .*Prompts, got 'task'",
        ),
        (ValueError, lambda: curve(lambda p, k: p.w), r"answers must have shape \(.*, 5, 4\), got"),
        (ValueError, lambda: curve(lambda p, k: torch.full((len(p.w), k + 1, 4), torch.nan)), "must not be NaN"),
    ],
)
def test_bad_input_is_refused_by_name(error, call, message):
    with pytest.raises(error, match=message):
        call()
