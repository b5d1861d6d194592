"""Outcome of long runs: one JSON file for each experiment and preset."""

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import numpy as np

Settings: TypeAlias = dict[str, Any]
"""Settings of an experiment, as JSON holds them."""
Run: TypeAlias = dict[str, Any]
"""What one run was and what it found, as JSON holds it."""
FORMAT = "ttsbook results 1"
VARIABLE = "TTSBOOK_RESULTS"
"""Variable of the environment that names another folder of results."""
SHIPPED = Path(__file__).resolve().parents[2] / "results"
"""Folder of the repository; where the package is installed without it, there is none."""


class ResultsError(ValueError):
    """Results that cannot be read or made as they are asked for, such as those of a damaged file or other settings.

    Examples
    --------
    >>> issubclass(ResultsError, ValueError)
    True
    """


class UnfinishedError(ResultsError):
    """A results file that a run has not completed yet.

    Examples
    --------
    >>> issubclass(UnfinishedError, ResultsError)
    True
    """


@dataclass(frozen=True)
class Results:
    """What an experiment found.

    Attributes
    ----------
    settings
        What all runs had in common.
    environment
        Versions, processor, device, number of threads.
    seconds
        Seconds of a processor that the runs took, added up.
    runs
        For each run what it was (spectrum, seed, ...) and what it found, numbers and lists of numbers.

    Examples
    --------
    >>> records = Results({}, {}, 1.0, [{"seed": 0, "error": 0.5}, {"seed": 1, "error": 0.25}])
    >>> records.select(seed=1)
    [{'seed': 1, 'error': 0.25}]
    >>> records.values("error").tolist()
    [0.5, 0.25]
    """

    settings: Settings
    environment: dict[str, str]
    seconds: float
    runs: list[Run]

    def select(self, **wanted: Any) -> list[Run]:
        """Select the runs with these entries, such as ``select(recipe="shift", seed=0)``; there must be some."""
        runs = [run for run in self.runs if all(name in run and run[name] == value for name, value in wanted.items())]
        if not runs:
            raise ValueError(f"no run has {', '.join(f'{name}={value!r}' for name, value in wanted.items())}")
        return runs

    def values(self, name: str, **wanted: Any) -> np.ndarray:
        """Collect one entry, such as "ratio", of the runs that `select` finds."""
        runs = self.select(**wanted)
        if any(name not in run for run in runs):
            raise ValueError(f"name must be an entry of each run, one of {', '.join(runs[0])}, got {name!r}")
        return np.array([run[name] for run in runs])


def significant(values: Any, digits: int) -> Any:
    """Keep so many significant digits of a number, or of each in a list or an array.

    Parameters
    ----------
    values
        A number, or lists and arrays of them, also of unlike lengths.
    digits
        Number of digits.

    Examples
    --------
    >>> significant(2 / 3, 4)
    0.6667
    >>> significant([[12345.6, math.inf], np.array([0.00012345])], 3)
    [[12300.0, inf], [0.000123]]
    """
    if isinstance(values, (list, tuple)) or np.ndim(values):
        return [significant(value, digits) for value in values]
    return float(f"{values:.{digits}g}")


def results_dir() -> Path:
    """Folder of the results: what the variable TTSBOOK_RESULTS names, or results/ of the repository.

    Where the package is installed without the repository, it is ``results`` in the working directory.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, {VARIABLE: "elsewhere"}):
    ...     print(results_dir())
    elsewhere
    """
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return SHIPPED if SHIPPED.is_dir() else Path("results")


def path_of(experiment: str, preset: str, *, finished: bool = True) -> Path:
    """Path of a results file, which need not exist.

    Results under way lie in a folder of their own, until they are complete and replace the file.

    Parameters
    ----------
    experiment
        Name of the experiment, such as "recipes".
    preset
        Its size, such as "cpu".
    finished
        Whether the complete results are meant, or those under way.

    Examples
    --------
    >>> for finished in (True, False):
    ...     print(path_of("recipes", "cpu", finished=finished).relative_to(results_dir()).as_posix())
    cpu/recipes.json
    unfinished/cpu/recipes.json
    """
    folder = results_dir() if finished else results_dir() / "unfinished"
    return folder / preset / f"{experiment}.json"


def checkpoint_path(experiment: str, preset: str, run: str) -> Path:
    """Path of what a run keeps of a training under way, beside the results under way; ``--force`` removes it.

    Parameters
    ----------
    experiment, preset
        As for `path_of`.
    run
        What tells the run from others.

    Examples
    --------
    >>> print(checkpoint_path("gpt2", "cpu", "0a1b").relative_to(results_dir()).as_posix())
    unfinished/cpu/gpt2-0a1b.safetensors
    """
    return path_of(experiment, preset, finished=False).with_name(f"{experiment}-{run}.safetensors")


