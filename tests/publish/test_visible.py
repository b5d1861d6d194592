"""How much prose a chapter has, and how much it may have."""

import re

import pytest
from small_notebooks import code, notebook, text

from publish import contents, notebooks
from publish.stored import visible

MOST_WORDS = 2200
ASIDE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?:exercise|solution)\}.*?^(?P=fence)$|^\|[^\n]*\|$"
    r"|^## An open question\n.*?(?=^## |\Z)",
    re.M | re.S,
)
FOLD = "{fence}{{{name}}} A title\n:label: a-b\n{option}{words}\n{fence}\n"


def words_of_prose(chapter):
    """Count the words of a chapter's prose: outside of folds, exercises, open questions, tables, code and formulas."""
    texts = (cell.source for cell in chapter.cells if cell.cell_type == "markdown")
    return sum(visible.count(ASIDE.sub("", text)).words for text in texts)


def prose(*cells):
    return words_of_prose(notebook(*cells))


@pytest.mark.parametrize("fence", ["```", "````", ":::"])
@pytest.mark.parametrize(
    ("name", "option", "counted"),
    [
        ("exercise", "", False),
        ("solution", ":class: dropdown\n", False),
        ("prf:proof", ":class: dropdown\n", False),
        ("prf:proof", "", True),
        ("prf:theorem", "", True),
        ("note", "", True),
    ],
)
def test_what_is_folded_or_asked_is_not_counted(fence, name, option, counted):
    words = FOLD.format(fence=fence, name=name, option=option, words="one two three")
    assert prose(text(f"Before it.\n\n{words}\nAfter.")) == 3 + 3 * counted


def test_tables_formulas_addresses_and_code_are_not_counted():
    table = "| a | b |\n|---|---|\n| one | two |"
    assert prose(text(f"Before it.\n\n{table}\n\n$$a = b$$\n\n[After](a/b.md) $x$ it.\n\n{table}")) == 4
    assert prose(code("a = 1"), text("One."), text("Two.")) == 2


def test_an_open_question_is_not_counted_and_what_follows_it_is():
    question = "## An open question\n\n**Why?**\n\nOne two.\n"
    assert prose(text(f"Before it.\n\n{question}")) == 2
    assert prose(text(f"{question}\n## Next\n\nAfter.")) == 2
    assert prose(text(question.replace("An open", "An old"))) == 6


def test_formulas_are_counted_by_kind():
    assert visible.count("One $x$ two $y$.\n\n$$z$$") == (2, 2, 1)


@pytest.mark.parametrize("chapter", sorted(contents.read().numbers))
def test_a_chapter_is_short_enough_for_one_sitting(chapter):
    words = words_of_prose(notebooks.read(notebooks.CHAPTERS / f"{chapter}.ipynb"))
    assert words <= MOST_WORDS, (
        f"{words} words outside folds, exercises, open questions and tables: fold or cut {words - MOST_WORDS}"
    )
