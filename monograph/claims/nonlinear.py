"""What the chapter on nonlinear attention claims of trained models, by the registered rule, from stored trainings."""

from monograph.claims.ledger import Evidence, Verdict, claim, judge
from monograph.claims.statements import Kind, Statement
from monograph.experiments import results
from monograph.experiments.attention import read
from monograph.page import rounded
from ttsbook.theory import intervals

CHAPTER = "beyond/attention"
TEST = "Isotropic test prompts with m = 200, k = 40, medians over 1,024 prompts; λᵢ ∝ i^(−1.5)."


@claim(
    source="this book",
    bears_on=(Statement.SKEWED, Statement.LONGER),
    kinds=(Kind.GPT,),
    places=(f"{CHAPTER}#fig-nonlinear-gpt",),
    method="One layer, no LayerNorm, five seeds: d = 5, n = 10, 20, 40 and isotropic 10, 40; d = 10, n = 14, 60 and "
    f"isotropic 60. {TEST}",
    tolerance=0.8,
    limits="least share of seeds that turn at n ≥ 1.5 n_crit; at n ≤ n_crit/2 at most the rest, in controls none",
    verdict=Verdict.HOLDS,
    remark="With d = 10 seeds 2 to 4 were run after the first two had been read. The lengths leave the edge anywhere "
    "between half and twice the critical length, or nearly so.",
)
def gpt_inherits(tolerance: float) -> Evidence:
    """Without LayerNorm, a GPT of one layer overthinks if its training prompts were above the critical length."""
    found = results.load("attention")
    least, _ = intervals.share_interval(5, 5, 0.95)
    return judge(
        all(read.inherits(found, "gpt", dim, least=tolerance) for dim in (5, 10)),
        f"Seeds that turn: {_turns('gpt', 5)}; the critical length is {read.critical_length(5):.1f}. With d = 10: "
        f"{_turns('gpt', 10)}; it is {read.critical_length(10):.1f}. By Wilson's interval 5 of 5 are a share of at "
        f"least {least:.2f}.",
    )


def _turns(architecture: str, dim: int) -> str:
    """Seeds that turn of all, for each training."""
    found = results.load("attention")
    cases = read.trainings(found, architecture, dim)
    counts = {case: read.turning(found, architecture, dim, *case) for case in cases}
    return ", ".join(
        f"{turned} of {seeds} for {'isotropic ' * (spectrum == 'isotropic')}n = {length}"
        for (spectrum, length), (turned, seeds) in counts.items()
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#a-gpt-of-one-layer",),
    method=f"Two heads, all weights learned, d = 5, n = 10, 20, 40, isotropic 10, 40, five seeds. {TEST}",
    tolerance=0.8,
    limits="as for gpt_inherits, of the seeds that trained",
    verdict=Verdict.CAVEAT,
    caveat="Seeds whose loss in training came down to at most 1.5 times that of the linear layer.",
    remark="The registered rule counts all seeds, and is met; but one that turns at n = 40 does so because it did not "
    "train.",
)
def heads_inherit(tolerance: float) -> Evidence:
    """Two heads of softmax attention, trained, overthink if their training prompts were above the critical length."""
    found = results.load("attention")
    trained = read.trained(found)
    lengths = (10, 20, 40)
    counts = [read.turning(trained, "softmax", 5, "skewed", length) for length in lengths]
    seeds = [read.turning(found, "softmax", 5, "skewed", length)[1] for length in lengths]
    words = [f"{turned} of {count} for n = {length}" for (turned, count), length in zip(counts, lengths, strict=True)]
    return judge(
        read.inherits(trained, "softmax", 5, least=tolerance),
        f"Of those that trained turn {', '.join(words)}, of {seeds[-1]} seeds each, and none of the controls. Of all "
        f"seeds: {_turns('softmax', 5)}.",
        exception=counts[-1][0] < tolerance * seeds[-1],
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#a-gpt-of-one-layer",),
    method="Strides by skill at the answer, medians over 256 isotropic prompts with m = 200 and over five seeds: GPT "
    "of one layer without LayerNorm, λᵢ ∝ i^(−1.5), d = 5, n = 10, 20 and 40, and d = 10, n = 14 and 60.",
    tolerance=0.15,
    limits="largest relative difference from the strides of Γ⁻¹",
    verdict=Verdict.CAVEAT,
    caveat="Training prompts near the critical length or above it, n = 20 and 40, and 60 with d = 10. Far below it, at "
    "n = 10, and 14 with d = 10, strides are longer than those of Γ⁻¹.",
)
def gpt_strides(tolerance: float) -> Evidence:
    """Without LayerNorm, a GPT of one layer learns the strides of the linear layer, skill by skill."""
    found, cases = results.load("attention"), ((5, 10), (5, 20), (5, 40), (10, 14), (10, 60))
    gaps = {case: read.stride_gaps(found, "gpt", *case).max() for case in cases}
    short, edge, long, short_ten, long_ten = (rounded(100 * gap) for gap in gaps.values())
    return judge(
        max(gaps[5, 20], gaps[5, 40], gaps[10, 60]) <= tolerance,
        f"At most {short}, {edge}, {long} % for n = 10, 20 and 40. With d = 10: {short_ten} and {long_ten} % for "
        "n = 14 and 60.",
        exception=max(gaps[5, 10], gaps[10, 14]) > tolerance,
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#fig-nonlinear-gpt",),
    method="Jacobians at the answer on 256 isotropic prompts with m = 200: GPT of one layer without LayerNorm, λᵢ ∝ "
    "i^(−1.5), n = 40 with d = 5, n = 60 with d = 10.",
    tolerance=0.05,
    limits="largest share of prompts without an eigenvalue below −1, or with one above 1, over the seeds",
    verdict=Verdict.HOLDS,
)
def gpt_overshoots(tolerance: float) -> Evidence:
    """Above the critical length such a GPT fails as the linear layer does: it overshoots, and does not push."""
    found = results.load("attention")
    runs = [
        run
        for dim, length in ((5, 40), (10, 60))
        for run in found.select(architecture="gpt", dim=dim, spectrum="skewed", length=length)
    ]
    calm, pushes = (1 - min(run["overshoots"] for run in runs)), max(run["pushes"] for run in runs)
    lowest = [run["lowest"][1] for run in runs]
    return judge(
        max(calm, pushes) <= tolerance,
        f"Below −1 on at least {100 * (1 - calm):.0f} % of the prompts, above 1 on at most {100 * pushes:.0f} %. "
        f"Lowest eigenvalues in the median: {max(lowest):.2f} to {min(lowest):.2f}.".replace("-", "−"),
    )


