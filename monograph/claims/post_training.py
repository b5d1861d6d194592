"""What the chapter on post-training claims of its experiment: four insights, and three questions of ours."""

import numpy as np

from monograph.claims.ledger import Evidence, Verdict, claim, judge
from monograph.experiments import results
from monograph.experiments.post_training import plan, read
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import fine_tuning

CHAPTER = "beyond/post-training"
FOLLOW_UP = "follow-up paper"
SCALING = "d = 400, 200 new skills, n = m = 400, 800, 1,200, B from 50 to 2,000, seeds 0–4."
OUTCOME = "d = 20, 10 new skills, n = 200, third answer supervised, 3,000 updates of Adam, seeds 0–4."
SEEDS = 4
"""Of five seeds, those in which a result has to be seen."""


@claim(
    source=f"{FOLLOW_UP}: double descent",
    places=(f"{CHAPTER}#fig-post-descent",),
    method=SCALING + " r = 0, .01, .1 and 1; endless test prompts, k = 1, 5 and 20.",
    tolerance=0.1,
    limits="largest relative distance of the B with the largest median error from the number of skills in the prompts",
    verdict=Verdict.HOLDS,
)
def double_descent(tolerance: float) -> Evidence:
    """After fine-tuning the error peaks where there are as many prompts as skills in them, for chains of any length."""
    places = read.peaks(results.load("post_training"))
    far = max(abs(place - 1) for place in places.values())
    return judge(far <= tolerance, f"{len(places)} peaks, each within {far:.2f} of the number of skills.")


@claim(
    source=f"{FOLLOW_UP}: Insight 1",
    places=(f"{CHAPTER}#insight-1-train-on-what-is-hard",),
    method=SCALING + " Clean prompts show the new skills alone, r = 0; the others are prompts of the test, r = 1.",
    tolerance=1.0,
    limits="least share of seeds and lengths in which clean prompts leave a smaller direct error, for each B ≥ 250",
    verdict=Verdict.CAVEAT,
    caveat="As many prompts of either kind, near the number at which the error after prompts of the test peaks, here "
    "350 to 600. With each kind at its best number, prompts of the test win.",
    remark="By the rule, written before the run, some B that pass make a caveat: it could hardly have failed.",
)
def insight_hard(tolerance: float) -> Evidence:
    """Fine-tune on what is hard for the pre-trained layer, rather than on all that the test asks."""
    found = results.load("post_training")
    wins = {count: float(np.mean(one)) for count, one in read.clean_wins(found, 1.0).items()}
    between = min(share for count, share in wins.items() if 350 <= count <= 600)
    best = read.clean_wins_at_best(found, 1.0)
    return judge(
        between >= tolerance,
        f"Clean prompts win in a share of {between:.2f} for B from 350 to 600, of {wins[250]:.2f} at 250, "
        f"{wins[300]:.2f} at 300, {wins[1000]:.2f} at 1,000 and {wins[2000]:.2f} at 2,000. With each kind at its best "
        f"B, prompts of the test win in {(~best).sum()} of {len(best)} cases.",
        exception=min(*wins.values(), float(np.mean(best))) < tolerance,
    )


@claim(
    source=f"{FOLLOW_UP}: Insight 2",
    places=(f"{CHAPTER}#insight-2-small-and-clean",),
    method=SCALING + " r = 0 against r = .01 and .1.",
    tolerance=1.0,
    limits="least share of seeds and lengths in which clean prompts leave a smaller direct error, for each B ≥ 250; "
    "and in which the best B with interference is not the largest",
    verdict=Verdict.HOLDS,
)
def insight_clean(tolerance: float) -> Evidence:
    """Prompts with a little of other skills spoil fine-tuning, and then fewer of them are better."""
    found, wins, smaller = results.load("post_training"), list[float](), list[float]()
    given = found.settings["scaling"]
    for r in (0.01, 0.1):
        wins += [float(np.mean(one)) for one in read.clean_wins(found, r).values()]
        errors = [read.direct(found, r, n) for n in given["lengths"]]
        smaller += [float(np.mean(one.argmin(axis=1) < len(given["counts"]) - 1)) for one in errors]
    return judge(
        min(wins) >= tolerance and min(smaller) >= tolerance,
        f"Clean prompts win in a share of {min(wins):.2f}; the best B is not the largest in {min(smaller):.2f}.",
    )


def _thirds(level: float, count: int) -> np.ndarray:
    """Median error over d of the third answer: seeds, stretches of training."""
    return read.outcome(results.load("post_training"), level, count)[..., 3]


