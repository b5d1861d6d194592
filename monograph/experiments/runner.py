"""How an experiment is run: each finished run is stored at once, and what is stored is not done again.

Results under way lie beside the complete ones, which they replace when they are complete themselves.
"""

import json
import os
import platform
import signal
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import permutations
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from threading import RLock, Thread
from typing import Any, Literal

import numpy as np
import torch
from filelock import FileLock, Timeout
from tqdm import tqdm

import ttsbook
from monograph.experiments import results
from monograph.experiments.results import ResultsError, Run, Settings
from monograph.experiments.threads import one_thread
from ttsbook import _validation as check

_ONE_RUN = RLock()  # where an executor has threads: the number of threads of a library belongs to the whole process


@dataclass(frozen=True)
class Experiment:
    """What an experiment consists of.

    Attributes
    ----------
    name
        Name on the command line and of the results file.
    summary
        One line about it.
    presets
        Settings of each size. One that is named "device" says where runs compute, see `device_of`.
    runs
        Function of the settings that lists the runs, each by its keyword arguments for `measure`.
    measure
        Function of the settings and of one run's arguments that returns what was found. It is a function of a
        module, as other processes must find it.

    Examples
    --------
    >>> def runs(settings):
    ...     return [{"seed": seed} for seed in range(settings["seeds"])]
    >>> def measure(settings, seed):
    ...     return {"squared": seed**2}
    >>> squares = Experiment("squares", "Squares of seeds.", {"tiny": {"seeds": 3}}, runs, measure)
    >>> squares.runs(squares.presets["tiny"])
    [{'seed': 0}, {'seed': 1}, {'seed': 2}]
    """

    name: str
    summary: str
    presets: dict[str, Settings]
    runs: Callable[[Settings], list[Run]]
    measure: Callable[..., Run]


def device_of(settings: Settings) -> Literal["cpu", "cuda"]:
    """Device on which the runs of an experiment compute.

    Parameters
    ----------
    settings
        Settings. Their "device" is "cpu", as it is without one, or "fastest": a GPU if there is one.

    Examples
    --------
    >>> device_of({"dim": 3})
    'cpu'
    """
    wanted = check.choice("device", settings.get("device", "cpu"), ("cpu", "fastest"))
    return "cuda" if wanted == "fastest" and torch.cuda.is_available() else "cpu"


def environment(settings: Settings) -> dict[str, str]:
    """Versions and machine on which results depend in their last digits. The arguments are those of `device_of`.

    Examples
    --------
    >>> environment({"device": "cpu"})["device"]
    'cpu'
    """
    device = device_of(settings)
    return {
        "ttsbook": ttsbook.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
        "processor": torch.backends.cpu.get_cpu_capability(),
        "device": torch.cuda.get_device_name() if device == "cuda" else device,
        "threads of a run": "1",
    }


def run(
    experiment: Experiment, preset: str, *, force: bool = False, executor: Executor | None = None, progress: bool = True
) -> Path:
    """Do the runs of an experiment that are not stored yet, and return the path of the results file.

    Parameters
    ----------
    experiment, preset
        Experiment and its size.
    force
        Do all runs anew, also those of an earlier call that did not finish; checkpoints of its trainings in this
        folder of results are removed, as code may have changed since.
    executor
        Who does the runs, such as `processes` or Dask's ``Client(...).get_executor()``; by default this process.
        Its workers import the same `ttsbook`, and have equal environments. What runs themselves store, such as
        the models of `gpt2`, lies in the folder of results that their worker sees.
    progress
        Write rate and time left to standard error.

    Raises
    ------
    ResultsError
        If the stored file is damaged, or belongs to other settings or another environment, or if workers differ
        in theirs; a ValueError.
    ValueError
        If the settings name a device that is neither "cpu" nor "fastest", or if a run of the plan is another with
        further arguments, so that what is stored could be either.
    BlockingIOError
        If another process makes the same results.
    Exception
        What a run raises, with a note that names the run.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from unittest.mock import patch
    >>> squares = Experiment(
    ...     "squares",
    ...     "Squares of seeds.",
    ...     {"tiny": {"seeds": 3}},
    ...     lambda settings: [{"seed": seed} for seed in range(settings["seeds"])],
    ...     lambda settings, seed: {"squared": seed**2},
    ... )
    >>> with TemporaryDirectory() as folder, patch.dict(os.environ, {results.VARIABLE: folder}):
    ...     _ = run(squares, "tiny", progress=False)
    ...     print(results.load("squares", "tiny").values("squared"))
    [0 1 4]
    """
    settings = experiment.presets[check.choice("preset", preset, tuple(experiment.presets))]
    planned = experiment.runs(settings)
    _check_distinct(planned)
    path, under_way = (results.path_of(experiment.name, preset, finished=finished) for finished in (True, False))
    machine = environment(settings) if executor is None else executor.submit(environment, settings).result()
    content = {"experiment": experiment.name, "preset": preset, "settings": settings, "environment": machine}

    def store(done: dict[int, Run]) -> None:
        runs = [done[index] for index in sorted(done)]
        results.write(under_way, content | {"missing": len(planned) - len(done), "runs": runs})

    with _locked(path, under_way):
        if force:
            left = results.checkpoint_path(experiment.name, preset, "*")
            for checkpoint in left.parent.glob(left.name):
                checkpoint.unlink()
            store({})  # so that after an interruption the next call goes on, rather than find the old file complete
        done = _stored(under_way if under_way.exists() else path, settings, planned, machine)
        missing = [index for index in range(len(planned)) if index not in done]
        label = f"{experiment.name} ({preset})"
        with tqdm(total=len(planned), desc=label, unit="run", initial=len(done), disable=not progress) as line:
            for index, outcome in _measured(executor, missing, planned, experiment, settings, machine):
                done[index] = {**planned[index], **outcome}
                with _named(experiment, planned[index]):  # it may have found what no file holds, such as nan
                    store(done)
                line.update()
        if under_way.exists():
            if not missing:
                store(done)  # the plan has shrunk to what was done: the file says that runs are missing
            path.parent.mkdir(parents=True, exist_ok=True)
            under_way.replace(path)
    return path


