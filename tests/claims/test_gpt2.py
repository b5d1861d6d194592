"""The checks of claims about GPTs, shown to fail when something else was found."""

import numpy as np
import pytest

from monograph import claims
from monograph.claims.ledger import Verdict
from monograph.experiments import results


@pytest.mark.parametrize(
    ("name", "entry", "factor"),
    [
        ("gpt_direct", "own", None),
        ("gpt_trend", "own", None),
        ("gpt_lengths", "own", None),
        ("gpt_skewed_floor", "shifted", 0.01),
        ("gpt_other_overthinking", "own", None),
    ],
)
def test_a_check_sees_other_results(monkeypatch, name, entry, factor):
    """The trainings found something else; None: something else altogether."""
    claim, found = claims.find(name), results.load("gpt2")
    for run in found.runs:
        if entry in run:
            run[entry] = _otherwise(run[entry], factor)
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def _otherwise(value, factor):
    if isinstance(value, dict):
        return {name: _otherwise(part, factor) for name, part in value.items()}
    return np.multiply(value, factor) if factor else np.ones_like(value)


@pytest.mark.parametrize(("factor", "verdict"), [(100, Verdict.FAILS), (0.01, Verdict.HOLDS)])
def test_the_check_of_mixtures_sees_those_that_do_harm_or_help_with_every_seed(monkeypatch, factor, verdict):
    claim, found = claims.find("gpt_mixtures"), results.load("gpt2")
    for name in ("paper", "exact"):
        for run in found.select(part="mixtures", variant=name):
            run["own"] = {entry: np.multiply(value, factor) for entry, value in run["own"].items()}
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is verdict


@pytest.mark.parametrize(("rises", "verdict"), [(True, Verdict.HOLDS), (False, Verdict.FAILS)])
def test_the_check_of_overthinking_would_decide_above_the_critical_length(monkeypatch, rises, verdict):
    claim, found = claims.find("gpt_overthinking"), results.load("gpt2")
    for run in found.select(part="skewed"):
        if rises:
            run["shifted"]["median"] = np.abs(np.arange(31) - 10) + 1
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.INCONCLUSIVE
    monkeypatch.setitem(found.settings, "prompt_length", 80)
    assert claim.check(claim.tolerance).verdict is verdict


def test_the_check_of_equal_compute_sees_a_recipe_that_ends_lower(monkeypatch):
    claim, cheap = claims.find("gpt_equal_compute"), results.load("gpt2_compute")
    for run in cheap.select(recipe="roll-in"):
        run["own"] = _otherwise(run["own"], 1e-3)
    stored = results.load
    monkeypatch.setattr(results, "load", lambda name: cheap if name == "gpt2_compute" else stored(name))
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def test_the_check_of_the_large_size_would_see_a_run(monkeypatch, tmp_path):
    claim, found = claims.find("gpt_paper_size"), results.load("gpt2")
    monkeypatch.setattr(results, "load", lambda *_: found)
    monkeypatch.setattr(results, "path_of", lambda *_: tmp_path)
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS
    for run in found.select(part="skewed"):
        run["shifted"]["mean"] = np.abs(np.arange(31) - 10) + 1
    assert claim.check(claim.tolerance).verdict is Verdict.HOLDS


def test_the_check_of_the_blind_loss_sees_a_start_that_is_not_zero(monkeypatch):
    from ttsbook.training import recipes

    monkeypatch.setattr(recipes.Direct, "pose", recipes.Independent.pose)
    claim = claims.find("gpt_blind")
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def test_the_check_of_a_step_sees_one_that_does_not_shorten_the_gap(monkeypatch):
    from ttsbook.models.transformer import GPT

    monkeypatch.setattr(GPT, "answer", lambda self, drawn, w0: w0)
    claim = claims.find("gpt_step")
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS
