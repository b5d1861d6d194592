"""What the chapter on overthinking claims."""

import warnings
from collections.abc import Iterator
from itertools import product

import numpy as np
from jaxtyping import Bool, Float64

from monograph.claims.ledger import Evidence, Verdict, claim, judge, within
from monograph.claims.statements import Kind, Statement
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import Covariance, Errors, Preconditioner, Vector
from ttsbook.data import covariance

DIM = 20
FLAT = covariance.isotropic(DIM)
PLACE = "theorems/overthinking"


@claim(
    source="paper: Remark 4.1",
    bears_on=(Statement.WEAK,),
    kinds=(Kind.THEOREM, Kind.EXACT),
    places=(f"{PLACE}#thm-overthinking",),
    method="The trace and the exact error at m = ∞, d = 20: power laws of random exponents (the chapter draws others), "
    "40 pairs with common skills, 40 whose skills are rotated.",
    tolerance=1e-9,
    limits="relative difference between trace and error with common skills; by as much the trace may exceed the error",
    verdict=Verdict.CAVEAT,
    caveat="It is the error itself only if Γ and Σ commute. Otherwise it is a lower bound; it still decides whether "
    "the error ends in growth.",
)
def trace(tolerance: float) -> Evidence:
    """On an endless prompt the effect of k steps is governed by tr((I − Γ^(−1/2)ΣΓ^(−1/2))^(2k))."""
    common, rotated, decided = [], [], True
    for P, test_cov, turned in _pairs(40):
        errors, mu = theory.cot_error_limit(P, test_cov, 20), theory.strides(P, test_cov)
        traces = _trace(mu, 20)
        (rotated if turned else common).append(1 - traces / errors)
        T = np.eye(DIM) - P @ test_cov
        decided &= (np.abs(np.linalg.eigvals(T)).max() > 1) == (mu[-1] > 2)
    low = np.array(rotated)[:, 1:]
    holds = np.abs(common).max() <= tolerance and low.min() >= -tolerance and decided
    return judge(
        holds,
        f"Common skills: difference {within(np.abs(common).max(), tolerance)}. Rotated, k ≤ 20: the trace is "
        f"{100 * np.median(low):.0f} % low in the median, {100 * low.max():.0f} % at most.",
        exception=low.max() > 0.01,
    )


@claim(
    source="this book",
    places=(f"{PLACE}#thm-overthinking",),
    method="80 random pairs, d = 20, k ≤ 20; ten pairs of skills that a test correlates as strongly as it can, k odd.",
    tolerance=1e-9,
    limits="relative excess over the upper bound, and distance from it in the extreme case",
    verdict=Verdict.HOLDS,
)
def trace_gap(tolerance: float) -> Evidence:
    """With κ the condition number of Γ, the error is at most (κ + 1/κ)/2 times that trace; no less will do."""
    excess = -np.inf
    for P, test_cov, _ in _pairs(40):
        kappa = np.linalg.cond(P)
        bound = (kappa + 1 / kappa) / 2 * _trace(theory.strides(P, test_cov), 20)
        excess = max(excess, (theory.cot_error_limit(P, test_cov, 20) / bound - 1).max())
    P, test_cov, kappa = _extreme_pairs()
    errors, traces = theory.cot_error_limit(P, test_cov, 9), _trace(theory.strides(P, test_cov), 9)
    distance = np.abs(errors[1::2] / traces[1::2] / ((kappa + 1 / kappa) / 2) - 1).max()
    return judge(
        excess <= tolerance and distance <= tolerance,
        f"Largest ratio of error to bound {rounded(1 + excess)}; in the extreme case the error is "
        f"{rounded(errors[1] / traces[1])} times the trace at k = 1, where κ = {rounded(kappa)}.",
    )


