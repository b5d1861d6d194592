"""What the chapter on two ways to overthink claims of treatments that tell them apart, and of other solvers."""

import numpy as np

from monograph.claims.ledger import Evidence, Verdict, claim, judge
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import Covariance, Numbers
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

DIM = 20
CHAPTER = "beyond/noise"
SKEWED = covariance.power_law(DIM, 0.8, trace=DIM)
FLAT = np.eye(DIM)


@claim(
    source="this book",
    places=(f"{CHAPTER}#the-experiment-that-tells-them-apart",),
    method="100 weights, medians, k ≤ 150, d = 20, λᵢ ∝ i^(−0.8). Noise: Σ = Λ, n = m = 80, σ² = 5. Divergence: Σ = I, "
    "n = m = 400, σ² = 0. Cured: at the end at most a quarter of the end before, or of the "
    "least error where the chain diverged.",
    tolerance=0.1,
    limits="largest change, relative, of the least error and the end by a half step where noise is the cause",
    verdict=Verdict.HOLDS,
)
def two_causes(tolerance: float) -> Evidence:
    """Shorter steps cure divergence, not noise; votes of 8 and prompts 8 times as long cure noise, not divergence."""
    noisy, wild = _treated(SKEWED, 80, 5.0), _treated(FLAT, 400, 0.0)
    ends = {name: errors[-1] / noisy["as it is"][-1] for name, errors in noisy.items()}
    halved = max(abs(ends["half step"] - 1), abs(noisy["half step"].min() / noisy["as it is"].min() - 1))
    still = {name: errors[-1] / errors.min() for name, errors in wild.items()}
    cured = wild["half step"][-1] / wild["as it is"].min()
    return judge(
        halved <= tolerance
        and max(ends["vote"], ends["long"]) <= 0.25
        and min(still["vote"], still["long"]) >= 1e3
        and cured <= 0.25,
        f"Noise: the half step changes the least error or the end by {rounded(100 * halved)} %; votes leave "
        f"{rounded(ends['vote'])} of the end, longer prompts {rounded(ends['long'])}. "
        f"Divergence: with votes and longer prompts the end is at least {rounded(min(still['vote'], still['long']))} "
        f"times the least error, with the half step {rounded(cured)} of the least before.",
    )


def _treated(test_cov: Covariance, length: int, noise: float) -> dict[str, Numbers]:
    """Take the median error / d of a chain as it is, and of three treatments, on the same weights and examples."""
    import torch

    from ttsbook.data import prompts
    from ttsbook.models import baselines
    from ttsbook.models.votes import vote
    from ttsbook.thinking import evaluation

    P = theory.preconditioner(Task(SKEWED, length, noise_variance=noise))
    task = Task(test_cov, 8 * length, noise_variance=noise)
    whole = prompts.sample(task, 100, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    part = prompts.Prompts(whole.x[:, :length], whole.y[:, :length], whole.w, whole.lengths // 8)
    chain = baselines.thinking(P)
    treatments = {
        "as it is": (chain, part),
        "half step": (baselines.thinking(P / 2), part),
        "vote": (vote(chain, 8), whole),
        "long": (chain, whole),
    }
    return {name: evaluation.error_curve(*how, steps=150).median / DIM for name, how in treatments.items()}


@claim(
    source="this book",
    places=(f"{CHAPTER}#other-solvers",),
    method="1,000 prompts, medians, k ≤ 150, d = 20, λᵢ ∝ i^(−0.8), Σ = Λ, n = m = 40, σ² = 5.",
    tolerance=1.1,
    limits="least error in the end over least error of a method that is said to turn; a method below 1.05 does not",
    verdict=Verdict.HOLDS,
)
def solvers_turn_too(tolerance: float) -> Evidence:
    """Gradient descent and conjugate gradients turn by the same noise; Chebyshev's method gains nothing by stopping."""
    import torch

    from ttsbook.data import prompts
    from ttsbook.models import baselines
    from ttsbook.thinking import evaluation

    noise, m = 5.0, 40
    task = Task(SKEWED, m, noise_variance=noise)
    drawn = prompts.sample(task, 1000, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    P = theory.preconditioner(task)
    solvers = {
        "gradient descent": baselines.gradient_descent(),
        "thinking": baselines.thinking(P),
        "conjugate gradients": baselines.conjugate_gradient(P),
        "Chebyshev": baselines.chebyshev(P),
    }
    curves = {name: evaluation.error_curve(one, drawn, steps=150).median for name, one in solvers.items()}
    ridge = evaluation.error_curve(baselines.ridge(noise / m), drawn, steps=1).median[1]
    turns = {name: curve[-1] / curve.min() for name, curve in curves.items()}
    depths = [curves[name].argmin() for name in ("conjugate gradients", "thinking", "gradient descent")]
    flat = turns.pop("Chebyshev")
    shown = ", ".join(f"{name} {rounded(turn, digits=3)} after {curves[name].argmin()}" for name, turn in turns.items())
    least = min(curve.min() for curve in curves.values())
    return judge(
        min(turns.values()) >= tolerance and flat <= 1.05 and depths == sorted(depths) and ridge <= least,
        f"End over least error: {shown} steps; Chebyshev {rounded(flat, digits=3)}. Ridge regression has "
        f"{rounded(ridge / least)} of the least of all.",
    )
