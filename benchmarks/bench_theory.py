"""Theory: error curves for finite test prompts by the recursion, against their simulation."""

import warnings
from functools import partial

import numpy as np

from benchmarks.timing import median_seconds
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

DIM, STEPS, SAMPLES = 100, 20, 200


def run():
    """Print the time of one curve in each way, and how far each is from the stored mean of 40,000 prompts."""
    from monograph.experiments import results

    cov, length = covariance.power_law(DIM, 0.7), 4 * DIM
    P = theory.preconditioner(Task(cov, 2 * DIM))
    mean = np.array(results.load("finite_tests").select(dim=DIM, exponent=0.7)[0]["mean"])
    options = {"samples": SAMPLES, "rng": np.random.default_rng(0)}
    candidates = {
        "recursion alone": partial(theory.finite.recursion_error, P, cov, length, STEPS),
        "recursion and gap": partial(theory.cot_error, P, cov, length, STEPS),
        "corrected": partial(theory.cot_error, P, cov, length, STEPS, corrected=True),
        f"{SAMPLES} prompts": lambda: theory.simulate_cot_error(P, cov, length, STEPS, **options).mean,
    }
    print(f"One curve of {STEPS} steps, d = {DIM}, n = {2 * DIM}, m = {length}, power law 0.7")
    print(f"{'':>20} {'median of 5':>12} {'off at k = 5':>13} {f'off at k = {STEPS}':>13}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", theory.ValidityWarning)
        for name, seconds in median_seconds(candidates).items():
            off = np.abs(candidates[name]() / mean - 1)
            print(f"{name:>20} {1e3 * seconds:9.1f} ms {100 * off[5]:11.1f} % {100 * off[STEPS]:11.1f} %")
