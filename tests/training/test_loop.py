import dataclasses
import functools
import pickle
import re

import numpy as np
import pytest
import safetensors.torch
import torch
from small_models import COV, draw, generator, random_layer

from ttsbook import theory
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models import checkpoints
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.theory import dynamics
from ttsbook.thinking import evaluation
from ttsbook.training import (
    Adam,
    Checkpoint,
    Cosine,
    GradientDescent,
    TrainingDiverged,
    gpt_recipes,
    recipes,
    train,
)

TASK = Task(COV, 8)
PAPER = recipes.Direct(trains=("V31",))


def paper_layer(c=1.0, dim=3):
    return LinearSelfAttention(dim, structure="blocks", dtype=torch.float64).set_preconditioner(
        np.zeros((dim, dim)), c=c
    )


def fit(model, *, recipe=PAPER, updates=50, task=TASK, seed=0, **options):
    return train(model, task, recipe=recipe, updates=updates, generator=generator(seed), **options)


def frozen(*names):
    model = paper_layer()
    for name in names:
        model.block(name).requires_grad_(False)
    return model


def spoiled():
    model = paper_layer()
    model.V31.data[0, 0] = torch.nan
    return model


# the paper's recipe


@pytest.mark.parametrize("c", [1.0, 2.0])
def test_exact_descent_takes_its_predicted_course(c):
    model, step_size = paper_layer(c), 0.8 * dynamics.largest_step(TASK, c=c)
    history = fit(model, optimizer=GradientDescent(step_size=step_size), record_every=1, batch=None)
    course = dynamics.descent(TASK, 50, step_size=step_size, c=c)
    assert np.allclose(history.loss, course.loss, rtol=1e-12)
    assert np.allclose(history.preconditioner_error, course.preconditioner_error, rtol=1e-9, atol=1e-13)
    assert (history.ratio == 1).all() and (history.ratio_error == 0).all()


def test_only_what_the_recipe_names_changes():
    model = paper_layer(2.0)
    fit(model, batch=16)
    assert torch.equal(model.W13, 2 * torch.eye(3)) and model.W24.item() == -2
    assert model.V31.any()
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("condensed", [False, True])
def test_prompts_drawn_anew_lead_to_the_preconditioner(condensed):
    model, options = paper_layer(), {"updates": 600, "batch": 256, "condensed": condensed}
    history = fit(
        model, optimizer=GradientDescent(step_size=0.5 * dynamics.largest_step(TASK), schedule=Cosine()), **options
    )
    assert history.preconditioner_error[-1] < 0.05
    assert np.linalg.norm(model.preconditioner() - theory.preconditioner(TASK)) < 0.1


@pytest.mark.exhaustive
def test_a_mixture_leads_to_its_own_preconditioner():
    mixture = Mixture([Task(covariance.power_law(3, 1.0), 4), Task(COV, 30)], [0.5, 0.5])
    model = paper_layer()
    history = fit(model, task=mixture, updates=4000, optimizer=GradientDescent(step_size=0.5), batch=None)
    assert history.preconditioner_error[-1] < 1e-6
    assert not np.allclose(model.preconditioner(), model.preconditioner().T, atol=1e-3)


# all weights free


@pytest.mark.exhaustive
@pytest.mark.parametrize("c", [1.0, 3.0])
def test_with_all_blocks_free_W24_drifts_as_predicted_and_W13_stays(c):
    model = paper_layer(c)
    history = fit(model, recipe=recipes.Direct(), updates=5000, optimizer=GradientDescent(step_size=0.01), batch=None)
    assert torch.equal(model.W13, c * torch.eye(3))
    assert history.preconditioner_error[-1] < 1e-3
    assert history.ratio[-1] == pytest.approx(dynamics.drift(TASK, c=c), rel=2e-3)


