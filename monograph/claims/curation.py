"""What the chapter on training with chosen tasks claims."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from monograph.claims.ledger import ROUNDING, Evidence, Verdict, claim, judge, within
from monograph.claims.statements import Kind, Statement
from monograph.claims.task import second_moment
from monograph.experiments import results
from monograph.experiments.curation import read as curation
from monograph.experiments.selection import examples
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import Vector

CHAPTER = "experiments/curation"
POOLS = (
    "20 pools of 8 tasks in random directions with B the number of skills and 20 with B the prompt length, d = 20, "
    "target of exponent 0.8"
)
SETTING = f"{POOLS}; V31 trained, m = ∞"
B = {"skills": "B the number of skills", "length": "B the prompt length"}  # what the paper may mean, `READINGS`
BOTH = "with B the number of skills and with B the prompt length"
INTERVALS = f"all of the 95 % intervals, {BOTH}; one above it contradicts the claim, else nothing is decided"
RANDOM = f"{POOLS}, exact A B_π⁻¹, m = ∞; {curation.RANDOM} mixtures of each pool, uniform on the simplex of weights"
QUALITIES = ("coverage", "relevance", "share of hard tasks", "caution")
TARGET = 0.8  # exponent of the target
TURNED = (
    "No task has the target's strong skills, as all point in random directions; where they have: hard_where_aligned."
)
LEARNABLE = 100.0  # condition number of B_π beyond which the trainings are too short


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-spread",),
    method="Moments of Gaussian vectors (sums over pairings), three tasks of d = 20 with random skills.",
    tolerance=1e-10,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def spread_is_caution(tolerance: float) -> Evidence:
    """B_π of a mixture is the square A² of the mean covariance, the spread between tasks and the noise within, added.

    So a step on the mean covariance never overshoots: 0 ≺ PA ⪯ I.
    """
    mixture = examples.three_tasks(rng=np.random.default_rng(0))
    mean, between, inside = theory.caution(mixture)
    pairs = zip(mixture.weights, mixture.tasks, strict=True)
    B = sum(weight * second_moment(task.cov, task.prompt_length) for weight, task in pairs)
    gap = np.linalg.norm(mean @ mean + between + inside - B) / np.linalg.norm(B)
    values = np.linalg.eigvals(theory.preconditioner(mixture) @ mean).real
    parts = [np.trace(part) / np.trace(mean @ mean) for part in (between, inside)]
    return judge(
        gap <= tolerance and 0 < values.min() <= values.max() < 1 and min(parts) > 0.01,
        f"Difference {within(gap, tolerance)}. Eigenvalues of PA {rounded(values.min())} to {rounded(values.max())}. "
        f"Traces relative to that of A²: {rounded(parts[0])} between the tasks, {rounded(parts[1])} within.",
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-rare",),
    method="Gradient descent on the exact loss of a layer, three tasks of d = 20 with random skills, 30 updates.",
    tolerance=1e-9,
    limits=ROUNDING,
    verdict=Verdict.HOLDS,
)
def rare_directions(tolerance: float) -> Evidence:
    """Gradient descent learns V31 along each direction at the rate of its eigenvalue of B_π.

    An update multiplies what is missing, P − A B_π⁻¹, by I − ηB_π.
    """
    import torch

    from ttsbook import training
    from ttsbook.models.attention import LinearSelfAttention
    from ttsbook.training import recipes

    mixture, step = examples.three_tasks(rng=np.random.default_rng(0)), 0.02
    mean, between, inside = theory.caution(mixture)
    layer = LinearSelfAttention(20, structure="blocks", dtype=torch.float64)
    training.train(
        layer,
        mixture,
        recipe=recipes.Direct(trains=("V31",)),
        updates=30,
        generator=torch.Generator(),
        batch=None,
        optimizer=training.GradientDescent(step_size=step),
    )
    P, shrink = theory.preconditioner(mixture), np.eye(20) - step * (mean @ mean + between + inside)
    expected = P - P @ np.linalg.matrix_power(shrink, 30)
    gap = np.linalg.norm(layer.preconditioner() - expected) / np.linalg.norm(expected)
    return judge(gap <= tolerance, f"Difference {within(gap, tolerance)}.")


@claim(
    source="this book",
    bears_on=(Statement.MIXTURE,),
    kinds=(Kind.LAYER,),
    places=(f"{CHAPTER}#prop-rare",),
    method=f"{SETTING}. Error of the layers after five steps relative to that of the exact A B_π⁻¹, six mixtures.",
    tolerance=1.5,
    limits=f"ratio, or its inverse, where the condition number of B_π is below {LEARNABLE:.0f}",
    verdict=Verdict.CAVEAT,
    caveat="Where the mixture leaves a direction to tasks that it hardly uses, the layers have not learned it in time.",
)
def trained_as_exact(tolerance: float) -> Evidence:
    """Layers trained on a mixture think like its exact preconditioner A B_π⁻¹."""
    ratios, conditions = curation.learned_ratios(results.load("curation"), 5)
    fine = conditions < LEARNABLE
    worst = np.exp(np.abs(np.log(ratios[fine])).max())
    others = ratios[~fine]
    rest = f" In the other {others.size}, {rounded(others.min())} to {rounded(others.max())}." if others.size else ""
    return judge(
        worst <= tolerance and fine.mean() > 0.5,
        f"At most {rounded(worst)} in {fine.sum()} of {fine.size} mixtures.{rest}",
        exception=bool(others.size) and others.max() > tolerance,
    )


@claim(
    source="this book, on the paper's selection program",
    bears_on=(Statement.PROGRAM,),
    kinds=(Kind.EXACT,),
    places=(f"{CHAPTER}#one-number-and-the-order-turns",),
    method=f"{POOLS}, exact A B_π⁻¹, m = ∞, each mixture with the scaling that is best for it; error after five steps "
    "relative to that of all tasks alike, geometric mean.",
    tolerance=1.0,
    limits=INTERVALS,
    verdict=Verdict.HOLDS,
    remark="No layer was run with this scaling; with that of training, see layers_on_the_programs_mixture.",
)
def thinking_on_the_programs_mixture(tolerance: float) -> Evidence:
    """With the best scaling for each, the exact P of the program's mixture thinks better than that of the even one."""
    found, compared, words = results.load("curation"), [], []
    for reading in curation.READINGS:
        even, _ = curation.rescaled(found, "uniform", 5, reading=reading)
        ours, factors = curation.rescaled(found, "paper", 5, reading=reading)
        one = curation.paired(ours, even)
        compared.append(one)
        words.append(
            f"{B[reading]}: {one.words}, better in {one.wins}, at {np.median(factors):.1f} times that of training"
        )
    return _by_intervals([(one.low, one.high) for one in compared], tolerance, f"{'; '.join(words)}.")


