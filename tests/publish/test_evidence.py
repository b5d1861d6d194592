"""From each claim to its evidence and back."""

from copy import copy
from pathlib import Path

import pytest

from monograph import claims
from publish.site import evidence

ROOT = str(Path(__file__).parents[2])
READ = evidence.claims(ROOT)
PLACES = [(claim.id, place) for claim in claims.CLAIMS for place in claim.places]


@pytest.fixture(scope="module")
def pages(site, parsed):
    """The parsed pages that claims name, and the ledger."""
    names = {place.partition("#")[0] for _, place in PLACES} | {evidence.LEDGER}
    return {name: parsed(site / f"{name}.html") for name in names}


def test_the_source_says_of_each_claim_what_the_claim_says():
    assert set(READ) == {claim.id for claim in claims.CLAIMS}
    for claim in claims.CLAIMS:
        read = READ[claim.id]
        assert read.places == claim.places
        assert evidence.words(read.verdict) == claim.verdict
        assert read.check.path == f"{claim.check.__module__}.{claim.id}"


def test_every_claim_names_a_place_and_not_just_a_chapter():
    assert [place for place in PLACES if "#" not in place[1]] == []


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_the_evidence_leads_back_to_the_claim(pages, name, place):
    page, _, label = place.partition("#")
    there = pages[page].find(id=label)
    lines = [*there.find_all("p", class_="claims"), *there.find_all_next("p", class_="claims", limit=1)]
    address = f"../{evidence.LEDGER}.html#claim-{name}"
    assert address in {link["href"] for line in lines for link in line.find_all("a")}


@pytest.mark.parametrize("claim", claims.CLAIMS, ids=lambda claim: claim.id)
def test_the_ledger_leads_to_the_evidence_and_to_the_check(pages, claim):
    row = pages[evidence.LEDGER].find(id=f"claim-{claim.id}")
    links = {link["href"] for link in row.find_all("a")}
    assert {f"../{place.replace('#', '.html#')}" for place in claim.places} <= links
    assert any(link.startswith(f"../source/monograph/{claim.module}.html#L-") for link in links)


def test_a_chapter_folds_how_a_claim_was_checked_and_the_ledger_shows_it(pages):
    row = copy(pages["setup/task"].find(id="claim-hardness"))
    (folded,) = row.find_all("details")
    assert folded.summary.text == "How it was checked" and not folded.has_attr("open")
    assert all(word in folded.text for word in ("Check:", "Measured:", "Tolerance:"))
    folded.extract()
    assert "long tail" in row.text and not any(word in row.text for word in ("Check:", "Measured:", "Tolerance:"))
    assert pages[evidence.LEDGER].find(id="claim-hardness").find("details") is None
