import dataclasses
import importlib
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from monograph import claims
from monograph.claims import ledger, noise
from monograph.claims.evidence import PROVED
from monograph.claims.ledger import Verdict
from monograph.claims.statements import Kind, Statement
from monograph.experiments import results
from monograph.experiments.curation import read as curation
from monograph.experiments.selection import examples
from publish import contents, notebooks
from ttsbook import theory
from ttsbook.data import covariance, features, rows, spectra
from ttsbook.theory import dynamics, selection

ROOT = Path(__file__).parents[2]
NAMES = [claim.id for claim in claims.CLAIMS]
LEDGER = "appendix/claims"
STATEMENT = re.compile(r"^```\{prf:(?!proof)\w+\}(.*?)^```", re.MULTILINE | re.DOTALL)
RESULT_OF_THE_PAPER = re.compile(r"paper(?:'s|:|,) ((?:Theorem|Proposition|Corollary|Remark) \d\.\d)")


def source(chapter):
    """Text and code of a chapter."""
    return "\n".join(cell.source for cell in notebooks.read(notebooks.CHAPTERS / f"{chapter}.ipynb").cells)


# the claims


@pytest.mark.parametrize("claim", claims.CLAIMS, ids=NAMES)
def test_the_computed_verdict_is_the_recorded_one(claim):
    assert claim.evidence.verdict == claim.verdict, claim.evidence.measured


@pytest.mark.parametrize("claim", claims.CLAIMS, ids=NAMES)
def test_a_claim_is_complete(claim):
    for text in (claim.statement, claim.source, claim.method, claim.limits, claim.evidence.measured):
        assert text and "  " not in text
    assert claim.statement[-1] == claim.method[-1] == claim.evidence.measured[-1] == "."
    assert claim.source.startswith(("paper: ", "follow-up paper: ", "this book"))
    assert bool(claim.caveat) == (claim.verdict in (Verdict.CAVEAT, Verdict.INCONCLUSIVE))
    assert (claim.caveat or ".")[-1] == (claim.remark or ".")[-1] == "."
    for decimal in re.findall(r"\d+\.\d+", claim.evidence.measured):
        assert len(decimal.replace(".", "").lstrip("0")) <= 3, "other digits differ between machines"


def test_names_are_unique():
    assert len(set(NAMES)) == len(NAMES) > 0


@pytest.mark.parametrize("chapter", claims.CHAPTERS)
def test_a_chapter_shows_its_claims_and_has_its_title(chapter):
    assert f'claims.table("{chapter}")' in source(chapter)
    assert source(chapter).startswith(f"# {claims.CHAPTERS[chapter]}")


def test_every_chapter_with_claims_is_named_and_the_ledger_shows_all():
    assert {chapter for claim in claims.CLAIMS for chapter in claim.chapters} == set(claims.CHAPTERS)
    assert set(claims.CHAPTERS) | {LEDGER} <= set(contents.read().pages)
    assert "claims.table()" in source(LEDGER)


@pytest.mark.parametrize("path", notebooks.paths(), ids=notebooks.name_of)
def test_what_a_chapter_states_as_the_papers_is_in_the_ledger(path):
    chapter = notebooks.name_of(path)
    for statement in STATEMENT.findall(source(chapter)):
        for result in RESULT_OF_THE_PAPER.findall(statement):
            rows = [claim.id for claim in claims.CLAIMS if result in claim.source and chapter in claim.chapters]
            assert rows, f"{chapter} states {result} of the paper, and no claim names both"


