"""Pin all that the dependency groups of `pyproject.toml` bring with them: `python -m publish.lock`.

What uv resolves is written for pip, one file a group. Each file carries a digest of what it was
made of, so that without uv or a network it can be told whether it is stale.
"""

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
# File and purpose, by group; the first sets the versions that all share.
EXPORTS = {
    "course": ("requirements-course.txt", ["What `make course` installs, pinned: JupyterLab with nbgrader."]),
    "lab": ("requirements-lab.txt", ["What `make lab` installs, pinned: JupyterLab, and the book's markup in it."]),
    "test": (
        "requirements.txt",
        [
            "Everything that runs the chapters and the tests, pinned: `make test` installs it.",
            "PyTorch's CPU build satisfies its pin where it is already installed; CUDA's packages are left to PyTorch.",
        ],
    ),
    "lint": (
        "requirements-lint.txt",
        ["What `make lint` calls, pinned; package.json has what npm installs beside it."],
    ),
    "book": ("requirements-book.txt", ["What building the site needs, all of it, pinned."]),
}
# Without --no-config, uv would also heed settings of the user and of folders above this one.
OPTIONS = ("--no-config", "--universal", "--fork-strategy=fewest", "--no-annotate", "--no-header")
# PyTorch's builds differ in which of these they need, and pin them; its CPU build needs none.
CUDA = ("cuda-", "nvidia-", "triton")


def declared(project, group):
    """List the requirements of a dependency group and of those that it includes.

    Parameters
    ----------
    project : dict
        Content of `pyproject.toml`.
    group : str
        Name of the group.

    Yields
    ------
    str
    """
    for entry in project["dependency-groups"][group]:
        if isinstance(entry, str):
            yield entry
        else:
            yield from declared(project, entry["include-group"])


def options(project):
    """Options of uv by which every group is resolved."""
    return [*OPTIONS, f"--python-version={project['project']['requires-python'].removeprefix('>=')}"]


def export(project, group, pins):
    """Content of a group's file: its purpose, a digest of what it was made of, and its pins.

    Parameters
    ----------
    project : dict
        Content of `pyproject.toml`.
    group : str
        Name of the group.
    pins : iterable of str
        What uv resolved, one distribution a line.

    Returns
    -------
    str
    """
    kept = [pin for pin in pins if not pin.startswith(CUDA)]
    made_of = [*declared(project, group), *options(project), *kept]
    digest = hashlib.sha256("\n".join(made_of).encode()).hexdigest()
    _, purpose = EXPORTS[group]
    origin = [
        f"From the group `{group}` of pyproject.toml by `make lock`, for Python 3.11 to 3.13.",
        f"Digest: {digest}",
    ]
    return "".join(f"{line}\n" for line in [*(f"# {line}" for line in purpose + origin), *kept])


def lock(root, *more):
    """Resolve every group anew and write its file; versions in it that still fit are kept.

    Parameters
    ----------
    root : pathlib.Path
        Folder of `pyproject.toml` and of the files.
    *more : str
        Further options of uv, such as `--upgrade`.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    constraints = []
    for group, (file, _) in EXPORTS.items():
        uv = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *options(project), *more, *constraints]
        subprocess.run([*uv, f"--group={group}", f"--output-file={file}"], cwd=root, check=True)
        pins = (root / file).read_text(encoding="utf-8").splitlines()
        (root / file).write_text(export(project, group, pins), encoding="utf-8")
        constraints = constraints or [f"--constraint={file}"]


if __name__ == "__main__":
    lock(ROOT, *sys.argv[1:])