@claim(
    source="this book, on the paper's selection program",
    bears_on=(Statement.PROGRAM,),
    kinds=(Kind.LAYER,),
    places=(f"{CHAPTER}#fig-curated-curves",),
    method=f"{SETTING}; error after five steps relative to layers trained on all tasks alike, geometric mean.",
    tolerance=1.0,
    limits=INTERVALS,
    verdict=Verdict.FAILS,
    remark="With the scaling of training, ρ = m. With the best scaling the exact P of this mixture is the better one: "
    "thinking_on_the_programs_mixture. These pools are the least favorable of eight designs: after three steps with "
    "the scaling of training the program wins in under 3 % of 120 such pools, in over 38 % with each of the others.",
)
def layers_on_the_programs_mixture(tolerance: float) -> Evidence:
    """Layers trained on the mixture that the program selects think better than layers trained on all tasks alike."""
    return _against_even("paper", 5, tolerance)


@claim(
    source="this book, on the paper's selection program",
    bears_on=(Statement.PROGRAM,),
    kinds=(Kind.LAYER,),
    places=(f"{CHAPTER}#what-came-out",),
    method=f"{SETTING}; error of the direct answer relative to layers trained on all tasks alike, geometric mean.",
    tolerance=1.0,
    limits=INTERVALS,
    verdict=Verdict.HOLDS,
)
def answering_on_the_programs_mixture(tolerance: float) -> Evidence:
    """Layers trained on the mixture that the program selects give better direct answers than layers trained on all."""
    return _against_even("paper", 1, tolerance)