def test_the_flow_from_the_papers_start_stays_within_the_papers_blocks():
    """On prompts that come with w and -w alike, no other block of V and W gets a gradient at any time."""
    drawn = draw(TASK, batch=50)
    both = dataclasses.replace(
        drawn,
        **{name: torch.cat([getattr(drawn, name)] * 2) for name in ("x", "lengths")},
        **{name: torch.cat([getattr(drawn, name), -getattr(drawn, name)]) for name in ("y", "w")},
    )
    model = LinearSelfAttention(3, dtype=torch.float64)
    fit(model, recipe=recipes.Direct(), updates=40, pool=both, optimizer=GradientDescent(step_size=0.1), batch=None)
    for row in range(1, 5):
        for column in range(1, 5):
            assert f"V{row}{column}" == "V31" or model.block(f"V{row}{column}").abs().max() < 1e-15
            assert f"W{row}{column}" in ("W13", "W24") or model.block(f"W{row}{column}").abs().max() < 1e-15
    assert model.block("V31").abs().max() > 0.1


def test_from_a_random_start_the_direct_answer_leaves_what_reads_the_weight_as_it_was():
    model = random_layer(scale=0.05)
    before = model.block("W13").clone(), model.block("V33").clone()
    fit(model, recipe=recipes.Direct(), updates=30)
    assert torch.equal(model.block("W13"), before[0]) and torch.equal(model.block("V33"), before[1])


@pytest.mark.exhaustive
def test_shift_learns_the_step_from_a_random_start():
    model = LinearSelfAttention(3).randomize(0.1, generator=generator(0))
    history = fit(model, recipe=recipes.Shift(), updates=1000, optimizer=Adam(step_size=2e-2))
    assert history.preconditioner_error[0] > 0.9 and history.preconditioner_error[-1] < 0.03
    assert history.ratio[-1] == pytest.approx(1, abs=0.02) and history.ratio_error[-1] < 0.03
    curve = evaluation.error_curve(model, Task(COV, 300), steps=5, samples=500, generator=generator(1))
    assert curve.mean[5] < 0.02 * curve.mean[0]


def test_the_teacher_teaches_plain_gradient_descent():
    model = LinearSelfAttention(3).randomize(0.1, generator=generator(0))
    history = fit(model, recipe=recipes.TeacherForced(0.5), updates=800, batch=64, optimizer=Adam(step_size=2e-2))
    learned = model.preconditioner()
    assert np.allclose(learned, 0.5 * np.eye(3), atol=0.03)
    off = np.linalg.norm(learned - 0.5 * np.eye(3)) / np.linalg.norm(0.5 * np.eye(3))  # not from Γ⁻¹
    assert history.preconditioner_error[-1] == pytest.approx(off, rel=1e-6)


# pools


def test_on_a_pool_exact_descent_ends_at_the_regression():
    pool = draw(TASK, batch=100)
    features = ((pool.y[:, None] @ pool.x)[:, 0] / 8).numpy()
    curvatures = np.linalg.eigvalsh(features.T @ features / 100)
    model = paper_layer()
    fit(
        model,
        updates=int(20 * curvatures[-1] / curvatures[0]),
        pool=pool,
        optimizer=GradientDescent(step_size=1 / curvatures[-1]),
        batch=None,
    )
    solution, *_ = np.linalg.lstsq(features, pool.w.numpy(), rcond=None)
    assert np.allclose(model.preconditioner(), solution.T, rtol=1e-6, atol=1e-8)


def test_batches_from_a_pool_hold_its_prompts_alone():
    pool, seen = draw(TASK, batch=5), set()

    class Watch(recipes.Direct):
        def loss(self, model, prompts, generator):
            seen.update(prompts.w[:, 0].tolist())
            return super().loss(model, prompts, generator)

    fit(paper_layer(), recipe=Watch(trains=("V31",)), updates=20, pool=pool, batch=4)
    assert seen == set(pool.w[:, 0].tolist())


# randomness, records and resumption


def test_the_seed_decides():
    one, same, other = (random_layer(seed=5) for _ in range(3))
    histories = [fit(m, recipe=recipes.Shift(), seed=s) for m, s in ((one, 1), (same, 1), (other, 2))]
    assert torch.equal(one.V, same.V) and np.array_equal(histories[0].loss, histories[1].loss)
    assert not torch.equal(one.V, other.V)


def test_records_come_at_their_cadence_with_the_first_and_the_last_moment():
    assert fit(paper_layer(), updates=25, record_every=10).updates.tolist() == [0, 10, 20, 25]
    assert fit(paper_layer(), updates=0).updates.tolist() == [0]
    assert len(fit(paper_layer(), updates=250).updates) == 126


