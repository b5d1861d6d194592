import dataclasses
import functools
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from book import contents, notebooks
from ttsbook import claims, dynamics, ledger, results, theory
from ttsbook.ledger import Verdict

ROOT = Path(__file__).parent.parent
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
    assert claim.source.startswith(("paper: ", "this book"))
    assert bool(claim.caveat) == (claim.verdict is Verdict.CAVEAT)
    for decimal in re.findall(r"\d+\.\d+", claim.evidence.measured):
        assert len(decimal.replace(".", "").lstrip("0")) <= 3, "other digits differ between machines"


def test_names_are_unique():
    assert len(set(NAMES)) == len(NAMES) > 0


@pytest.mark.parametrize("claim", claims.CLAIMS, ids=NAMES)
def test_every_place_of_a_claim_exists(claim):
    for place in claim.places:
        chapter, _, label = place.partition("#")
        assert not label or f":label: {label}\n" in source(chapter), place


@pytest.mark.parametrize("chapter", claims.CHAPTERS)
def test_a_chapter_shows_its_claims_and_has_its_title(chapter):
    assert f'claims.table("{chapter}")' in source(chapter)
    assert source(chapter).startswith(f"# {claims.CHAPTERS[chapter]}")


def test_every_chapter_with_claims_is_named_and_the_ledger_shows_all():
    assert {chapter for claim in claims.CLAIMS for chapter in claim.chapters} == set(claims.CHAPTERS)
    assert set(claims.CHAPTERS) | {LEDGER} <= set(contents.listed((ROOT / "_toc.yml").read_text(encoding="utf-8")))
    assert "claims.table()" in source(LEDGER)


@pytest.mark.parametrize("path", notebooks.paths(), ids=notebooks.name_of)
def test_what_a_chapter_states_as_the_papers_is_in_the_ledger(path):
    chapter = notebooks.name_of(path)
    for statement in STATEMENT.findall(source(chapter)):
        for result in RESULT_OF_THE_PAPER.findall(statement):
            rows = [claim.id for claim in claims.CLAIMS if result in claim.source and chapter in claim.chapters]
            assert rows, f"{chapter} states {result} of the paper, and no claim names both"


# the checks


@pytest.mark.parametrize(
    ("name", "module", "function", "factor"),
    [
        ("information_floor", theory, "direct_error", 0.8),
        ("one_step_error", theory, "direct_error", 1.03),
        ("best_step", theory, "preconditioner", 1 + 1e-6),
        ("direct_error_bound", theory, "direct_error", 1.01),
        ("learned_preconditioner", theory.learned, "gamma", 1.02),
        ("learned_preconditioner", dynamics, "largest_step", 2.1),
        ("drift", dynamics, "drift", 1.002),
        ("shifted_starts", theory, "preconditioner", 1 + 1e-6),
        ("skill_speeds", theory, "preconditioner", 1 + 1e-6),
        ("among_solvers", theory, "preconditioner", 0.3),
    ],
)
def test_a_check_sees_a_wrong_formula(monkeypatch, name, module, function, factor):
    claim, right = claims.find(name), getattr(module, function)
    monkeypatch.setattr(module, function, lambda *args, **options: factor * right(*args, **options))
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def test_the_check_of_finite_prompts_sees_a_wrong_constant(monkeypatch):
    monkeypatch.setattr(dynamics, "finite_prompts_error", lambda *_, **__: (5.0, 0.1))
    claim = claims.find("finite_prompts")
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


@pytest.mark.parametrize(
    ("name", "experiment", "entry", "factor"),
    [
        ("learned_preconditioner", "frozen", "preconditioner_error", 2),
        ("drift", "drift", "W13_moved", None),
        ("finite_prompts", "finite_prompts", "preconditioner_error", 1.01),
        ("generic_start", "recipes", "preconditioner_error", 2),
        ("learned_thinking", "recipes", "ratio", 1.02),
        ("other_recipes", "recipes", "predicted_preconditioner_error", 2),
        ("unrolled_steps", "recipes", "mean", None),
        ("gpt_direct", "gpt2", "own", None),
        ("gpt_trend", "gpt2", "own", None),
        ("gpt_lengths", "gpt2", "own", None),
        ("gpt_skewed_floor", "gpt2", "shifted", 0.01),
        ("gpt_other_overthinking", "gpt2", "own", None),
    ],
)
def test_a_check_sees_other_results(monkeypatch, name, experiment, entry, factor):
    """The trainings found something else; None: something else altogether."""
    claim, found = claims.find(name), results.load(experiment)
    for run in found.runs:
        if run["seed"] != "predicted" and run.get(entry) is not None:
            run[entry] = _otherwise(run[entry], factor)
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def _otherwise(value, factor):
    if isinstance(value, dict):
        return {name: _otherwise(part, factor) for name, part in value.items()}
    return np.multiply(value, factor) if factor else np.ones_like(value)


def test_the_check_of_mixtures_sees_one_that_does_harm(monkeypatch):
    claim, found = claims.find("gpt_mixtures"), results.load("gpt2")
    for run in found.select(part="mixtures", variant="error"):
        run["own"] = {name: np.multiply(value, 100) for name, value in run["own"].items()}
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


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


