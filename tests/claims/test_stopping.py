"""The checks of claims on stopping see wrong formulas, and other results."""

import pytest

from monograph import claims
from monograph.claims.ledger import Verdict
from monograph.experiments import results
from monograph.experiments.stopping import plan, read
from ttsbook import theory
from ttsbook.thinking import expected, schedules

pytestmark = pytest.mark.exhaustive
WINNER = read.winner(results.load("stopping"))


@pytest.mark.parametrize(
    ("name", "module", "function", "factor"),
    [
        ("stopping_floor", theory, "preconditioner", 0.2),
        ("residuals_are_blind", schedules, "plain", 2.5),
        ("expected_error", expected, "errors", 1 + 1e-6),
        ("safe_steps_bound", schedules, "safe", 2.2),
        ("safe_steps_bound", schedules, "chebyshev", 0.5),
        ("greedy_never_rises", expected, "greedy", 2.5),
    ],
)
def test_a_check_sees_a_wrong_formula(monkeypatch, name, module, function, factor):
    claim, right = claims.find(name), getattr(module, function)
    monkeypatch.setattr(module, function, lambda *args: factor * right(*args))
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def like_hindsight(run):
    """All rules err as little as hindsight."""
    return {"errors": dict.fromkeys(run["errors"], run["hindsight"])}


def times(factor, *rules):
    """Some rules err more."""
    return lambda run: {"errors": run["errors"] | {rule: factor * run["errors"][rule] for rule in rules}}


@pytest.mark.parametrize(
    ("name", "change", "verdict"),
    [
        ("winner_is_close", like_hindsight, Verdict.HOLDS),
        ("winner_is_close", times(3, *plan.RIVALS), Verdict.FAILS),
        ("winner_on_real_labels", times(3, *plan.RIVALS), Verdict.FAILS),
        ("stopping_alone", like_hindsight, Verdict.FAILS),
        ("stopping_alone", lambda run: {"hindsight": 1e-3 * run["hindsight"]}, Verdict.FAILS),
        ("noise_can_be_guessed", times(3, *plan.GUESSING.values()), Verdict.FAILS),
    ],
)
def test_a_check_sees_other_results(monkeypatch, name, change, verdict):
    claim, found = claims.find(name), results.load("stopping")
    for run in found.runs:
        run.update(change(run))
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is verdict


def test_the_recorded_winner_is_one_that_is_told_the_noise():
    assert WINNER in plan.GUESSING
