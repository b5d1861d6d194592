import dataclasses
import json
from unittest.mock import Mock

import numpy as np
import pytest
from small_models import generator

from monograph.experiments import results, runner
from monograph.experiments.gpt2 import plan
from monograph.experiments.gpt2 import read as findings
from monograph.experiments.gpt2 import run as gpt2
from monograph.experiments.gpt2_compute import run as gpt2_compute
from monograph.experiments.gpt2_cost import run as gpt2_cost
from ttsbook import theory
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models import checkpoints, transformer
from ttsbook.theory import selection
from ttsbook.thinking import cot
from ttsbook.training import gpt_recipes

SETTINGS = plan.PRESETS["cpu"]


def test_errors_are_those_of_the_file_divided_by_d():
    stored = json.loads(results.path_of("gpt2", "cpu").read_text())["runs"]
    runs = [run for run in stored if run["part"] == "skewed" and run["variant"] is False]
    expected = [[value / 10 for value in run["shifted"]["median"]] for run in runs]
    assert len(runs) == 3
    assert np.allclose(findings.errors("skewed", False, test="shifted", entry="median"), expected)
    with pytest.raises(ValueError, match="no run has part='skewed', variant='none'"):
        findings.errors("skewed", "none")


def test_no_thinking_has_the_error_of_no_answer():
    """w is drawn anew: the mean of |w|²/d over 2,048 prompts is 1 to within a few percent."""
    for part, variants in {"lengths": (20, 30, 40), "mixtures": SETTINGS["mixtures"]}.items():
        for variant in variants:
            assert np.allclose(findings.errors(part, variant)[:, 0], 1, atol=0.05)


def test_steps_to_a_level():
    found = np.array([[1, 0.5, 0.1, 0.05], [1, 0.1, 0.05, 0.01], [1, 1, 1, 1]])
    assert findings.steps_to(0.2, found) == 2
    assert findings.steps_to(0.2, found[1:2]) == 1
    assert findings.steps_to(1e-9, found) == np.inf


def test_a_series_is_the_middle_in_the_band_of_all():
    series = findings.series("a", np.array([[1, 3.0], [1, 2.0], [1, 9.0]]))
    assert series.y.tolist() == [1, 3] and series.low.tolist() == [1, 2] and series.high.tolist() == [1, 9]


def test_the_reference_is_linear_attention_at_its_closed_form():
    """Another route: powers of the step on prompts of examples, each with a weight of its own."""
    P = theory.preconditioner(Task(covariance.power_law(6, 1.0, trace=6), 30))
    rng = np.random.default_rng(5)
    x, w = rng.standard_normal((4000, 25, 6)), rng.standard_normal((4000, 6, 1))
    step = np.eye(6) - P @ (x.transpose(0, 2, 1) @ x / 25)
    expected = [np.median(np.square(np.linalg.matrix_power(step, k) @ w).sum(axis=(1, 2))) / 6 for k in range(5)]
    assert np.allclose(findings.reference(6, 30, 25, exponent=1.0, steps=4), expected, rtol=0.1)


@pytest.mark.parametrize("name", SETTINGS["ship"])
def test_a_shipped_model_has_the_errors_of_its_run(name):
    """Half precision moves them by a few percent; so do other prompts."""
    model = transformer.load(plan.shipped_path(name))
    part, _, variant = name.partition(" ")
    part, variant = {
        "live": ("recipes", variant),
        "deep": ("lengths", 20) if variant == "20" else ("skewed", False),
    }[part]
    drawn = prompts.sample(Task(covariance.isotropic(model.dim), 20), 2000, generator=generator(1))
    found = (cot.think(model, drawn, 5) - drawn.w[:, None]).double().square().sum(dim=-1).median(dim=0).values
    test = "shifted" if part == "skewed" else "own"
    expected = findings.errors(part, variant, test=test, entry="median")[0]
    assert np.allclose(found[:6] / model.dim, expected[:6], rtol=0.2)
    assert plan.shipped_path(name).stat().st_size < 300_000


def test_what_is_shipped_is_small():
    folder = results.results_dir() / "cpu"
    assert sum(path.stat().st_size for path in folder.glob("gpt2*")) < 1_500_000


def test_the_mixtures_are_those_of_the_programs():
    tasks = plan.pool(10, 20)
    assert [np.trace(task.cov) for task in tasks] == pytest.approx([10] * 4)
    assert np.argmax(np.diag(tasks[0].cov)) == 0 and np.argmax(np.diag(tasks[3].cov)) == 9
    weights = {name: plan.mixture_weights(name, tasks, 10) for name in SETTINGS["mixtures"]}
    mixed = {name: sum(p * task.cov for p, task in zip(w, tasks, strict=True)) for name, w in weights.items()}
    distance = {name: np.linalg.norm(np.eye(10) - cov) for name, cov in mixed.items()}
    assert distance["paper"] < min(distance["uniform"], distance["exact"])
    objective = selection.MixtureError(tasks, np.eye(10), 10)
    errors = {name: objective.error(w) for name, w in weights.items()}
    assert errors["exact"] < min(errors["uniform"], errors["paper"])


@pytest.mark.parametrize("size", plan.PRESETS)
def test_every_run_of_every_size_can_be_made(size):
    settings = plan.PRESETS[size]
    for run in plan.runs(settings):
        trial = gpt2.trial(settings, run["part"], run["variant"])
        assert trial.config.dim == trial.task.dim == trial.tests["own"].dim
    shape = settings["deep"]
    if size in ("large", "paper-faithful"):
        assert (shape["layers"], shape["heads"], shape["width"], shape["batch"]) == (12, 8, 256, 64)