@claim(
    source="paper: GPT-2 experiments",
    bears_on=(Statement.SKEWED,),
    kinds=(Kind.GPT,),
    places=(f"{CHAPTER}#a-gpt-of-one-layer",),
    method=f"One layer with LayerNorm and without, two layers without, d = 5, n = 10 and 40. {TEST}",
    tolerance=0.8,
    limits="least share of seeds that turn",
    verdict=Verdict.CAVEAT,
    caveat="One layer without LayerNorm, and training prompts above the critical length of the linear layer.",
    remark="The paper's model has LayerNorm and twelve layers. With LayerNorm, and with two layers, there is one seed.",
)
def nonlinear_turn(tolerance: float) -> Evidence:
    """After skewed training the error of a nonlinear transformer on isotropic prompts falls, then rises."""
    found, shares = results.load("attention"), {}
    for architecture in ("gpt", "gpt, normalized", "gpt, two layers"):
        for length in (10, 40):
            turned, seeds = read.turning(found, architecture, 5, "skewed", length)
            shares[architecture, length] = turned / seeds, f"{turned} of {seeds}"
    own, *others = (share for (_, length), (share, _) in shares.items() if length == 40)
    words = [
        f"{name.removeprefix('gpt, ').replace('gpt', 'bare')} {text} at n = {length}"
        for (name, length), (_, text) in shares.items()
    ]
    return judge(
        own >= tolerance,
        f"Seeds that turn: {'; '.join(words)}.",
        exception=min(*others, shares["gpt", 10][0]) < tolerance,
    )


@claim(
    source="this book",
    places=(f"{CHAPTER}#layernorm-and-depth",),
    method=f"Six architectures, d = 5, n = 10 and 40, one to five seeds. {TEST} Loss on fresh prompts like those of "
    "training, relative to that of Γ⁻¹, n = 40; of seeds that trained, with a loss of at most 1.5 times that of Γ⁻¹.",
    tolerance=1.0,
    limits="loss ratio, in the median of the seeds, that separates those that inherit the critical length",
    verdict=Verdict.FAILS,
    remark="Written before the runs of two layers. GPTs with LayerNorm and of two layers have one seed.",
)
def loss_sorts(tolerance: float) -> Evidence:
    """Models inherit the critical length of the linear layer if they are no better in training, and only then."""
    found, words, right = read.trained(results.load("attention")), [], []
    for architecture, ratio in read.by_loss(found, 5, 40).items():
        inherits = read.inherits(found, architecture, 5)
        right.append(inherits == (ratio >= tolerance))
        words.append(f"{architecture} {ratio:.2f}, {'inherits' if inherits else 'does not'}")
    return judge(all(right), f"{'; '.join(words)}.")
