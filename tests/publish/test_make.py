"""The make targets say what is missing, and the README names those that exist."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def make(tmp_path):
    """Function that runs make on a copy of the Makefile alone."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements-book.txt", "package.json"):
        (tmp_path / name).touch()

    def run(*arguments, python="python3"):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
        command = ["make", "-C", tmp_path, *arguments, f"PYTHON={python}"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def python(tmp_path):
    """Function that makes a Python which fails where a pattern occurs in its arguments."""

    def build(failing):
        path = tmp_path / "python"
        path.write_text(f'#!/bin/sh\ncase "$*" in {failing}) exit 1 ;; --version) echo "Python 3.9.2" ;; esac\n')
        path.chmod(0o755)
        return path

    return build


def test_help_is_the_default(make):
    done = make()
    assert done.returncode == 0
    assert done.stdout == make("help").stdout
    assert re.search(r"^ +book +build the site", done.stdout, re.MULTILINE)


def test_an_old_python_is_named(make, python):
    done = make("book", python=python("*version_info*"))
    assert done.returncode == 2
    assert "needs Python 3.11 or newer" in done.stdout
    assert "Python 3.9.2" in done.stdout


def test_a_missing_venv_module_is_named(make, python):
    done = make("book", python=python("*ensurepip*"))
    assert done.returncode == 2
    assert "has no venv module" in done.stdout


def test_a_missing_python_is_named(make):
    done = make("book", python="no-such-python")
    assert done.returncode == 2
    assert "no-such-python" in done.stdout


def test_an_unfinished_environment_is_no_environment(make, python, tmp_path):
    assert make("book", python=python("*--clear*")).returncode == 2
    assert not (tmp_path / ".venv" / ".python").exists()


def test_every_target_is_explained_and_in_the_readme(make):
    targets = set(re.findall(r"^  ([a-z-]+) ", make().stdout, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert targets == set(phony.split())
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert named <= targets
    assert targets - {"help"} <= named
