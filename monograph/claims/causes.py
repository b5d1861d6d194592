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
PLACE = "beyond/noise#the-experiment-that-tells-them-apart"  # written out, as the site reads it without Python
SKEWED = covariance.power_law(DIM, 0.8, trace=DIM)
FLAT = np.eye(DIM)
SETTINGS = (SKEWED, 80, 80, 5.0), (FLAT, 400, 400, 0.0), (FLAT, 100, 60, 0.0)  # Σ, n, m, σ²
CURED, WORSE = 0.25, 1e3  # of the end, or of the least error, before; of the least error


@claim(
    source="this book",
    places=(PLACE,),
    method="100 weights, medians, k ≤ 150, d = 20, λᵢ ∝ i^(−0.8). Noise: Σ = Λ, n = m = 80, σ² = 5. Divergence: Σ = I, "
    "σ² = 0, n = m = 400 and n = 100, m = 60. Cured: at the end at most a quarter of the end before, or of the "
    "least error where the chain diverged.",
    tolerance=0.1,
    limits="largest change, relative, of the least error and the end by a half step where noise is the cause",
    verdict=Verdict.HOLDS,
)
def two_causes(tolerance: float) -> Evidence:
    """Shorter steps cure divergence, not noise; votes of 8 cure noise, not divergence."""
    noisy, *wild = (_treated(*setting, "half step", "vote") for setting in SETTINGS)
    before, halved, voted = noisy.values()
    changed = max(abs(halved[-1] / before[-1] - 1), abs(halved.min() / before.min() - 1))
    still = min(one["vote"][-1] / one["vote"].min() for one in wild)
    cured = max(one["half step"][-1] / one["as it is"].min() for one in wild)
    return judge(
        changed <= tolerance and voted[-1] <= CURED * before[-1] and still >= WORSE and cured <= CURED,
        f"Noise: the half step changes the least error or the end by {rounded(100 * changed)} %; votes leave "
        f"{rounded(voted[-1] / before[-1])} of the end. Divergence: with votes the end is at least {rounded(still)} "
        f"times the least error, with the half step at most {rounded(cured)} of the least before.",
    )


@claim(
    source="this book",
    places=(PLACE,),
    method="The settings and medians of two_causes.",
    tolerance=CURED,
    limits="largest end with the longer prompt where noise is the cause, over the end before",
    verdict=Verdict.CAVEAT,
    caveat="Divergence where Σ itself has a stride above 2: where only the short prompt has one, a longer prompt cures "
    "it if it is long enough.",
)
def longer_prompts(tolerance: float) -> Evidence:
    """Prompts 8 times as long cure noise, not divergence."""
    noisy, wild, short = (_treated(*setting, "longer") for setting in SETTINGS)
    left = noisy["longer"][-1] / noisy["as it is"][-1]
    still = wild["longer"][-1] / wild["longer"].min()
    cured = short["longer"][-1] / short["as it is"].min()
    strides = [theory.strides(theory.preconditioner(Task(SKEWED, n)), FLAT)[-1] for n in (400, 100)]
    return judge(
        left <= tolerance and still >= WORSE and strides[0] > 2,
        f"Noise: longer prompts leave {rounded(left)} of the end. Divergence: where Σ has the stride "
        f"{strides[0]:.2f} the end is {rounded(still)} times the least error; where its longest is {strides[1]:.2f}, "
        f"{rounded(cured)} of the least before.",
        exception=cured <= tolerance and strides[1] < 2,
    )


def _treated(test_cov: Covariance, n: int, m: int, noise: float, *treatments: str) -> dict[str, Numbers]:
    """Take the median error / d of a chain as it is, and of treatments, on the same weights and examples."""
    import torch

    from ttsbook.data import prompts
    from ttsbook.models import baselines
    from ttsbook.models.votes import vote
    from ttsbook.thinking import evaluation

    P = theory.preconditioner(Task(SKEWED, n, noise_variance=noise))
    task = Task(test_cov, 8 * m, noise_variance=noise)
    whole = prompts.sample(task, 100, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    part = prompts.Prompts(whole.x[:, :m], whole.y[:, :m], whole.w, whole.lengths // 8)
    chain = baselines.thinking(P)
    how = {
        "as it is": (chain, part),
        "half step": (baselines.thinking(P / 2), part),
        "vote": (vote(chain, 8), whole),
        "longer": (chain, whole),
    }
    return {name: evaluation.error_curve(*how[name], steps=150).median / DIM for name in ("as it is", *treatments)}


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