class Killed(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Mortal(recipes.Shift):
    """Die in one of the calls of the loss, if at all; look like the recipe that lives."""

    calls: list = dataclasses.field(default_factory=list, repr=False)
    dies: bool = dataclasses.field(default=True, repr=False)

    def loss(self, model, prompts, generator):
        self.calls.append(1)
        if self.dies and len(self.calls) == 34:
            raise Killed
        return super().loss(model, prompts, generator)


@pytest.mark.parametrize("optimizer", [Adam(weight_decay=0.01), GradientDescent(weight_decay=0.01)])
@pytest.mark.parametrize("pooled", [True, False])
def test_a_killed_run_goes_on_to_the_same_bits(tmp_path, optimizer, pooled):
    options = {"optimizer": optimizer, "batch": 8, "pool": draw(TASK, 30) if pooled else None}
    whole = random_layer(scale=0.1)
    expected = fit(whole, recipe=Mortal(dies=False), **options)
    options |= {"checkpoint": Checkpoint(tmp_path / "deep" / "run.safetensors", every=10)}
    with pytest.raises(Killed):
        fit(random_layer(scale=0.1), recipe=Mortal(), **options)
    resumed, recipe = random_layer(scale=0.1), Mortal(dies=False)
    history = fit(resumed, recipe=recipe, **options)
    assert len(recipe.calls) == 21, "30 of 50 updates were stored; the last call is for the last record"
    assert torch.equal(resumed.V, whole.V) and torch.equal(resumed.W, whole.W)
    for field in dataclasses.fields(history):
        assert np.array_equal(getattr(history, field.name), getattr(expected, field.name))
    again = fit(random_layer(scale=0.1), recipe=Mortal(dies=False), **options)
    assert np.array_equal(again.loss, expected.loss)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["run.safetensors"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"optimizer": Adam(step_size=0.5)},
            r"belongs to another run: optimizer was Adam.*=0.01.*=0.5",
        ),
        ({"condensed": True}, "belongs to another run: condensed was False, is True"),
        ({"seed": 3}, "belongs to another run: seed of the generator"),
        ({"recipe": recipes.Shift(2.0)}, r"belongs to another run: recipe was Shift.*scale=1.0\), is Shift.*scale=2.0"),
        ({"task": Task(COV, 9)}, "belongs to another run: task"),
        ({"pool": draw(TASK)}, "belongs to another run: pool"),
        ({"model": random_layer(seed=9)}, "belongs to another run: initial weights"),
        ({"model": random_layer().float()}, "belongs to another run: initial weights"),
    ],
)
def test_the_checkpoint_of_another_run_is_refused(tmp_path, change, message):
    path = tmp_path / "run.safetensors"
    options = {"recipe": recipes.Shift(), "updates": 3, "batch": 4, "checkpoint": Checkpoint(path)}
    fit(random_layer(), **options)
    with pytest.raises(ValueError, match=f"run.safetensors {message}"):
        fit(change.pop("model", None) or random_layer(), **options | change)


class Doubled(recipes.Shift):
    """A recipe of one's own that is no dataclass, so that its repr hides what it was made with."""

    def __init__(self, factor):
        super().__init__()
        object.__setattr__(self, "factor", factor)


def keeps(count):
    return lambda batch, update: batch


@pytest.mark.parametrize(
    "change",
    [{"curriculum": keeps(1)}, {"curriculum": functools.partial(keeps, 1)}, {"recipe": Doubled(2)}],
    ids=["closure", "partial", "recipe"],
)
def test_a_run_that_a_checkpoint_cannot_tell_from_others_is_refused(tmp_path, change):
    path = tmp_path / "run.safetensors"
    options = {"recipe": recipes.Shift(), "updates": 1, "batch": 4} | change
    with pytest.raises(ValueError, match="a run with a checkpoint must be told from others"):
        fit(random_layer(), **options, checkpoint=Checkpoint(path))
    assert not path.exists()


