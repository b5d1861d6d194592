"""Binder's environment, under pip's names, runs every chapter and gives what is stored."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from declarations import binder_requirements, pins

from book import chapters, execution, notebooks
from book.comparison import differences

ROOT = Path(__file__).parents[2]
# Binder brings Python, pip and a kernel by itself.
BROUGHT = ("python", "pip")
KERNEL = "ipykernel"


@pytest.fixture(scope="module")
def binder(tmp_path_factory):
    """Interpreter of a fresh virtual environment that holds what Binder installs."""
    folder = tmp_path_factory.mktemp("binder")
    constraints = folder / "constraints.txt"
    constraints.write_text("".join(f"{name}{pin}\n" for name, pin in pins("requirements-lab.txt").items()))
    packages = [str(r) for r in binder_requirements() if r.name not in BROUGHT]
    binaries = folder / "environment" / "bin"
    environment = os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    pip = [binaries / "python", "-m", "pip", "install", "--quiet", "--constraint", constraints]
    for command in (
        [sys.executable, "-m", "venv", binaries.parent],
        [*pip, *packages, KERNEL],
        ["bash", ROOT / ".binder" / "postBuild"],
    ):
        subprocess.run(command, env=environment, cwd=ROOT, check=True)
    return str(binaries / "python")


@pytest.mark.exhaustive
@pytest.mark.parametrize("path", notebooks.paths(), ids=notebooks.name_of)
def test_chapter_runs_in_binder(path, binder, monkeypatch):
    monkeypatch.setattr(execution.InterpreterKernel, "python", binder)
    stored, name = notebooks.read(path), notebooks.name_of(path)
    fresh = chapters.remake(stored, folder=path.parent, name=name)
    found = differences(stored, fresh)
    assert not found, "\n".join(found)