# the checks


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("name", "module", "function", "factor"),
    [
        ("information_floor", theory, "direct_error", 0.8),
        ("one_step_error", theory, "direct_error", 1.03),
        ("best_step", theory, "preconditioner", 1 + 1e-6),
        ("direct_error_bound", theory, "direct_error", 1.01),
        ("matched_step", theory, "skill_costs", 1.05),
        ("bound_looseness", theory, "skill_costs", 1.001),
        ("equal_hardness", theory, "direct_error", 1.01),
        ("mean_cost", theory, "mean_cost_bound", 0.99),
        ("late_steps", covariance, "hardness", 1.1),
        ("bound_needs_matched_tasks", theory, "direct_error", 0.01),
        ("skills_learned", theory, "effective_dimension", 1 + 1e-6),
        ("learned_preconditioner", theory.learned, "gamma", 1.02),
        ("learned_preconditioner", dynamics, "largest_step", 2.1),
        ("drift", dynamics, "drift", 1.002),
        ("shifted_starts", theory, "preconditioner", 1 + 1e-6),
        ("skill_speeds", theory, "preconditioner", 1 + 1e-6),
        ("scaling_law", theory, "scaling_law_bound", 0.99),
        ("exchange", theory, "train_length_for", 1.01),
        ("harder_longer", theory, "preconditioner", 0.5),
        ("examples_and_steps", theory, "preconditioner", 2.1),
        ("rate", theory, "preconditioner", 1.01),
        ("finite_test_prompts", theory, "first_excess", 1.03),
        ("thinking_saves", dynamics, "finite_prompts_excess", np.array([1.3, 1])),
        ("best_train_length", theory.finite, "recursion_error", -1),
        ("stability", theory, "gamma", 1.3),
        ("recursion_for_finite_prompts", theory, "cot_error_gap", 0.8),
        ("trace", theory, "cot_error_limit", 1.001),
        ("trace_gap", theory, "cot_error_limit", 1.01),
        ("weak_direction", theory, "critical_train_length", 1.3),
        ("skewed_training", theory, "critical_train_length", 1.5),
        ("larger_n", theory, "gamma", 3),
        ("best_length", theory, "strides", 1.05),
        ("mean_grows", theory, "preconditioner", 0.5),
        ("warning", theory, "largest_stride", 1.05),
        ("equal_traces", theory, "gamma", 3),
        ("among_solvers", theory, "preconditioner", 0.3),
        ("mixture_preconditioner", theory, "preconditioner", 1 + 1e-6),
        ("effective_strength", theory, "preconditioner", 1 + 1e-6),
        ("weights_gradient", theory, "preconditioner", 1.01),
        ("safe_program", theory, "preconditioner", 2),
        ("three_qualities", theory, "preconditioner", 0.2),
        ("spread_is_caution", theory, "preconditioner", 2),
        ("rare_directions", theory, "preconditioner", 1 + 1e-6),
        ("noise_in_closed_form", theory, "noisy_error", 1 + 1e-6),
        ("noise_turns_every_chain", theory, "noisy_error", 10),
        ("noise_costs_little", theory, "noisy_error", 0.9),
        ("noise_brakes", theory, "gamma", 1.001),
        ("two_causes", theory, "preconditioner", 0.5),
        ("longer_prompts", theory, "preconditioner", 0.5),
        ("solvers_turn_too", theory, "preconditioner", 0.02),
        ("fourth_moments_decide", theory, "preconditioner", 1 + 1e-6),
        ("matched_never_turns", theory, "preconditioner", 1.8),
        ("tails_and_length", theory, "critical_train_length", 1.01),
        ("tails_and_length", features, "fourth_moments", 1.01),
        ("tails_alone", theory, "preconditioner", 0.5),
        ("without_replacement", rows, "effective_length", 1.01),
        ("share_of_target", theory, "gamma", 0.5),
    ],
)
def test_a_check_sees_a_wrong_formula(monkeypatch, name, module, function, factor):
    claim, right = claims.find(name), getattr(module, function)
    monkeypatch.setattr(module, function, lambda *args, **options: factor * right(*args, **options))
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