@claim(
    source="this book",
    places=(f"{CHAPTER}#fig-curated-curves",),
    method=f"{SETTING}; error after five steps relative to layers trained on all tasks alike, geometric mean.",
    tolerance=1.0,
    limits=INTERVALS,
    verdict=Verdict.HOLDS,
)
def training_on_the_best_mixture(tolerance: float) -> Evidence:
    """Layers trained on the mixture of least error (k = 5, m = ∞) err less than layers trained on all tasks alike."""
    return _against_even("exact", 5, tolerance)


def _against_even(mixture: str, steps: int, tolerance: float) -> Evidence:
    found = results.load("curation")
    by_reading = {reading: curation.compare(found, mixture, steps, reading=reading) for reading in curation.READINGS}
    words = "; ".join(f"{B[reading]}: {one.words}, better in {one.wins}" for reading, one in by_reading.items())
    return _by_intervals([(one.low, one.high) for one in by_reading.values()], tolerance, f"{words}.")


def _by_intervals(intervals: Sequence[tuple[float, float]], tolerance: float, measured: str) -> Evidence:
    """Judge by intervals: all of them below the tolerance, or one above it, which contradicts, or nothing decided."""
    holds = all(high < tolerance for _, high in intervals)
    contradicted = any(low > tolerance for low, _ in intervals)
    return judge(holds, measured, undecided=not (holds or contradicted))


@claim(
    source="this book",
    places=(f"{CHAPTER}#fig-curated-curves",),
    method=f"{SETTING}; error after five steps relative to layers trained on all tasks alike, geometric mean.",
    tolerance=1.0,
    limits="lower end of the 95 % interval, which must be larger but in the case of the caveat",
    verdict=Verdict.CAVEAT,
    caveat="With B the prompt length, the most relevant task is better than all alike in 11 of the 12 pools where its "
    "prompts are the short ones.",
    remark="All tasks point in random directions. With the target's skills in its order, the exact P of the hard tasks "
    "alone thinks better than that of all alike.",
)
def one_kind_is_worse(tolerance: float) -> Evidence:
    """Training on the hard tasks alone, or on the task nearest to the target alone, is worse than on all alike."""
    found, words, low = results.load("curation"), [], {}
    for reading in curation.READINGS:
        for mixture in ("hard only", "most relevant"):
            one = curation.compare(found, mixture, 5, reading=reading)
            low[mixture, reading] = one.low
            words.append(f"{mixture}, {B[reading]}: {one.words}, better in {one.wins}")
    excepted = low.pop(("most relevant", "length"))
    return judge(min(low.values()) > tolerance, f"{'; '.join(words)}.", exception=excepted <= tolerance)


@claim(
    source="this book, on the paper's message on training data",
    bears_on=(Statement.MESSAGE,),
    kinds=(Kind.EXACT,),
    places=(f"{CHAPTER}#diverse-relevant-and-hard",),
    method=f"{RANDOM}; rank correlation of coverage and relevance with the error after five steps; mean over pools.",
    tolerance=0.0,
    limits=INTERVALS,
    verdict=Verdict.INCONCLUSIVE,
    caveat="Other designs of pools. In these, steps that are too long rule the error, whatever the mixture shows.",
    remark="One of the four intervals decides: with B the prompt length, mixtures that cover more err less.",
)
def message_in_pools(tolerance: float) -> Evidence:
    """With steps as they are, mixtures that cover the target more and are more relevant err less."""
    return _by_correlations(("coverage", "relevance"), tolerance, scaled=False)


