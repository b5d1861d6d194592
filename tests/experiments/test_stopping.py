import numpy as np
import pytest
import torch

from monograph.experiments import results
from monograph.experiments.results import Results
from monograph.experiments.stopping import plan, read
from monograph.experiments.stopping.rules import RULES
from monograph.experiments.stopping.settings import MAKERS, make


def found(*runs):
    return Results({}, {}, 0.0, list(runs))


def run(index, family="pairs", **errors):
    every = dict.fromkeys(plan.RIVALS, 9.0) | errors
    return {"family": family, "index": index, "hindsight": 1.0, "warned": 0.0, "errors": every}


def test_the_plan_names_all_rules():
    assert {*plan.RIVALS, "nearest to Bayes"} == set(RULES) and len(set(plan.RIVALS)) == len(plan.RIVALS)
    assert tuple(MAKERS) == plan.FAMILIES and set(plan.GUESSING) < set(plan.RIVALS)
    for name in plan.STOPPERS:
        assert RULES[name].schedule.__name__ == "plain"
    for told, guessing in plan.GUESSING.items():
        assert RULES[told].depth is RULES[guessing].depth and RULES[guessing].guesses_noise


def test_the_winner_is_close_in_most_of_the_even_settings():
    runs = [run(0, Chebyshev=1.05), run(2, Chebyshev=1.0), run(4, discrepancy=1.0)]
    runs += [run(index, discrepancy=1.0) for index in (1, 3, 5)]  # these test
    runs += [run(2 * index, "real labels", discrepancy=1.0) for index in range(5)]  # and these have no part in it
    assert read.winner(found(*runs)) == "Chebyshev"


def test_of_equals_the_one_that_is_never_far_wins():
    runs = [run(0, Chebyshev=1.0, discrepancy=1.0), run(2, Chebyshev=8.0, discrepancy=3.0)]
    assert read.winner(found(*runs)) == "discrepancy"


def test_tiny_errors_do_not_count():
    one = {"hindsight": 1e-9, "errors": {"a": 1e-5, "b": 2e-3, "c": 5e-4}}
    assert [read.losses([one], rule).item() for rule in "abc"] == [1, 2, 1]
    assert read.losses([one], "b", over="a").item() == 2


def test_the_interval_is_that_of_wilson():
    """The ends are the shares from which what was seen is 1.96 standard deviations away."""
    seen = read.share([True] * 30 + [False] * 10)
    for end in (seen.low, seen.high):
        assert abs(0.75 - end) / np.sqrt(end * (1 - end) / 40) == pytest.approx(1.96, rel=1e-4)


@pytest.mark.parametrize("family", plan.FAMILIES)
def test_settings_depend_on_their_seed_alone_and_score_the_truth(family):
    one, two, other = make(family, 3, 4), make(family, 3, 4), make(family, 4, 4)
    assert np.array_equal(one.P, two.P) and torch.equal(one.prompts.y, two.prompts.y)
    assert one.P.shape != other.P.shape or not np.array_equal(one.P, other.P)
    nothing = one.errors(torch.zeros(4, 1, len(one.P), dtype=torch.float64))
    assert (nothing > 0).all()
    if family != "real labels":
        assert (one.errors(one.prompts.w[:, None]) == 0).all()
        clean = torch.einsum("bmd,bd->bm", one.prompts.x, one.prompts.w)
        assert torch.allclose(clean, one.prompts.y) == (one.noise_variance == 0)


def test_real_labels_are_scored_on_rows_that_the_prompt_has_not_shown():
    """With least squares, whose error on the shown rows is smaller."""
    one = make("real labels", 0, 30)
    x, y = one.prompts.x, one.prompts.y
    fit = torch.linalg.lstsq(x, y[..., None]).solution.mT
    shown = (y - (fit @ x.mT)[:, 0]).square().mean(dim=1) / y.var(dim=1)
    assert shown.median() < one.errors(fit).median()


def test_some_layers_are_not_symmetric():
    layers = [make("tails", index, 2).P for index in range(12)]
    assert any(np.abs(P - P.T).max() > 0.01 * np.abs(P).max() for P in layers)


def test_stored_losses_are_those_of_a_setting_made_again():
    stored = results.load("stopping").select(family="pairs", index=1)[0]
    setting = make("pairs", 1, 60)
    chosen = RULES["safe steps"](setting.P, setting.prompts, steps=40)
    distances = (chosen.answer - setting.prompts.w).square().sum(dim=1).numpy() / len(setting.P)
    assert np.median(distances) == pytest.approx(stored["errors"]["safe steps"], rel=1e-3)
