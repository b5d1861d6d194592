"""One word for one thing, on every page."""

import re

import pytest
from wording import avoided

from monograph import claims
from publish import contents, notebooks
from publish.site.evidence import LEDGER

UNKNOWN = re.compile(r"(?:known|found) to us|we do not know|sources (?:known|do not say)|could not find a detail")
JOINED = re.compile(r"\d\\?%")
PAGES = [page for page in contents.read().pages if not page.startswith("appendix/api")]


def texts(page):
    """The MyST texts of a page."""
    path = notebooks.CHAPTERS / page
    if path.with_suffix(".md").exists():
        return [path.with_suffix(".md").read_text(encoding="utf-8")]
    return [cell.source for cell in notebooks.read(path.with_suffix(".ipynb")).cells if cell.cell_type == "markdown"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("On fresh samples, in a sample of 40.", ["'fresh samples', say: prompts"]),
        ("Left in Peace.", ["'Left in Peace', say: is not warned of"]),
        ("A [longer division](a.md) cures.", []),
        ("A *longer division* cures.", ["'longer division', say: larger scaling"]),
        ("`training steps` and $colour$", []),
        ("```python\ntraining steps\n```", []),
        ("A color, a colour.", ["'colour', say: American spelling"]),
        ("It draws ten prompts; drawn twice.", []),
        (':::{note}\n<span data-number="a">3</span> training steps\n:::', ["'training steps', say: updates"]),
    ],
)
def test_avoided_words_are_found_in_prose_alone(source, words):
    assert avoided(source) == words


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_one_word_for_one_thing(page):
    found = [word for text in texts(page) for word in avoided(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_known_of_the_paper_is_said_on_one_page(page):
    found = [match.group() for text in texts(page) for match in UNKNOWN.finditer(text)]
    assert bool(found) == (page == LEDGER), f"{found}: say it in `{LEDGER}`"


def outputs(page):
    """What the cells of a page print, and the tables and pictures that they show, in words."""
    path = (notebooks.CHAPTERS / page).with_suffix(".ipynb")
    cells = notebooks.read(path).cells if path.exists() else []
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        shown = output.get("data", {})
        yield from (output.get("text", ""), shown.get("text/plain", ""), shown.get("text/markdown", ""))


def joined(found):
    """Numbers of percent without the space that the book has before the sign, which the site keeps from breaking."""
    return [text[max(match.start() - 20, 0) : match.end()] for text in found for match in JOINED.finditer(text)]


@pytest.mark.parametrize(
    ("text", "found"), [("It is 7% here.", ["It is 7%"]), ("$7\\%$", ["$7\\%"]), ("7 %, $7\\,\\%$", [])]
)
def test_a_percent_sign_without_a_space_is_found(text, found):
    assert joined([text]) == found


@pytest.mark.parametrize("page", PAGES)
def test_a_space_stands_before_the_sign_of_percent(page):
    assert joined([*texts(page), *outputs(page)]) == []


@pytest.mark.parametrize("claim", claims.CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_has_one_word_for_one_thing(claim):
    assert avoided(" ".join((claim.statement, claim.caveat, claim.remark, claim.method, claim.limits))) == []