def load(experiment: str, preset: str = "cpu") -> Results:
    """Read the results of an experiment.

    Parameters
    ----------
    experiment, preset
        As for `path_of`.

    Raises
    ------
    FileNotFoundError
        If the experiment was not run: the message says how to, and, where the package is installed without
        the repository, in which folder of it results are shipped.
    UnfinishedError
        If runs are missing.
    ResultsError
        If the file is damaged, of another experiment or of another version.

    Examples
    --------
    >>> records = load("linear", "tiny")
    >>> records.settings["dim"], records.values("n").tolist()
    (3, [4, 4, 4, 4, 40, 40, 4, 4])
    """
    complete, under_way = path_of(experiment, preset), path_of(experiment, preset, finished=False)
    path = under_way if under_way.exists() and not complete.exists() else complete
    command = f"python -m monograph.experiments {experiment} --preset {preset}"
    if not path.exists():
        remedy = f"to make it, run: {command}"
        if not SHIPPED.is_dir():
            remedy = f"let the variable {VARIABLE} name the folder results/ of the book's repository, or {remedy}"
        raise FileNotFoundError(f"{path} is missing; {remedy}")
    content = read(path)
    if (content["experiment"], content["preset"]) != (experiment, preset):
        other = f"{content['experiment']} --preset {content['preset']}"
        raise ResultsError(f"{path} must hold {experiment} --preset {preset}, got {other}")
    if content["missing"]:
        raise UnfinishedError(f"{path} is unfinished, {content['missing']} runs are missing; to go on, run: {command}")
    seconds = sum(run["seconds"] for run in content["runs"])
    return Results(content["settings"], content["environment"], seconds, content["runs"])


def read(path: str | Path) -> dict[str, Any]:
    """Read a results file, finished or not; a ResultsError says that it is damaged or of another version.

    Parameters
    ----------
    path
        File.

    Examples
    --------
    >>> read(path_of("linear", "tiny"))["experiment"]
    'linear'
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=_refuse)
    except ValueError as error:
        raise ResultsError(f"{path} is damaged or no results file: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        other = content.get("format") if isinstance(content, dict) else None
        raise ResultsError(f"{path} must have the format {FORMAT!r}, got {other!r}")
    kinds = {"settings": dict, "environment": dict, "missing": int, "runs": list, "experiment": str, "preset": str}
    for name, kind in kinds.items():
        if not isinstance(content.get(name), kind):
            raise ResultsError(f"{path} is damaged: its entry {name!r} is missing or no {kind.__name__}")
    for run in content["runs"]:
        if not isinstance(run, dict) or not isinstance(run.get("seconds"), (int, float)):
            raise ResultsError(f"{path} is damaged: one of its runs is no record with its seconds, but {run!r:.60}")
    content["runs"] = [_decode(run) for run in content["runs"]]
    return content


def write(path: str | Path, content: dict[str, Any]) -> None:
    """Write results, one line for each run; the file is replaced as a whole or not at all.

    Parameters
    ----------
    path
        File.
    content
        With the entries `experiment`, `preset`, `settings`, `environment`, `missing` and `runs`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> runs = [{"seed": 0, "error": math.inf, "seconds": 1.0}]
    >>> head = {"experiment": "mine", "preset": "tiny", "settings": {}, "environment": {}, "missing": 0}
    >>> with TemporaryDirectory() as folder:
    ...     write(Path(folder, "mine.json"), head | {"runs": runs})
    ...     print(read(Path(folder, "mine.json"))["runs"])
    [{'seed': 0, 'error': inf, 'seconds': 1.0}]
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    head = json.dumps({"format": FORMAT, **content, "runs": []}, indent=1, ensure_ascii=False, allow_nan=False)
    runs = ",\n".join("  " + json.dumps(_encode(run, str(path)), allow_nan=False) for run in content["runs"])
    before, _, after = head.rpartition('"runs": []')
    unfinished.write_text(f'{before}"runs": [\n{runs}\n ]{after}\n', encoding="utf-8", newline="\n")
    unfinished.replace(path)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _encode(value: Any, name: str) -> Any:
    """Make infinity, which a diverging chain has and JSON has not, the string "inf"; refuse what else JSON has not."""
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: _encode(part, key) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encode(part, name) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        if value != math.inf:
            raise ValueError(f"{name} must be finite or inf, got {value!r}")
        return "inf"
    if value == "inf":
        raise ValueError(f"{name} must not be the text 'inf', which is read as a number")
    return value


def _decode(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _decode(part) for name, part in value.items()}
    if isinstance(value, list):
        return [part if isinstance(part, float) else _decode(part) for part in value]  # nearly all are
    return math.inf if value == "inf" else value
