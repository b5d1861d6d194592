"""What checks of claims found, shared by the processes of one run of the tests.

A chapter, the ledger's page and the tests ask for the same evidence. Where the variable of the environment
`VARIABLE` names a folder, the first that asks checks, and the others read what it found.
"""

import hashlib
import json
import os
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import ttsbook

VARIABLE = "TTSBOOK_EVIDENCE"
# Which kernels compute, in how many threads, and in which order sets are read.
_COMPUTATION = ("OPENBLAS_CORETYPE", "MKL_CBWR", "ATEN_CPU_CAPABILITY", "OMP_NUM_THREADS", "PYTHONHASHSEED")


@runtime_checkable
class Check(Protocol):
    """Check of a claim, which bears the claim's name."""

    __name__: str

    def __call__(self, tolerance: float, /) -> Any:
        """Return `Evidence`."""
        ...


def shared(check: Check, tolerance: float, results_dir: Path) -> dict[str, str]:
    """Return what a check finds, or has found with these sources, results and kernels: fields of `Evidence`.

    A check that is defined elsewhere than in the package is not shared, as the key does not see its source.
    """
    folder = os.environ.get(VARIABLE)
    if not folder or not check.__module__.startswith("monograph."):
        return asdict(check(tolerance))
    path = Path(folder) / _key(results_dir) / f"{check.__name__}.json"
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    found = asdict(check(tolerance))
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps(found), encoding="utf-8")
    os.replace(unfinished, path)
    return found


@cache
def _key(results_dir: Path) -> str:
    """Digest of all that a check may depend on: the packages, the stored results, and how it is computed."""
    versions = [version(package) for package in ("numpy", "scipy", "torch")]
    computation = versions + [os.environ.get(name, "") for name in _COMPUTATION]
    digest = hashlib.sha256(repr(computation).encode())
    for root in (Path(ttsbook.__file__).parent, Path(__file__).parent, results_dir):
        for path in sorted(path for path in root.rglob("*") if path.suffix in (".py", ".json", ".safetensors")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
