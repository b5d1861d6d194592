"""The package as a wheel: what is in it, and that it runs without the repository."""

import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

import ttsbook

ROOT = Path(__file__).parents[2]
PACKAGES = ["monograph", "ttsbook"]
SOURCES = ["LICENSE", "README.md", "pyproject.toml"]


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        shutil.copy(ROOT / name, folder)
    for name in (*PACKAGES, "publish"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run(*pip, "--wheel-dir", folder / "wheels", folder)
    (built,) = (folder / "wheels").iterdir()
    return built


def test_its_version_is_the_books(wheel):
    assert wheel.name == f"ttsbook-{ttsbook.__version__}-py3-none-any.whl"
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == ttsbook.__version__
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dynamic"] == ["version"]


def test_it_holds_both_packages_with_their_javascript_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*")]
    kept = {path for path in found if path.is_file() and "__pycache__" not in path.parts}
    assert names == {path.relative_to(ROOT).as_posix() for path in kept}
    assert {Path(name).suffix or name for name in names} == {".py", ".js", ".css", ".typed"}


def test_alone_it_needs_numpy_and_scipy_and_names_of_shapes(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        described = archive.read(name).decode()
    needed = re.findall(r"^Requires-Dist: (\w+)[^;\n]*$", described, re.MULTILINE)
    assert needed == ["jaxtyping", "numpy", "scipy"]


def test_it_runs_in_a_fresh_environment_outside_of_the_repository(wheel, tmp_path):
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "fresh")
    python = tmp_path / "fresh" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index"]
    run(*pip, "--ignore-installed", wheel)  # whatever is seen of the repository
    (site,) = (tmp_path / "fresh" / "lib").glob("python*/site-packages")
    # Its dependencies are those installed here, after the environment's own packages.
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    light = "not sys.modules.keys() & {'anywidget', 'matplotlib', 'torch'}"
    check = f"import sys, ttsbook\nassert {light}\nprint(ttsbook.__file__)"
    found, file = run(python, "-I", "-c", f"{example}\n{check}", cwd=tmp_path).splitlines()
    assert Path(file).is_relative_to(site)
    assert found == example.rstrip().rpartition("  # ")[2]  # what the README says of it