@claim(
    source=f"{FOLLOW_UP}: Insight 3",
    places=(f"{CHAPTER}#insights-3-and-4-the-cliff",),
    method=OUTCOME
    + " B = 10 and 1,000; new skills had the strength .1 in pre-training, half learned ones .5, and 1.1 now.",
    tolerance=2.0,
    limits="least factor, in four of five seeds, by which the third answer of half learned skills improves with 1,000 "
    "prompts, after all updates and after a tenth, and by which it is better than with 10; new skills err by more than "
    "d after a tenth",
    verdict=Verdict.HOLDS,
)
def insight_half_learned(tolerance: float) -> Evidence:
    """Supervised outcomes want many prompts, and teach what is half learned sooner than what is new."""
    many, few, new = _thirds(0.5, 1000), _thirds(0.5, 10), _thirds(0.1, 1000)
    gains = [many[:, 0] / many[:, -1], many[:, 0] / many[:, 2], few[:, -1] / many[:, -1]]
    least = [float(np.sort(gain)[-SEEDS]) for gain in gains]
    late = int((new[:, 2] > 1).sum())
    return judge(
        min(least) >= tolerance and late >= SEEDS,
        f"Factors {', '.join(rounded(one) for one in least)}; new skills err by more than d after a tenth of the "
        f"updates in {late} of 5 seeds.",
    )


@claim(
    source=f"{FOLLOW_UP}: Insight 4",
    places=(f"{CHAPTER}#insights-3-and-4-the-cliff",),
    method=OUTCOME + " B = 1,000, new skills; 40 thinking steps on prompts of the test.",
    tolerance=SEEDS,
    limits="least number of seeds of five in which chains turn after a tenth of the updates, and not after all",
    verdict=Verdict.FAILS,
)
def insight_edge(tolerance: float) -> Evidence:
    """With new skills a layer overthinks if outcome supervision ends early, and no longer if it goes on."""
    early, late = _turned(0.1, 2)
    return judge(
        min(early, late) >= tolerance,
        f"Chains turn after a tenth of the updates in {early} of 5 seeds; after all of them {late} of 5 do not.",
    )


@claim(
    source=f"{FOLLOW_UP}: Insight 4",
    places=(f"{CHAPTER}#insights-3-and-4-the-cliff",),
    method=OUTCOME + " B = 1,000, half learned skills; 40 thinking steps on prompts of the test.",
    tolerance=SEEDS,
    limits="least number of seeds of five in which chains turn after a tenth of the updates, and not after all",
    verdict=Verdict.FAILS,
    remark="The rule that was written before the run asks this of new skills; of half learned ones it was asked "
    "afterwards, when that had failed. They turn after 100 updates, a time that was chosen after the run as well.",
)
def half_learned_edge(tolerance: float) -> Evidence:
    """With half learned skills a layer overthinks if outcome supervision ends early, and no longer if it goes on."""
    early, late = _turned(0.5, 2)
    first, _ = _turned(0.5, 1)
    return judge(
        min(early, late) >= tolerance,
        f"Chains turn after a tenth of the updates in {early} of 5 seeds; after all of them {late} of 5 do not. After "
        f"100 updates they turn in {first} of 5.",
    )


