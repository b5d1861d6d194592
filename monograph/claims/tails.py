"""What the chapter on tails claims: features that are not Gaussian."""

import itertools

import numpy as np
from jaxtyping import Float64

from monograph.claims.ledger import ROUNDING, Evidence, Verdict, claim, judge, within
from monograph.experiments import results
from monograph.experiments.tails import plan, read
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import Covariance, Matrix
from ttsbook.data import covariance, features
from ttsbook.data.tasks import Task

DIM = 20
HEAVY = features.ScaleMixture(0.1, 5.5)


@claim(
    source="this book",
    places=("beyond/tails#prop-fourth-moments",),
    method="All prompts of n = 1, 2 and 3 examples from six skew rows with d = 3 are listed, for 20 sets of rows.",
    tolerance=1e-9,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def fourth_moments_decide(tolerance: float) -> Evidence:
    """For examples of any distribution, one step on training prompts errs least with P = ΛB⁻¹, from fourth moments."""
    rng, gap, least = np.random.default_rng(0), 0.0, np.inf
    for _ in range(20):
        rows = rng.exponential(size=(6, 3))
        cov, fourth = _moments(rows)
        for n in (1, 2, 3):
            x = rows[np.array(list(itertools.product(range(6), repeat=n)))]
            S = x.swapaxes(1, 2) @ x / n
            best = np.linalg.lstsq(S.reshape(-1, 3), np.tile(np.eye(3), (len(S), 1)), rcond=None)[0].T
            P = theory.preconditioner(Task(cov, n), fourth_moments=fourth)
            gap = max(gap, np.linalg.norm(P - best) / np.linalg.norm(best))
            least = min(least, np.linalg.norm(theory.preconditioner(Task(cov, n)) - best) / np.linalg.norm(best))
    return judge(
        gap <= tolerance,
        f"Difference from the least squares over all prompts {within(gap, tolerance)}; Γ⁻¹ is off by "
        f"{100 * least:.0f} % at least.",
    )


@claim(
    source="this book",
    places=("beyond/tails#what-trained-layers-learn",),
    method="All of V and W trained by shift from N(0, 0.05²) on signs, on the sphere, on sparse coordinates and on two "
    "scales, d = 6, n = 12, λᵢ ∝ i^(−0.8), five seeds each.",
    tolerance=0.05,
    limits="relative distance from ΛB⁻¹, which must also be below a third of that from Γ⁻¹",
    verdict=Verdict.HOLDS,
)
def trained_on_tails(tolerance: float) -> Evidence:
    """Layers that are trained on features with other tails learn ΛB⁻¹, and not the Gaussian Γ⁻¹."""
    found = results.load("tails")
    all_kinds = [read.distances(found, kind) for kind in plan.KINDS]
    own = np.concatenate([one.to_own for one in all_kinds])
    other = np.concatenate([one.to_gaussian for one in all_kinds])
    return judge(
        all(one.learned(tolerance) for one in all_kinds),
        f"At most {100 * own.max():.1f} % from ΛB⁻¹ and at least {100 * other.min():.0f} % from Γ⁻¹; the larger of the "
        f"ratios of both is {(own / other).max():.2f}.",
    )


@claim(
    source="this book",
    places=("beyond/tails#thm-matched-tails",),
    method="300 sets of four to nine rows with d = 4 from a t distribution of two degrees, n = 1, 5 and 50, k ≤ 60.",
    tolerance=1e-9,
    limits="largest rise of the error from a step to the next, relative to d",
    verdict=Verdict.HOLDS,
)
def matched_never_turns(tolerance: float) -> Evidence:
    """On endless test prompts like those of training the error never rises, whatever the distribution."""
    rng, rise, longest = np.random.default_rng(1), -np.inf, 0.0
    for _ in range(300):
        cov, fourth = _moments(rng.standard_t(2, size=(rng.integers(4, 10), 4)))
        for n in (1, 5, 50):
            P = theory.preconditioner(Task(cov, n), fourth_moments=fourth)
            errors = theory.cot_error_limit(P, cov, 60) / 4
            rise = max(rise, np.diff(errors).max())
            longest = max(longest, np.abs(np.linalg.eigvals(P @ cov)).max())
    return judge(
        rise <= tolerance and longest <= 1 + tolerance,
        f"The error rises by {within(rise, tolerance)} of d, and no stride is above 1.",
    )


@claim(
    source="this book",
    places=("beyond/tails#prop-tails-length",),
    method="d = 20, λᵢ ∝ i^(−0.8) with trace 20, Σ = I; κ from 1 to 30 and q from 0.9 to 10; spectral radius of "
    "I − PΣ just below and just above.",
    tolerance=1e-9,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def tails_and_length(tolerance: float) -> Evidence:
    """Elliptical tails multiply the critical length by q + (q − 1)/h, tails of coordinates by 1 + (κ − 3)/h."""
    cov, test_cov = covariance.power_law(DIM, 0.8, trace=DIM), np.eye(DIM)
    gaussian, h = theory.critical_train_length(cov, test_cov), 1 + covariance.hardness(cov)
    kinds: list[features.Features] = [features.Sphere(), HEAVY, features.ScaleMixture(0.1, 10.0)]
    kinds += [features.ThreePoint(kappa) for kappa in (1.0, 1.8, 9.0, 30.0)]
    gap, misjudged, factors = 0.0, 0, []
    for kind in kinds:
        q, kappa = kind.stretch(DIM), kind.kurtosis
        factor = q + (q - 1) / h if kappa == 3 else 1 + (kappa - 3) / h
        fourth = features.fourth_moments(cov, kind)
        critical = theory.critical_train_length(cov, test_cov, fourth_moments=fourth)
        gap = max(gap, abs(critical / gaussian / factor - 1))
        misjudged += [_diverges(cov, fourth, test_cov, share * critical) for share in (0.999, 1.001)] != [False, True]
        factors.append(factor)
    return judge(
        gap <= tolerance and not misjudged,
        f"Difference of the factors {within(gap, tolerance)}; {misjudged} of {len(kinds)} lengths are no turn. "
        f"Kurtosis 9 of independent coordinates changes the length by {factors[-2]:.2f}, q = 3.25 by {factors[1]:.2f}.",
    )


@claim(
    source="this book",
    places=("beyond/tails#tails-act-twice",),
    method="d = 20, λᵢ ∝ i^(−0.8), n = m = 40, Σ = Λ; Gaussian features or two scales with q = 3.25, in training and "
    "test; 4,000 prompts each.",
    tolerance=0.8,
    limits="least share of diverging prompts where heavy tails meet a layer of light ones; elsewhere at most 0.25",
    verdict=Verdict.HOLDS,
)
def tails_alone(tolerance: float) -> Evidence:
    """On short prompts a change of the tails alone makes most chains diverge; heavy ones in training make it rarer."""
    cov = covariance.power_law(DIM, 0.8, trace=DIM)
    rng, shares = np.random.default_rng(2), []
    for train in (features.Gaussian(), HEAVY):
        P = theory.preconditioner(Task(cov, 40), fourth_moments=features.fourth_moments(cov, train))
        P = (P + P.T) / 2  # equal but for rounding, as K and Λ commute
        for test in (features.Gaussian(), HEAVY):
            x = features.sample(cov, 40, test, samples=4000, rng=rng)
            shares.append(np.mean(theory.largest_stride(P, x) > 2))
    light, shifted, cautious, heavy = shares
    return judge(
        shifted >= tolerance and max(light, cautious, heavy) <= 0.25,
        f"Of the prompts diverge: {100 * light:.0f} % with light tails in both, {100 * shifted:.0f} % with heavy ones "
        f"in the test alone, {rounded(100 * cautious)} % in training alone, {100 * heavy:.0f} % in both.",
    )


def _moments(rows: Float64[np.ndarray, "rows d"]) -> tuple[Covariance, Matrix]:
    """Covariance and fourth moments of rows that are drawn evenly."""
    return rows.T @ rows / len(rows), rows.T @ (np.square(rows).sum(axis=1)[:, None] * rows) / len(rows)


def _diverges(cov: Covariance, fourth: Matrix, test_cov: Covariance, n: float) -> bool:
    """Whether chains diverge on endless prompts, from the moments alone."""
    P = cov @ np.linalg.inv((1 - 1 / n) * cov @ cov + fourth / n)
    return bool(np.abs(np.linalg.eigvals(np.eye(len(cov)) - P @ test_cov)).max() > 1)
