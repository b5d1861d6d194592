import dataclasses
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from multiprocessing import get_context

import distributed
import numpy as np
import pytest
import torch
from small_models import default_dtype
from threadpoolctl import threadpool_info, threadpool_limits

from monograph.experiments import results, runner
from monograph.experiments.__main__ import main
from monograph.experiments.recipes import run as recipes
from monograph.experiments.registry import EXPERIMENTS
from ttsbook.data.tasks import Task
from ttsbook.theory import dynamics

STORED = results.results_dir()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TTSBOOK_RESULTS", str(tmp_path))
    return tmp_path


def findings(path):
    """Runs of a file without their times."""
    return [{name: value for name, value in run.items() if name != "seconds"} for run in results.read(path)["runs"]]


def same(one, other, tolerance):
    """Whether two findings agree: numbers to a relative tolerance, all else exactly."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name], tolerance) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(same(a, b, tolerance) for a, b in zip(one, other, strict=True))
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=tolerance, abs_tol=1e-9)
    return one == other


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_tiny_results_are_remade(name, folder, capsys):
    """Other processors round float32 otherwise: three digits must agree."""
    stored = findings(STORED / "tiny" / f"{name}.json")
    assert main([name, "--preset", "tiny", "--workers", "1"]) == 0
    remade = findings(results.path_of(name, "tiny"))
    assert same(remade, stored, 1e-3), (
        f"remake the stored ones: python -m monograph.experiments {name} --preset tiny --force"
    )
    assert f"{name}: complete in {folder}" in capsys.readouterr().out


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_stored_results_belong_to_the_settings_of_today(name):
    for preset in ("tiny", "cpu"):  # larger ones are not shipped
        settings, found = EXPERIMENTS[name].presets[preset], results.load(name, preset)
        assert found.settings == json.loads(json.dumps(settings))
        assert len(found.runs) == len(EXPERIMENTS[name].runs(settings))


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["recipes", "linear", "curation", "gpt2"])
def test_runs_do_not_depend_on_the_default_floating_type(name, folder):
    experiment = EXPERIMENTS[name]
    settings = experiment.presets["tiny"]
    run = experiment.runs(settings)[{"curation": -1, "gpt2": 5}.get(name, 0)]
    with default_dtype(torch.float64):
        found = experiment.measure(settings, **run)
    assert found == experiment.measure(settings, **run)


def run_tiny(*arguments):
    command = [
        sys.executable,
        "-m",
        "monograph.experiments",
        "recipes",
        "--preset",
        "tiny",
        "--workers",
        "1",
        *arguments,
    ]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))


@pytest.mark.exhaustive
def test_a_killed_run_is_finished_to_the_same_bits(folder):
    """Kill the process, not only the loop, as soon as some runs are stored."""
    path, under_way = (results.path_of("recipes", "tiny", finished=finished) for finished in (True, False))
    process = run_tiny()
    wait_until(under_way.exists)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not path.exists()
    before = results.read(under_way)
    assert 0 < len(before["runs"]) < 11 and before["missing"] == 11 - len(before["runs"])
    with pytest.raises(ValueError, match="is unfinished"):
        results.load("recipes", "tiny")
    runner.run(EXPERIMENTS["recipes"], "tiny", progress=False)
    after = results.read(path)
    assert after["missing"] == 0 and not under_way.exists()
    times = {json.dumps(run) for run in before["runs"]}
    assert times <= {json.dumps(run) for run in after["runs"]}, "stored runs are not done again"
    resumed = findings(path)
    runner.run(EXPERIMENTS["recipes"], "tiny", force=True, progress=False)
    assert findings(path) == resumed


def toy_runs(settings):
    return [{"seed": seed} for seed in range(settings["seeds"])]


def toy_measure(settings, *, seed):
    return {"square": seed**2, "process": os.getpid()}


def slow_measure(settings, *, seed):
    (results.results_dir() / str(os.getpid())).touch()
    time.sleep(60)


def thread_counts():
    return {library["filepath"]: library["num_threads"] for library in threadpool_info()}


def thread_measure(settings, *, seed):
    return {"threads": [*thread_counts().values(), torch.get_num_threads()]}


def device_measure(settings, *, seed):
    return {"device": runner.device_of(settings)}


def toy(seeds=6, measure=toy_measure, **settings):
    return runner.Experiment("toy", "A toy.", {"tiny": {"seeds": seeds} | settings}, toy_runs, measure)


@pytest.mark.exhaustive
def test_processes_share_the_runs_and_keep_their_order(folder):
    with runner.processes(2) as executor:
        runner.run(toy(), "tiny", executor=executor, progress=False)
    found = results.load("toy", "tiny").runs
    assert [run["square"] for run in found] == [0, 1, 4, 9, 16, 25]
    assert os.getpid() not in {run["process"] for run in found}


def test_a_run_takes_one_thread_of_every_library_and_gives_the_others_back(folder):
    with threadpool_limits(2, user_api="blas"):
        before = thread_counts()
        assert 2 in before.values()
        path = runner.run(toy(1, thread_measure), "tiny", progress=False)
        assert thread_counts() == before
    assert {threads for run in results.read(path)["runs"] for threads in run["threads"]} == {1}


def timed_measure(settings, *, seed):
    began = time.monotonic()
    time.sleep(0.2)
    return {"began": began, "ended": time.monotonic()}


def test_threads_of_an_executor_do_one_run_at_a_time(folder):
    with ThreadPoolExecutor(2) as executor:
        path = runner.run(toy(3, timed_measure), "tiny", executor=executor, progress=False)
    first, second, third = sorted((run["began"], run["ended"]) for run in results.read(path)["runs"])
    assert first[1] <= second[0] and second[1] <= third[0]


class Elsewhere(ThreadPoolExecutor):
    """Threads that say they compute with another version."""

    def submit(self, call, *arguments):
        if call is runner.environment:
            return super().submit(lambda settings: call(settings) | {"torch": "0"}, *arguments)
        return super().submit(call, *arguments)


def test_workers_of_unlike_environments_are_refused(folder):
    with Elsewhere(1) as executor, pytest.raises(ValueError, match="workers must have one environment.*'torch': '0'"):
        runner.run(toy(), "tiny", executor=executor, progress=False)


def fatal_once(settings, **run):
    """Kill the first worker that begins a run, in the middle of it."""
    found = EXPERIMENTS["finite_prompts"].measure(settings, **run)
    with suppress(FileExistsError):
        (results.results_dir() / "killed").touch(exist_ok=False)
        os.kill(os.getpid(), signal.SIGKILL)
    return found


@pytest.mark.exhaustive
def test_a_cluster_does_the_runs_of_a_killed_worker_again_to_the_same_bits(folder, monkeypatch):
    fatal = dataclasses.replace(EXPERIMENTS["finite_prompts"], name="fatal", measure=fatal_once)
    monkeypatch.setitem(EXPERIMENTS, "fatal", fatal)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        assert main(["fatal", "--preset", "tiny", "--scheduler", cluster.scheduler_address]) == 0
    assert (folder / "killed").exists()
    runner.run(EXPERIMENTS["finite_prompts"], "tiny", progress=False)
    one_process = findings(results.path_of("finite_prompts", "tiny"))
    assert findings(results.path_of("fatal", "tiny")) == one_process


def test_a_cluster_needs_its_extra(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SystemExit, match=r"pip install -e '.\[cluster\]'"):
        main(["drift", "--preset", "tiny", "--scheduler", "tcp://127.0.0.1:1"])


def alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition):
    deadline = time.monotonic() + 120
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()


def run_interruptibly():
    """A shell starts what is in the background with interrupts ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with runner.processes(2) as executor:
        runner.run(toy(6, slow_measure), "tiny", executor=executor)