@claim(
    source="this book, on the paper's message on training data",
    bears_on=(Statement.MESSAGE,),
    kinds=(Kind.EXACT,),
    places=(f"{CHAPTER}#diverse-relevant-and-hard",),
    method=f"{RANDOM}; rank correlation of the share of hard tasks with the error after five steps; mean over pools.",
    tolerance=0.0,
    limits=INTERVALS,
    verdict=Verdict.FAILS,
    remark=f"With B the number of skills they err more. With B the prompt length nothing is decided. {TURNED}",
)
def hard_in_pools(tolerance: float) -> Evidence:
    """With steps as they are and tasks in random directions, mixtures with a larger share of hard tasks err less."""
    return _by_correlations(("share of hard tasks",), tolerance, scaled=False)


@claim(
    source="this book, on the paper's message on training data",
    bears_on=(Statement.MESSAGE,),
    kinds=(Kind.EXACT,),
    places=(f"{CHAPTER}#diverse-relevant-and-hard",),
    method=f"{RANDOM}, each with the scaling that is best for it; rank correlation of coverage and relevance with the "
    "error after five steps; mean over pools.",
    tolerance=0.0,
    limits=INTERVALS,
    verdict=Verdict.HOLDS,
)
def message_rescaled(tolerance: float) -> Evidence:
    """With the best scaling, mixtures that cover the target more and are more relevant err less."""
    return _by_correlations(("coverage", "relevance"), tolerance, scaled=True)


@claim(
    source="this book, on the paper's message on training data",
    bears_on=(Statement.MESSAGE,),
    kinds=(Kind.EXACT,),
    places=(f"{CHAPTER}#diverse-relevant-and-hard",),
    method=f"{RANDOM}, each with the scaling that is best for it; rank correlation of the share of hard tasks with the "
    "error after five steps; mean over pools.",
    tolerance=0.0,
    limits=INTERVALS,
    verdict=Verdict.FAILS,
    remark=f"They err more in both readings of B. {TURNED}",
)
def hard_rescaled(tolerance: float) -> Evidence:
    """With the best scaling and tasks in random directions, mixtures with a larger share of hard tasks err less."""
    return _by_correlations(("share of hard tasks",), tolerance, scaled=True)


@claim(
    source="this book, on the paper's message on training data",
    bears_on=(Statement.MESSAGE,),
    kinds=(Kind.EXACT,),
    places=(f"{CHAPTER}#diverse-relevant-and-hard",),
    method=f"{RANDOM}, each task with its spectrum and length, and with the target's skills in place of its own; rank "
    "correlation of the share of hard tasks with the error after five steps, with steps as they are and with the best "
    "scaling; mean over pools.",
    tolerance=0.0,
    limits=f"upper ends of the four 95 % intervals, {BOTH}; the caveat is the same with a target of exponent 0.5",
    verdict=Verdict.CAVEAT,
    caveat="Where the target is as hard as the hard tasks. With one of exponent 0.5, between easy and hard, nothing is "
    "decided with the best scaling and B the number of skills.",
    remark="It is the order that does it: with the target's skills in random orders no interval is below zero. With B "
    "the prompt length these pools differ in the mixtures drawn alone.",
)
def hard_where_aligned(tolerance: float) -> Evidence:
    """Where tasks have the target's skills in its order of strength, mixtures with more hard tasks err less."""
    near, milder = (_aligned(exponent) for exponent in (TARGET, 0.5))
    words = [
        _aligned_words(spans, f"Target of exponent {exponent}") for spans, exponent in ((near, TARGET), (milder, 0.5))
    ]
    return judge(
        max(high for _, _, high in near.values()) < tolerance,
        f"Mean rank correlation of the share of hard tasks with the error. {'. '.join(words)}.",
        exception=max(high for _, _, high in milder.values()) >= tolerance,
    )


