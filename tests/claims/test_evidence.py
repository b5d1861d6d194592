import dataclasses
import re

from small_claim import example

from monograph.claims.evidence import EvidenceMap
from monograph.claims.statements import Kind, Statement


def test_the_map_leads_from_a_statement_to_its_evidence():
    one = dataclasses.replace(
        example()[0],
        places=("setup/task#a_b", "setup/task#prop-a"),
        bears_on=(Statement.NEWTON, Statement.COST),
        kinds=(Kind.THEOREM, Kind.GPT),
    )
    shown = EvidenceMap([one])._repr_mimebundle_()
    rows = [re.split(r" ?(?<!\\)\| ?", line)[1:-1] for line in shown["text/markdown"].splitlines()]
    assert rows[0] == ["What the paper states", *Kind] and len(rows) == 4
    proved, seen = (f"[✓ an\\_example](../setup/task.ipynb#{label})" for label in ("prop-a", "a_b"))
    assert rows[2] == [Statement.NEWTON, proved, "", "", "", seen, ""]
    lines = shown["text/plain"].splitlines()
    assert lines[:3] == [Statement.NEWTON, "    theorem: ✓ an_example", "    small GPT: ✓ an_example"]
