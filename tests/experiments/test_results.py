import json
import math
from pathlib import Path

import numpy as np
import pytest

from monograph.experiments import results
from monograph.widgets import TrainedLayers

CONTENT = {
    "experiment": "toy",
    "preset": "tiny",
    "settings": {"dim": 3},
    "environment": {"torch": "0"},
    "missing": 0,
    "runs": [
        {"seed": 0, "spectrum": "flat", "mean": [1.0, math.inf], "seconds": 1.5},
        {"seed": 1, "spectrum": "flat", "mean": [2.0, 0.1 + 0.2], "seconds": 2.5},
        {"seed": 1, "spectrum": "long", "mean": [3.0, 0.0], "seconds": 3.0},
    ],
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TTSBOOK_RESULTS", str(tmp_path))
    return tmp_path


def store(**changes):
    path = results.path_of("toy", "tiny")
    results.write(path, CONTENT | changes)
    return path


def test_what_is_written_is_read_to_the_last_bit():
    path = store()
    found = results.load("toy", "tiny")
    assert found.runs == CONTENT["runs"] and found.settings == {"dim": 3} and found.environment == {"torch": "0"}
    assert found.seconds == 7.0
    assert [entry.name for entry in path.parent.iterdir()] == ["toy.json"]
    assert path.read_text().count("\n  {") == 3, "one line for each run"


def test_files_are_strict_json():
    json.loads(store().read_text(), parse_constant=pytest.fail)
    with pytest.raises(ValueError, match="mean must be finite or inf, got nan"):
        store(runs=[{"mean": math.nan}])


@pytest.mark.parametrize("digits", [3, 6])
def test_significant_digits_are_those_that_are_written(digits):
    values = np.random.default_rng(0).lognormal(sigma=9, size=(40, 5))
    expected = [[float(f"{value:.{digits}g}") for value in row] for row in values.tolist()]
    assert results.significant(values, digits) == results.significant([*values], digits) == expected
    single = results.significant(values.astype(np.float32), digits)
    assert np.allclose(single, values, rtol=0.6 * 10.0 ** (1 - digits), atol=0)
    assert results.significant([[1234567.0], [0.5, math.inf]], digits)[1] == [0.5, math.inf]
    assert type(results.significant(np.float32(0.1), digits)) is float


@pytest.mark.parametrize("label", ["inf", ["0", "inf"], {"label": "inf"}, np.array(["inf"])])
def test_a_text_that_would_be_read_as_a_number_is_refused(label):
    with pytest.raises(ValueError, match="label must not be the text 'inf'"):
        store(runs=[{"label": label, "seconds": 1.0}])
    store(runs=[{"label": "infinite", "error": math.inf, "seconds": 1.0}])
    assert results.load("toy", "tiny").runs == [{"label": "infinite", "error": math.inf, "seconds": 1.0}]


def test_a_failed_write_leaves_the_old_file():
    path = store()
    before = path.read_bytes()
    with pytest.raises(TypeError):
        store(runs=[{"mean": {1, 2}}])
    assert path.read_bytes() == before


def test_runs_are_selected_by_what_they_are():
    store()
    found = results.load("toy", "tiny")
    assert found.select(seed=1, spectrum="long") == [CONTENT["runs"][2]]
    assert np.array_equal(found.values("mean", spectrum="flat"), [[1.0, math.inf], [2.0, 0.1 + 0.2]])
    with pytest.raises(ValueError, match="no run has seed=7"):
        found.select(seed=7)
    with pytest.raises(ValueError, match="one of seed, spectrum, mean, seconds, got 'median'"):
        found.values("median")


def test_results_are_in_the_repository_unless_told(monkeypatch, folder):
    assert results.results_dir() == folder
    monkeypatch.delenv("TTSBOOK_RESULTS")
    assert (results.results_dir().parent / "monograph" / "experiments" / "results.py").exists()


def test_a_missing_file_says_how_to_make_it():
    with pytest.raises(
        FileNotFoundError, match=r"toy.json is missing; .* python -m monograph.experiments toy --preset tiny"
    ):
        results.load("toy", "tiny")


@pytest.mark.parametrize("read", [lambda: results.load("linear"), TrainedLayers])
def test_without_the_repository_a_missing_file_says_where_it_is_shipped(read, monkeypatch, folder):
    monkeypatch.delenv("TTSBOOK_RESULTS")
    monkeypatch.setattr(results, "SHIPPED", folder / "site-packages" / "results")
    monkeypatch.chdir(folder)
    with pytest.raises(FileNotFoundError) as caught:
        read()
    path = Path("results", "cpu", "linear.json")
    assert str(caught.value) == (
        f"{path} is missing; let the variable TTSBOOK_RESULTS name the folder results/ of the book's repository, "
        "or to make it, run: python -m monograph.experiments linear --preset cpu"
    )


def test_results_under_way_are_refused_unless_there_are_complete_ones():
    results.write(results.path_of("toy", "tiny", finished=False), CONTENT | {"missing": 2})
    with pytest.raises(
        results.UnfinishedError, match=r"unfinished.tiny.toy.json is unfinished, 2 runs are missing; .*--preset tiny"
    ):
        results.load("toy", "tiny")
    store()
    assert len(results.load("toy", "tiny").runs) == 3


def test_a_file_that_lacks_runs_is_refused_wherever_it_lies():
    store(missing=2)
    with pytest.raises(results.UnfinishedError, match=r"tiny.toy.json is unfinished, 2 runs are missing"):
        results.load("toy", "tiny")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "toy.json is damaged or no results file"),
        ('{"format": "ttsbook results 1", "runs": [', "toy.json is damaged or no results file"),
        ("[1, 2]", "toy.json must have the format 'ttsbook results 1', got None"),
        ('{"format": "ttsbook results 0"}', "toy.json must have the format .*, got 'ttsbook results 0'"),
        ('{"format": "ttsbook results 1"}', "toy.json is damaged: its entry 'settings' is missing"),
        ('{"value": NaN}', "toy.json is damaged or no results file: NaN is not JSON"),
        ("\ufeff\x00\xff", "toy.json is damaged or no results file"),
    ],
)
def test_a_file_that_is_damaged_or_foreign_is_refused_by_name(text, message):
    path = store()
    path.write_bytes(text.encode("utf-8" if "\xff" not in text else "latin-1", "replace"))
    with pytest.raises(ValueError, match=message):
        results.load("toy", "tiny")


