"""Citations of the book and its pages: what `CITATION.cff` says, in forms that other programs read back."""

import json

import pytest
from pybtex.database import parse_string

from publish.book import ROOT
from publish.site import citation

CITED = {"title": "A book", "version": "1.2", "authors": [{"name": "the group"}]}
PAGE = {"year": "2026", "commit": "0123456789", "page": "setup/task", "title": "The task & GPT-2"}


def read_back(entry):
    (key,) = (made := parse_string(citation.bibtex(entry), "bibtex")).entries
    return key, made.entries[key]


def test_a_page_is_cited_with_version_commit_and_a_mark_for_its_parts():
    key, found = read_back(citation.entry(CITED, url="https://a.example/task.html", **PAGE))
    assert key == f"ttsbook-2026-setup-task{citation.NAME}"
    assert found.fields["title"] == rf"{{{citation.PLACE}The task \& GPT-2}}"
    assert found.fields["howpublished"] == "In: {A book}"
    assert (found.fields["year"], found.fields["note"]) == ("2026", "Version 1.2, commit 0123456")
    assert found.fields["url"] == f"https://a.example/task.html{citation.PART}"
    assert [str(author) for author in found.persons["author"]] == ["{the group}"]


def test_in_words_nothing_of_bibtex_is_left():
    words = citation.words(citation.entry(CITED, **PAGE))
    assert words == f"the group. {citation.PLACE}The task & GPT-2. In: A book, 2026. Version 1.2, commit 0123456."


def test_the_book_is_cited_as_a_whole_where_there_is_no_title():
    key, found = read_back(citation.entry(CITED, year="2026"))
    assert key == f"ttsbook-2026{citation.NAME}"
    assert found.fields["title"] == f"{{{citation.PLACE}A book}}"
    assert {"howpublished", "url"}.isdisjoint(found.fields)


@pytest.mark.parametrize("author", [{"name": "A B"}, {"given-names": "A", "family-names": "B"}])
def test_authors_are_persons_or_groups(author):
    assert citation.name(author) == "A B"


def test_zenodo_is_told_what_the_citation_says():
    """The file is by hand: Zenodo heeds it alone where it is there, and reads no two licenses."""
    told, cited = json.loads((ROOT / ".zenodo.json").read_text()), citation.read()
    assert told["title"] == cited["title"]
    assert told["description"] == cited["abstract"].strip()
    assert told["upload_type"] == cited["type"]
    assert told["keywords"] == cited["keywords"]
    assert [creator["name"] for creator in told["creators"]] == [citation.name(author) for author in cited["authors"]]
    assert told["license"] == cited["license"][0] and "CC BY 4.0" in told["notes"]
    works = [work["identifiers"][0]["value"] for work in cited["references"]]
    assert [work["identifier"] for work in told["related_identifiers"]] == works