def test_the_check_of_overthinking_would_see_a_rise(monkeypatch):
    claim, found = claims.find("gpt_overthinking"), results.load("gpt2")
    for run in found.select(part="skewed"):
        run["shifted"]["mean"] = np.abs(np.arange(31) - 10) + 1
    monkeypatch.setattr(results, "load", lambda _: found)
    assert claim.check(claim.tolerance).verdict is Verdict.HOLDS


def test_the_check_of_the_large_size_would_see_a_run(monkeypatch, tmp_path):
    claim, found = claims.find("gpt_paper_size"), results.load("gpt2")
    monkeypatch.setattr(results, "load", lambda *_: found)
    monkeypatch.setattr(results, "path_of", lambda *_: tmp_path)
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS
    for run in found.select(part="skewed"):
        run["shifted"]["mean"] = np.abs(np.arange(31) - 10) + 1
    assert claim.check(claim.tolerance).verdict is Verdict.HOLDS


def test_the_check_of_the_blind_loss_sees_a_start_that_is_not_zero(monkeypatch):
    from ttsbook import recipes

    monkeypatch.setattr(recipes.Direct, "pose", recipes.Independent.pose)
    claim = claims.find("gpt_blind")
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def test_the_check_of_a_step_sees_one_that_does_not_shorten_the_gap(monkeypatch):
    from ttsbook.transformer import GPT

    monkeypatch.setattr(GPT, "answer", lambda self, drawn, w0: w0)
    claim = claims.find("gpt_step")
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def test_a_claim_without_its_results_is_not_run(monkeypatch, tmp_path):
    monkeypatch.setenv("TTSBOOK_RESULTS", str(tmp_path))
    one = dataclasses.replace(claims.find("learned_thinking"))
    assert one.evidence.verdict is Verdict.NOT_RUN
    assert "python -m ttsbook.experiments recipes" in one.evidence.measured


def test_the_check_of_thinking_sees_another_scaling(monkeypatch):
    from ttsbook import cot

    monkeypatch.setattr(cot, "think", functools.partial(cot.think, rho=40.001))
    claim = claims.find("recursion")
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


def test_the_check_of_leaks_sees_one_that_is_missing(monkeypatch):
    from ttsbook import cot

    monkeypatch.setattr(cot, "LEAKS", cot.LEAKS[1:])
    claim = claims.find("leaks")
    assert claim.check(claim.tolerance).verdict is Verdict.FAILS


# the mechanism


def example(verdict=Verdict.HOLDS, caveat="", found=None):
    calls = []

    def an_example(tolerance):
        """Half of a | b is _less_ than $1."""
        calls.append(tolerance)
        return found or ledger.judge(True, "It is 0.5.", exception=verdict is Verdict.CAVEAT)

    fields = {"method": "Looked.", "tolerance": 1e-3, "limits": "how far", "verdict": verdict, "caveat": caveat}
    return ledger.claim(source="this book", places=("setup/task#a", "index"), **fields)(an_example), calls


TITLES = {"setup/task": "The task", "index": "Start"}


def test_a_claim_is_checked_once_with_its_tolerance():
    one, calls = example()
    table = ledger.Table([one], TITLES)
    assert (repr(table), table.markdown()) == (repr(table), table.markdown())
    assert calls == [1e-3]


@pytest.mark.parametrize(
    ("holds", "exception", "verdict"),
    [
        (True, False, Verdict.HOLDS),
        (True, True, Verdict.CAVEAT),
        (False, False, Verdict.FAILS),
        (False, True, Verdict.FAILS),
    ],
)
def test_the_verdict_follows_from_what_was_seen(holds, exception, verdict):
    assert ledger.judge(holds, "It is so.", exception=exception).verdict is verdict


def test_a_table_as_text():
    one, _ = example(Verdict.CAVEAT, "Not always.")
    assert repr(ledger.Table([one, one], TITLES)).split("\n\n")[1].splitlines() == [
        "(✓) holds with a caveat: an_example (this book)",
        "    Half of a | b is _less_ than $1.",
        "    Caveat: Not always.",
        "    Check: Looked.",
        "    Measured: It is 0.5.",
        "    Tolerance: 0.001, how far.",
        "    Treated in: The task, Start",
    ]


def test_a_table_in_markdown_links_to_its_places_and_escapes_signs():
    one, _ = example()
    shown = ledger.Table([one], TITLES, footer="End.")._repr_mimebundle_()["text/markdown"].splitlines()
    assert shown[:2] == ["| Claim | Verdict |", "|---|---|"]
    assert re.split(r"(?<!\\)\|", shown[2])[2] == " ✓ holds "
    assert r"Half of a \| b is \_less\_ than \$1." in shown[2]
    assert "[The task](../setup/task.ipynb#a), [Start](../index.ipynb)" in shown[2]
    assert shown[3:] == ["", "End."]


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_that_differs_from_the_recorded_one_is_shown_with_it(verdict):
    one, _ = example(found=ledger.Evidence(verdict, "It is not."))
    first = repr(ledger.Table([one], TITLES)).splitlines()[0]
    assert f"{ledger.SIGNS[verdict]} {verdict}" in first
    assert ("recorded: holds" in first) == (verdict is not Verdict.HOLDS)


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
    code = "import sys; from ttsbook import claims; assert claims.CLAIMS and 'torch' not in sys.modules"
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