@pytest.mark.exhaustive
@pytest.mark.parametrize("ending", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.nightly)])
def test_processes_end_with_the_one_that_started_them(folder, ending):
    """Killed or interrupted while two runs of a minute are under way and others wait."""
    parent = get_context("spawn").Process(target=run_interruptibly)
    parent.start()
    wait_until(lambda: len(list(folder.glob("[0-9]*"))) == 2)
    os.kill(parent.pid, ending)
    parent.join(30)
    assert parent.exitcode is not None
    wait_until(lambda: not any(alive(int(entry.name)) for entry in folder.glob("[0-9]*")))


def test_what_is_complete_is_not_done_again_unless_forced(folder):
    path = runner.run(toy(), "tiny", progress=False)
    stamp = path.stat().st_mtime_ns
    assert runner.run(toy(), "tiny", progress=False) == path
    assert path.stat().st_mtime_ns == stamp
    runner.run(toy(), "tiny", force=True, progress=False)
    assert path.stat().st_mtime_ns != stamp


def test_progress_says_rate_and_time_left(folder, capsys):
    runner.run(toy(), "tiny")
    assert re.search(r"toy \(tiny\): 100%.*\| 6/6 \[[\d:]+<00:00, +[\d.]+(run/s|s/run)\]\n$", capsys.readouterr().err)
    runner.run(toy(), "tiny", force=True, progress=False)
    assert capsys.readouterr().err == ""


def test_what_was_stored_before_is_shown_as_done(folder, capsys):
    path = runner.run(toy(), "tiny", progress=False)
    change(path, missing=2, runs=results.read(path)["runs"][:4])
    runner.run(toy(), "tiny")
    assert "| 4/6 [00:00<" in capsys.readouterr().err


def change(path, **entries):
    content = results.read(path)
    results.write(path, content | entries)


