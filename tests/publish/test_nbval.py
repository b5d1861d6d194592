"""The tests of the notebooks and of the browser are strict, as the root's conftest sets them."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from small_notebooks import SVG, code, notebook, printed, shown

import conftest

ROOT = Path(__file__).parents[2]
SHOW = "from IPython.display import display\ndisplay({mimes}, raw=True)"


def cell(stored, **fresh):
    """Cell that shows `fresh`, stored with `stored`."""
    return code(SHOW.format(mimes=dict(shown(**fresh).data)), shown(**stored))


@pytest.mark.exhaustive
def test_notebooks_are_compared_apart_from_pictures_and_ids_of_widgets(tmp_path):
    view = {"version_major": 2, "version_minor": 0}
    small = notebook(
        code("print(1 + 1)", printed("2\n")),
        code("print(1 + 1)", printed("3\n")),
        cell({"svg": SVG.format("<a/>"), "plain": "A curve."}, svg=SVG.format("<b/>"), plain="A curve."),
        cell({"svg": SVG.format("<a/>"), "plain": "A line."}, svg=SVG.format("<a/>"), plain="A curve."),
        cell({"widget": view | {"model_id": "a"}}, widget=view | {"model_id": "b"}),
        code("print(1 + 1)", printed("3\n"), tags=["nbval-ignore-output"]),
        code("1 / 0", tags=["nbval-ignore-output"]),
    )
    nbformat.write(small, tmp_path / "small.ipynb")
    options = ["-p", "conftest", "--nbval", "--nbval-current-env", "-rA", "-q", "--color=no"]
    command = [sys.executable, "-m", "pytest", *options, tmp_path / "small.ipynb"]
    found = os.environ | {"PYTHONPATH": "tests"}  # pytest sets its own path after it has loaded the conftest
    done = subprocess.run(command, cwd=ROOT, env=found, capture_output=True, text=True, check=False)
    failed = {line.split(" - ")[0][-1] for line in done.stdout.splitlines() if line.startswith("FAILED")}
    passed = {line.split(" - ")[0][-1] for line in done.stdout.splitlines() if line.startswith("PASSED")}
    assert (passed, failed) == ({"0", "2", "4", "5"}, {"1", "3", "6"}), done.stdout


def test_a_missing_browser_skips_by_name(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        conftest.require(None, "no Chromium")


def test_a_missing_browser_is_an_error_in_continuous_integration(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no Chromium; with CI=true this is an error"):
        conftest.require(None, "no Chromium")


def test_what_is_there_is_used(monkeypatch):
    monkeypatch.setenv("CI", "true")
    assert conftest.require("/usr/bin/chromium", "no Chromium") == "/usr/bin/chromium"
