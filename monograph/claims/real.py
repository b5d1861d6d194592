"""What the chapter on real features claims: rows of tables, and real labels."""

import itertools
import math
from collections.abc import Callable

import numpy as np

from monograph.claims.ledger import ROUNDING, Evidence, Verdict, claim, judge, within
from monograph.experiments import results
from monograph.experiments.real import answers, domains, plan, read
from monograph.experiments.real.read import Share
from monograph.experiments.results import Run
from ttsbook import theory
from ttsbook.arrays import Covariance, Matrix
from ttsbook.data import rows
from ttsbook.data.rows import Rows

PAIRS = f"{len(plan.PAIRS)} pairs of domains from scikit-learn's data sets, centered in two ways"
DRAWN = "m = 5d and 50d, 120 real prompts, 40 steps"
NEAR = (
    f"{PAIRS}, n at 0.5, 0.8, 1.25 and 2 times the critical length of Gaussian rows, {DRAWN}; 95 % intervals by pair."
)
INTERVALS = "least share of the settings"


@claim(
    source="this book",
    places=("beyond/real#prop-without-replacement",),
    method="Least squares over the list of all prompts of n = 1 to 5 rows out of 6, none twice, with d = 3; 20 pools.",
    tolerance=1e-9,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def without_replacement(tolerance: float) -> Evidence:
    """Prompts of n of N rows, none of them twice, teach what prompts of n(N − 1)/(N − n) rows drawn anew teach."""
    rng, gap, ignored = np.random.default_rng(0), 0.0, math.inf
    for _ in range(20):
        pool = Rows(rng.exponential(size=(6, 3)))
        for n in range(1, 6):
            x = pool.x[list(itertools.permutations(range(6), n))]
            S = x.swapaxes(1, 2) @ x / n
            best = np.linalg.lstsq(S.reshape(-1, 3), np.tile(np.eye(3), (len(S), 1)), rcond=None)[0].T
            P, plain = (
                np.linalg.inv(theory.gamma(pool.cov, length, fourth_moments=pool.fourth_moments))
                for length in (rows.effective_length(n, 6), n)
            )
            gap = max(gap, np.linalg.norm(P - best) / np.linalg.norm(best))
            ignored = min(ignored, np.linalg.norm(plain - best) / np.linalg.norm(best)) if n > 1 else ignored
    return judge(
        gap <= tolerance,
        f"Difference {within(gap, tolerance)}; with n in its place from {100 * ignored:.0f} % on, for n > 1.",
    )


@claim(
    source="this book",
    places=("beyond/real#what-layers-learn",),
    method="All of V and W trained by shift from N(0, 0.05²) on 40,000 prompts of rows of each of four pools, "
    "d = 4 to 13, five seeds each.",
    tolerance=0.05,
    limits="relative distance from ΛB⁻¹, which must also be below a third of that from Γ⁻¹",
    verdict=Verdict.HOLDS,
)
def trained_on_rows(tolerance: float) -> Evidence:
    """Layers that are trained on prompts of real rows learn ΛB⁻¹ with the fourth moments of the rows, and not Γ⁻¹."""
    found = results.load("real")
    all_pools = [read.distances(found, name) for name, _ in plan.LAYERS]
    own = np.concatenate([one.to_own for one in all_pools])
    other = np.concatenate([one.to_gaussian for one in all_pools])
    return judge(
        all(one.learned(tolerance) for one in all_pools),
        f"At most {100 * own.max():.1f} % from ΛB⁻¹ and at least {100 * other.min():.0f} % from Γ⁻¹; the larger of the "
        f"ratios of both is {(own / other).max():.2f}.",
    )


@claim(
    source="this book",
    places=("beyond/real#does-the-covariance-tell",),
    method=NEAR,
    tolerance=0.9,
    limits=f"{INTERVALS} of benign pairs in which chains of Γ⁻¹ on Gaussian prompts tell the turn; the interval must "
    "lie above the base rate",
    verdict=Verdict.HOLDS,
    remark="Only four data sets have such pairs. With these drawn anew in the place of pairs the interval reaches just "
    "below the limit, and is rough, as four are few.",
)
def benign_pairs_from_covariances(tolerance: float) -> Evidence:
    """Where features are benign, the two covariances tell near the boundary whether chains on real prompts turn."""
    found = results.load("real")
    near = read.settings(found, near=True, of=read.is_benign)
    told = read.share(near, read.told("covariances"))
    base = max(read.share(near, read.told(name)).value for name in ("always think", "one step"))
    return judge(
        told.value >= tolerance and told.low > base,
        f"Right in {_percent(told)} of {told.settings} settings of {told.groups} pairs, by data set "
        f"{_by_data_set(found, 'covariances', read.is_benign)}; the base rate is {100 * base:.0f} %.",
    )


@claim(
    source="this book",
    places=("beyond/real#does-the-covariance-tell",),
    method=NEAR,
    tolerance=0.9,
    limits="share of the settings of the other pairs, which must be below",
    verdict=Verdict.INCONCLUSIVE,
    caveat="More data sets with such features would: the interval of these pairs reaches above the limit.",
    remark="With data sets drawn anew in the place of pairs the interval lies below the limit, but only three have "
    "such pairs, too few for an interval.",
)
def other_pairs_need_more(tolerance: float) -> Evidence:
    """Where training rows have heavy tails or are nearly deficient in rank, the two covariances do not tell it."""
    found = results.load("real")
    told = read.share(read.settings(found, near=True, of=_is_not_benign), read.told("covariances"))
    return judge(
        told.value < tolerance,
        f"Right in {_percent(told)} of {told.settings} settings of {told.groups} pairs, by data set "
        f"{_by_data_set(found, 'covariances', _is_not_benign)}.",
        undecided=told.low <= tolerance <= told.high,
    )


@claim(
    source="this book",
    places=("beyond/real#does-the-covariance-tell",),
    method=NEAR,
    tolerance=0.95,
    limits=f"{INTERVALS} in which chains of ΛB⁻¹ on Gaussian prompts tell the turn",
    verdict=Verdict.INCONCLUSIVE,
    caveat="More pairs would: what these give is above the limit, and its interval reaches below.",
)
def true_layer_tells(tolerance: float) -> Evidence:
    """With the layer that real rows teach, Gaussian prompts tell near the boundary whether chains on real ones turn."""
    found = results.load("real")
    told = read.share(read.settings(found, near=True), read.told("true layer"))
    return judge(
        told.value >= tolerance,
        f"Right in {_percent(told)} of {told.settings} settings of {told.groups} pairs, by data set "
        f"{_by_data_set(found, 'true layer')}.",
        undecided=told.low <= tolerance <= told.high,
    )


def _is_not_benign(run: Run) -> bool:
    return not read.is_benign(run)


def _by_data_set(found: results.Results, predictor: str, of: Callable[[Run], bool] | None = None) -> str:
    """Write the interval of the share of settings that a predictor tells, from drawing data sets anew."""
    groups = read.settings(found, near=True, of=of, together=read.data_set)
    share = read.share(groups, read.told(predictor))
    return f"[{100 * share.low:.1f}, {100 * share.high:.1f}], of {share.groups}"


@claim(
    source="this book",
    places=("beyond/real#how-often-does-it-turn",),
    method=f"{PAIRS}; n = 2d, 10d and 50d, medians over {DRAWN}.",
    tolerance=0.5,
    limits="least share of the settings of pairs that turn, at each n",
    verdict=Verdict.INCONCLUSIVE,
    caveat="More data sets would: the interval at the shortest training length reaches down to the limit.",
    remark="At n = 2d three of the six data sets turn in less than half of their settings, at n = 10d two.",
)
def turning_is_the_rule(tolerance: float) -> Evidence:
    """From one real domain to another chains mostly turn."""
    found = results.load("real")
    shares, by_set = (
        [read.share(read.settings(found, near=False, together=group, times=times), _turns) for times in plan.FAR]
        for group in (_pair, read.data_set)
    )
    words = ", ".join(f"{_percent(one)} at n = {times}d" for one, times in zip(shares, plan.FAR, strict=True))
    rough = ", ".join(f"[{100 * one.low:.0f}, {100 * one.high:.0f}]" for one in by_set)
    return judge(
        min(one.value for one in shares) > tolerance,
        f"Of the settings turn {words}; by data set {rough}.",
        undecided=any(one.low <= tolerance <= one.high for one in shares),
    )


def _turns(setting: Run) -> bool:
    return setting["turns"]


def _pair(run: Run) -> str:
    return run["name"]


@claim(
    source="this book",
    places=("beyond/real#how-often-does-it-turn",),
    method=f"{len(plan.POOLS)} pools tested on themselves; n = 2d, 10d and 50d, medians over {DRAWN}.",
    tolerance=0,
    limits="settings that turn",
    verdict=Verdict.FAILS,
    remark="Those that turn have rows of heavy tails, q above 2, the longest training prompts and the shortest tests.",
)
def no_pool_turns_on_itself(tolerance: float) -> Evidence:
    """On the real domain of its training a chain does not turn."""
    runs = results.load("real").select(part="matched")
    alone = [one["turns"] for run in runs for one in run["settings"]]
    return judge(sum(alone) <= tolerance, f"{sum(alone)} of {len(alone)} settings turn.")


@claim(
    source="this book",
    places=("beyond/real#how-often-does-it-turn",),
    method=f"{PAIRS}, with a condition number of at most 1,000, near the critical length and far from it, {DRAWN}.",
    tolerance=0.99,
    limits="least sensitivity and specificity, over single prompts",
    verdict=Verdict.HOLDS,
)
def warning_on_rows(tolerance: float) -> Evidence:
    """On real prompts, too, a largest stride above 2 tells beforehand which chains turn."""
    found = results.load("real")
    told, mixed, every = (
        read.warnings(found),
        read.warnings(found, mixed=True),
        read.warnings(found, condition=math.inf),
    )
    prompts = sum(part.settings for part in told)
    return judge(
        min(part.value for part in told) >= tolerance,
        f"In {prompts:,} prompts {_missed(*told)}. In settings where some chains turn and some do not, "
        f"{_missed(*mixed)}. With all pairs, whatever their condition number, {_missed(*every)}.",
        undecided=any(part.low <= tolerance <= part.high for part in told),
    )


def _missed(sensitivity: Share, specificity: Share) -> str:
    """Write how often the warning errs."""
    return (
        f"missed are {100 - 100 * sensitivity.value:.2f} % of the chains that turn, and warned of is "
        f"{100 - 100 * specificity.value:.1f} % of the others"
    )


@claim(
    source="this book",
    places=("beyond/real#prop-share",),
    method=f"{len(plan.PAIRS)} pairs centered in two ways, π = 0.05, 0.2, 0.5 and 1; Γ of Gaussian rows with n = 1, 10 "
    "and 1,000, and ΛB⁻¹ of the rows as n → ∞; one pool of three rows at n = 2; two Gaussian domains with d = 3, "
    "n = 10 and π = ½.",
    tolerance=1e-9,
    limits="how far the product of share and largest stride may exceed 1",
    verdict=Verdict.HOLDS,
)
def share_of_target(tolerance: float) -> Evidence:
    """With a share π of target rows no stride of Γ⁻¹ is above 1/π; with true moments chains may diverge at finite n."""
    most = 0.0
    for name in plan.PAIRS:
        for center in ("train", "own"):
            train, test = domains.pair(name, center)
            for share in (0.05, 0.2, 0.5, 1.0):
                cov = (1 - share) * train.cov + share * test.cov
                for gamma in (*(theory.gamma(cov, n) for n in (1, 10, 1000)), cov):
                    most = max(most, share * np.linalg.eigvals(np.linalg.solve(gamma, test.cov)).real.max())
    mixed = Rows([[2, 4], [4, 12], [0, 1], [0, 1]])
    P = np.linalg.inv(theory.gamma(mixed.cov, 2, fourth_moments=mixed.fourth_moments))
    least = float(theory.strides(P, np.diag([0.0, 1.0])).min())
    gaussian = _stride_of_two_gaussians()
    return judge(
        most <= 1 + tolerance and max(least, gaussian) < -tolerance,
        f"The largest product is {most:.2f}; a layer of which half of the rows are the target's has the stride "
        f"{least:.2f} at n = 2, and diverges. So does one with the stride {gaussian:.4f} at n = 10, of two Gaussian "
        "domains, whose mixture is not Gaussian.",
    )


def _stride_of_two_gaussians() -> float:
    """Least stride on a Gaussian target, of a layer half of whose rows are its own and half another Gaussian's."""
    domains = np.array(
        [
            [[-0.55, 0.83, -0.08], [1.8, 0.21, -0.03], [-0.59, 0.1, 0]],
            [[1.73, -0.06, -0.01], [-1.53, 0.01, 0], [0.67, 0.02, 0]],
        ]
    )
    covs = domains @ domains.swapaxes(1, 2)
    covs *= 3 / np.trace(covs, axis1=1, axis2=2)[:, None, None]
    fourth = np.mean([_gaussian_moments(cov) for cov in covs], axis=0)
    P = np.linalg.inv(theory.gamma(covs.mean(axis=0), 10, fourth_moments=fourth))
    return float(theory.strides(P, covs[1]).min())


def _gaussian_moments(cov: Covariance) -> Matrix:
    """Fourth moments of Gaussian rows."""
    return 2 * cov @ cov + np.trace(cov) * cov


@claim(
    source="this book",
    places=("beyond/real#real-labels",),
    method=f"{len(plan.LABELS)} questions on digits, diabetes, wine, cancer and iris, n = m = 2d and 10d, layers "
    "trained on made-up weights with and without label noise, 120 prompts, 60 steps; intervals of 95 % by question.",
    tolerance=0.9,
    limits="least share of the settings in which the error at the predicted depth is within 10 % of the least",
    verdict=Verdict.HOLDS,
    remark="Most of it is easy: no step where most prompts are warned and three elsewhere, a recipe that was found "
    "after the run, is right nearly as often. What spectra add beyond the warning cannot be seen here, also as most "
    "settings are of the same digits.",
)
def depth_with_real_labels(tolerance: float) -> Evidence:
    """With real labels the recursion tells how long to think from both covariances, the lengths and R² alone."""
    groups = answers.questions(results.load("real"))
    told, recipe, one, last = (
        read.share(groups, lambda setting, depth=depth: answers.is_right(setting, depth(setting)))
        for depth in (answers.foretold, answers.recipe, lambda _: 1, lambda _: -1)
    )
    alone = answers.discordant(groups, answers.foretold, answers.recipe)
    return judge(
        told.value >= tolerance and told.value > max(one.value, last.value),
        f"Right to 10 % in {_percent(told)} of {told.settings} settings of {told.groups} questions; one step is in "
        f"{100 * one.value:.0f} %, 60 steps in {100 * last.value:.0f} %, and the recipe of the remark in "
        f"{100 * recipe.value:.0f} %. In {alone[0]} settings the first alone is right, in {alone[1]} the recipe alone.",
        undecided=told.low <= tolerance <= told.high,
    )


def _percent(share: Share) -> str:
    """Write a share with its interval."""
    return f"{100 * share.value:.0f} % [{100 * share.low:.0f}, {100 * share.high:.0f}]"
