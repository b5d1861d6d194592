import pytest

from monograph.experiments import results, runner


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TTSBOOK_RESULTS", str(tmp_path))
    return tmp_path


def experiment(*planned, measure=lambda settings, **run: {}):
    """An experiment of these runs, which finds nothing unless told otherwise."""
    return runner.Experiment("toy", "A toy.", {"tiny": {}}, lambda settings: list(planned), measure)


def run(*planned, force=False, **options):
    return runner.run(experiment(*planned, **options), "tiny", force=force, progress=False)


@pytest.mark.parametrize(
    "planned",
    [
        [{"seed": 0}, {"seed": 0, "big": True}],
        [{"seed": 0, "big": True}, {"seed": 1}, {"seed": 0}],
        [{"seed": 0}, {"seed": 0}],
        [{"seed": 0, "shape": (1, 2)}, {"seed": 0, "shape": [1, 2]}],
    ],
)
def test_runs_that_a_file_cannot_tell_apart_are_refused_before_the_first(planned, folder):
    done = []

    def measure(settings, **arguments):
        done.append(arguments)
        return {}

    with pytest.raises(ValueError, match="runs must tell each other apart, got {'seed': 0.*} and {'seed': 0"):
        run(*planned, measure=measure)
    assert done == [] and list(folder.iterdir()) == []


def test_a_complete_file_of_another_environment_is_not_completed_further(folder):
    path = run({"seed": 0}, {"seed": 1})
    results.write(path, results.read(path) | {"environment": {"torch": "0"}})
    before = path.read_bytes()
    run({"seed": 0}, {"seed": 1})
    with pytest.raises(ValueError, match=r"toy.json was begun in another environment, {'torch': '0'}; use --force"):
        run({"seed": 0}, {"seed": 1}, {"seed": 2})
    assert path.read_bytes() == before and not results.path_of("toy", "tiny", finished=False).exists()
    run({"seed": 0}, {"seed": 1}, {"seed": 2}, force=True)
    assert results.load("toy", "tiny").environment == runner.environment({})


def test_a_complete_file_of_this_environment_is_completed_further():
    first = results.read(run({"seed": 0}))["runs"]
    assert results.read(run({"seed": 0}, {"seed": 1}))["runs"][:1] == first
    assert results.load("toy", "tiny").values("seed").tolist() == [0, 1]


def test_a_plan_that_shrinks_to_what_was_done_is_complete():
    def measure(settings, *, seed):
        if seed == 2:
            raise ArithmeticError("it broke")
        return {}

    with pytest.raises(ArithmeticError):
        run({"seed": 0}, {"seed": 1}, {"seed": 2}, measure=measure)
    run({"seed": 0}, {"seed": 1})
    assert results.load("toy", "tiny").values("seed").tolist() == [0, 1]


def test_force_removes_the_checkpoints_of_its_experiment_and_preset_alone():
    names = [("toy", "tiny", "0"), ("toy", "tiny", "1"), ("toy", "cpu", "0"), ("toy_2", "tiny", "0")]
    own, second, *others = [results.checkpoint_path(*one) for one in names]
    for path in (own, second, *others):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    run({"seed": 0})
    assert all(path.exists() for path in (own, second, *others))
    run({"seed": 0}, force=True)
    assert not own.exists() and not second.exists() and all(path.exists() for path in others)


def test_force_leaves_the_checkpoints_of_a_run_under_way():
    kept = results.checkpoint_path("toy", "tiny", "0")

    def measure(settings, *, seed):
        kept.touch()
        with pytest.raises(BlockingIOError, match="toy.json is being made by process"):
            run({"seed": 0}, force=True)
        return {"kept": kept.exists()}

    assert results.read(run({"seed": 0}, measure=measure))["runs"][0]["kept"]
