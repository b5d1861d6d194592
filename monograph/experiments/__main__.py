"""Run experiments; see ``python -m monograph.experiments --help``."""

import argparse
import os
import sys
from collections.abc import Generator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager

from monograph.experiments import results, runner
from monograph.experiments.registry import EXPERIMENTS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line names, by default that of the process, and return the exit status.

    The status is 1 after a message about files or settings. Other errors are raised, as are those of a run, which have
    a note that names it: the traceback says where they came from.
    """
    presets = list(dict.fromkeys(preset for experiment in EXPERIMENTS.values() for preset in experiment.presets))
    parser = argparse.ArgumentParser(prog="python -m monograph.experiments", description="Run long experiments.")
    parser.add_argument("name", nargs="*", help=f"{', '.join(EXPERIMENTS)}; by default all")
    parser.add_argument("--preset", choices=presets, default="cpu", help="size (default: cpu)")
    parser.add_argument("--force", action="store_true", help="do stored runs and trainings under way anew")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes (default: %(default)s)"
    )
    where.add_argument("--scheduler", metavar="ADDRESS", help="do the runs on the Dask cluster at this address")
    parser.add_argument("--list", action="store_true", help="list the experiments and what is stored of them")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.name) - set(EXPERIMENTS))
    if unknown:
        parser.error(f"unknown experiment {', '.join(unknown)}; there are: {', '.join(EXPERIMENTS)}")
    if options.workers < 1:
        parser.error(f"--workers must be at least 1, got {options.workers}")
    named = options.name or [name for name in EXPERIMENTS if options.preset in EXPERIMENTS[name].presets]
    chosen = [EXPERIMENTS[name] for name in named]
    try:
        if options.list:
            for experiment in chosen:
                _describe(experiment)
            return 0
        for experiment in chosen:
            if options.preset not in experiment.presets:
                there = ", ".join(experiment.presets)
                parser.error(f"{experiment.name} has no preset {options.preset}; there are: {there}")
        with _executor(options) as executor:
            for experiment in chosen:
                _run(experiment, options, executor)
    except (results.ResultsError, OSError) as error:
        if hasattr(error, "__notes__"):  # it was in a run
            raise
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        again = "the same command without --force" if options.force else "the same command"
        print(f"\ninterrupted; {again} goes on", file=sys.stderr)
        return 130
    return 0


def _describe(experiment: runner.Experiment) -> None:
    print(f"{experiment.name}: {experiment.summary}")
    for preset, settings in experiment.presets.items():
        total = len(experiment.runs(settings))
        places = [results.path_of(experiment.name, preset, finished=finished) for finished in (True, False)]
        for path in [path for path in places if path.exists()] or places[:1]:
            stored = len(results.read(path)["runs"]) if path.exists() else 0
            print(f"  --preset {preset}: {stored} of {total} runs stored in {path}")


@contextmanager
def _executor(options: argparse.Namespace) -> Generator[Executor | None, None, None]:
    if options.scheduler:
        try:
            from distributed import Client
        except ImportError:
            raise SystemExit("--scheduler needs Dask; to install it: pip install -e '.[cluster]'") from None
        try:
            client = Client(options.scheduler)
        except ValueError as error:
            raise SystemExit(f"--scheduler must be an address such as tcp://10.0.0.1:8786: {error}") from None
        with client:
            yield client.get_executor()
    elif options.workers == 1:
        yield None
    else:
        with runner.processes(options.workers) as executor:
            yield executor


def _run(experiment: runner.Experiment, options: argparse.Namespace, executor: Executor | None) -> None:
    path = runner.run(experiment, options.preset, force=options.force, executor=executor)
    seconds = results.load(experiment.name, options.preset).seconds
    print(f"{experiment.name}: complete in {path}, {seconds:.0f} s of a processor")


if __name__ == "__main__":
    sys.exit(main())
