"""Execute the chapters and store what comes out: `python -m publish.chapters --help`."""

import argparse
import copy
import sys
import time

from publish import notebooks, references
from publish.stored import numbers, times
from publish.stored.comparison import differences
from publish.stored.execution import ChapterError, execute
from publish.stored.normalization import normalize


def remake(notebook, *, folder, name, timed=False):
    """Execute a notebook and bring it into the form in which chapters are stored.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The stored chapter; it is left as it is.
    folder : pathlib.Path
        Where its cells run.
    name : str
        Name of the chapter.
    timed : bool, default False
        Keep how long it ran in `results/chapters.json`.

    Returns
    -------
    nbformat.NotebookNode
        With fresh outputs, widget states, alternative texts, and numbers, times and references in
        the text.

    Raises
    ------
    ChapterError
        If a cell fails, a number in the text is computed by no cell, or a reference leads
        nowhere.
    """
    fresh = copy.deepcopy(notebook)
    start = time.perf_counter()
    execute(fresh, folder=folder, name=name)
    if timed:
        times.record(name, time.perf_counter() - start)
    numbers.write(fresh, name=name)
    references.write(fresh, name=name)
    times.write(fresh, name=name)  # last, as it counts the words
    return normalize(fresh, name=name)


def store(path, name, *, timed=False):
    """Execute a chapter, store it unless it differs by last digits alone, which depend on the processor, and say so."""
    start = time.perf_counter()
    stored = notebooks.read(path)
    fresh = remake(stored, folder=path.parent, name=name, timed=timed)
    changed = bool(differences(stored, fresh))
    if changed:
        notebooks.write(notebooks.dumps(fresh), path)
    outcome = "stored" if changed else "unchanged"
    return f"{name}: executed in {time.perf_counter() - start:.0f} s, {outcome}"


def check(path, name):
    """Execute a chapter and compare it with what is stored."""
    stored = notebooks.read(path)
    found = differences(stored, remake(stored, folder=path.parent, name=name))
    if found:
        raise ChapterError("\n".join(f"{name}: {difference}" for difference in found))
    return f"{name}: fresh"


def main(arguments=None):
    """Run the command line; return its exit status."""
    chapters = {notebooks.name_of(path): path for path in notebooks.paths()}
    parser = argparse.ArgumentParser(prog="python -m publish.chapters", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="chapter", help="such as setup/task; all")
    parser.add_argument("--check", action="store_true", help="compare, and store nothing")
    parser.add_argument("--time", action="store_true", help="measure, for the lines of the times")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in chapters]
    if unknown:
        parser.error(f"no chapter {', '.join(unknown)}; there are: {', '.join(chapters)}")
    status = 0
    for name in options.names or chapters:
        try:
            path = chapters[name]
            print(check(path, name) if options.check else store(path, name, timed=options.time), flush=True)
        except ChapterError as error:
            print(error, file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
