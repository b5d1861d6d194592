"""What the chapter on overthinking claims of a cure at test time: to divide by another number than m."""

import numpy as np

from monograph.claims.ledger import ROUNDING, Verdict, claim, judge, within
from monograph.page import rounded
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

DIM = 20
PLACE = "theorems/overthinking#prop-cure"
SKEWED = covariance.power_law(DIM, 0.8, trace=DIM)


@claim(
    source="this book",
    places=(PLACE,),
    method="6,000 prompts in 30 settings, d = 20, λᵢ ∝ i^(-0.8), Σ = Λ or I, n = 25 to 400, m = 10, 25 and 100.",
    tolerance=1e-9,
    limits=f"largest excess of a step's factor over (ℓ − ℓ_min)/(ℓ + ℓ_min), of 20 steps; {ROUNDING}",
    verdict=Verdict.HOLDS,
)
def scaling_cures(tolerance):
    """With ρ = m(ℓ + ℓ_min)/2 in the place of m every chain converges, at the rate (ℓ − ℓ_min)/(ℓ + ℓ_min)."""
    rng, excess, diverged, count = np.random.default_rng(0), [], 0, 0
    for test_cov in (SKEWED, np.eye(DIM)):
        for n in (25, 50, 100, 200, 400):
            P = theory.preconditioner(Task(SKEWED, n))
            root = covariance.square_root(P)
            for m in (10, 25, 100):
                x = rng.standard_normal((200, m, DIM)) @ covariance.square_root(test_cov) @ root
                values, basis = np.linalg.eigh(x.swapaxes(1, 2) @ x / m)
                shown = values > 1e-10 * values[:, -1:]
                least = np.where(shown, values, np.inf).min(axis=1)
                rate = (values[:, -1] - least) / (values[:, -1] + least)
                scaling = theory.best_scaling(P, x @ np.linalg.inv(root))
                step = np.eye(DIM) - (m / scaling)[:, None, None] * (basis * values[:, None]) @ basis.swapaxes(1, 2)
                gap, factors = rng.standard_normal((200, DIM, 1)), []
                gap = basis @ (shown[..., None] * (basis.swapaxes(1, 2) @ gap))  # what is still to come
                for _ in range(20):
                    before, gap = gap, step @ gap
                    factors.append(np.linalg.norm(gap, axis=(1, 2)) / np.linalg.norm(before, axis=(1, 2)))
                excess.append((np.array(factors) - rate).max())
                diverged, count = diverged + (values[:, -1] > 2).sum(), count + 200
    return judge(
        max(excess) <= tolerance and diverged > 0,
        f"Excess {within(max(max(excess), 0), tolerance)}. With ρ = m, {100 * diverged / count:.0f} % of the chains "
        "diverge.",
    )


@claim(
    source="this book",
    places=(PLACE, "setup/thinking#the-scaling-matters"),
    method="200 prompts of m = 100 examples, d = 20, λᵢ ∝ i^(-0.8), n = 400, Σ = I; mean over w, k ≤ 1,000.",
    tolerance=1e-9,
    limits="largest error / d of a prompt after 1,000 steps",
    verdict=Verdict.HOLDS,
)
def tokens_arrive(tolerance):
    """If ρ is the number of tokens, which grows with the chain, no chain diverges in the end."""
    P, m = theory.preconditioner(Task(SKEWED, 400)), 100
    x = np.random.default_rng(0).standard_normal((200, m, DIM)) @ covariance.square_root(P)
    values = np.linalg.eigvalsh(x.swapaxes(1, 2) @ x / m)  # of P^(1/2) S P^(1/2)
    factors = 1 - m * values[:, None] / (m + 1 + np.arange(1000))[:, None]
    products = np.square(np.cumprod(factors, axis=1)).mean(axis=2)  # in the norm of Γ, (prompts, steps)
    medians = np.median(products, axis=0)
    condition = np.linalg.cond(P)  # bounds the squared norm by that of Γ
    return judge(
        condition * products[:, -1].max() <= tolerance and (values[:, -1] > 2).mean() > 0.5,
        f"With ρ = m, {100 * (values[:, -1] > 2).mean():.0f} % of these chains diverge. With the tokens the median "
        f"rises to {rounded(medians.max())} at k = {medians.argmax() + 1}, in the norm of Γ. After 1,000 steps the "
        f"error / d is {within(condition * products[:, -1].max(), tolerance)} on every prompt.",
    )


@claim(
    source="this book",
    places=(PLACE,),
    method="Strides at m = ∞, d = 20, power laws with exponents 0.3 to 2, n = 1 to 10,000.",
    tolerance=0,
    limits="largest change in the wrong direction between neighboring n of the rate with the best scaling",
    verdict=Verdict.HOLDS,
)
def larger_n_rescaled(tolerance):
    """With the best scaling, long chains gain from a larger n where the test is the training, and lose if Σ = I."""
    wrong, lengths = [], np.geomspace(1, 1e4, 41)
    for exponent in (0.3, 0.8, 1.0, 2.0):
        cov = covariance.power_law(DIM, exponent, trace=DIM)
        for test_cov, sign in ((cov, 1), (np.eye(DIM), -1)):
            found = [theory.strides(np.linalg.inv(theory.gamma(cov, n)), test_cov)[[0, -1]] for n in lengths]
            least, most = np.transpose(found)
            wrong.append((sign * np.diff((most - least) / (most + least))).max())
    return judge(max(wrong) < tolerance, f"No exception in {len(wrong) * (len(lengths) - 1)} comparisons.")


@claim(
    source="this book",
    places=("theorems/overthinking#thm-critical-length",),
    method="400 random pairs of Λ and Σ with d = 2 to 20; and Σ = v₁v₁ᵀ with λ₁ = 10⁻⁶.",
    tolerance=1e-5,
    limits="relative excess over the bound in the second case",
    verdict=Verdict.HOLDS,
)
def safe_length(tolerance):
    """Whatever the training spectrum, no chain diverges at m = ∞ for n up to 2 tr Λ/λ_max(Σ); no larger n is safe."""
    rng, ratios = np.random.default_rng(0), []
    for _ in range(400):
        dim = rng.integers(2, DIM, endpoint=True)
        cov, test_cov = (G @ G.T for G in rng.standard_normal((2, dim, dim)))
        safe = 2 * np.trace(cov) / np.linalg.eigvalsh(test_cov)[-1]
        ratios.append(theory.critical_train_length(cov, test_cov) / safe)
    cov, test_cov = np.diag([1e-6, 1.0]), np.diag([1.0, 0.0])
    excess = theory.critical_train_length(cov, test_cov) / (2 * np.trace(cov)) - 1
    return judge(
        min(ratios) > 1 and 0 < excess <= tolerance,
        f"Random pairs: n_crit exceeds the safe length by {rounded(100 * (min(ratios) - 1))} % at least, and by "
        f"{rounded(100 * (np.median(ratios) - 1))} % in the median. Extreme case: excess {within(excess, tolerance)}.",
    )