@contextmanager
def _locked(path: Path, under_way: Path) -> Generator[None, None, None]:
    """Keep other processes from making the same results; the system unlocks them however this one ends."""
    under_way.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{under_way}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        holder = Path(lock.lock_file).read_text(encoding="utf-8")
        raise BlockingIOError(f"{path} is being made by {holder}: wait until it ends, or end it") from None
    try:
        Path(lock.lock_file).write_text(f"process {os.getpid()} on {platform.node()}", encoding="utf-8")
        yield
    finally:
        lock.release()


def _check_distinct(planned: list[Run]) -> None:
    """Refuse a plan in which a stored run, which has its arguments and what it found, may be one of two."""
    plain = [_as_json(arguments) for arguments in planned]
    for one, other in permutations(plain, 2):
        if one.items() <= other.items():
            raise ValueError(f"runs must tell each other apart, got {one} and {other}")


def _stored(path: Path, settings: Settings, planned: list[Run], machine: dict[str, str]) -> dict[int, Run]:
    """Return the runs of the plan that the file holds, by their place in the plan."""
    if not path.exists():
        return {}
    content, remedy = results.read(path), "use --force to make it anew"
    if content["settings"] != _as_json(settings):
        raise ResultsError(f"{path} was made with other settings; {remedy}")
    lacking = content["missing"] or len(content["runs"]) < len(planned)  # it was complete if the plan has grown
    if lacking and content["environment"] != machine:
        raise ResultsError(f"{path} was begun in another environment, {content['environment']}; {remedy}")
    done = {}
    for run in content["runs"]:
        places = [index for index, arguments in enumerate(planned) if _as_json(arguments).items() <= run.items()]
        if len(places) != 1:
            raise ResultsError(f"{path} holds a run that is not planned; {remedy}")
        done[places[0]] = run
    return done


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _measured(
    executor: Executor | None,
    missing: list[int],
    planned: list[Run],
    experiment: Experiment,
    settings: Settings,
    expected: dict[str, str],
) -> Iterator[tuple[int, Run]]:
    """Yield place and outcome of each missing run, as they end."""
    if executor is None:
        for index in missing:
            yield index, _measure(planned[index], experiment, settings, expected)
        return
    shared = experiment, settings, expected
    tasks = {executor.submit(_measure, planned[index], *shared): index for index in missing}
    try:
        for task in as_completed(tasks):
            yield tasks[task], task.result()
    finally:  # after an interrupt or an error of a run the others are not begun
        for task in tasks:
            task.cancel()


@contextmanager
def processes(count: int) -> Generator[ProcessPoolExecutor, None, None]:
    """Let processes of this machine be an executor.

    They end at once with an error or an interrupt, and with the process that started them, even if it is killed.

    Parameters
    ----------
    count
        Number of processes.

    Examples
    --------
    >>> import math
    >>> with processes(1) as executor:
    ...     print(executor.submit(math.factorial, 5).result())
    120
    """
    check.count("count", count, least=1)
    others = set(active_children())
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_follow_parent)
    try:
        yield pool
    except BaseException:  # do not wait for the runs under way
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(active_children()) - others:
            process.kill()
        raise
    pool.shutdown()


def _follow_parent() -> None:
    """Leave interrupts to the process that started this one, and end when it is killed, rather than wait forever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if (parent := parent_process()) is not None:
        Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()


def _measure(arguments: Run, experiment: Experiment, settings: Settings, expected: dict[str, str]) -> Run:
    """Do one run on one thread: runs do not take each other's, and the bits do not depend on their number."""
    if (machine := environment(settings)) != expected:
        raise ResultsError(f"workers must have one environment, got {expected} and {machine}")
    with _ONE_RUN, one_thread(), _named(experiment, arguments):
        start = time.process_time()  # what else the machine does takes none of it
        outcome = experiment.measure(settings, **arguments)
        return {**outcome, "seconds": round(time.process_time() - start, 3)}


@contextmanager
def _named(experiment: Experiment, arguments: Run) -> Generator[None, None, None]:
    """Let an error say in which run it was."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in the run {arguments} of {experiment.name}")
        raise
