"""The pins, the dependency groups, the package's ranges, Binder's environment and the imports agree."""

import ast
import functools
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from chapter_guards import imported_names
from declarations import ENVIRONMENT, binder_requirements, exported, pins, requirements
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from publish import lock, notebooks

ROOT = Path(__file__).parents[2]
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = DECLARED["project"]
EXTRAS = PROJECT["optional-dependencies"]
RANGES = [*PROJECT["dependencies"], *EXTRAS["models"], *(one for one in EXTRAS["book"] if "ttsbook" not in one)]
CLUSTER = EXTRAS["cluster"]
# What tests may import besides distributions: what lies in pytest's `pythonpath`.
OWN = {path.stem for folder in (ROOT, ROOT / "tests") for path in folder.iterdir()}
FILES = {group: file for group, (file, _) in lock.EXPORTS.items()}


def files(*folders):
    """Sources of the Python files below some folders."""
    return [path.read_text(encoding="utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py")]


def cells():
    """Sources of the chapters' cells, as Python."""
    found = [cell for path in notebooks.paths() for cell in notebooks.code_cells(notebooks.read(path))]
    return [TransformerManager().transform_cell(cell.source) for cell in found]


@functools.cache
def provided():
    """Distributions that are installed, by the modules that they provide."""
    return {
        name: set(map(canonicalize_name, providers)) for name, providers in metadata.packages_distributions().items()
    }


def third_party(sources, *, own=("ttsbook", "monograph")):
    """Modules of others that sources import, each with the distributions that provide it."""
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    imported = {name for node in nodes for name in imported_names(node)}
    return {name: provided()[name] for name in imported.difference(own, sys.stdlib_module_names)}


def undeclared(modules, distributions):
    """Names of those modules that none of some distributions provides."""
    return {name for name, providers in modules.items() if providers.isdisjoint(distributions)}


def names(requirements):
    """Canonical names of the distributions that are required."""
    return {canonicalize_name(Requirement(text).name) for text in requirements}


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


@pytest.mark.parametrize("file", FILES.values())
def test_everything_is_pinned(file):
    for requirement in exported(file):
        assert [clause.operator for clause in requirement.specifier] == ["=="], requirement


@pytest.mark.parametrize(("group", "file"), FILES.items())
def test_pins_are_what_the_groups_declare(group, file):
    pinned = pins(file)
    for requirement in map(Requirement, lock.declared(DECLARED, group)):
        version = pinned[canonicalize_name(requirement.name)].removeprefix("==")
        assert requirement.specifier.contains(version, prereleases=True), requirement


def test_all_files_pin_the_same_versions():
    everything = pins(FILES["course"])
    for file in FILES.values():
        assert pins(file).items() <= everything.items(), file


@pytest.mark.parametrize("file", FILES.values())
def test_no_pin_is_a_package_of_cuda(file):
    assert [r.name for r in exported(file) if re.match("cuda|nvidia|triton", r.name)] == []


def test_building_the_book_needs_neither_the_package_nor_its_models():
    assert pins(FILES["book"]).keys().isdisjoint(names(RANGES) - {"traitlets"})


@pytest.mark.parametrize("file", [FILES["book"], FILES["test"]])
def test_whatever_a_pin_brings_with_it_is_pinned_too(file):
    assert {name for name in needed(pins(file)) if not name.startswith(lock.CUDA)} == set(pins(file))


def test_installed_versions_are_the_pinned_ones():
    for requirement in requirements(FILES["test"]):
        installed = metadata.version(requirement.name)
        assert requirement.specifier.contains(installed, prereleases=True), requirement


def test_pins_admit_the_oldest_python():
    oldest = PROJECT["requires-python"].removeprefix(">=") + ".0"
    for name in pins(FILES["test"]):
        admitted = metadata.metadata(name).get("Requires-Python", "")
        assert SpecifierSet(admitted).contains(oldest), f"{name} needs Python {admitted}"


def test_ranges_of_the_package_admit_the_pins():
    pinned = pins(FILES["test"])
    for requirement in map(Requirement, RANGES):
        version = pinned[canonicalize_name(requirement.name)].removeprefix("==")
        assert requirement.specifier.contains(version), requirement


def test_binder_admits_the_pins():
    pinned = pins(FILES["lab"])
    for requirement in binder_requirements():
        if requirement.name not in ("python", "pip"):
            version = pinned[canonicalize_name(requirement.name)].removeprefix("==")
            assert requirement.specifier.contains(version), requirement


def test_binder_takes_packages_from_one_channel():
    assert ENVIRONMENT["channels"] == ["conda-forge"]


@pytest.mark.exhaustive
def test_imports_are_declared_by_the_package_and_installed_in_binder():
    imported = third_party([*files("ttsbook", "monograph"), *cells()])
    assert {"anywidget", "matplotlib", "numpy", "torch"} <= imported.keys()
    assert undeclared(imported, names(RANGES + CLUSTER)) == set()
    in_binder = needed(r.name for r in binder_requirements() if r.name not in ("python", "jupyterlab-myst"))
    assert undeclared(imported, in_binder | names(CLUSTER)) == set()


def test_imports_of_the_repository_are_declared_by_its_groups():
    sources = [*files("benchmarks", "publish", "tests"), (ROOT / "conftest.py").read_text(encoding="utf-8")]
    imported = third_party(sources, own=OWN)
    assert {"nbval", "sphinx", "yaml"} <= imported.keys()
    assert undeclared(imported, names(lock.declared(DECLARED, "test"))) == set()
