"""The pins, the package's ranges, Binder's environment and the imports agree."""

import ast
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from declarations import ENVIRONMENT, binder_requirements, pins, requirements
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from book import notebooks
from book.stored.guards import imported_names

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RANGES = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["models"]]


def imports():
    """Top-level modules that the package and the chapters import."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "ttsbook").rglob("*.py")]
    for path in notebooks.paths():
        cells = notebooks.code_cells(notebooks.read(path))
        sources += [TransformerManager().transform_cell(cell.source) for cell in cells]
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    return {name for node in nodes for name in imported_names(node)} - {"ttsbook"}


def third_party(modules):
    """Distributions that provide modules, by canonical name."""
    provided = metadata.packages_distributions()
    return {canonicalize_name(provided[name][0]) for name in modules - sys.stdlib_module_names}


def needed(names):
    """All distributions that some distributions need here, themselves included."""
    found, left = set(), list(names)
    while left:
        name = canonicalize_name(left.pop())
        if name not in found:
            found.add(name)
            wanted = map(Requirement, metadata.requires(name) or [])
            left += [r.name for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})]
    return found


@pytest.mark.parametrize("file", ["requirements-book.txt", "requirements.txt", "requirements-lab.txt"])
def test_everything_is_pinned(file):
    for requirement in requirements(file):
        assert [clause.operator for clause in requirement.specifier] == ["=="], requirement


@pytest.mark.parametrize("file", ["requirements-book.txt", "requirements.txt"])
def test_whatever_a_pin_brings_with_it_is_pinned_too(file):
    assert needed(pins(file)) == set(pins(file))


def test_installed_versions_are_the_pinned_ones():
    for requirement in requirements("requirements.txt"):
        installed = metadata.version(requirement.name)
        assert requirement.specifier.contains(installed, prereleases=True), requirement


def test_pins_admit_the_oldest_python():
    oldest = PROJECT["requires-python"].removeprefix(">=") + ".0"
    for name in pins("requirements.txt"):
        admitted = metadata.metadata(name).get("Requires-Python", "")
        assert SpecifierSet(admitted).contains(oldest), f"{name} needs Python {admitted}"


def test_ranges_of_the_package_admit_the_pins():
    pinned = pins("requirements.txt")
    for requirement in map(Requirement, RANGES):
        version = pinned[canonicalize_name(requirement.name)].removeprefix("==")
        assert requirement.specifier.contains(version), requirement


def test_binder_admits_the_pins():
    pinned = pins("requirements-lab.txt")
    for requirement in binder_requirements():
        if requirement.name not in ("python", "pip"):
            version = pinned[canonicalize_name(requirement.name)].removeprefix("==")
            assert requirement.specifier.contains(version), requirement


def test_binder_takes_packages_from_one_channel():
    assert ENVIRONMENT["channels"] == ["conda-forge"]


def test_imports_are_declared_by_the_package_and_installed_in_binder():
    imported = third_party(imports())
    assert {"anywidget", "matplotlib", "numpy", "torch"} <= imported
    assert imported <= {canonicalize_name(Requirement(text).name) for text in RANGES}
    assert imported <= needed(r.name for r in binder_requirements() if r.name not in ("python", "jupyterlab-myst"))
