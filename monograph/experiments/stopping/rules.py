"""The rules that the experiment `stopping` compares: each a way to make steps, and a way to stop."""

from ttsbook.thinking import expected, schedules
from ttsbook.thinking.stopping import (
    Rule,
    cross_validated,
    discrepancy,
    held_out,
    last,
    least_expected,
    nearest_bayes,
    one_if_warned,
    residual_rises,
    steps_grow,
)

_BEST = expected.best_expected(schedules.plain, schedules.safe, schedules.chebyshev, expected.greedy)
RULES: dict[str, Rule] = {
    "all steps": Rule(schedules.plain, last),
    "one step if warned": Rule(schedules.plain, one_if_warned),
    "residual rises": Rule(schedules.plain, residual_rises),
    "steps grow": Rule(schedules.plain, steps_grow),
    "held-out examples": Rule(schedules.plain, held_out),
    "discrepancy": Rule(schedules.plain, discrepancy),
    "cross-validation": Rule(schedules.plain, cross_validated),
    "expected error": Rule(schedules.plain, least_expected),
    "nearest to Bayes": Rule(schedules.plain, nearest_bayes),
    "safe steps": Rule(schedules.safe, last),
    "safe steps, expected error": Rule(schedules.safe, least_expected),
    "safe if warned": Rule(schedules.safe_if_warned, last),
    "safe if warned, cross-validation": Rule(schedules.safe_if_warned, cross_validated),
    "safe if warned, expected error": Rule(schedules.safe_if_warned, least_expected),
    "safe if warned, guessed noise": Rule(schedules.safe_if_warned, least_expected, guesses_noise=True),
    "Chebyshev": Rule(schedules.chebyshev, last),
    "Chebyshev, expected error": Rule(schedules.chebyshev, least_expected),
    "greedy steps": Rule(expected.greedy, last),
    "greedy steps, guessed noise": Rule(expected.greedy, last, guesses_noise=True),
    "best of all, expected error": Rule(_BEST, least_expected),
    "best of all, guessed noise": Rule(_BEST, least_expected, guesses_noise=True),
}
"""The rules by name. Those before the safe steps only stop."""
