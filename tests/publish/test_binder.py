"""Binder's configuration is understood; under pip's names, it runs every chapter and gives what is stored."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from declarations import binder_requirements, pins

from publish import chapters, notebooks
from publish.stored import execution
from publish.stored.comparison import differences

ROOT = Path(__file__).parents[2]
# Binder brings Python, pip and a kernel by itself.
BROUGHT = ("python", "pip")
KERNEL = "ipykernel"
BUILDER = "jupyter-repo2docker==2026.4.0"


@pytest.fixture(scope="module")
def binder(tmp_path_factory):
    """Interpreter of a fresh virtual environment that holds what Binder installs."""
    folder = tmp_path_factory.mktemp("binder")
    constraints = folder / "constraints.txt"
    constraints.write_text("".join(f"{name}{pin}\n" for name, pin in pins("requirements-lab.txt").items()))
    packages = [str(r) for r in binder_requirements() if r.name not in BROUGHT]
    binaries = folder / "environment" / "bin"
    environment = os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    environment["JUPYTER_DATA_DIR"] = str(folder / "data")
    pip = [binaries / "python", "-m", "pip", "install", "--quiet", "--constraint", constraints]
    for command in (
        [sys.executable, "-m", "venv", binaries.parent],
        [*pip, *packages, KERNEL],
        ["bash", ROOT / ".binder" / "postBuild"],
    ):
        subprocess.run(command, env=environment, cwd=ROOT, check=True)
    return str(binaries / "python")


@pytest.mark.nightly
@pytest.mark.parametrize("path", notebooks.paths(), ids=notebooks.name_of)
def test_chapter_runs_in_binder(path, binder, monkeypatch):
    monkeypatch.setattr(execution.InterpreterKernel, "python", binder)
    stored, name = notebooks.read(path), notebooks.name_of(path)
    fresh = chapters.remake(stored, folder=path.parent, name=name)
    found = differences(stored, fresh)
    assert not found, "\n".join(found)


@pytest.fixture(scope="module")
def builder(tmp_path_factory):
    """The program by which Binder builds, in an environment of its own."""
    folder = tmp_path_factory.mktemp("builder")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", BUILDER]
    if subprocess.run(install, check=False).returncode:
        pytest.skip(f"{BUILDER} cannot be installed")
    return folder / "bin" / "jupyter-repo2docker"


@pytest.fixture
def understood(builder, tmp_path):
    """Function that gives what Binder would do with this configuration, and whether it can."""
    shutil.copytree(ROOT / ".binder", tmp_path / ".binder")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def build():
        command = [builder, "--no-build", "--debug", tmp_path]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout + done.stderr

    return build


@pytest.mark.exhaustive
def test_binder_understands_its_configuration(understood):
    sound, output = understood()
    assert sound, output
    assert "Building conda environment for python=3.11" in output
    assert ".binder/environment.yml" in output
    assert "RUN ./.binder/postBuild" in output


@pytest.mark.exhaustive
def test_a_broken_configuration_is_noticed(understood, tmp_path):
    (tmp_path / ".binder" / "environment.yml").write_text("dependencies: [")
    assert not understood()[0]