HEAD = {"experiment": "linear", "preset": "tiny", "settings": {}, "environment": {}, "missing": 0}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEAD | {"experiment": "recipes", "runs": []}, "must hold linear --preset tiny, got recipes --preset tiny"),
        (HEAD | {"preset": "cpu", "runs": []}, "got linear --preset cpu"),
        (HEAD | {"runs": [{"a": 1}]}, "one of its runs is no record with its seconds"),
        (HEAD | {"runs": [1, 2]}, "one of its runs is no record with its seconds, but 1"),
    ],
)
def test_what_is_of_another_experiment_or_no_record_is_refused(content, message, tmp_path, monkeypatch):
    monkeypatch.setenv(results.VARIABLE, str(tmp_path))
    results.write(results.path_of("linear", "tiny"), content)
    with pytest.raises(ValueError, match=message):
        results.load("linear", "tiny")


def test_settings_that_have_runs_of_their_own_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv(results.VARIABLE, str(tmp_path))
    results.write(results.path_of("linear", "tiny"), HEAD | {"settings": {"runs": []}, "runs": [{"seconds": 1.0}]})
    assert results.load("linear", "tiny").settings == {"runs": []}


def test_a_value_of_none_is_no_entry_that_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv(results.VARIABLE, str(tmp_path))
    runs = [{"m": None, "seconds": 1.0}, {"seconds": 1.0}]
    results.write(results.path_of("linear", "tiny"), HEAD | {"runs": runs})
    assert results.load("linear", "tiny").select(m=None) == runs[:1]


def test_what_json_has_not_is_named_or_turned(tmp_path):
    def head(error):
        run = {"seed": np.int64(0), "error": error, "seconds": 1.0}
        content = {"experiment": "mine", "preset": "tiny", "settings": {}, "environment": {}, "missing": 0}
        return content | {"runs": [run]}

    results.write(tmp_path / "a.json", head(np.array([0.5, np.inf])))
    assert results.read(tmp_path / "a.json")["runs"][0]["error"] == [0.5, np.inf]
    for value in (-np.inf, np.nan, np.float32("nan")):
        with pytest.raises(ValueError, match="error must be finite or inf, got"):
            results.write(tmp_path / "b.json", head(value))
    assert not (tmp_path / "b.json").exists()