def test_the_faithful_size_is_as_the_paper_describes_it():
    trial = gpt2.trial(plan.PRESETS["paper-faithful"], "lengths", 40)
    assert trial.config.tokens == "interleaved" and trial.config.sight == "chain" and trial.config.positions
    assert type(trial.recipe).__name__ == "Direct" and trial.shape["curriculum"]


def test_the_cost_was_measured_at_full_size():
    found = results.load("gpt2_cost")
    assert found.settings == gpt2_cost.plan.PRESETS["cpu"]
    for run in found.runs:
        assert run["parameters"] == pytest.approx(9.5e6, rel=0.02)
        assert len(run["history_loss"]) == run["updates"] + 1 and np.isfinite(run["history_loss"]).all()
    assert {run["size"] for run in found.runs} == {"large", "paper-faithful"}


@pytest.mark.exhaustive
def test_operations_of_an_update_are_those_counted_by_hand():
    """Each product once there and twice back, but for tokens, which need no gradient; one token is asked in the end."""
    n, rows, width, dim = 6, 6, 16, 2
    read_in, keys_and_values, attention = (n + 1) * rows * width, (n + 1) * width * 2 * width, 2 * (n + 1) * width
    last = width * (width + width + 8 * width + dim)  # query, merging of heads, perceptron, read-out
    by_hand = 6 * (read_in + keys_and_values + attention + last) - 2 * read_in
    assert gpt2_compute.operations(gpt2.trial(plan.PRESETS["tiny"], "recipes", "direct"), 2) == by_hand


def test_recipes_at_equal_compute_spent_as_much():
    found = results.load("gpt2_compute")
    shape = SETTINGS["live"]
    spent = gpt2_compute.operations(gpt2.trial(SETTINGS, "recipes", "distances"), 1) * shape["updates"]
    assert found.values("updates") * found.values("operations") == pytest.approx(spent, rel=1e-3)
    dearer = set(SETTINGS["recipes"]) - set(found.settings["recipes"])
    costs = [gpt2_compute.operations(gpt2.trial(SETTINGS, "recipes", name), 1) for name in dearer]
    assert min(costs) * shape["updates"] >= spent
    ends = findings.at_equal_compute("one start")[:, 30]
    assert ends.tolist() == [run["own"]["mean"][30] / 5 for run in found.select(recipe="one start")]


def under_way(folder):
    """Files that runs keep until they end."""
    return [path for path in (folder / "unfinished").rglob("*") if path.is_file()]


def test_a_training_that_is_killed_goes_on_from_its_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setenv("TTSBOOK_RESULTS", str(tmp_path))
    settings = plan.PRESETS["tiny"] | {"ship": ["live distances"], "folder": "here"}
    run = {"part": "recipes", "variant": "distances", "seed": 0}
    whole = gpt2.measure(settings, **run)
    shipped = plan.shipped_path("live distances", "here")
    before, _ = checkpoints.read(shipped)
    assert under_way(tmp_path) == []
    original, calls = gpt_recipes.Distances.loss, []

    def mortal(*args):
        calls.append(1)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return original(*args)

    monkeypatch.setattr(gpt_recipes.Distances, "loss", mortal)
    with pytest.raises(KeyboardInterrupt):
        gpt2.measure(settings, **run)
    assert len(under_way(tmp_path)) == 1
    assert gpt2.measure(settings, **run) == whole
    assert len(calls) == 6 + 4, "5 of 8 updates were stored; the last call is for the last record"
    after, _ = checkpoints.read(shipped)
    assert before.keys() == after.keys() and all(before[name].equal(after[name]) for name in before)


@pytest.mark.parametrize(("force", "updates"), [(True, 8), (False, 0)])
def test_a_training_is_done_anew_where_its_run_is_forced(force, updates, tmp_path, monkeypatch):
    """After a run that died between its training and its end."""
    monkeypatch.setenv("TTSBOOK_RESULTS", str(tmp_path))
    run = {"part": "recipes", "variant": "distances", "seed": 0}
    one = dataclasses.replace(gpt2.EXPERIMENT, runs=lambda settings: [run])
    with monkeypatch.context() as broken:
        broken.setattr(gpt2, "curve", Mock(side_effect=ArithmeticError("it broke")))
        with pytest.raises(ArithmeticError, match="it broke"):
            runner.run(one, "tiny", progress=False)
    assert any(path.suffix == ".safetensors" for path in under_way(tmp_path))
    losses = Mock(side_effect=gpt_recipes.Distances.loss)
    monkeypatch.setattr(gpt_recipes.Distances, "loss", lambda *arguments: losses(*arguments))
    runner.run(one, "tiny", force=force, progress=False)
    assert losses.call_count == updates + 1, "the last call is for the last record"
    assert not any(path.suffix == ".safetensors" for path in under_way(tmp_path))


@pytest.mark.parametrize("size", plan.PRESETS)
def test_checkpoints_lie_where_their_size_looks_for_them(size):
    assert plan.PRESETS[size]["folder"] == size


@pytest.mark.parametrize("size", ["large", "paper-faithful"])
def test_every_run_of_the_large_sizes_works_when_it_is_made_small(size, tmp_path, monkeypatch):
    """The same code path to its end: training, test prompts, skills, the shipped model."""
    monkeypatch.setenv("TTSBOOK_RESULTS", str(tmp_path))
    settings = plan.PRESETS[size] | {"steps": 9, "test_prompts": 10}
    settings["deep"] = settings["deep"] | {"width": 8, "heads": 2, "layers": 1, "updates": 2, "batch": 2}
    for run in plan.runs(settings):
        found = gpt2.measure(settings, **run)
        assert len(found["own"]["mean"]) == 10 and found["parameters"] < 5000
    assert plan.shipped_path("deep 20", size).exists()
    assert under_way(tmp_path) == []