def test_without_a_checkpoint_any_function_is_a_curriculum():
    history = fit(random_layer(), recipe=Doubled(2), updates=1, batch=4, curriculum=keeps(1))
    assert len(history.loss) == 2


def test_frozen_parameters_stay():
    model = random_layer()
    model.W.requires_grad_(False)
    before = model.W.clone()
    fit(model, recipe=recipes.Shift(), updates=2, batch=4)
    assert torch.equal(model.W, before)


def test_a_damaged_checkpoint_is_refused_by_name(tmp_path):
    path = tmp_path / "run.safetensors"
    fit(paper_layer(), updates=3, checkpoint=Checkpoint(path))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match="run.safetensors is damaged or no checkpoint .*delete it"):
        fit(paper_layer(), updates=3, checkpoint=Checkpoint(path))


@pytest.fixture
def stored(tmp_path):
    """Path of a checkpoint after three updates, its tensors and what they belong to."""
    path = tmp_path / "run.safetensors"
    fit(paper_layer(), recipe=recipes.Shift(), updates=3, batch=4, checkpoint=Checkpoint(path))
    return path, *checkpoints.read(path)


@pytest.mark.parametrize("change", [1, -4, 1e6])
def test_a_checkpoint_of_another_update_than_those_asked_for_is_refused(stored, change):
    path, tensors, config = stored
    tensors["progress"][0] += change
    checkpoints.save(path, tensors, config)
    with pytest.raises(ValueError, match=rf"run.safetensors is damaged .*update {3 + change:.0f} of 3.*delete it"):
        fit(paper_layer(), recipe=recipes.Shift(), updates=3, batch=4, checkpoint=Checkpoint(path))


def test_a_checkpoint_without_one_of_its_parts_is_refused_by_the_name_of_the_part(stored):
    path, tensors, config = stored
    assert {name.split(".")[0] for name in tensors} == {"model", "optimizer", "generator", "records", "progress"}
    for name in tensors:
        checkpoints.save(path, {other: tensors[other] for other in tensors if other != name}, config)
        with pytest.raises(ValueError, match=f"run.safetensors is damaged .*it lacks {name}.*delete it"):
            fit(paper_layer(), recipe=recipes.Shift(), updates=3, batch=4, checkpoint=Checkpoint(path))


def test_what_is_no_checkpoint_is_refused_by_name(stored):
    path, tensors, _ = stored
    with pytest.raises(ValueError, match="is a folder, not a checkpoint: name a file in it"):
        fit(paper_layer(), updates=3, checkpoint=Checkpoint(path.parent))
    safetensors.torch.save_file(tensors, path, {"format": checkpoints.FORMAT})
    with pytest.raises(ValueError, match="run.safetensors is damaged .*it lacks what made it"):
        fit(paper_layer(), updates=3, checkpoint=Checkpoint(path))


def test_a_loss_that_is_not_finite_ends_the_run_and_says_when():
    step_size = 30 * dynamics.largest_step(TASK)
    with pytest.raises(
        TrainingDiverged, match=r"not finite after \d+ updates; the last finite loss was .*e\+"
    ) as caught:
        fit(paper_layer(), updates=5000, optimizer=GradientDescent(step_size=step_size), batch=None)
    course = dynamics.descent(TASK, caught.value.update - 1, step_size=step_size)
    assert caught.value.last_loss == pytest.approx(course.loss[-1], rel=1e-6)


def test_progress_says_rate_and_time_left(capsys):
    fit(paper_layer(), updates=5, progress=True)
    first, *_, last = capsys.readouterr().err.strip().split("\r")
    assert first.startswith("training:   0%") and "| 0/5 [00:00<" in first
    assert re.search(r"training: 100%.*\| 5/5 \[[\d:]+<00:00, +[\d.]+(update/s|s/update)\]$", last)
    fit(paper_layer(), updates=5)
    assert capsys.readouterr().err == ""


