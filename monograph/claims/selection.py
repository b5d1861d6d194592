"""What the chapter on the choice of training tasks claims."""

# ruff: noqa: D401 - the docstring of a check is its claim, no command

import numpy as np
from jaxtyping import Bool

from monograph.claims.ledger import Evidence, Verdict, claim, judge, within
from monograph.claims.statements import Kind, Statement
from monograph.experiments import results
from monograph.experiments.curation import read as curation
from monograph.experiments.results import Run
from monograph.experiments.selection import examples
from monograph.experiments.selection.read import percent, pool_groups, rescaled, share
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import Covariance, Vector
from ttsbook.data import covariance, pools
from ttsbook.data.tasks import Mixture, Task
from ttsbook.theory import selection

DIM = 20
CHAPTER = "theorems/task-selection"


@claim(
    source="this book, on the paper's selection program",
    bears_on=(Statement.PROGRAM,),
    kinds=(Kind.EXACT,),
    places=(f"{CHAPTER}#prop-program",),
    method="Random pools of 8 tasks, d = 20, made in eight ways, exact errors at m = ∞ beside the even mixture's: "
    "960 pools as trained, and the first 20 of each way with the scaling that is best for each mixture.",
    tolerance=0.5,
    limits="least lower end of the 95 % intervals of the share of pools with equal traces and the best scaling, for "
    "every way and number of steps",
    verdict=Verdict.CAVEAT,
    caveat="With equal traces and the best scaling at test time. As trained, it does so where the target has the "
    "exponent 0.5; where it has 0.8, for the direct answer, and for longer chains hardly, and only with equal traces "
    "and shared skills. With raw spectra the best scaling does not mend that.",
)
def selection_program(tolerance: float) -> Evidence:
    """Training on the mixture that the paper's program selects lowers the test error below that of an even mixture."""
    found, scaled = results.load("selection"), {"raw": [], "trace d": []}
    for run in found.runs:
        even, program = rescaled(found, run, pools=20)
        scaled[run["scale"]] += list((program < even).T)
    fewest, most = (min(scaled["trace d"], key=np.sum), max(scaled["trace d"], key=np.sum))
    raw = [int(wins.sum()) for wins in scaled["raw"]]
    words, least = _as_trained(found)
    return judge(
        share(fewest)[1] > tolerance,
        f"Best scaling, by way and number of steps: better in {fewest.sum()} to {most.sum()} of 20 pools with equal "
        f"traces, at least {percent(fewest)}; in {min(raw)} to {max(raw)} of 20 with raw spectra. {words}",
        exception=least <= tolerance,
    )