@pytest.mark.exhaustive
def test_the_check_of_best_depths_sees_one_that_is_two_steps_off(monkeypatch):
    right = theory.best_depth
    monkeypatch.setattr(
        theory,
        "best_depth",
        lambda *args, **options: theory.BestDepth(right(*args, **options).steps + 2, diverges=True),
    )
    claim = claims.find("depth")
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["noise_phases", "depth_with_noise"])
def test_the_checks_of_noisy_chains_see_another_forecast(monkeypatch, name):
    monkeypatch.setattr(noise, "_foreseen", lambda: [theory.NoisePhase("turns", 1, 2.0)] * len(noise.SETTINGS))
    claim = claims.find(name)
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("name", "function", "wrong"),
    [
        ("few_examples", "preconditioner", lambda task: np.diag(np.arange(1.0, 1 + len(task.cov)))),
        ("no_longer_than_the_test", "spectral_edges", lambda P, cov, m: (0.0, 2.1)),
        ("no_longer_than_the_test", "divergence_bound", lambda cov, n, m: -1.0),
    ],
)
def test_a_check_of_the_scaling_law_sees_another_function(monkeypatch, name, function, wrong):
    claim = claims.find(name)
    monkeypatch.setattr(theory, function, wrong)
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


@pytest.mark.exhaustive
@pytest.mark.parametrize("measure", ["hardness", "condition number"])
def test_the_check_of_conditioning_sees_a_measure_without_meaning(monkeypatch, measure):
    right = spectra.measures
    monkeypatch.setattr(spectra, "measures", lambda strengths: {**right(strengths), measure: strengths[:, 0]})
    claim = claims.find("conditioning")
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


@pytest.mark.exhaustive
def test_the_check_of_finite_prompts_sees_a_wrong_constant(monkeypatch):
    monkeypatch.setattr(dynamics, "finite_prompts_error", lambda *_, **__: (5.0, 0.1))
    claim = claims.find("finite_prompts")
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("name", "experiment", "entry", "factor"),
    [
        ("learned_preconditioner", "frozen", "preconditioner_error", 2),
        ("drift", "drift", "W13_moved", None),
        ("finite_prompts", "finite_prompts", "preconditioner_error", 1.01),
        ("generic_start", "recipes", "preconditioner_error", 2),
        ("emergence", "recipes", "median", 1e9),
        ("learned_thinking", "recipes", "ratio", 1.02),
        ("other_recipes", "recipes", "predicted_preconditioner_error", 2),
        ("unrolled_steps", "recipes", "mean", None),
        ("recursion_for_finite_prompts", "finite_tests", "mean", 1.03),
        ("exact_mixture", "selection", "exact", 1e12),
        ("trained_on_tails", "tails", "to_own", 3),
        ("trained_on_tails", "tails", "to_gaussian", 0.1),
        ("trained_on_rows", "real", "to_own", 3),
        ("trained_on_rows", "real", "to_gaussian", 0.1),
    ],
)
def test_a_check_sees_other_results(monkeypatch, name, experiment, entry, factor):
    """The trainings found something else; None: something else altogether."""
    claim, found, right = claims.find(name), results.load(experiment), results.load
    for run in found.runs:
        if run.get("seed") != "predicted" and run.get(entry) is not None:
            run[entry] = np.multiply(run[entry], factor) if factor else np.ones_like(run[entry])
    monkeypatch.setattr(results, "load", lambda asked: found if asked == experiment else right(asked))
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("name", "chosen", "factor"),
    [
        ("falls_with_steps", {"train": "skewed", "n": 20}, 1.5 ** np.arange(31)),
        ("short_prompts_catch_up", {"n": 10}, 1e4),
        ("more_examples_help", {"train": "skewed", "n": 100, "recipe": "paper"}, 1e3),
        ("turns_when_skewed", {"n": 30}, 1.5 ** np.arange(31)),
        ("larger_n_is_worse", {"n": 400}, 1e-2),
        ("unscaled_is_wrong_at_once", {"train": "unscaled", "n": 10, "seed": 3}, 0.1),
        ("own_weights_tell", {"train": "unscaled", "seed": 2, "recipe": "paper"}, 1.1),
        ("trained_floor", {"recipe": "shift", "n": 30}, 4),
    ],
)
def test_a_check_of_trained_layers_sees_other_results(monkeypatch, name, chosen, factor):
    claim, found = claims.find(name), results.load("linear")
    for run in found.select(**chosen):
        for curve in (part for part in run.values() if isinstance(part, dict)):
            for statistic in ("mean", "median"):
                curve[statistic] = np.multiply(curve[statistic], np.broadcast_to(factor, 31)[: len(curve[statistic])])
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("name", "change", "verdict"),
    [
        ("benign_pairs_from_covariances", lambda one: {"turns": not one["turns"]}, Verdict.FAILS),
        ("other_pairs_need_more", lambda one: {"calls": {"covariances": not one["turns"]}}, Verdict.HOLDS),
        ("true_layer_tells", lambda one: {"turns": not one["turns"]}, Verdict.FAILS),
        ("turning_is_the_rule", lambda one: {"turns": False}, Verdict.FAILS),
        ("warning_on_rows", lambda one: {"missed": one["turned"]}, Verdict.FAILS),
        ("warning_on_rows", lambda one: {"false": 30}, Verdict.FAILS),
        ("depth_with_real_labels", lambda one: {"predicted": 60}, Verdict.FAILS),
    ],
)
def test_a_check_of_real_rows_sees_other_results(monkeypatch, name, change, verdict):
    claim, found = claims.find(name), results.load("real")
    part = "labels" if name == "depth_with_real_labels" else None
    for run in found.runs:
        if run["part"] in ((part,) if part else ("pair", "matched")):
            run["settings"] = [{**one, **change({"turned": 0, **one})} for one in run["settings"]]
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is verdict