@claim(
    source="paper: Remark 4.1",
    bears_on=(Statement.WEAK,),
    kinds=(Kind.THEOREM, Kind.EXACT),
    places=(f"{PLACE}#thm-critical-length",),
    method="Chains of 20,000 steps on 60 random pairs, d = 20, each at lengths a tenth below and above n_crit.",
    tolerance=0,
    limits="number of chains that do otherwise than the statement says",
    verdict=Verdict.CAVEAT,
    caveat="Too weakly means less than half as strongly as the test uses it, and the training prompts must be longer "
    "than n_crit, for which there is a formula.",
)
def weak_direction(tolerance: float) -> Evidence:
    """Where training covered a direction of Σ too weakly, the error grows with k."""
    rng = np.random.default_rng(0)
    covered, wrong = np.transpose([_around_the_critical_length(*_random_pair(rng)) for _ in range(60)])
    return judge(
        wrong.sum() <= tolerance,
        f"{wrong.sum()} errors; in {covered.sum()} of 60 pairs no training length lets the chain diverge. The others "
        "do at the longer training length, and at the shorter one do not.",
        exception=covered.sum() < 60 and wrong.sum() == 0,  # weakly covered, and yet stable below n_crit
    )


def _random_pair(rng: np.random.Generator) -> tuple[Covariance, Covariance]:
    """Covariances of training and test with skills of their own, the test at random strength."""
    cov, test_cov = (covariance.rotate(np.diag(rng.uniform(0.3, 1.5, DIM)), rng=rng) for _ in range(2))
    return cov, test_cov * rng.uniform(0.3, 1.5)


def _around_the_critical_length(cov: Covariance, test_cov: Covariance) -> tuple[int, int]:
    """Whether Σ ⪯ 2Λ, and in how many ways the pair departs from thm-critical-length."""
    critical = theory.critical_train_length(cov, test_cov)
    covered = np.linalg.eigvalsh(test_cov - 2 * cov)[-1] <= 0
    wrong = int(covered != np.isinf(critical))
    if not covered:
        wrong += _diverges(cov, test_cov, 0.9 * critical)
        wrong += not _diverges(cov, test_cov, 1.1 * critical)
    return int(covered), wrong


def _diverges(cov: Covariance, test_cov: Covariance, n: float) -> bool:
    """Whether 20,000 steps on an endless prompt lead away from the answer."""
    step = np.eye(DIM) - _trained(cov, max(1, n)) @ test_cov
    with np.errstate(over="ignore", invalid="ignore"):
        gap = np.linalg.matrix_power(step, 20_000) @ np.ones(DIM)
    return not np.abs(gap).max() <= 1  # so also where it is no number any more


