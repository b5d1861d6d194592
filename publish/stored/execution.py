"""Execution of a notebook from its first cell to its last, in a fresh kernel."""

import os
import re
import sys

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError

from monograph import _evidence_store
from publish.book import ROOT

THREADS = "TTSBOOK_THREADS"
"""Variable of the environment that gives the number of threads in which chapters and tests compute; one by default."""
EVIDENCE = ROOT / "_build" / "evidence"
_POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
TIMEOUT = 600  # seconds for one cell

_TERMINAL_COLOR = re.compile(r"\x1b\[[0-9;]*m")


class ChapterError(Exception):
    """A chapter cannot be made as it stands; the message says where and why."""


class InterpreterKernel(AsyncKernelManager):
    """Kernel of one interpreter, whatever kernels are installed under its name."""

    python = sys.executable

    @property
    def kernel_spec(self):
        """How the kernel is started."""
        return KernelSpec(argv=[self.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"])


def surroundings():
    """Variables of the environment in which chapters and tests run.

    The number of threads is fixed, as sums of several differ in the last digit, and what the check of a claim
    found is shared, as several chapters and tests ask for it.

    Returns
    -------
    dict of str to str
    """
    threads = dict.fromkeys(_POOLS, os.environ.get(THREADS, "1"))
    return threads | {_evidence_store.VARIABLE: str(EVIDENCE)}


def execute(notebook, *, folder, name):
    """Execute all cells of `notebook` in place.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Its stored outputs and widget states are replaced.
    folder : pathlib.Path
        Working directory of the kernel.
    name : str
        What error messages call the notebook.

    Raises
    ------
    ChapterError
        If a cell raises, takes longer than `TIMEOUT`, or kills the kernel.
    """
    started = []
    notebook.metadata.pop("widgets", None)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        kernel_manager_class=InterpreterKernel,
        extra_arguments=["--log-level=ERROR"],
        timeout=TIMEOUT,
        record_timing=False,
        store_widget_state=True,
        coalesce_streams=True,
        shutdown_kernel="immediate",  # a chapter leaves nothing to clean up
        resources={"metadata": {"path": str(folder)}},
        on_cell_execute=lambda cell, cell_index: started.append(cell),
    )
    try:
        client.execute(env=os.environ | surroundings())
    except (CellControlSignal, DeadKernelError) as error:
        raise ChapterError(_failure(error, name, started)) from error


def _failure(error, name, started):
    """Say which cell failed, and how."""
    cell = started[-1]
    details = str(error)
    if not isinstance(error, CellControlSignal):
        details = f"{cell.source}\n\n{error}"
    where = f"{name}: code cell {len(started)} (id {cell.id}) failed"
    return f"{where}\n\n{_TERMINAL_COLOR.sub('', details)}"