def _as_trained(found: results.Results) -> tuple[str, float]:
    """Say in which share of the pools the program is better as trained; and the least lower end of its intervals."""
    wins = [np.less(run["paper"], run["uniform"]) for run in found.runs]  # each (pools, steps)
    shares = zip(found.settings["steps"], np.concatenate(wins).T, strict=True)
    steps = ", ".join(f"{percent(column)} at k = {k}" for k, column in shares)
    diverges = np.concatenate([run["diverges"] for run in found.runs])
    worst = 100 * min(group.mean(axis=0).min() for group in wins)
    steep = [group.mean(axis=0) for run, group in zip(found.runs, wins, strict=True) if run["target"] == 0.8]
    by_way = ", ".join(" / ".join(f"{100 * share_:.0f}" for share_ in shares_) for shares_ in steep)
    words = (
        f"As trained: in {steps}; in one way in {worst:.0f} % at least; target 0.8, by way (raw shared, raw turned, "
        f"equal shared, equal turned): {by_way} %. Its chain diverges in {percent(diverges)}."
    )
    return words, min(share(column)[1] for group in wins for column in group.T)


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-gradient",),
    method="The same 960 pools, each at k = 1, 3, 10: optimal_mixture beside the even mixture and the program's.",
    tolerance=1e-6,
    limits="by how much its error may pass that of either, relative",
    verdict=Verdict.HOLDS,
    remark="The search for it starts from both, and so cannot end worse.",
)
def exact_mixture(tolerance: float) -> Evidence:
    """The mixture that minimizes the k-step error itself is never worse than the even one or the program's.

    In the median the program's errs more.
    """
    found = results.load("selection")
    exact, even, paper = (np.concatenate([run[name] for run in found.runs]) for name in ("exact", "uniform", "paper"))
    excess = (exact / np.minimum(even, paper)).max() - 1
    medians = np.median(paper / exact, axis=0)
    gains = ", ".join(
        f"{rounded(median)} (k = {k})" for k, median in zip(found.settings["steps"], medians, strict=True)
    )
    return judge(
        excess <= tolerance and medians.min() > 1,
        f"Worse than the better of the two by {within(max(0.0, excess), tolerance)} in {exact.size} cases. Median "
        f"factor by which the program's mixture errs more: {gains}.",
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-program",),
    method="2000 random mixtures of four tasks and target with the same 20 skills, n = 10⁵.",
    tolerance=0.25,
    limits="value of the program below which no chain may diverge",
    verdict=Verdict.HOLDS,
)
def safe_program(tolerance: float) -> Evidence:
    """Where tasks and target share their skills, a chain converges if the program's value is below 1/4 (m = ∞)."""
    rng, safe, beyond, harmed = np.random.default_rng(3), 0, 0, 0
    for _ in range(2000):
        strengths, weights = 0.01 + rng.uniform(0, 1, (4, DIM)) ** 4, rng.dirichlet(np.ones(4))
        target = weights @ strengths * (1 + rng.uniform(0, 3) * rng.uniform(-0.3, 1, DIM) ** 5)
        P = theory.preconditioner(Mixture([Task(np.diag(row), 10**5) for row in strengths], weights))
        diverges = np.abs(1 - np.diag(P) * target).max() > 1
        value = np.square(1 - weights @ strengths / target).sum()
        safe, harmed = safe + (value < tolerance), harmed + (value < tolerance and diverges)
        beyond += value >= tolerance and diverges
    return judge(
        safe > 100 and harmed == 0,
        f"{harmed} of {safe} mixtures with a value below 1/4 diverge, and {beyond} of {2000 - safe} above.",
    )


@claim(
    source="paper: Proposition 4.3",
    bears_on=(Statement.HALF,),
    kinds=(Kind.THEOREM, Kind.EXACT),
    places=(f"{CHAPTER}#prop-two-tasks",),
    method="2000 random pairs of an easy and a hard task, d = 20; the share of hard tasks in 960 pools.",
    tolerance=1e-9,
    limits="how near a tie may come before a pair is left out",
    verdict=Verdict.CAVEAT,
    caveat="For two tasks if and only if ‖I − Σ⁻¹Λ_hard‖ ≤ ‖I − Σ⁻¹Λ_easy‖, an assumption of ours. With equal traces "
    "and turned skills it hardly ever comes out.",
)
def half_on_hard(tolerance: float) -> Evidence:
    """Under assumptions not known to us at least half of the probability goes to the hard tasks.

    Those are the tasks whose least strength is small.
    """
    half, nearer = _programs_of_two_tasks(tolerance)
    groups = pool_groups(results.load("selection"))
    raw, equal = (_half_on_hard_by_pool(groups, way) for way in ("raw spectra, turned", "equal traces, turned"))
    return judge(
        (half == nearer).all(),
        f"The condition decides {(half == nearer).sum()} of {half.size} pairs; {100 * half.mean():.0f} % give half to "
        f"the hard task. Pools with turned skills: {percent(raw)} with raw spectra, {percent(equal)} at equal traces.",
        exception=equal.mean() < 0.5,
    )


def _programs_of_two_tasks(tie: float) -> tuple[Bool[np.ndarray, " pairs"], Bool[np.ndarray, " pairs"]]:
    """Whether the program gives half to the hard task, and whether ‖C_h‖ ≤ ‖C_e‖: of random pairs that do not tie."""
    rng, half, nearer = np.random.default_rng(4), [], []
    for _ in range(2000):
        easy, hard, target = _easy_hard_target(rng)
        C = [np.eye(DIM) - cov / np.diag(target)[:, None] for cov in (easy, hard)]  # I − Σ⁻¹Λ, prop-two-tasks
        distances = np.linalg.norm(C, axis=(1, 2))
        if abs(distances[0] - distances[1]) > tie:
            weights = selection.quadratic_program([easy, hard], target).weights
            half.append(weights[1] >= 0.5)
            nearer.append(distances[1] <= distances[0])
    return np.array(half), np.array(nearer)