@claim(
    source="paper: experiments with skewed training",
    bears_on=(Statement.SKEWED,),
    kinds=(Kind.EXACT, Kind.SIMULATION),
    places=(f"{PLACE}#which-skill-goes-first",),
    method="The exact error at m = ∞, d = 20, λᵢ ∝ 1/i with trace 20, Σ = I, by search over k ≤ 200; 1/i unscaled "
    "with d = 20 and 4 to 8, too. And 1,500 prompts each of m = n, trace 20, k ≤ 30, 95 % intervals of medians.",
    tolerance=0,
    limits="lengths n at which the search and the formulas for n_crit and the best depth disagree",
    verdict=Verdict.CAVEAT,
    caveat="On long test prompts (m = ∞) and at d = 20 not at the paper's lengths n = 10, 20 and 30: at equal traces "
    "the error falls throughout, and with λᵢ = 1/i unscaled it rises from the first step. At equal traces it needs "
    "n > 91, and beyond n = 268 every step does harm. On test prompts as short as those of training the median turns "
    "at n = 20 and 30. Dimension, test length and traces of the paper are not known to us.",
)
def skewed_training(tolerance: float) -> Evidence:
    """After training on λᵢ ∝ 1/i the error on isotropic prompts first falls with k, then rises."""
    cov = covariance.power_law(DIM, 1.0, trace=DIM)
    critical, wrong, falls_first = theory.critical_train_length(cov, FLAT), 0, []
    for n in [10, 20, 30, *range(50, 400, 5)]:
        errors = theory.cot_error_limit(_trained(cov, n), FLAT, 200)
        found = theory.best_depth(_trained(cov, n), FLAT).steps
        searched = int(errors.argmin()) if errors.argmin() < 200 else None
        wrong += (found != searched) + ((searched is not None) != (n > critical))
        falls_first += [n] if searched else []
    unscaled = [_unscaled_depth(DIM, n) for n in (10, 20, 30)]
    fewer = sorted({str(_unscaled_depth(dim, 10)) for dim in range(4, 9)})
    best = {n: int(curve[1].argmin()) for n, curve in on_short_prompts().items() if turns(curve)}
    return judge(
        wrong <= tolerance,
        f"n_crit = {critical:.0f}; the error falls first and then rises for n from {falls_first[0]} to "
        f"{falls_first[-1]} in steps of 5; for n = 10, 20, 30 it falls throughout. Unscaled, the best depths for "
        f"n = 10, 20, 30 are {', '.join(map(str, unscaled))}; with d = 4 to 8 and n = 10 they are "
        f"{' or '.join(fewer)}. On prompts of m = n the median is least at "
        f"{' and '.join(f'k = {k} (n = {n})' for n, k in best.items())} and then rises.",
        exception=min(falls_first) > 30 and unscaled == [0, 0, 0] and list(best) == [20, 30],
    )


def _unscaled_depth(dim: int, n: int) -> int | None:
    """Best depth at m = ∞ and Σ = I after training on λᵢ = 1/i as it is."""
    return theory.best_depth(_trained(covariance.power_law(dim, 1.0), n), covariance.isotropic(dim)).steps