def locked_measure(settings, *, seed):
    """Begin a second run of the same results, and one of others."""
    with pytest.raises(BlockingIOError, match=rf"tiny.toy.json is being made by process {os.getpid()} on \w"):
        runner.run(toy(), "tiny", progress=False)
    runner.run(dataclasses.replace(toy(), name="other"), "tiny", progress=False)
    return {}


def test_two_runs_do_not_make_the_same_results(folder):
    runner.run(toy(2, locked_measure), "tiny", progress=False)
    assert len(results.load("toy", "tiny").runs) == 2
    runner.run(toy(2), "tiny", force=True, progress=False)


def breaking_measure(settings, *, seed):
    if seed == 4:
        raise ArithmeticError("it broke")
    return toy_measure(settings, seed=seed) | {"broken": True}


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.exhaustive)])
def test_a_complete_file_is_replaced_only_by_a_complete_one(folder, workers):
    executors = {1: nullcontext(), 2: runner.processes(2)}
    path = runner.run(toy(), "tiny", progress=False)
    before, under_way = path.read_bytes(), results.path_of("toy", "tiny", finished=False)
    with pytest.raises(ArithmeticError, match="it broke"), executors[workers] as executor:
        runner.run(toy(measure=breaking_measure), "tiny", force=True, executor=executor, progress=False)
    assert path.read_bytes() == before
    stored = findings(under_way)
    runner.run(toy(), "tiny", progress=False)
    found = results.load("toy", "tiny").runs
    assert [run["seed"] for run in found if "broken" in run] == [run["seed"] for run in stored]
    assert [run["square"] for run in found] == [0, 1, 4, 9, 16, 25] and not under_way.exists()


@pytest.mark.unchecked
def test_what_is_begun_anew_goes_on_though_no_run_was_finished(folder):
    path = runner.run(toy(measure=breaking_measure, seeds=4), "tiny", progress=False)
    with pytest.raises(TypeError):
        runner.run(toy(measure=None, seeds=4), "tiny", force=True, progress=False)
    assert all("broken" in run for run in results.read(path)["runs"])
    runner.run(toy(seeds=4), "tiny", progress=False)
    assert not any("broken" in run for run in results.read(path)["runs"])