def _turned(level: float, stretch: int) -> tuple[int, int]:
    """Seeds in which chains turn after a stretch of the training with 1,000 prompts, and do not turn at its end."""
    turned = read.turned(read.outcome(results.load("post_training"), level, 1000))
    return int(turned[:, stretch].sum()), int((~turned[:, -1]).sum())


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-slow",),
    method="d = 20, λᵢ ∝ i^(−0.8), n = 300 and 1,000, B = 1,000; isotropic test prompts of m = 1,000, 40 steps; rates "
    "from 1 down to .3 by .05, seeds 0–4. Predicted: 2 over the median longest stride before.",
    tolerance=0.05,
    limits="largest distance of the largest rate that does not turn from the predicted one, in four of five seeds",
    verdict=Verdict.FAILS,
    remark="The largest rates on the grid are next to the predicted ones, and miss the criterion by less than a "
    "hundredth. The claim after this one asks again, on a finer grid and with other seeds.",
)
def slow_rate_on_grid(tolerance: float) -> Evidence:
    """On a coarse grid the largest rate after which thinking does not turn is next to the predicted one."""
    found, far = results.load("post_training"), list[float]()
    for n in found.settings["rate"]["lengths"]:
        gaps = sorted(abs(measured - predicted) for measured, predicted in read.rates(found, n))
        far.append(gaps[SEEDS - 1])
    return judge(
        max(far) <= tolerance, f"Distance of {max(far) / tolerance:.2f} times the criterion in four of five seeds."
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#prop-slow",),
    method="d = 20, λᵢ ∝ i^(−0.8), n = 300 and 1,000, B = 1,000; 128 isotropic test prompts of m = 1,000, 40 steps; "
    "seeds 5–9, rates .01 apart. Predicted: 2 over the median longest stride before.",
    tolerance=0.03,
    limits="largest distance of the largest rate that does not turn from the predicted one",
    verdict=Verdict.HOLDS,
)
def slow_rate_cures(tolerance: float) -> Evidence:
    """Fine-tuning with slow targets cures overthinking at the rate that the longest stride predicts."""
    gaps = list[float]()
    for n in (300, 1000):
        task = Task(covariance.power_law(20, 0.8, trace=20), n)
        start = theory.preconditioner(task)
        for seed in range(5, 10):
            rng = np.random.default_rng(seed)
            pairs = fine_tuning.sample_pairs(task, 1000, rng=rng)
            S = covariance.sample_empirical(np.eye(20), 1000, samples=128, rng=rng)
            low, high = 50, 100  # hundredths: the first does not turn, the second does
            while high - low > 1:
                middle = (low + high) // 2
                P = fine_tuning.minimum_norm(start, *pairs, rate=middle / 100)
                curve = np.median(theory.layer_error(P, np.eye(20), S, 40), axis=0)
                low, high = (low, middle) if plan.turns(curve.tolist(), 20) else (middle, high)
            longest = np.median(np.linalg.eigvals(start @ S).real.max(axis=1))
            gaps.append(abs(low / 100 - 2 / float(longest)))
    return judge(max(gaps) <= tolerance, f"Distance of at most {max(gaps):.3f} in ten layers.")


@claim(
    source="this book",
    places=(f"{CHAPTER}#fig-post-critical",),
    method="d = 5, λᵢ ∝ i^(−1.5), n from 5 to 60; the error after k = 3 and 8 steps minimized on 2,000 prompts of the "
    "pre-training, seeds 0–4; k = 1 as a control.",
    tolerance=0.1,
    limits="least relative change of the critical length, of one sign in all seeds, for k = 3 and for k = 8",
    verdict=Verdict.HOLDS,
    remark="The linear layer alone: in the GPT of this chapter fewer seeds turn after supervised outcomes than before.",
)
def outcome_moves_length(tolerance: float) -> Evidence:
    """Outcome supervision on the prompts of pre-training makes the critical length of the layer shorter."""
    found = results.load("post_training")
    before, *after = (read.critical_lengths(found, depth) for depth in (1, 3, 8))
    changes = [one / before - 1 for one in after]
    return judge(
        max(float(one.max()) for one in changes) < -tolerance,
        f"Median {np.median(before):.1f} before, {_with_range(after[0])} at k = 3, {_with_range(after[1])} at k = 8.",
    )


def _with_range(lengths: Vector) -> str:
    """Write the median of the seeds, and the least and the largest."""
    return f"{np.median(lengths):.1f} ({lengths.min():.1f} to {lengths.max():.1f})"


@claim(
    source="this book",
    places=(f"{CHAPTER}#the-same-in-a-gpt",),
    method="GPT of one layer without LayerNorm, d = 5, λᵢ ∝ i^(−1.5), n = 40, 1,000 updates, then 300; isotropic test "
    "prompts of m = 200, 40 steps, seeds 0–4.",
    tolerance=5,
    limits="number of seeds in which chains turn before and at rate 1, and do not at rates .6 and .4",
    verdict=Verdict.FAILS,
    remark="Seeds 3 and 4 were run after the others had been read.",
)
def gpt_follows(tolerance: float) -> Evidence:
    """Slow targets cure a GPT without LayerNorm as they cure the linear layer."""
    turned = {name: read.turned(curves) for name, curves in read.gpt(results.load("post_training")).items()}
    wanted = {"before": True, "rate 1.0": True, "rate 0.6": False, "rate 0.4": False}
    counts = {name: int((turned[name] == turns).sum()) for name, turns in wanted.items()}
    return judge(
        min(counts.values()) >= tolerance,
        "As expected in " + ", ".join(f"{count} of 5 seeds ({name})" for name, count in counts.items()) + ".",
    )
