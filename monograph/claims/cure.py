"""What the chapter on overthinking claims of a cure at test time: to divide by another number than m."""

from itertools import product

import numpy as np
from jaxtyping import Bool, Float64

from monograph.claims.ledger import ROUNDING, Evidence, Verdict, claim, judge, within
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import Preconditioner
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

DIM = 20
PLACE = "theorems/overthinking#prop-cure"
SKEWED = covariance.power_law(DIM, 0.8, trace=DIM)


@claim(
    source="this book",
    places=(PLACE,),
    method="6,000 prompts in 30 settings, d = 20, λᵢ ∝ i^(−0.8), Σ = Λ or I, n = 25 to 400, m = 10, 25 and 100.",
    tolerance=1e-9,
    limits=f"largest excess of a step's factor over (ℓ − ℓ_min)/(ℓ + ℓ_min), of 20 steps; {ROUNDING}",
    verdict=Verdict.HOLDS,
)
def scaling_cures(tolerance: float) -> Evidence:
    """Without label noise, ρ = m(ℓ + ℓ_min)/2 makes every chain converge, at the rate (ℓ − ℓ_min)/(ℓ + ℓ_min)."""
    excess, diverged = _rescaled_chains()
    return judge(
        excess.max() <= tolerance and diverged.any(),
        f"Excess {within(max(excess.max(), 0), tolerance)}. With ρ = m, {100 * diverged.mean():.0f} % of the chains "
        "diverge.",
    )


def _rescaled_chains() -> tuple[Float64[np.ndarray, " prompts"], Bool[np.ndarray, " prompts"]]:
    """For all prompts: largest excess of a step's factor over its bound, and whether the chain diverges with ρ = m."""
    rng, excess, diverged = np.random.default_rng(0), [], []
    for test_cov, n, m in product((SKEWED, np.eye(DIM)), (25, 50, 100, 200, 400), (10, 25, 100)):
        P = theory.preconditioner(Task(SKEWED, n))
        x = rng.standard_normal((200, m, DIM)) @ covariance.square_root(test_cov)
        start = rng.standard_normal((200, DIM, 1))
        spectrum, basis = _spectrum(P, x)
        seen = spectrum > 1e-10 * spectrum[:, -1:]
        largest, least = spectrum[:, -1], np.where(seen, spectrum, np.inf).min(axis=1)
        bound = (largest - least) / (largest + least)  # prop-cure, part 2
        step = _maps(spectrum, basis, np.asarray(m / theory.best_scaling(P, x)))
        gap = basis @ (seen[..., None] * (basis.swapaxes(1, 2) @ start))  # what is still to come
        excess.append((_factors(step, gap, 20) - bound).max(axis=0))
        diverged.append(largest > 2)
    return np.concatenate(excess), np.concatenate(diverged)


def _spectrum(
    P: Preconditioner, x: Float64[np.ndarray, "prompts m d"]
) -> tuple[Float64[np.ndarray, "prompts d"], Float64[np.ndarray, "prompts d d"]]:
    """Eigenvalues and eigenvectors of P^(1/2) S P^(1/2): of P S, in coordinates where the norm of Γ is Euclidean."""
    turned = x @ covariance.square_root(P)
    return np.linalg.eigh(turned.swapaxes(1, 2) @ turned / x.shape[1])


def _maps(
    spectrum: Float64[np.ndarray, "prompts d"],
    basis: Float64[np.ndarray, "prompts d d"],
    shortened: Float64[np.ndarray, " prompts"],
) -> Float64[np.ndarray, "prompts d d"]:
    """Matrices I − (m/ρ) P^(1/2) S P^(1/2) that a step multiplies the gap by, one a prompt."""
    return np.eye(DIM) - shortened[:, None, None] * (basis * spectrum[:, None]) @ basis.swapaxes(1, 2)


def _factors(
    step: Float64[np.ndarray, "prompts d d"], gap: Float64[np.ndarray, "prompts d 1"], steps: int
) -> Float64[np.ndarray, "{steps} prompts"]:
    """Factors (steps, prompts) by which each step multiplies the size of the gap."""
    sizes = [np.linalg.norm(gap, axis=(1, 2))]
    for _ in range(steps):
        gap = step @ gap
        sizes.append(np.linalg.norm(gap, axis=(1, 2)))
    return np.array(sizes[1:]) / sizes[:-1]


@claim(
    source="this book",
    places=(PLACE, "setup/thinking#the-scaling-matters"),
    method="200 prompts of m = 100 examples, d = 20, λᵢ ∝ i^(−0.8), n = 400, Σ = I; mean over w, k ≤ 1,000.",
    tolerance=1e-9,
    limits="largest error / d of a prompt after 1,000 steps",
    verdict=Verdict.HOLDS,
)
def tokens_arrive(tolerance: float) -> Evidence:
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
def larger_n_rescaled(tolerance: float) -> Evidence:
    """With the best scaling, longer training prompts help long chains where the test is like the training.

    On an isotropic test they harm.
    """
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
def safe_length(tolerance: float) -> Evidence:
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
