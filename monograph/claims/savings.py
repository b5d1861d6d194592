"""What the chapter on the scaling law claims about the examples that thinking saves."""

from bisect import bisect_left

import numpy as np

from monograph.claims.ledger import Evidence, Verdict, claim, judge
from monograph.claims.task import Measurement, band
from ttsbook import theory
from ttsbook.arrays import Covariance, Preconditioner
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import dynamics

DIM = 20
EXCESS = 0.1  # of the error, for training prompts and for the test prompt each
FREE = 100  # n = m of a chain of five steps whose n is not that of the exchange curve


@claim(
    source="this book",
    places=("theorems/scaling-law#what-thinking-saves",),
    method="N n and m at which the error is a tenth above that of N = m = ∞, to first order, n on the exchange curve; "
    "d = 20, α = 0, 0.5, 1, error/d = 0.05 and 0.01, k = 1, 2, 5, 20. And 25 layers learned by regression, α = 1, "
    "error/d = 0.01, k = 5. With n free: one step at n = m, exact, and five at n = m = 100, 2,000 prompts, 99 % band.",
    tolerance=0.5,
    limits="largest share of what k = 1 needs that k = 5 needs, of examples in training and in the test prompt",
    verdict=Verdict.HOLDS,
)
def thinking_saves(tolerance: float) -> Evidence:
    """At one error, a chain of five steps needs at most half of the examples of one step, in training and in the test.

    Those of training are the examples of all its prompts, with n on the exchange curve. In the test it is so with the n
    that is best for one step, too.
    """
    rng, shares, later, falls, alone = np.random.default_rng(0), [], [], True, []
    for exponent in (0.0, 0.5, 1.0):
        cov = covariance.power_law(DIM, exponent)
        for target in (0.05, 0.01):
            needed = np.array([_needed(cov, target, k, rng) for k in (1, 2, 5, 20)])  # (k, training and test)
            shares.append(needed[2] / needed[0])
            later.append(needed[3, 0] / needed[2, 0])
            falls &= bool((np.diff(needed[:3], axis=0) < 0).all())
            alone.append(direct_test_length(cov, (1 + EXCESS) * target))
            five = theory.simulate_cot_error(_trained(cov, FREE), cov, FREE, 5, samples=2000, rng=rng)
            falls &= bool(five.band()[1][5] < (1 + EXCESS) * target * DIM)
    training, test = np.max(shares, axis=0)
    predicted = _learned_by_regression(covariance.power_law(DIM, 1.0), 0.01, 5, rng)
    inside, width = band([predicted])
    return judge(
        max(training, test, FREE / min(alone)) <= tolerance and falls and inside == 1 and width < EXCESS,
        f"Five steps need at most {100 * training:.0f} % of the training examples of one step, and {100 * test:.0f} % "
        f"of its test examples. With n free one step needs m = {min(alone)} to {max(alone):,}, and five steps err less "
        f"at n = m = {FREE}. Twenty steps need {min(later):.1f} to {max(later):.1f} times the training examples of "
        f"five. The predicted excess is in the 99 % band of the layers; its half-width is "
        f"{100 * width:.0f} % of it.",
    )


def direct_test_length(cov: Covariance, target: float) -> int:
    """Least test length at which a direct answer, at the training length that is best for it, leaves an error / d.

    Parameters
    ----------
    cov
        Covariance of training and test.
    target
        The error / d.
    """

    def reached(m: int) -> bool:
        return theory.direct_error(_trained(cov, m), cov, m) <= target * len(cov)  # n = m, prop-best-length

    return 1 + bisect_left(range(1, 100_000), True, key=reached)


def _trained(cov: Covariance, n: int) -> Preconditioner:
    return theory.preconditioner(Task(cov, n))


def _needed(cov: Covariance, target: float, k: int, rng: np.random.Generator) -> tuple[float, float]:
    """Examples of all training prompts, and of the test prompt."""
    n = theory.train_length_for(cov, target, k)
    task = Task(cov, max(1, round(n)))
    excess, _ = dynamics.finite_prompts_excess(task, k, samples=1000, rng=rng)
    m = theory.first_excess(cov, max(1.0, n), k) / (target * DIM) / EXCESS
    return task.prompt_length * excess / EXCESS, m


def _learned_by_regression(cov: Covariance, target: float, k: int, rng: np.random.Generator) -> Measurement:
    """Excess of each layer's error, without the part linear in the noise, of mean zero; and the predicted mean."""
    task = Task(cov, round(theory.train_length_for(cov, target, k)))
    P = theory.preconditioner(task)
    count = round(dynamics.finite_prompts_excess(task, k, samples=1000, rng=rng)[0] / EXCESS)
    T = np.eye(DIM) - P @ cov
    error, slope = np.square(np.linalg.matrix_power(T, k)).sum(), np.linalg.matrix_power(T, 2 * k - 1)
    excesses = []
    for _ in range(25):
        w = rng.standard_normal((count, DIM))
        u = (covariance.sample_empirical(cov, task.prompt_length, samples=count, rng=rng) @ w[..., None])[..., 0]
        learned = np.linalg.lstsq(u, w, rcond=None)[0].T
        linear = -2 * k * np.trace(slope @ (w - u @ P).T @ u @ P) / count
        after = np.square(np.linalg.matrix_power(np.eye(DIM) - learned @ cov, k)).sum()
        excesses.append((after - error - linear) / error)
    return np.array(excesses), EXCESS
