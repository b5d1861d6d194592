"""A chapter that nbconvert exports shows each widget's still picture, and the words for it."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from conftest import require
from publish import notebooks

ROOT = Path(__file__).parents[2]
NAME = "setup/task"


@pytest.mark.exhaustive
def test_an_exported_widget_has_its_still_picture(tmp_path):
    require(find_spec("nbconvert"), "nbconvert is not installed: run `make test-all` or `make lab`")
    # As `make lab` and Binder install it.
    installed = dict.fromkeys(("JUPYTER_CONFIG_PATH", "JUPYTER_PATH"), str(ROOT / "publish" / "export"))
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to=html", f"--output-dir={tmp_path}"]
    chapter = notebooks.CHAPTERS / f"{NAME}.ipynb"
    subprocess.run([*command, chapter], env=os.environ | installed, check=True, capture_output=True)
    page = BeautifulSoup(Path(tmp_path, "task.html").read_text(), "lxml")
    cells = notebooks.code_cells(notebooks.read(chapter))
    data = [output.data for cell in cells for output in cell.outputs if notebooks.WIDGET in output.get("data", {})]
    assert [still.svg is not None for still in page.select(".still")] == [True] * len(data) != []
    assert [still["aria-label"] for still in page.select(".still")] == [one["text/plain"] for one in data]
    assert all(still.find_next_sibling(class_="jupyter-widgets") for still in page.select(".still"))