@pytest.mark.exhaustive
def test_the_check_of_turning_sees_pairs_that_all_turn(monkeypatch):
    claim, found = claims.find("turning_is_the_rule"), results.load("real")
    for run in found.select(part="pair"):
        run["settings"] = [one | {"turns": True} for one in run["settings"]]
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.HOLDS


@pytest.mark.exhaustive
def test_the_check_of_shares_sees_layers_that_know_no_fourth_moments(monkeypatch):
    claim, right = claims.find("share_of_target"), theory.gamma
    monkeypatch.setattr(theory, "gamma", lambda cov, n, fourth_moments=None: right(cov, n))
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


@pytest.mark.exhaustive
def test_the_check_of_pools_on_themselves_sees_pools_that_do_not_turn(monkeypatch):
    claim, found = claims.find("no_pool_turns_on_itself"), results.load("real")
    for run in found.select(part="matched"):
        run["settings"] = [one | {"turns": False} for one in run["settings"]]
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.HOLDS


@pytest.mark.exhaustive
def test_the_check_of_the_selection_program_sees_one_that_helps(monkeypatch):
    claim, found = claims.find("selection_program"), results.load("selection")
    for run in found.runs:
        run["paper"] = np.multiply(run["uniform"], 0.9)
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.HOLDS


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("name", "module"), [("selection_program", "selection"), ("thinking_on_the_programs_mixture", "curation")]
)
def test_the_checks_of_the_program_see_that_the_best_scaling_does_not_help(monkeypatch, name, module):
    where = importlib.import_module("monograph.claims.selection") if module == "selection" else curation
    right = where.rescaled

    def worse(found, which, *steps, **options):
        ours = right(found, which, *steps, **options)
        return ours[::-1] if module == "selection" else (ours[0] * {"paper": 9, "uniform": 1}[which], ours[1])

    monkeypatch.setattr(where, "rescaled", worse)
    assert claims.find(name).check(claims.find(name).tolerance).verdict is Verdict.FAILS


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("name", "mixture", "factor", "verdict"),
    [
        ("trained_as_exact", "uniform", 2, Verdict.FAILS),
        ("layers_on_the_programs_mixture", "paper", 1e-4, Verdict.HOLDS),
        ("layers_on_the_programs_mixture", "paper", 1 / 55, Verdict.INCONCLUSIVE),
        ("answering_on_the_programs_mixture", "paper", 1.2, Verdict.FAILS),
        ("training_on_the_best_mixture", "exact", 100, Verdict.FAILS),
        ("one_kind_is_worse", "hard only", 0.01, Verdict.FAILS),
        ("few_target_prompts", "exact, 100 prompts", 2, Verdict.FAILS),
    ],
)
def test_a_check_of_chosen_mixtures_sees_other_results(monkeypatch, name, mixture, factor, verdict):
    claim, found = claims.find(name), results.load("curation")
    for run in found.runs:
        for curves in run["trained"][mixture]:
            curves["endless"] = np.multiply(curves["endless"], factor)
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is verdict


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["message_in_pools", "hard_in_pools", "message_rescaled", "hard_rescaled"])
@pytest.mark.parametrize(
    ("means", "verdict"),
    [
        ((-0.6, -0.6), Verdict.HOLDS),
        ((-0.6, 0.0), Verdict.INCONCLUSIVE),
        ((0.0, 0.6), Verdict.FAILS),
        ((-0.6, 0.6), Verdict.FAILS),
    ],
)
def test_the_checks_of_qualities_see_other_correlations(monkeypatch, name, means, verdict):
    assert check_with_correlations(monkeypatch, name, means) is verdict


