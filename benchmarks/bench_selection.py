"""Selection: weights for 50 tasks at d = 20 by the paper's program and by the error itself."""

from functools import partial

import numpy as np

from benchmarks.timing import median_seconds
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import selection

DIM, TASKS, STEPS = 20, 50, 10


def run():
    """Print times."""
    rng = np.random.default_rng(0)
    covs = [covariance.rotate(covariance.power_law(DIM, rng.uniform(0, 1.5), trace=DIM), rng=rng) for _ in range(TASKS)]
    tasks = [Task(cov, int(rng.integers(10, 200))) for cov in covs]
    target = covariance.power_law(DIM, 0.7, trace=DIM)
    choose = partial(selection.optimal_mixture, tasks, target, STEPS)
    candidates = {
        "quadratic program": partial(selection.quadratic_program, covs, target),
        "exact error, m = ∞": choose,
        "64 simulated prompts, m = 200": partial(choose, test_length=200),
    }
    print(f"Mixture of {TASKS} tasks, d = {DIM}, k = {STEPS}")
    for name, seconds in median_seconds(candidates, runs=3).items():
        print(f"{name:>30} {1e3 * seconds:9.1f} ms")