@pytest.fixture
def gpu(monkeypatch):
    """Let PyTorch find a GPU, on which nothing is computed."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "A GPU")


@pytest.mark.parametrize(
    ("device", "used", "named"),
    [({}, "cpu", "cpu"), ({"device": "cpu"}, "cpu", "cpu"), ({"device": "fastest"}, "cuda", "A GPU")],
)
def test_a_file_names_the_device_of_its_runs(folder, gpu, device, used, named):
    runner.run(toy(1, device_measure, **device), "tiny", progress=False)
    found = results.load("toy", "tiny")
    assert (found.runs[0]["device"], found.environment["device"]) == (used, named)


def test_an_unknown_device_is_refused(folder):
    with pytest.raises(ValueError, match="device must be"):
        runner.run(toy(device="gpu"), "tiny", progress=False)


def test_what_was_begun_on_another_device_is_refused(folder, request):
    change(runner.run(toy(device="fastest"), "tiny", progress=False), missing=1)
    runner.run(toy(device="fastest"), "tiny", progress=False)
    request.getfixturevalue("gpu")
    with pytest.raises(ValueError, match="was begun in another environment"):
        runner.run(toy(device="fastest"), "tiny", progress=False)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"settings": {"seeds": 7}}, "toy.json was made with other settings; use --force"),
        ({"missing": 1, "environment": {"torch": "0"}}, "toy.json was begun in another environment, {'torch': '0'}"),
        ({"runs": [{"seed": 99, "seconds": 1.0}]}, "toy.json holds a run that is not planned"),
    ],
)
def test_what_does_not_belong_to_the_plan_is_refused(folder, entries, message):
    path = runner.run(toy(), "tiny", progress=False)
    change(path, **entries)
    with pytest.raises(ValueError, match=message):
        runner.run(toy(), "tiny", progress=False)
    runner.run(toy(), "tiny", force=True, progress=False)


def test_the_command_line_lists_and_explains(folder, capsys):
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    for name, experiment in EXPERIMENTS.items():
        assert f"{name}: {experiment.summary}" in listed
    assert f"--preset tiny: 0 of 11 runs stored in {folder}" in listed
    with pytest.raises(SystemExit):
        main(["nothing"])
    assert "unknown experiment nothing; there are: frozen, drift" in capsys.readouterr().err


def test_the_command_line_reports_what_is_wrong_without_a_traceback(folder, capsys):
    path = results.path_of("drift", "tiny")
    path.parent.mkdir(parents=True)
    path.write_text("{")
    assert main(["drift", "--preset", "tiny"]) == 1
    assert f"{path} is damaged" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "advice"),
    [([], "the same command goes on"), (["--force"], "the same command without --force goes on")],
)
def test_an_interruption_says_what_goes_on_and_what_is_stored_is_listed(folder, monkeypatch, capsys, options, advice):
    def interrupted(settings, *, seed):
        if seed == 2:
            raise KeyboardInterrupt
        return {}

    monkeypatch.setitem(EXPERIMENTS, "toy", toy(measure=interrupted))
    assert main(["toy", "--preset", "tiny", "--workers", "1", *options]) == 130
    assert f"interrupted; {advice}" in capsys.readouterr().err
    runner.run(toy(), "tiny", progress=False)
    assert main(["toy", "--preset", "tiny", "--workers", "1", "--force"]) == 130
    assert main(["toy", "--list"]) == 0
    complete, under_way = (results.path_of("toy", "tiny", finished=finished) for finished in (True, False))
    listed = capsys.readouterr().out
    assert f"6 of 6 runs stored in {complete}\n" in listed and f"2 of 6 runs stored in {under_way}\n" in listed


# what the shipped results say


def shipped(name):
    return results.load(name, "cpu")


def test_shipped_training_of_V31_learns_the_preconditioner_as_predicted():
    found = shipped("frozen")
    assert (found.values("preconditioner_error") < 0.01).all()
    assert (found.values("loss_gap", gradient="exact") < 1e-9).all()


def test_shipped_drift_ends_where_the_flow_does():
    found = shipped("drift")
    exact = found.select(gradient="exact")
    assert [run["ratio"] for run in exact] == pytest.approx([run["predicted_ratio"] for run in exact], rel=5e-3)
    assert (found.values("W13_moved") == 0).all()


def test_shipped_shift_learns_the_step_and_the_others_what_is_predicted():
    found = shipped("recipes")
    assert (found.values("preconditioner_error", recipe="shift") < 0.01).all()
    assert (np.abs(found.values("ratio", recipe="shift") - 1) < 0.01).all()
    for name in ("independent", "noisy", "teacher-forced"):
        (expected,) = set(found.values("ratio", recipe=name, seed="predicted").round(12))
        assert np.allclose(found.values("ratio", recipe=name), expected, atol=0.02), name


def test_shipped_error_on_finite_prompts_is_the_predicted_one():
    found = shipped("finite_prompts")
    for exponent in (0.0, 0.7):
        (constant,) = found.values("constant", exponent=exponent, pool="endless")
        for pool in (1000, 3000, 10000):
            errors = found.values("preconditioner_error", exponent=exponent, pool=pool)
            assert np.sqrt((errors**2).mean()) == pytest.approx(np.sqrt(constant / (pool - 11)), rel=0.2)


def test_shipped_linear_layers_learned_the_closed_form():
    found = shipped("linear")
    assert (found.values("preconditioner_error") < 0.03).all()
    assert (found.values("ratio_error", recipe="shift") < 0.02).all()
    assert (found.values("ratio_error", recipe="paper") == 0).all()
    assert results.path_of("linear", "cpu").stat().st_size < 1e6


def test_shipped_selection_is_best_where_the_error_itself_is_minimized():
    found = shipped("selection")
    exact, even, paper = (found.values(name) for name in ("exact", "uniform", "paper"))  # (ways, pools, steps)
    assert (exact <= np.minimum(even, paper) * (1 + 1e-6)).all()
    assert np.allclose(found.values("kind_weights").sum(axis=-1), 1)
    assert (paper[..., 0] < even[..., 0]).mean() > 0.5


def test_shipped_curation_thinks_as_the_exact_mixtures_do():
    found = shipped("curation")
    for reading in ("skills", "length"):
        runs = found.select(reading=reading)
        assert len(runs) == 20 and all(len(run["weights"]) == 12 for run in runs)
        for run in runs:
            for weights in run["weights"].values():
                assert sum(weights) == pytest.approx(1, abs=1e-5) and min(weights) >= 0
            least = min(curves["endless"][5] for curves in run["exact"].values())
            assert run["exact"]["exact"]["endless"][5] == pytest.approx(least, rel=1e-3)
            for trained in run["trained"]["uniform"]:
                ratio = np.divide(trained["endless"], run["exact"]["uniform"]["endless"])[:6]
                assert (np.abs(np.log(ratio)) < 0.5).all()


def test_a_predicted_layer_has_what_its_recipe_predicts():
    task = Task(np.diag([1.0, 0.5]), 8)
    for recipe in recipes.RECIPES.values():
        P, ratio = recipe.prediction(task)
        if P is None or ratio is None:
            continue
        model = recipes.predicted_layer(recipe, task)
        assert np.allclose(model.preconditioner(), P) and np.allclose(model.ratio(), ratio * np.eye(2))
    assert dynamics.drift(task) < 1