def on_short_prompts(prompts: int = 1500, steps: int = 30) -> dict[int, Float64[np.ndarray, "3 steps"]]:
    """Simulate chains on isotropic prompts as short as those of a skewed training, λᵢ ∝ 1/i with trace d.

    By n = m: the median over prompts of the error / d, exact over w, between the ends of its 95 % interval.

    Parameters
    ----------
    prompts
        Number of prompts for each length.
    steps
        Number of thinking steps.
    """
    cov, rng = covariance.power_law(DIM, 1.0, trace=DIM), np.random.default_rng(0)
    half = int(np.ceil(0.98 * prompts**0.5))  # ranks to either side of the median
    found = {}
    for n in (10, 20, 30):
        S = covariance.sample_empirical(FLAT, n, samples=prompts, rng=rng)
        T, gap, errors = FLAT - _trained(cov, n) @ S, FLAT, []  # columns of the gap: one w each
        for _ in range(steps + 1):
            errors.append(np.broadcast_to(np.square(gap).sum(axis=(-2, -1)) / DIM, (prompts,)))
            gap = T @ gap
        found[n] = np.sort(errors, axis=1)[:, prompts // 2 + np.array([-half, 0, half])].T
    return found


def turns(curve: Float64[np.ndarray, "3 steps"]) -> bool:
    """Whether the median at the end is surely above its least value.

    Parameters
    ----------
    curve
        Medians between the ends of their intervals.
    """
    low, median, high = curve
    return bool(low[-1] > high[median.argmin()])


@claim(
    source="this book",
    bears_on=(Statement.SKEWED,),
    kinds=(Kind.SIMULATION,),
    places=(f"{PLACE}#prop-best-depth",),
    method="λᵢ ∝ i^(−0.8) with trace 20, Σ = I, d = 20: search at m = ∞, n = 185 to 1,000; 1,500 prompts each at "
    "m = 4,000 and 1,000, n = 180, 200, 300, 400.",
    tolerance=1,
    limits="steps between predicted and simulated best depth of the mean error",
    verdict=Verdict.HOLDS,
)
def depth(tolerance: float) -> Evidence:
    """For endless prompts the number of steps after which the error is least is predicted exactly.

    For finite prompts of which most diverge, that of the mean error is predicted within a step.
    """
    cov = covariance.power_law(DIM, 0.8, trace=DIM)
    exact = all(_best_depth_is_exact(_trained(cov, n)) for n in (185, 190, 200, 250, 300, 400, 1000))
    predicted, simulated = _finite_best_depths(cov)
    gap = np.abs(np.subtract(predicted, simulated)).max()
    return judge(
        exact and gap <= tolerance,
        f"m = ∞: no exception. Finite: predicted {', '.join(map(str, predicted))}, simulated "
        f"{', '.join(map(str, simulated))}.",
    )


def _best_depth_is_exact(P: Preconditioner) -> bool:
    """Whether the predicted best depth is that of the least error at m = ∞, by search."""
    return bool(theory.best_depth(P, FLAT).steps == theory.cot_error_limit(P, FLAT, 200).argmin())


def _finite_best_depths(cov: Covariance) -> tuple[list[int], list[int]]:
    """Best depths at finite m, by m and n: the predicted ones, and those of the simulated mean error."""
    rng, predicted, simulated = np.random.default_rng(0), [], []
    for m, n in product((4000, 1000), (180, 200, 300, 400)):
        P = _trained(cov, n)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", theory.ValidityWarning)
            predicted.append(theory.best_depth(P, FLAT, test_length=m).steps)
        errors = theory.simulate_cot_error(P, FLAT, m, 12, samples=1500, rng=rng)
        simulated.append(int(errors.mean.argmin()))
    return predicted, simulated


@claim(
    source="paper: experiments with skewed training",
    bears_on=(Statement.LONGER,),
    kinds=(Kind.THEOREM, Kind.EXACT, Kind.SIMULATION),
    places=(f"{PLACE}#prop-longer-training",),
    method="Exact errors at m = ∞, d = 20, λᵢ ∝ 1/i and i^(−0.8) with trace 20, Σ = I, n in {10, 20, 30} and "
    "{100, 200, 400}, k = 1 to 20; and 1/i unscaled, n in {10, 20, 30}. And 1,500 prompts of m = n examples each, 1/i "
    "with trace 20, k ≤ 30, medians with 95 % intervals.",
    tolerance=0,
    limits="number of comparisons for n in {100, 200, 400} in which a larger n is better",
    verdict=Verdict.CAVEAT,
    caveat="On long test prompts (m = ∞) at equal traces in the long run exactly where the largest and the smallest "
    "stride add up to more than 2: for n above a length n⋆ < n_crit. At the paper's lengths n = 10, 20, 30, d = 20, a "
    "larger n is better. Unscaled it is worse at these, but every step does harm. On test prompts as short as those of "
    "training a larger n is worse at these lengths, too, in chains of ten steps and more. Dimension, test length and "
    "traces of the paper are not known to us.",
)
def larger_n(tolerance: float) -> Evidence:
    """Under skewed training, larger n is worse."""
    scaled = [covariance.power_law(DIM, exponent, trace=DIM) for exponent in (1.0, 0.8)]
    long, short = (
        np.concatenate([_longer_is_worse(cov, lengths) for cov in scaled])
        for lengths in ((100, 200, 400), (10, 20, 30))
    )
    unscaled = _longer_is_worse(covariance.power_law(DIM, 1.0), (10, 20, 30))
    low, median, high = np.array(list(on_short_prompts().values())).swapaxes(0, 1)[..., 10:]  # (n, k), k from 10 on
    return judge(
        (~long).sum() <= tolerance,
        f"At equal traces larger n is worse in {long.sum()} of {long.size} comparisons for n in {{100, 200, 400}}, in "
        f"{short.sum()} of {short.size} for n in {{10, 20, 30}}; unscaled in {unscaled.sum()} of {unscaled.size}. On "
        f"prompts of m = n = 10, 20, 30 the median of error/d is {', '.join(map(rounded, median[:, 0]))} at k = 10.",
        exception=short.mean() < 0.5 and bool((low[1:] > high[:-1]).all()),
    )


def _longer_is_worse(cov: Covariance, lengths: tuple[int, ...]) -> Bool[np.ndarray, " comparisons"]:
    """Whether the error is larger after training at each length than at the one before, for k = 1 to 20."""
    errors = [theory.cot_error_limit(_trained(cov, n), FLAT, 20)[1:] for n in lengths]
    return (np.diff(errors, axis=0) > 0).ravel()


@claim(
    source="this book",
    places=(f"{PLACE}#prop-longer-training",),
    method="Best n by search at k = 200, d = 20, four spectra, Σ = I; and 40 random tests of the same skills, none "
    "stronger than in training, k = 1 to 20.",
    tolerance=0.03,
    limits="relative distance between the best n and the length where μ_max + μ_min = 2",
    verdict=Verdict.HOLDS,
)
def best_length(tolerance: float) -> Evidence:
    """Long chains do best at n where μ_max + μ_min = 2, below n_crit; where sᵢ ≤ λᵢ, larger n is always better."""
    distances, below = [], []
    for exponent in (0.6, 0.8, 1.0, 1.5):
        cov = covariance.power_law(DIM, exponent, trace=DIM)
        best, star = _lengths_for_long_chains(cov)
        strides = theory.strides(_trained(cov, star), FLAT)
        distances += [abs(best / star - 1), abs(strides[[0, -1]].sum() - 2)]
        below.append(star < theory.critical_train_length(cov, FLAT))
    return judge(
        max(distances) <= tolerance and all(below) and _longer_is_better_where_covered(),
        f"Largest distance {100 * max(distances):.0f} %; no exception where sᵢ ≤ λᵢ.",
    )


def _lengths_for_long_chains(cov: Covariance) -> tuple[float, float]:
    """Training length n with the least error at k = 200, by search, and that with μ_max + μ_min = 2; Λ diagonal."""
    k, lengths = 200, np.geomspace(5, 5000, 4001)
    gammas = np.diag(cov)[:, None] * (1 + 1 / lengths) + DIM / lengths  # γᵢ = λᵢ(1 + 1/n) + tr Λ/n, (d, lengths)
    strides = 1 / gammas
    star = lengths[np.searchsorted(strides[0] + strides[-1], 2)]  # n⋆ of prop-longer-training
    rate = np.abs(1 - strides).max(axis=0)
    errors = (((1 - strides) / rate) ** (2 * k)).sum(axis=0)  # relative to rate²ᵏ, which is too small to write
    log_errors = 2 * k * np.log(rate) + np.log(errors)
    return float(lengths[log_errors.argmin()]), float(star)


def _longer_is_better_where_covered() -> bool:
    """Whether the error falls from one n to the next at every step, for 40 random pairs with shared skills, sᵢ ≤ λᵢ."""
    rng = np.random.default_rng(0)
    for _ in range(40):  # prop-longer-training, part 1
        cov = np.diag(rng.uniform(0.1, 2, DIM))
        covered = cov * rng.uniform(0.1, 1, DIM)
        errors = [theory.cot_error_limit(_trained(cov, n), covered, 20)[1:] for n in (10, 30, 100)]
        if not (np.diff(errors, axis=0) < 0).all():
            return False
    return True


@claim(
    source="this book",
    places=(f"{PLACE}#is-larger-n-worse",),
    method="Λ = diag(1, 0.01), and Σ nearly of rank one along (1, 0.13) with Λ − Σ positive definite, m = ∞.",
    tolerance=1,
    limits="error / d of one step at n = 1,000, which must be above it; at n = 10 it must be below",
    verdict=Verdict.HOLDS,
)
def covered_and_turned(tolerance: float) -> Evidence:
    """Where skills are not shared, longer training prompts can hurt though Σ ⪯ Λ and no stride is above 1."""
    cov, along = np.diag([1.0, 0.01]), np.array([[1.0], [0.13]])
    test_cov = 0.3664 * along @ along.T + 2e-4 * np.eye(2)
    short, long = (theory.cot_error_limit(_trained(cov, n), test_cov, 1)[1] / 2 for n in (10, 1000))
    longest = theory.strides(_trained(cov, 1000), test_cov)[-1]
    covered = np.linalg.eigvalsh(cov - test_cov)[0] > 0
    return judge(
        bool(covered) and longest < 1 and short < tolerance < long,
        f"Error / d of one step {short:.2f} at n = 10 and {long:.1f} at n = 1,000; longest stride {longest:.2f}.",
    )


@claim(
    source="this book",
    places=(f"{PLACE}#which-skill-goes-first",),
    method="Exact first step at m = ∞, d = 20, λᵢ ∝ i^(−0.8) with trace 1 and with trace 20, Σ = I, n = 1 to 1,000.",
    tolerance=2,
    limits="largest n at which training with trace 1 beats no answer",
    verdict=Verdict.HOLDS,
)
def equal_traces(tolerance: float) -> Evidence:
    """Training with tr Λ = 1 and testing with Σ = I is worse than no answer from the first step on, but for tiny n."""
    helped = {}
    for total in (1, DIM):
        cov = covariance.power_law(DIM, 0.8, trace=total)
        helped[total] = [
            n for n in (1, 2, 3, 5, 10, 100, 1000) if theory.cot_error_limit(_trained(cov, n), FLAT, 1)[1] < DIM
        ]
    first = theory.cot_error_limit(_trained(covariance.power_law(DIM, 0.8, trace=1), 10), FLAT, 1)[1] / DIM
    return judge(
        max(helped[1]) <= tolerance and len(helped[DIM]) == 7,
        f"Trace 1: better than no answer for n ≤ {max(helped[1])} alone; at n = 10 one step gives e/d = "
        f"{rounded(first)}. Trace 20: better at every n tried.",
    )


def _extreme_pairs(
    theta: float = 0.5, kappa: float = 50.0, length: int = 4000
) -> tuple[Preconditioner, Covariance, float]:
    """Preconditioner, test covariance and κ for which the trace is as far below the error as it can be."""
    gammas = np.repeat([1.0, kappa], DIM // 2)
    cov = np.diag(length / (length + 1) * (gammas - gammas.sum() / (length + 1 + DIM)))
    swap = np.roll(np.eye(DIM), DIM // 2, axis=0)
    root = np.diag(np.sqrt(gammas))
    return _trained(cov, length), root @ (np.eye(DIM) - theta * swap) @ root, kappa


def _trained(cov: Covariance, n: float) -> Preconditioner:
    """Preconditioner after training at a real length n."""
    return np.linalg.inv(theory.gamma(cov, n))


def _trace(strides: Vector, steps: int) -> Errors:
    """Return the trace of Remark 4.1 for k = 0, ..., steps."""
    return ((1 - strides) ** (2 * np.arange(steps + 1)[:, None])).sum(axis=1)


def _pairs(count: int) -> Iterator[tuple[Preconditioner, Covariance, bool]]:
    """Preconditioners and test covariances, with common skills and rotated: `count` of each."""
    rng = np.random.default_rng(0)
    for place in range(2 * count):
        cov = covariance.power_law(DIM, rng.uniform(0.3, 1.2), trace=DIM)
        test_cov = covariance.power_law(DIM, rng.uniform(0, 1.2), trace=DIM)
        turned = place % 2 == 1
        yield _trained(cov, rng.uniform(10, 400)), covariance.rotate(test_cov, rng=rng) if turned else test_cov, turned