def _easy_hard_target(rng: np.random.Generator) -> tuple[Covariance, Covariance, Covariance]:
    """Covariances of an easy task, a hard one and a target: of trace d or not, skills in one order or in three."""
    trace = None if rng.random() < 0.5 else DIM
    easy, hard, target = (
        covariance.power_law(DIM, rng.uniform(*ends), trace=trace) for ends in ((0, 0.4), (0.6, 1.2), (0, 1.2))
    )
    if rng.random() < 0.5:
        easy, hard = easy[::-1, ::-1], np.roll(hard, rng.integers(DIM), (0, 1))
    return easy, hard, target


def _half_on_hard_by_pool(groups: dict[str, Run], way: str) -> Bool[np.ndarray, " pools"]:
    """Whether hard tasks get half of the weight, for each pool that was made this way."""
    return np.concatenate([_half_on_hard(run) for name, run in groups.items() if name.startswith(way)])


def _half_on_hard(run: Run) -> Bool[np.ndarray, " pools"]:
    weights = np.array(run["kind_weights"])
    return weights[:, 1] + weights[:, 3] >= 0.5


@claim(
    source="paper: the selection experiment",
    bears_on=(Statement.KINDS,),
    kinds=(Kind.EXACT,),
    places=(f"{CHAPTER}#prop-two-tasks", "experiments/curation#which-tasks-are-selected"),
    method="Mean weights in pools made in eight ways; kinds: exponent 0.2 (easy) or 0.8, 4 skills (short) or 20. And "
    "in the pools of the trained layers, 20 where B is the number of skills and 20 where it is the prompt length.",
    tolerance=0.0,
    limits="by how much easy-short may pass another kind, or another kind hard-long, in mean weight",
    verdict=Verdict.CAVEAT,
    caveat="In our pools only with B the number of skills, raw spectra and a target of exponent 0.5, and never with "
    "equal traces. With B the prompt length, short and long tie, as the program does not see lengths.",
)
def kinds_of_tasks(tolerance: float) -> Evidence:
    """The program gives easy-short tasks the least probability and hard-long tasks the most."""
    orders = {
        name: _reported_order(np.mean(run["kind_weights"], axis=0), tolerance)
        for name, run in pool_groups(results.load("selection")).items()
    }
    trained = [
        _reported_order(curation.kind_weights(results.load("curation"), "paper", reading), tolerance)
        for reading in curation.READINGS
    ]
    raw = all(found for name, found in orders.items() if name.startswith("raw") and name.endswith("0.5"))
    return judge(
        raw,
        f"The reported order in {sum(orders.values())} of {len(orders)} ways to make pools: "
        f"{'; '.join(name for name, found in orders.items() if found) or 'none'}. "
        f"In the pools of the trained layers: in {sum(trained)} of {len(trained)} readings of B.",
        exception=not all([*orders.values(), *trained]),
    )


def _reported_order(mean: Vector, tie: float) -> bool:
    """Whether of easy-short, hard-short, easy-long, hard-long the first has the least weight and the last the most."""
    return bool(mean[0] <= mean.min() + tie and mean[3] >= mean.max() - tie)


@claim(
    source="this book",
    places=(f"{CHAPTER}#fig-estimate",),
    method="Eight tasks, d = 20, k = 3; Σ estimated from 40, 160, 2560 examples, six times each; errors at m = ∞.",
    tolerance=0.5,
    limits="median excess over the error with the true Σ, relative, from 160 examples on",
    verdict=Verdict.HOLDS,
    remark="Medians of six draws: those of ten others, in the chapter, differ from them by several percent.",
)
def target_estimate(tolerance: float) -> Evidence:
    """Eight examples a skill estimate Σ well enough to choose a mixture by the error itself."""
    target = covariance.power_law(DIM, 0.8, trace=DIM)
    tasks = pools.eight_tasks(target, rng=np.random.default_rng(0))
    least = selection.optimal_mixture(tasks, target, 3).error
    few, some, many = (
        np.median(examples.with_estimates(tasks, target, 3, length, samples=6)) / least - 1
        for length in (40, 160, 2560)
    )
    return judge(
        max(some, many) <= tolerance and few > tolerance,
        f"Median excess: {rounded(few)} times the least error with 40 examples, {100 * some:.0f} % with 160, "
        f"{100 * many:.0f} % with 2560.",
    )
