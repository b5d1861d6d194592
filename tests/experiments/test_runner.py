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
