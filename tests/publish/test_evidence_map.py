"""The evidence map on its page: a table whose entries lead to theorems and to claims."""

import pytest
from bs4 import BeautifulSoup

from monograph import claims
from monograph.claims.ledger import SIGNS
from monograph.claims.statements import Kind
from publish.site import evidence, evidence_map

MAP = claims.evidence_map()


@pytest.fixture(scope="module")
def page(site):
    return BeautifulSoup((site / f"{evidence.LEDGER}.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def rows(page):
    return page.find("table", class_="evidence-map").find_all("tr")


def test_the_heading_is_that_of_the_notebook():
    assert MAP.markdown().startswith(f"| {evidence_map.HEADING} |")


def test_the_page_opens_with_the_map(page):
    first, *_, last = page.find_all("table")
    assert "evidence-map" in first["class"] and "evidence-map" not in last.get("class", ())


def test_rows_and_columns_have_headings(rows):
    assert [cell.get_text().replace("’", "'") for cell in rows[0].find_all("th")] == [evidence_map.HEADING, *Kind]
    for row, statement in zip(rows[1:], MAP.statements, strict=True):
        assert [cell.name for cell in row.find_all(["th", "td"])] == ["th"] + ["td"] * len(Kind)
        assert row.th.get_text().replace("’", "'") == statement


def test_an_entry_shows_the_sign_says_claim_and_verdict_and_leads_to_the_evidence(page, rows):
    for row, statement in zip(rows[1:], MAP.statements, strict=True):
        for cell, kind in zip(row.find_all("td"), Kind, strict=True):
            found = MAP.cells.get((statement, kind), [])
            for link, claim in zip(cell.find_all("a"), found, strict=True):
                assert link.get_text() == f"{SIGNS[claim.verdict]} {claim.id}: {claim.verdict}"
                assert link.find(class_="visually-hidden").get_text() == f" {claim.id}: {claim.verdict}"
                assert f"evidence-{claim.verdict.name.lower().replace('_', '-')}" in link.parent["class"]
                leads_to(page, link["href"], claim, kind)


def leads_to(page, address, claim, kind):
    if kind is Kind.THEOREM:
        assert address in {f"../{place.replace('#', '.html#')}" for place in claim.places}
    else:
        assert address == f"#claim-{claim.id}" and page.find(id=f"claim-{claim.id}")