@pytest.mark.unchecked
@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (ValueError, lambda: fit(paper_layer(), updates=-1), "updates .* got -1"),
        (ValueError, lambda: fit(paper_layer(), batch=0), "batch .* got 0"),
        (TypeError, lambda: fit(paper_layer(), optimizer="sgd"), "optimizer must be a ttsbook.*Optimizer, got 'sgd'"),
        (TypeError, lambda: fit(paper_layer(), checkpoint="a"), "checkpoint must be a ttsbook.*Checkpoint, got 'a'"),
        (ValueError, lambda: fit(paper_layer(), record_every=0), "record_every .* got 0"),
        (ValueError, lambda: Checkpoint("a", every=0), "every .* got 0"),
        (ValueError, lambda: fit(random_layer()), "recipe trains V31, but a layer of structure 'full' has only V, W"),
        (ValueError, lambda: fit(frozen("V31")), "recipe trains V31, but its requires_grad is False"),
        (ValueError, lambda: fit(frozen("V31", "W13", "W24"), recipe=recipes.Shift()), "none that requires a gradient"),
        (ValueError, lambda: fit(spoiled()), "the model's V31 must be finite, got NaN"),
        (ValueError, lambda: fit(paper_layer(dim=2)), "task must have the model's dimension 2, got 3"),
        (ValueError, lambda: fit(paper_layer(), pool=draw(dtype=torch.float32)), "prompts must have the model's dtype"),
        (
            ValueError,
            lambda: fit(random_layer(), recipe=recipes.Direct(), batch=None),
            "structure 'blocks' .* exact loss",
        ),
        (ValueError, lambda: fit(paper_layer(), recipe=recipes.Shift(), batch=None), "Shift.* has no exact loss"),
        (
            TypeError,
            lambda: fit(paper_layer(), recipe="shift"),
            "recipe must be a ttsbook.training.recipes.Recipe, got 'shift'",
        ),
        (
            ValueError,
            lambda: fit(paper_layer(), pool=draw(), condensed=True),
            "condensed concerns prompts to be drawn",
        ),
        (TypeError, lambda: fit(paper_layer(), pool=3), "pool must be a ttsbook.data.prompts.Prompts, got 3"),
        (TypeError, lambda: fit("layer"), "model must be a torch.nn.* got 'layer'"),
        (
            TypeError,
            lambda: fit(paper_layer(), task=5),
            "task must be a ttsbook.data.tasks.Task or a ttsbook.data.tasks.Mixture, got 5",
        ),
    ],
)
def test_bad_input_is_refused_by_name(error, call, message):
    with pytest.raises(error, match=message):
        call()


def test_a_recipe_that_trains_nothing_is_refused():
    model = LinearSelfAttention(3)
    with pytest.raises(ValueError, match="recipe must train something"):
        train(
            model,
            Task(covariance.isotropic(3), 5),
            recipe=recipes.Shift(trains=()),
            updates=1,
            batch=2,
            generator=torch.Generator(),
        )


def test_a_diverged_run_reaches_another_process():
    error = pickle.loads(pickle.dumps(TrainingDiverged(20, 1.5)))
    assert (error.update, error.last_loss) == (20, 1.5)
    assert str(error) == str(TrainingDiverged(20, 1.5))


def keep_all(prompts, update):
    return prompts


def test_a_checkpoint_knows_its_pool_and_its_curriculum(tmp_path):
    def run(pool, curriculum, updates=2):
        return train(
            LinearSelfAttention(2),
            task,
            recipe=recipes.Direct(),
            updates=updates,
            generator=torch.Generator().manual_seed(0),
            pool=pool,
            curriculum=curriculum,
            checkpoint=Checkpoint(tmp_path / "run.safetensors"),
        )

    task = Task(np.eye(2), 4)
    pool = prompts.sample(task, 8, generator=torch.Generator().manual_seed(1))
    run(pool, keep_all)
    run(pool, keep_all)
    with pytest.raises(ValueError, match="curriculum was .*keep_all, is None"):
        run(pool, None)
    with pytest.raises(ValueError, match="pool was"):
        run(dataclasses.replace(pool, lengths=pool.lengths + 1), keep_all)


def test_a_recipe_names_what_the_model_lacks():
    options = {"updates": 1, "generator": torch.Generator()}
    with pytest.raises(TypeError, match=r"HasAnswer of .* for Distances.* got a LinearSelfAttention"):
        train(LinearSelfAttention(2), Task(np.eye(2), 4), recipe=gpt_recipes.Distances(), **options)
