"""The checks of claims on nonlinear attention see wrong formulas, and other results."""

import numpy as np
import pytest

from monograph import claims
from monograph.claims import softmax
from monograph.claims.ledger import Verdict
from monograph.experiments import results
from monograph.experiments.attention import frozen, models, read
from ttsbook import theory

pytestmark = pytest.mark.exhaustive
FALLING, TURNING, STAYING = [1.0, 0.1, 0.001], [1.0, 0.1, 0.3], [1.0, 0.1, 0.15]


@pytest.mark.parametrize(
    ("name", "module", "function", "factor"),
    [
        ("short_prompts", theory, "preconditioner", 0.2),
        ("softmax_is_linear", softmax, "_mean", 1.05),
        ("softmax_at_w", models, "opposite_heads", None),
        ("softmax_length", frozen, "fitted", 1.05),
        ("softmax_crossing", frozen, "fitted", 0.5),
        ("softmax_is_bounded", softmax, "_least_width", 50),
        ("softmax_cycle", frozen, "cycle_error", 1.5),
    ],
)
def test_a_check_sees_a_wrong_formula(monkeypatch, name, module, function, factor):
    claim, right = claims.find(name), getattr(module, function)

    def wrong(*args, **options):
        if factor is None:  # heads of another step
            return right(1.01 * args[0], *args[1:], **options)
        return factor * right(*args, **options)

    monkeypatch.setattr(module, function, wrong)
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def ends(median, **wanted):
    """Some models end otherwise."""
    return lambda run: {"median": median} if all(run[name] == value for name, value in wanted.items()) else {}


def entry(name, value):
    return lambda run: {name: value}


@pytest.mark.parametrize(
    ("name", "change", "verdict"),
    [
        ("gpt_inherits", ends(STAYING, architecture="gpt", length=40, seed=0), Verdict.HOLDS),
        ("gpt_inherits", ends(FALLING, architecture="gpt", length=40), Verdict.FAILS),
        ("gpt_inherits", ends(FALLING, architecture="gpt", dim=10, length=60), Verdict.FAILS),
        ("gpt_inherits", ends(TURNING, architecture="gpt", dim=10, length=14), Verdict.FAILS),
        ("gpt_inherits", ends(TURNING, architecture="gpt", length=10), Verdict.FAILS),
        ("gpt_inherits", ends(TURNING, architecture="gpt", spectrum="isotropic", seed=3), Verdict.FAILS),
        ("heads_inherit", ends(FALLING, architecture="softmax"), Verdict.FAILS),
        ("heads_inherit", ends(TURNING, architecture="softmax", length=10, seed=0), Verdict.FAILS),
        ("gpt_strides", lambda run: {"strides": (1.3 * np.array(run["strides"])).tolist()}, Verdict.FAILS),
        (
            "gpt_strides",
            lambda run: {"strides": read.linear_strides(run["dim"], run["length"]).tolist()},
            Verdict.HOLDS,
        ),
        ("gpt_overshoots", entry("overshoots", 0.5), Verdict.FAILS),
        ("gpt_overshoots", entry("pushes", 0.5), Verdict.FAILS),
        ("nonlinear_turn", ends(FALLING, architecture="gpt"), Verdict.FAILS),
        ("nonlinear_turn", ends(TURNING, spectrum="skewed"), Verdict.HOLDS),
        ("loss_sorts", ends(FALLING, architecture="linear, two layers"), Verdict.FAILS),
        ("loss_sorts", lambda run: {"median": FALLING} if "linear" in run["architecture"] else {}, Verdict.HOLDS),
    ],
)
def test_a_check_sees_other_results(monkeypatch, name, change, verdict):
    claim, found = claims.find(name), results.load("attention")
    for run in found.runs:
        run.update(change(run))
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is verdict
