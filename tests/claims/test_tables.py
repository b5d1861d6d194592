import re

import pytest
from small_claim import TITLES, example

from monograph.claims import ledger
from monograph.claims.ledger import Verdict
from monograph.claims.tables import Table


def test_a_claim_is_checked_once_with_its_tolerance():
    one, calls = example()
    table = Table([one], TITLES)
    assert (repr(table), table.markdown()) == (repr(table), table.markdown())
    assert calls == [1e-3]


def test_an_inconclusive_claim_says_what_would_decide_it():
    one, _ = example(Verdict.INCONCLUSIVE, "More seeds.", ledger.judge(True, "It may be.", undecided=True))
    table = Table([one], TITLES)
    assert repr(table).startswith("? inconclusive: ") and "    To decide it: More seeds." in repr(table)
    assert "**To decide it:** More seeds." in table.markdown()


def test_a_table_as_text():
    one, _ = example(Verdict.CAVEAT, "Not always.")
    assert repr(Table([one, one], TITLES)).split("\n\n")[1].splitlines() == [
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
    shown = Table([one], TITLES, footer="End.")._repr_mimebundle_()["text/markdown"].splitlines()
    assert shown[:2] == ["| Claim | Verdict |", "|---|---|"]
    assert re.split(r"(?<!\\)\|", shown[2])[2] == " ✓ holds "
    assert r"Half of a \| b is \_less\_ than \$1." in shown[2]
    assert "[The task](../setup/task.ipynb#a), [Start](../index.ipynb)" in shown[2]
    assert shown[3:] == ["", "End."]


def test_a_remark_stands_after_what_was_measured_and_takes_nothing_from_the_verdict():
    one, _ = example(remark="On Mondays.")
    table = Table([one], TITLES)
    assert repr(table).startswith("✓ holds: ")
    assert "    Tolerance: 0.001, how far.\n    Remark: On Mondays.\n    Treated in:" in repr(table)
    assert "*Tolerance:* 0.001, how far.<br>*Remark:* On Mondays. |" in table.markdown()


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_that_differs_from_the_recorded_one_is_shown_with_it(verdict):
    one, _ = example(found=ledger.Evidence(verdict, "It is not."))
    first = repr(Table([one], TITLES)).splitlines()[0]
    assert f"{ledger.SIGNS[verdict]} {verdict}" in first
    assert ("recorded: holds" in first) == (verdict is not Verdict.HOLDS)
