"""Names of the package in code, found without running it."""

from pathlib import Path

import pytest

from publish.site import names

ROOT = str(Path(__file__).parents[2])


def found(*cells):
    """First uses in the last cell: text and meaning."""
    reader = names.Reader(ROOT)
    for cell in cells:
        uses = reader.read(cell)
    code = cells[-1].encode()
    return [(code[start:end].decode(), item.path.removeprefix("ttsbook.")) for start, end, item in uses]


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("from ttsbook import theory\ntheory.gamma", ("theory.gamma", "theory.learned.gamma")),
        ("from ttsbook import theory as th\nth.gamma(1)", ("th.gamma", "theory.learned.gamma")),
        ("import ttsbook.theory\nttsbook.theory.gamma", ("ttsbook.theory.gamma", "theory.learned.gamma")),
        ("import ttsbook.theory as th\nth.gamma", ("th.gamma", "theory.learned.gamma")),
        ("from ttsbook.data.tasks import Task as T\nT(1, 2).cov", ("T", "data.tasks.Task")),
        ("from monograph import figures\nfigures.lines", ("figures.lines", "monograph.figures.lines.lines")),
        ("from ttsbook.thinking.cot import LEAKS\nf'{LEAKS}'", ("LEAKS", "thinking.cot.LEAKS")),
        ("from ttsbook import theory\n'λ', theory.gamma", ("theory.gamma", "theory.learned.gamma")),
        ("from ttsbook import theory\n[theory.gamma for x in y]", ("theory.gamma", "theory.learned.gamma")),
    ],
)
def test_what_a_name_means(code, meaning):
    assert found(*code.splitlines())[-1] == meaning


def test_names_are_known_in_later_cells_until_they_are_bound_anew():
    imported = "from ttsbook import theory"
    assert found(imported, "theory.gamma")
    assert found(imported, "theory = 1\ntheory.gamma") == []
    assert found(imported, "for theory in x:\n    theory.gamma") == []
    assert found(imported, "def f(theory):\n    return theory.gamma") == []
    assert found(imported, "def f():\n    theory = 1\n    return theory.gamma") == []
    assert found(imported, "lambda theory: theory.gamma") == []
    assert found(imported, "def theory():\n    pass\ntheory.gamma") == []
    assert found(imported, "import theory\ntheory.gamma") == []
    assert found(imported, "[theory.gamma for theory in x]") == []
    assert found(imported, "from other import theory", "theory.gamma") == []
    assert len(found(imported, "def f(theory):\n    pass\ntheory.gamma")) == 1
    assert len(found(imported, "[theory for theory in x]\ntheory.gamma")) == 1


def test_parts_of_an_instance_are_known():
    code = "from ttsbook import theory\nthought = theory.simulate_cot_error(P)\nthought.band()\nthought.mean"
    assert ("thought.band", "theory.simulation.CotSimulation.band") in found(code)
    assert {"thought", "thought.mean"}.isdisjoint(dict(found(code)))
    assert "thought.band" not in dict(found(code.replace("thought.band", "thought = 1\nthought.band")))


def test_code_of_other_languages_and_of_other_packages_has_no_names():
    assert found("%matplotlib inline") == []
    assert found("import numpy as np\nnp.eye(2)") == []
    assert found("from ttsbook import nothing\nnothing.at_all") == []
    assert found("from . import theory\ntheory.gamma") == []


def test_the_first_use_of_a_name_is_found():
    uses = names.Reader(ROOT).read("from ttsbook import theory\nλ = theory.gamma(theory.gamma(1))")
    assert [(start, end, item.name) for start, end, item in uses] == [(20, 26, "theory"), (32, 44, "gamma")]


def test_what_ttsbook_does_not_have_leads_to_what_it_has():
    assert found("from ttsbook import theory\ntheory.gamma.shape")[-1] == ("theory.gamma", "theory.learned.gamma")
