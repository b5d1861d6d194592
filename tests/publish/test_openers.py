import pytest

from publish import contents, notebooks
from publish.site import openers

LISTED = contents.read()
PARTS = openers.parts(LISTED)
CHAPTERS = [page for part in PARTS if part.number for page in part.chapters]


def test_every_listed_page_belongs_to_a_part():
    assert ("index", *(page for part in PARTS for page in part.pages)) == LISTED.pages
    assert [part.name for part in PARTS][:3] == ["In short", "Part I · Set-up", "Part II · Theorems"]


def test_the_first_page_asks_the_questions_of_the_parts():
    first = "\n".join(cell.source for cell in notebooks.read(notebooks.CHAPTERS / "index.ipynb").cells)
    for part in PARTS:
        name = f"{part.number}. {part.caption}." if part.number else f"{part.caption}."
        assert f"- **{name}** {part.question}\n" in first
    for page in (page for part in PARTS for page in part.chapters):
        assert f"]({page}." in first, page


@pytest.mark.parametrize("page", CHAPTERS)
def test_every_chapter_asks_a_question(page):
    assert openers.question(notebooks.CHAPTERS, page).endswith("?")


def test_a_part_that_is_not_described_has_no_opener():
    toc = "root: index\nparts:\n- caption: New\n  chapters:\n  - file: new/page\n"
    assert openers.parts(contents.parse(toc)) == []
    assert openers.question(notebooks.CHAPTERS, "new/page") is None
