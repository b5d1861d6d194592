"""The claims on thinking in words see other results: models that take each other's place."""

import pytest

from monograph import claims
from monograph.claims.ledger import Verdict
from monograph.experiments import results
from monograph.experiments.words import plan


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("name", "places", "verdict"),
    [
        ("aligned_helps", {"waiting": "base"}, Verdict.FAILS),
        ("misaligned_hurts", {f"misaligned {dose}": "waiting" for dose in plan.DOSES}, Verdict.FAILS),
        ("misaligned_hurts", {f"misaligned {dose}": "misaligned 300" for dose in plan.DOSES}, Verdict.HOLDS),
        ("misaligned_hurts_more_than_none", {f"misaligned {dose}": "base" for dose in plan.DOSES}, Verdict.FAILS),
        ("forgetting_hurts", {"forgetting 100": "misaligned 300"}, Verdict.CAVEAT),
        ("overthinking_of_traces", {"waiting": "aligned"}, Verdict.FAILS),
        ("overthinking_of_traces", {"aligned": "waiting"}, Verdict.FAILS),
        ("chosen_length_misleads", {"waiting": "hard"}, Verdict.HOLDS),
        ("chosen_length_misleads", {"waiting": "base"}, Verdict.FAILS),
        ("weaker_models_mislead", {"hard": "base"}, Verdict.FAILS),
        ("hard_beats_easy", {"hard": "easy"}, Verdict.FAILS),
        ("hard_beats_easy", {"easy": "misaligned 300"}, Verdict.HOLDS),
        ("late_lines_are_not_hard", {"easy": "misaligned 300"}, Verdict.FAILS),
        ("short_traces_fail_by_position", {"easy": "misaligned 300"}, Verdict.FAILS),
    ],
)
def test_a_check_sees_other_models(monkeypatch, name, places, verdict):
    claim, found = claims.find(name), results.load("words")
    for run in found.runs:
        models = run["models"]  # with all characters in sight not all of them were trained
        run["models"] = {model: models.get(places.get(model, model), models[model]) for model in models}
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is verdict


@pytest.mark.exhaustive
def test_position_is_not_blamed_if_late_lines_are_written_with_all_in_sight(monkeypatch):
    claim, found = claims.find("short_traces_fail_by_position"), results.load("words")
    windowed = {run["seed"]: run["models"] for run in found.select(sight="24")}
    for run in found.select(sight="all"):
        run["models"] = windowed[run["seed"]]
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS
