"""Real rows: what training learns from them, where chains turn from one domain to another, and real labels.

The rules, written before the runs. Intervals are 95 % ones, from drawing pairs (or tasks) anew. Averages over w are
exact; a curve is the median over prompts; it *turns* if its error after the last step is more than 5 % above its least
value, and a depth is *right to 10 %* if its error is at most 1.1 times the least of that curve, where errors below a
thousandth of d count as that.

- *Learned.* Every layer is within 5 % of Λ B⁻¹ and nearer to it than a third of its distance from Γ⁻¹.
- *Benign from the covariances.* A pair is benign if its training covariance has a condition number of at most 1,000 and
  its stretch q is between 0.7 and 1.3. Near the boundary, chains of Γ⁻¹ on Gaussian prompts tell in at least 90 % of
  the settings of benign pairs whether the true chain turns, and the interval lies above the base rate.
- *Not benign.* Of the others they tell less than 90 %.
- *The true layer.* With Λ B⁻¹ in the place of Γ⁻¹, at least 95 % of all settings.
- *The rule is to turn.* Wherever the boundary is, with n = 2d, 10d and 50d, more than half of the settings turn at each
  n, and no pool turns when it is tested on itself.
- *The warning.* On real prompts of pairs with a condition number of at most 1,000, a largest stride above 2 tells
  chains that turn with a sensitivity and a specificity of at least 99 % each.
- *Real labels.* The depth that the recursion predicts from (Λ, Σ, n, m, R²) is right to 10 % in at least 90 % of the
  settings, and in more of them than one step or 60 steps; here errors are those of the labels, and nothing is floored.
"""

from monograph.experiments.results import Run, Settings

FAMILIES = {
    "iris": ("setosa", "versicolor", "virginica"),
    "wine": ("first", "second", "third"),
    "cancer means": ("malignant", "benign"),
    "cancer errors": ("malignant", "benign"),
    "cancer extremes": ("malignant", "benign"),
    "cancer components": ("malignant", "benign"),
    "digit blocks": ("0–4", "5–9", "even", "odd", "threes", "eights", "fours", "nines"),
    "digit components": ("0–4", "5–9"),
    "diabetes": ("younger", "older", "women", "men", "lighter", "heavier"),
    "patches": ("china", "flower"),
}
"""Sets and the domains in them, each a pool of rows."""
POOLS = tuple(f"{family}: {domain}" for family, domains in FAMILIES.items() for domain in domains)
"""All pools."""


def _pairs() -> tuple[str, ...]:
    """All ordered pairs of the small sets; of the larger ones, what belongs together."""
    names = []
    for family, domains in FAMILIES.items():
        together = len(domains) > 3
        for index, train in enumerate(domains):
            others = [domains[index ^ 1]] if together else [test for test in domains if test != train]
            names += [f"{family}: {train} → {test}" for test in others]
    return tuple(names)


PAIRS = _pairs()
"""Pairs of domains, training first."""
LAYERS = (("iris: setosa", 8), ("wine: first", 13), ("cancer components: malignant", 20), ("patches: china", 16))
"""Pools on which layers are trained, with the length n of the prompts."""
DIGITS = tuple(range(10))
LABELS = (
    *(f"digits: {digit} among all" for digit in DIGITS),
    *(f"digits: {digit} among 5–9, trained on 0–4" for digit in DIGITS[5:]),
    *(f"digits: {digit} among 0–4, trained on 5–9" for digit in DIGITS[:5]),
    "diabetes: progress",
    "diabetes: progress of men, trained on women",
    "diabetes: progress of women, trained on men",
    "diabetes: progress of older, trained on younger",
    "diabetes: progress of younger, trained on older",
    "wine: alcohol",
    "cancer: malignant",
    "iris: petal width",
)
"""Tasks with real labels: what is told apart or predicted, and whose rows the layer was trained on."""
PREDICTORS = ("always think", "one step", "endless", "recursion", "covariances", "true layer")
SHARES = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
NEAR, FAR = (0.5, 0.8, 1.25, 2.0), (2, 10, 50)
"""Lengths n: multiples of the critical one of Gaussian rows, near the boundary; and of d, wherever it is."""
TESTS = (5, 50)
"""Lengths m of the test prompts, as multiples of d."""
CONDITION, STRETCH = 1e3, (0.7, 1.3)
"""What is benign: the largest condition number of the training covariance, and the ends of its stretch."""
TURN = 1.05
FLOOR = 1e-3
PRESETS: dict[str, Settings] = {
    "tiny": {
        "pool": 200,
        "updates": 40,
        "batch": 32,
        "step_size": 0.01,
        "initial_scale": 0.05,
        "seeds": [0],
        "layers": 1,
        "pairs": 2,
        "pools": 1,
        "labels": 1,
        "prompts": 10,
        "steps": 10,
        "label_steps": 10,
    },
    "cpu": {
        "pool": 40_000,
        "updates": 3000,
        "batch": 256,
        "step_size": 0.01,
        "initial_scale": 0.05,
        "seeds": [0, 1, 2, 3, 4],
        "layers": len(LAYERS),
        "pairs": len(PAIRS),
        "pools": len(POOLS),
        "labels": len(LABELS),
        "prompts": 120,
        "steps": 40,
        "label_steps": 60,
    },
}


def runs(settings: Settings) -> list[Run]:
    """Trainings, a seed each; pairs, centered in two ways; pools on themselves; tasks with real labels."""
    trained = LAYERS[: settings["layers"]]
    layers = [{"part": "layer", "name": name, "seed": seed} for name, _ in trained for seed in settings["seeds"]]
    pairs = [
        {"part": "pair", "name": name, "center": center}
        for name in PAIRS[: settings["pairs"]]
        for center in ("train", "own")
    ]
    matched = [{"part": "matched", "name": name} for name in POOLS[: settings["pools"]]]
    labels = [{"part": "labels", "name": name} for name in LABELS[: settings["labels"]]]
    return [*layers, *pairs, *matched, *labels]
