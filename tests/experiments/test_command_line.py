import pytest

from monograph.experiments import results, runner
from monograph.experiments.__main__ import main
from monograph.experiments.registry import EXPERIMENTS


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TTSBOOK_RESULTS", str(tmp_path))
    return tmp_path


def multiply(settings, *, seed):
    """What only the second run cannot do."""
    return {"product": [1, 2] * (1 if seed == 0 else "x")}


def nowhere(settings, *, seed):
    raise FileNotFoundError("no such file")


def undefined(settings, *, seed):
    return {"value": 0.5 if seed == 0 else float("nan")}


def two(settings):
    return [{"seed": 0}, {"seed": 1}]


def toy(measure):
    return runner.Experiment("toy", "A toy.", {"tiny": {}}, two, measure)


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize(
    ("measure", "error", "seed"),
    [(multiply, TypeError, 1), (nowhere, FileNotFoundError, 0), (undefined, ValueError, 1)],
)
def test_an_error_of_a_run_says_which_run_and_where(measure, error, seed, workers, monkeypatch):
    monkeypatch.setitem(EXPERIMENTS, "toy", toy(measure))
    with pytest.raises(error) as caught:
        main(["toy", "--preset", "tiny", "--workers", workers])
    if workers == "1" or error is not FileNotFoundError:  # of two processes either is the first
        assert caught.value.__notes__ == [f"in the run {{'seed': {seed}}} of toy"]


def found(settings, *, seed):
    return {"square": seed**2}


def test_what_is_wrong_with_files_and_settings_is_said_in_a_line(monkeypatch, capsys):
    monkeypatch.setitem(EXPERIMENTS, "toy", toy(found))
    command = ["toy", "--preset", "tiny", "--workers", "1"]
    assert main(command) == 0
    path = results.path_of("toy", "tiny")
    content = results.read(path)
    capsys.readouterr()
    for entries, message in [
        ({"settings": {"seeds": 7}}, "was made with other settings; use --force to make it anew"),
        (
            {"missing": 1, "environment": {"torch": "0"}},
            "was begun in another environment, {'torch': '0'}; use --force",
        ),
        ({"runs": [{"seed": 99, "seconds": 1.0}]}, "holds a run that is not planned; use --force to make it anew"),
    ]:
        results.write(path, content | entries)
        assert main(command) == 1
        said = capsys.readouterr().err
        assert said.startswith(f"{path} {message}") and said.count("\n") == 1
    path.write_text("{")
    assert main(command) == main(["toy", "--list"]) == 1
    path.unlink()
    path.mkdir()
    assert main(command) == 1
    assert str(path) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["drift", "--preset", "large"], "drift has no preset large; there are: tiny, cpu\n"),
        (["drift", "--workers", "0"], "--workers must be at least 1, got 0\n"),
    ],
)
def test_options_that_do_not_fit_are_said_with_the_usage(options, message, capsys, folder):
    with pytest.raises(SystemExit) as caught:
        main(options)
    said = capsys.readouterr().err
    assert caught.value.code == 2 and said.startswith("usage: ") and message in said
    assert list(folder.iterdir()) == []


def test_an_address_that_is_none_is_said():
    with pytest.raises(SystemExit, match="--scheduler must be an address such as .*: missing port number"):
        main(["drift", "--preset", "tiny", "--scheduler", "here"])
