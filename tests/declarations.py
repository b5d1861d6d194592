"""What the project's files declare to need, for the tests that compare them."""

import re
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ENVIRONMENT = yaml.safe_load((ROOT / ".binder" / "environment.yml").read_text())
# Names of conda-forge that differ from pip's.
PIP_NAMES = {"matplotlib-base": "matplotlib", "pytorch-cpu": "torch"}


def exported(file):
    """All requirements of a file."""
    return [Requirement(line) for line in (ROOT / file).read_text().splitlines() if not line.startswith("#")]


def requirements(file):
    """Requirements of a file that this machine heeds."""
    return [r for r in exported(file) if r.marker is None or r.marker.evaluate()]


def pins(file):
    """Version that a file pins for each distribution, such as `==1.0`."""
    return {canonicalize_name(r.name): str(r.specifier) for r in requirements(file)}


def binder_requirements():
    """What Binder installs, under the names that pip gives it."""
    for entry in ENVIRONMENT["dependencies"]:
        for text in entry["pip"] if isinstance(entry, dict) else [entry]:
            requirement = Requirement(re.sub(r"(?<![=<>!~])=(?!=)", "==", text))
            requirement.name = PIP_NAMES.get(requirement.name, requirement.name)
            yield requirement