@pytest.mark.exhaustive
def test_the_check_of_caution_sees_other_correlations(monkeypatch):
    assert check_with_correlations(monkeypatch, "caution_in_pools", (0.6, 0.6)) is Verdict.FAILS


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("near", "milder", "verdict"),
    [(-0.6, -0.6, Verdict.HOLDS), (-0.6, 0.0, Verdict.CAVEAT), (0.0, -0.6, Verdict.FAILS), (0.6, 0.6, Verdict.FAILS)],
)
def test_the_check_of_aligned_tasks_sees_other_correlations(monkeypatch, near, milder, verdict):
    where, claim = importlib.import_module("monograph.claims.curation"), claims.find("hard_where_aligned")
    means = {where.TARGET: near, 0.5: milder}
    monkeypatch.setattr(
        where, "_aligned", lambda exponent: {("skills", "best scaling"): np.add(means[exponent], (0, -0.1, 0.1))}
    )
    assert claim.check(claim.tolerance).verdict is verdict


def check_with_correlations(monkeypatch, name, means):
    """Verdict if all qualities had these mean correlations with the error, by reading of B, give or take 0.1."""
    where, claim = importlib.import_module("monograph.claims.curation"), claims.find(name)
    spans = {
        reading: dict.fromkeys(where.QUALITIES, np.add(mean, (0, -0.1, 0.1)))
        for reading, mean in zip(curation.READINGS, means, strict=True)
    }
    monkeypatch.setattr(where, "_correlations", lambda *, scaled: spans)
    return claim.check(claim.tolerance).verdict


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["half_on_hard", "kinds_of_tasks"])
@pytest.mark.parametrize(("weights", "verdict"), [([1, 0, 0, 0], Verdict.FAILS), ([0, 0, 0, 1], Verdict.HOLDS)])
def test_the_checks_of_kinds_see_other_weights(monkeypatch, name, weights, verdict):

    claim, found = claims.find(name), results.load("selection")
    for run in found.runs:
        run["kind_weights"] = [weights] * len(run["kind_weights"])
    monkeypatch.setattr(results, "load", lambda _: found)
    monkeypatch.setattr(curation, "kind_weights", lambda *_: np.array(weights))
    if name == "half_on_hard" and verdict is Verdict.FAILS:
        easy = selection.Selection(np.array([0.6, 0.4]), 0.0)
        monkeypatch.setattr(selection, "quadratic_program", lambda *_: easy)
    assert claim.check(claim.tolerance).verdict is verdict


@pytest.mark.exhaustive
def test_the_check_of_estimates_sees_a_careless_choice(monkeypatch):

    claim, right = claims.find("target_estimate"), examples.with_estimates
    monkeypatch.setattr(examples, "with_estimates", lambda *args, samples: 3 * right(*args, samples=1))
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def test_a_claim_without_its_results_is_not_run(monkeypatch, tmp_path):
    monkeypatch.setenv("TTSBOOK_RESULTS", str(tmp_path))
    one = dataclasses.replace(claims.find("learned_thinking"))
    assert one.evidence.verdict is Verdict.NOT_RUN
    assert "python -m monograph.experiments recipes" in one.evidence.measured


@pytest.mark.exhaustive
def test_the_check_of_thinking_sees_another_scaling(monkeypatch):
    from ttsbook.thinking import cot

    think = cot.think
    monkeypatch.setattr(cot, "think", lambda *prompt, **options: think(*prompt, **options | {"rho": 40.001}))
    claim = claims.find("recursion")
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


