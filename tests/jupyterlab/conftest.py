"""A JupyterLab of its own, on a copy of the chapters, and a browser to open it in."""

import json
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from watched_pages import started

from conftest import require

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds until the server must answer
OPTIONS = [
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    "--port=0",
    "--IdentityProvider.token=",
    "--ServerApp.allow_remote_access=False",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--LabApp.news_url=",
]
QUIET = {"checkForUpdates": False, "doNotDisturbMode": True, "fetchNews": "false"}


@pytest.fixture(scope="session")
def lab_folder(tmp_path_factory):
    """A copy of the folder `chapters`, the root of `lab`."""
    folder = tmp_path_factory.mktemp("lab") / "chapters"
    return shutil.copytree(ROOT / "chapters", folder, ignore=shutil.ignore_patterns(".*"))


@pytest.fixture(scope="session")
def lab(lab_folder):
    """Address of a JupyterLab, with a slash at its end.

    A chapter is at ``f"{lab}lab/tree/setup/task.ipynb?reset"``, alone in its window.
    """
    require(find_spec("jupyterlab"), "JupyterLab is not installed: run `make test-all` or `make lab`")
    home = lab_folder.parent
    notification = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    notification.parent.mkdir(parents=True)
    notification.write_text(json.dumps(QUIET))
    command = [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--ServerApp.root_dir={lab_folder}"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=_environment(home), cwd=home, stdout=log, stderr=log)
    try:
        yield _address(server, home)
    finally:
        _stop(server)


@pytest.fixture(scope="module")
def browser(chromium):
    """The system's Chromium."""
    with started(chromium) as browser:
        yield browser


def _environment(home):
    """No setting of the user counts, and the package is that of this copy of the book."""
    folders = {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}
    return {
        **os.environ,
        **{f"JUPYTER_{name}_DIR": str(home / folder) for name, folder in folders.items()},
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONPATH": str(ROOT),
    }


def _address(server, home):
    """Wait until the server has written its address, and answers there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        for found in (home / "runtime").glob("jpserver-*.json"):
            try:
                address = json.loads(found.read_text())["url"]
                urlopen(f"{address}api/status", timeout=5).close()
            except (OSError, ValueError):
                continue
            return address
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start: {(home / 'log').read_text()[-2000:]}")


def _stop(server):
    """End the server, which ends its kernels, and whatever is left of them."""
    try:
        children = psutil.Process(server.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        children = []
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    _, left = psutil.wait_procs(children, timeout=5)
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=5)