@cache
def _aligned(exponent: float, *, shuffled: bool = False) -> dict[tuple[str, str], Vector]:
    """By reading of B and way to step: mean rank correlation of hardness with the error, and ends of its interval."""
    found, spans = results.load("curation"), {}
    for reading in curation.READINGS:
        values = curation.aligned_correlations(found, reading, exponent=exponent, shuffled=shuffled)
        for way, span in zip(("steps as they are", "best scaling"), curation.interval(values).T, strict=True):
            spans[reading, way] = span
    return spans


def _aligned_words(spans: dict[tuple[str, str], Vector], which: str) -> str:
    return f"{which}: {'; '.join(_span(f'{way}, {B[reading]},', span) for (reading, way), span in spans.items())}"


def _by_correlations(names: Sequence[str], tolerance: float, *, scaled: bool) -> Evidence:
    """Judge by the intervals of the correlations of some qualities with the error, in both readings of B."""
    spans = [_correlations(scaled=scaled)[reading][name] for reading in curation.READINGS for name in names]
    return _by_intervals([(low, high) for _, low, high in spans], tolerance, _correlated(names, scaled=scaled))


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-spread",),
    method=f"{RANDOM}; rank correlation of tr B_π / tr A² with the error after five steps; mean over pools.",
    tolerance=-0.3,
    limits=f"upper end of the 95 % interval, {BOTH} but for the caveat",
    verdict=Verdict.CAVEAT,
    caveat="With B the prompt length. With B the number of skills the relation has the same sign, but is weaker.",
)
def caution_in_pools(tolerance: float) -> Evidence:
    """With steps as they are, mixtures whose prompts are more spread, by tr B_π / tr A², err less after five steps."""
    (_, _, skills), (_, _, length) = (_correlations(scaled=False)[reading]["caution"] for reading in curation.READINGS)
    return judge(
        length < tolerance and skills < 0, _correlated(["caution"], scaled=False), exception=skills >= tolerance
    )


@cache
def _correlations(*, scaled: bool) -> dict[str, dict[str, Vector]]:
    """By reading of B and quality: mean rank correlation with the error, and the ends of its interval."""
    found = results.load("curation")
    by_pool = {reading: curation.rank_correlations(found, reading, scaled=scaled) for reading in curation.READINGS}
    return {
        reading: dict(zip(QUALITIES, curation.interval(values).T, strict=True)) for reading, values in by_pool.items()
    }


def _correlated(names: Sequence[str], *, scaled: bool) -> str:
    words = [
        f"{B[reading]}: {', '.join(_span(name, spans[name]) for name in names)}"
        for reading, spans in _correlations(scaled=scaled).items()
    ]
    return f"Mean rank correlation with the error, {'; '.join(words)}."


def _span(name: str, span: Vector) -> str:
    mean, low, high = (f"{value:+.2f}".replace("-", "−") for value in span)
    return f"{name} {mean} ({low} to {high})"


@claim(
    source="this book",
    places=(f"{CHAPTER}#fig-curated-estimates",),
    method=f"{SETTING}; Σ estimated from 10, 30 and 100 target prompts of 10 examples; error after five steps "
    "relative to layers trained on all tasks alike, geometric mean; one estimate and one seed a pool.",
    tolerance=1.0,
    limits="upper end of the 95 % interval, B the prompt length and 10 prompts, B the number of skills and 100",
    verdict=Verdict.CAVEAT,
    caveat="With B the prompt length. With B the number of skills, ten prompts bring no gain that could be told from "
    "none, and a hundred do.",
)
def few_target_prompts(tolerance: float) -> Evidence:
    """Ten target prompts of ten examples tell enough of Σ for the mixture of least error to beat the even one."""
    found, words, high = results.load("curation"), [], {}
    for reading in curation.READINGS:
        for number in found.settings["target_prompts"]:
            one = curation.compare(found, f"exact, {number} prompts", 5, reading=reading)
            high[reading, number] = one.high
            words.append(f"{number} prompts, {B[reading]}: {one.words}")
    return judge(
        max(high["length", 10], high["skills", 100]) <= tolerance,
        f"{'; '.join(words)}.",
        exception=high["skills", 10] > tolerance,
    )