@pytest.mark.exhaustive
def test_the_check_of_leaks_sees_one_that_is_missing(monkeypatch):
    from ttsbook.thinking import cot

    monkeypatch.setattr(cot, "LEAKS", cot.LEAKS[1:])
    claim = claims.find("leaks")
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


# the ledger


def test_every_statement_has_evidence_and_what_tests_the_paper_bears_on_one():
    assert claims.evidence_map().statements == list(Statement)
    for claim in claims.CLAIMS:
        assert bool(claim.bears_on) == bool(claim.kinds)
        assert claim.bears_on or not claim.of_paper, f"{claim.id} is in no row of the map"
        if Kind.THEOREM in claim.kinds:
            assert any(place.partition("#")[2].startswith(PROVED) for place in claim.places)


def test_what_fails_bears_on_the_program_and_on_the_message_as_the_ledger_and_the_readme_say():
    failing = [one for one in claims.CLAIMS if one.verdict is Verdict.FAILS and one.bears_on]
    assert {statement for one in failing for statement in one.bears_on} == {Statement.PROGRAM, Statement.MESSAGE}
    assert not any(one.of_paper for one in failing)
    hard = "on its message that training tasks should be hard, in pools whose tasks point in random directions."
    for page in (source(LEDGER), " ".join((ROOT / "README.md").read_text().split())):
        assert "on its selection program, " in page and hard in page


def test_the_ledger_and_the_table_of_a_chapter():
    assert [claim.id for claim in claims.table().claims] == NAMES
    rows = claims.table("setup/task")
    assert all("setup/task" in claim.chapters for claim in rows.claims)
    assert rows.markdown().endswith("[the ledger](../appendix/claims.ipynb).")


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="chapter must be one of setup/task, .* got 'setup/tasks'"):
        claims.table("setup/tasks")
    with pytest.raises(ValueError, match="name must be one of hardness, .* got 'easiness'"):
        claims.find("easiness")


def test_the_ledger_is_read_without_torch():
    code = "import sys; from monograph import claims; assert claims.CLAIMS and 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# the site


def test_links_of_the_ledger_lead_to_statements(site):
    page = (site / f"{LEDGER}.html").read_text(encoding="utf-8")
    assert all(f">{name}<" in page for name in NAMES)
    for place in {place for claim in claims.CLAIMS for place in claim.places}:
        chapter, _, label = place.partition("#")
        assert f'href="../{chapter}.html{label and "#" + label}"' in page
        assert not label or f'id="{label}"' in (site / f"{chapter}.html").read_text(encoding="utf-8")
    for code in set(re.findall(r'href="([^"]*_downloads[^"]*)"', page)):
        assert (site / "appendix" / code).is_file()


def test_the_readme_counts_the_claims_as_they_are():
    words = " ".join((ROOT / "README.md").read_text().split())
    paper = [one.verdict for one in claims.CLAIMS if one.source.startswith("paper: ")]
    others = [one.verdict for one in claims.CLAIMS if one.source.startswith(("this book", "follow-up paper: "))]
    assert len(paper) + len(others) == len(claims.CLAIMS)
    assert f"Of the paper's {len(paper)} claims that it lists, {claims.tally(of_paper=True)}." in words
    assert f"Of {len(others)} others, {claims.tally(of_paper=False)}." in words
    for counted, of_paper in ((paper, True), (others, False)):
        for verdict, count in Counter(counted).items():
            assert f"{count} {ledger.COUNTED[verdict][count > 1]}" in claims.tally(of_paper=of_paper)


def test_the_readme_says_in_how_many_pools_the_program_is_better_with_the_best_scaling():
    found, wins, pools_ = results.load("curation"), 0, 0
    for reading in curation.READINGS:
        even, ours = (curation.rescaled(found, name, 5, reading=reading)[0] for name in ("uniform", "paper"))
        wins, pools_ = wins + int((ours < even).sum()), pools_ + len(ours)
    assert f"in {wins} of {pools_} pools." in (ROOT / "README.md").read_text()
