"""What the tests of theory share."""

import numpy as np

from ttsbook import theory
from ttsbook.data.tasks import Task


def matched(cov, n):
    """Preconditioner trained on `cov`, and the h_i of every skill."""
    return theory.preconditioner(Task(cov, n)), 1 + np.trace(cov) / np.linalg.eigvalsh(cov)


def examples(rng, cov, length, samples):
    """Empirical covariances of prompts drawn example by example: no Bartlett decomposition."""
    x = rng.multivariate_normal(np.zeros(len(cov)), cov, size=(samples, length))
    return np.einsum("smi,smj->sij", x, x) / length


def simulated(P, cov, m, steps, seed=0, **options):
    """Simulate with a seed."""
    return theory.simulate_cot_error(P, cov, m, steps, rng=np.random.default_rng(seed), **options)
