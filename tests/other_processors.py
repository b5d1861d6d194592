"""What is stored must come out on other processors, too: `python -m tests.other_processors`.

OpenBLAS, MKL and PyTorch choose their kernels by the processor, and each kernel adds in another
order. Their own variables of the environment choose older ones, so that one machine stands for others.
"""

import argparse
import json
import os
import subprocess
import sys

from publish.stored.execution import THREADS

SETTINGS = {
    "Prescott": {"OPENBLAS_CORETYPE": "Prescott", "MKL_CBWR": "COMPATIBLE", "ATEN_CPU_CAPABILITY": "default"},
    "Nehalem": {"OPENBLAS_CORETYPE": "Nehalem", "ATEN_CPU_CAPABILITY": "default"},
    "Sandybridge": {
        "OPENBLAS_CORETYPE": "Sandybridge",
        "MKL_CBWR": "COMPATIBLE",
        THREADS: "2",
        "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait for work leave the processor to the other process
        "OPENBLAS_THREAD_TIMEOUT": "4",
        "PYTHONHASHSEED": "2510",
    },
}
"""Variables of the environment by the processor that they emulate, the last one with two threads and another order of
sets; newer kernels than the host's are not forced."""
FEWEST = 3
"""Settings that must change a bit."""
TESTS = (
    "tests/processors",
    "tests/theory",
    "tests/thinking/test_cot.py",
    "tests/widgets/test_formulas.py",
    "tests/claims/test_claims.py::test_the_computed_verdict_is_the_recorded_one",
)
# Sums, eigenvalues, products and functions, whose last bits depend on the order of additions.
PROBE = """
import hashlib, json
import numpy as np, scipy.linalg, torch
from threadpoolctl import threadpool_info
def digest(*arrays):
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()[:12]
a = np.random.default_rng(0).standard_normal((150, 150))
t = torch.from_numpy(a)
print(json.dumps({
    "kernels": sorted({f"{lib['internal_api']} {lib.get('architecture', '')}".strip() for lib in threadpool_info()})
    + [f"PyTorch {torch.backends.cpu.get_cpu_capability()}"],
    "NumPy and SciPy": digest(a @ a, np.linalg.eigvalsh(a + a.T), scipy.linalg.inv(a)),
    "products of PyTorch": digest((t @ t).numpy(), (t.float() @ t.float()).numpy()),
    "functions of PyTorch": digest(t.float().exp().numpy(), t.float().softmax(1).numpy(), t.sum(1).numpy()),
}))
"""


def probe(setting):
    """Compute under a setting.

    Parameters
    ----------
    setting : dict of str to str
        Variables of the environment.

    Returns
    -------
    dict
        Names of the kernels in use, and for each part of the computation a digest of its bits.
    """
    command = [sys.executable, "-c", PROBE]
    done = subprocess.run(command, env=os.environ | setting, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def changed(here, there):
    """List the parts of the computation whose bits differ between two probes."""
    return [part for part in here if part != "kernels" and here[part] != there[part]]


def main(arguments=None):
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.other_processors", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--workers", type=int, default=2, help="processes for the tests (default: %(default)s)")
    parser.add_argument("settings", nargs="*", metavar="setting", help=f"one of {', '.join(SETTINGS)}; all")
    options = parser.parse_args(arguments)
    unknown = set(options.settings) - set(SETTINGS)
    if unknown:
        parser.error(f"no setting {', '.join(sorted(unknown))}; there are: {', '.join(SETTINGS)}")
    here = probe({})
    print(f"this machine: {', '.join(here['kernels'])}", flush=True)
    counted, failed = [], []
    for name in options.settings or SETTINGS:
        there = probe(SETTINGS[name])
        parts = changed(here, there)
        print(f"{name}: {', '.join(there['kernels'])}; other bits in: {', '.join(parts) or 'nothing'}", flush=True)
        counted += [name] if parts else []
        pytest = [sys.executable, "-m", "pytest", "-q", "-n", str(options.workers), "--dist", "worksteal"]
        pytest += ["-m", "not exhaustive and not nightly"]  # those marked `processors` too
        if subprocess.run([*pytest, *TESTS], env=os.environ | SETTINGS[name], check=False).returncode:
            failed.append(name)
    print(f"{len(counted)} settings changed bits: {', '.join(counted) or 'none'}")
    if failed:
        print(f"what is stored does not come out under: {', '.join(failed)}", file=sys.stderr)
    if not options.settings and len(counted) < FEWEST:
        print(f"{len(counted)} settings change bits on this machine, {FEWEST} must", file=sys.stderr)
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
