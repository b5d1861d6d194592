"""Rules that stop without knowing the answer, against the best depth in hindsight.

What decides, written before the runs. In a setting a layer thinks about prompts for up to 40 steps, and each rule
answers all of them. *Hindsight* takes of each prompt's usual steps, or of none, the one nearest to the weight that only
it knows. The *loss* of a rule is its median error over that of hindsight, where errors below a thousandth of d count as
that. A rule is *close* in a setting if its loss is at most 1.1.

- *The choice.* Settings with an even index choose: the winner is the rule that is close in most of them, and among
  equals the one with the smallest of the largest losses. Ridge regression and least squares do not compete, as they do
  not think, nor do rules that look at the answer of ridge regression.
- *The test.* The winner has to be close in at least 85 % of the settings with an odd index, which had no part in the
  choice: other covariances, other pairs of domains, other prompts. And in at least 85 % of the settings with real
  labels, none of which had a part in it either.
- *Stopping alone.* Of the rules that keep the usual steps, none that competes is close in more than 75 % of the odd
  settings. Where more than half of the prompts are warned, hindsight itself errs more than twice as much as the winner
  in at least half of the odd settings.
- *No secret.* The winner with a guessed noise variance in the place of the true one is close in at most 10 % fewer of
  the odd settings.
"""

from monograph.experiments.results import Run, Settings

CLOSE, FLOOR = 1.1, 1e-3
FAMILIES = ("pairs", "tails", "noise", "noise and shift", "real rows", "real rows, noise", "real labels")
"""Families of settings; real labels have no part in the choice."""
STOPPERS = (
    "all steps",
    "one step if warned",
    "residual rises",
    "steps grow",
    "held-out examples",
    "discrepancy",
    "cross-validation",
    "expected error",
)
"""Rules that keep the usual steps; the one that stops nearest to the answer of ridge regression does not compete."""
OTHERS = (
    "safe steps",
    "safe steps, expected error",
    "safe if warned",
    "safe if warned, cross-validation",
    "safe if warned, expected error",
    "safe if warned, guessed noise",
    "Chebyshev",
    "Chebyshev, expected error",
    "greedy steps",
    "greedy steps, guessed noise",
    "best of all, expected error",
    "best of all, guessed noise",
)
"""Rules that change the length of the steps."""
RIVALS = STOPPERS + OTHERS
"""Rules among which the winner is chosen."""
GUESSING = {
    "safe if warned, expected error": "safe if warned, guessed noise",
    "greedy steps": "greedy steps, guessed noise",
    "best of all, expected error": "best of all, guessed noise",
}
"""For a rule that is told the noise variance the same rule that guesses it."""
PRESETS: dict[str, Settings] = {
    "tiny": {"settings": 2, "prompts": 4, "steps": 6},
    "cpu": {"settings": 40, "prompts": 60, "steps": 40},
}


def runs(settings: Settings) -> list[Run]:
    """List the settings of each family."""
    return [{"family": family, "index": index} for family in FAMILIES for index in range(settings["settings"])]
