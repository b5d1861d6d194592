"""Simulation of chains of thought on prompts of m examples, averaged exactly over w and the label noise."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from ttsbook import _validation as check
from ttsbook.arrays import CovarianceLike, PreconditionerLike
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory._chain import chain_errors, label_noise, matrices, spectral_radius, warn_if_diverged
from ttsbook.theory.intervals import simultaneous

CHUNK_BYTES = 2**25  # of empirical covariances held at once by a simulation


@dataclass(frozen=True, eq=False)
class CotSimulation:
    """Simulated error of each thinking step; index 0 is no thinking.

    Attributes
    ----------
    mean
        Mean error over prompts, exact over w and the label noise.
    standard_error
        Standard error of the mean.
    median
        Median over prompts.
    divergence_probability
        Share of prompts on which the chain diverges: the spectral radius of T is above 1.
    samples
        Number of prompts.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> simulation = simulate_cot_error(np.eye(2), np.eye(2), 50, 2, samples=1000, rng=rng)
    >>> low, high = simulation.band()
    >>> bool(low[1] < 2 * 3 / 50 < high[1])  # one step leaves d (d + 1)/m
    True
    >>> simulation.samples
    1000
    """

    mean: Float64[np.ndarray, " steps"]
    standard_error: Float64[np.ndarray, " steps"]
    median: Float64[np.ndarray, " steps"]
    divergence_probability: float
    samples: int

    def band(self, confidence: float = 0.99) -> tuple[Float64[np.ndarray, " steps"], Float64[np.ndarray, " steps"]]:
        """Lower and upper end of an interval around each mean, all of which hold at once with this confidence.

        Parameters
        ----------
        confidence
            Bonferroni's correction shares 1 - `confidence` between the steps after the first entry,
            which is exact.
        """
        return simultaneous(self.mean, self.standard_error, max(1, len(self.mean) - 1), confidence)


def simulate_cot_error(
    P: PreconditionerLike,
    test_cov: CovarianceLike | Task,
    test_length: int,
    steps: int,
    *,
    samples: int,
    rng: np.random.Generator,
    noise_variance: float | None = None,
) -> CotSimulation:
    r"""Simulate the error of each thinking step on prompts of m examples.

    Only the prompts are drawn; the average over the weight w and the label noise is exact:
    :math:`\|T^k\|_F^2 + \frac{\sigma^2}{m}\,\mathrm{tr}(Q_k P S_m P^\top Q_k^\top)` with
    :math:`T = I - P S_m` and :math:`Q_k = I + T + \dots + T^{k-1}`.

    In the book: :prf:ref:`prop-recursion`.

    Parameters
    ----------
    P
        Preconditioner, any square matrix.
    test_cov
        Covariance :math:`\Sigma` of the test prompts; or a task, whose label noise counts and whose length does not.
    test_length
        Test prompt length m.
    steps
        Number of thinking steps.
    samples
        Number of prompts, at least 2.
    rng
        Source of randomness.
    noise_variance
        Variance :math:`\sigma^2` of the label noise. By default that of a task, and 0 for a covariance.

    Warns
    -----
    DivergenceWarning
        If an error is reported as inf.

    Notes
    -----
    Where few prompts diverge and carry the mean, the standard error is too small: quote the median then.

    Examples
    --------
    >>> from ttsbook import theory
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.isotropic(5), 50)
    >>> rng = np.random.default_rng(0)
    >>> simulation = simulate_cot_error(theory.preconditioner(task), task.cov, 50, 3, samples=2000, rng=rng)
    >>> simulation.mean.round(2).tolist()
    [5.0, 0.54, 0.12, 0.03]
    """
    noise_variance = label_noise(test_cov, noise_variance)
    P, test_cov = matrices(P, test_cov)
    test_length = check.count("test_length", test_length, least=1)
    steps = check.count("steps", steps, least=0)
    samples = check.count("samples", samples, least=2)
    errors, diverged = np.empty((samples, steps + 1)), 0
    chunk = max(1, CHUNK_BYTES // P.nbytes)
    for start in range(0, samples, chunk):
        size = min(chunk, samples - start)
        S = covariance.sample_empirical(test_cov, test_length, samples=size, rng=rng)
        T = np.eye(len(P)) - P @ S  # prop-recursion
        noise = noise_variance / test_length * P @ S @ P.T if noise_variance else None  # proofs-recursion, label noise
        errors[start : start + size] = chain_errors(T, steps, noise)
        # In directions that no example has, T has the eigenvalue 1, but for rounding.
        diverged += int((spectral_radius(P, S, T) > 1 + 1e-9).sum())
    warn_if_diverged(errors)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = errors.mean(axis=0)
        standard_error = np.where(np.isfinite(mean), errors.std(axis=0, ddof=1) / np.sqrt(samples), np.inf)
    return CotSimulation(mean, standard_error, np.median(errors, axis=0), diverged / samples, samples)
