"""The checks of claims on post-training see wrong formulas, and other results."""

import numpy as np
import pytest

from monograph import claims
from monograph.claims.ledger import Verdict
from monograph.experiments import results
from monograph.experiments.post_training import read
from ttsbook import theory
from ttsbook.theory import fine_tuning
from ttsbook.theory.fine_tuning import FineTuning

pytestmark = pytest.mark.exhaustive


@pytest.mark.parametrize(
    ("name", "module", "function", "factor"),
    [
        ("sft_solution", fine_tuning, "minimum_norm", 1 + 1e-6),
        ("sft_descent", fine_tuning, "largest_step", 2.1),
        ("sft_descent", fine_tuning, "minimum_norm", 1.01),
        ("sft_limit", fine_tuning, "minimum_norm", 1.05),
        ("sft_direct_error", theory, "direct_error", 1.1),
        ("sft_error", FineTuning, "direct_error", 1.15),
        ("sft_count", FineTuning, "critical_count", 2.0),
        ("sft_count", FineTuning, "critical_count", 0.6),
        ("slow_rate_cures", fine_tuning, "minimum_norm", 1.2),
    ],
)
def test_a_check_sees_a_wrong_formula(monkeypatch, name, module, function, factor):
    claim, right = claims.find(name), getattr(module, function)
    monkeypatch.setattr(module, function, lambda *args, **options: factor * right(*args, **options))
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def test_the_check_of_the_gradient_sees_a_shorter_chain(monkeypatch):
    claim, right = claims.find("outcome_gradient"), np.linalg.matrix_power
    monkeypatch.setattr(np.linalg, "matrix_power", lambda M, k: right(M, max(k - 1, 0)))
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def mirrored(run):
    return {"chain": run["chain"][::-1]}


def clean_is_worse(run):
    return {"direct": [error * (1e9 if run["variant"][0] == 0 else 1) for error in run["direct"]]}


def more_is_best(run):
    return {"direct": [error / (1 + place) ** 20 for place, error in enumerate(run["direct"])]}


def as_before(run):
    return {"median": [run["median"][0]] * len(run["median"])}


def steps_are_shorter(run):
    return {"longest": np.multiply(run["longest"], 1 if run["variant"] == 1 else 0.5)}


def none_turns(run):
    return {"median": {name: sorted(curve, reverse=True) for name, curve in run["median"].items()}}


@pytest.mark.parametrize(
    ("name", "part", "change"),
    [
        ("double_descent", "scaling", mirrored),
        ("insight_hard", "scaling", clean_is_worse),
        ("insight_clean", "scaling", clean_is_worse),
        ("insight_clean", "scaling", more_is_best),
        ("insight_half_learned", "outcome", as_before),
        ("outcome_moves_length", "critical", steps_are_shorter),
    ],
)
def test_a_check_sees_other_results(monkeypatch, name, part, change):
    claim, found = claims.find(name), results.load("post_training")
    for run in found.runs:
        if run["part"] == part:
            run.update(change(run))
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def test_slow_rate_on_grid_the_rates_are_next_to_the_predicted_ones():
    found = results.load("post_training")
    gaps = [abs(one - other) for n in found.settings["rate"]["lengths"] for one, other in read.rates(found, n)]
    assert 0.05 < max(gaps) < 0.06


def test_half_learned_edge_the_same_with_new_skills_had_failed_and_another_time_would_not(monkeypatch):
    assert claims.find("insight_edge").evidence.verdict is Verdict.FAILS
    claim, found = claims.find("half_learned_edge"), results.load("post_training")
    for run in found.select(part="outcome"):
        start, first, _, *later = run["median"]
        run["median"] = [start, first, first, *later]
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.HOLDS


def test_insight_hard_wins_that_are_everywhere_need_no_caveat(monkeypatch):
    claim, found = claims.find("insight_hard"), results.load("post_training")
    for run in found.select(part="scaling"):
        run["direct"] = [error * (1e-9 if run["variant"][0] == 0 else 1) for error in run["direct"]]
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.HOLDS


def test_outcome_moves_length_a_gpt_turns_in_fewer_seeds_after_outcomes_than_before():
    turned = {name: read.turned(curves).sum() for name, curves in read.gpt(results.load("post_training")).items()}
    assert max(turned["outcome 3"], turned["outcome 8"]) < turned["before"]
