"""Each chapter ends with a question that has no known answer, and with lines that start on it."""

import ast
import builtins
import re

import pytest

from publish import contents, notebooks

TITLE = "## An open question\n"
MOST_LINES = 10  # beside imports
CHAPTERS = list(contents.read().numbers)
TEACHING = notebooks.read(notebooks.CHAPTERS / "appendix" / "teaching.ipynb")


def cells(chapter):
    return notebooks.read(notebooks.CHAPTERS / f"{chapter}.ipynb").cells


def question(chapter):
    """The question itself, which stands in bold below the title."""
    return re.match(TITLE + r"\n\*\*(?P<question>[^*\n]+\?)\*\*\n\n", cells(chapter)[-2].source)["question"]


def lines(source):
    """Lines of a cell beside its imports."""
    tree = ast.parse(source)
    imports = {
        number
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for number in range(node.lineno, node.end_lineno + 1)
    }
    return [line for number, line in enumerate(source.splitlines(), 1) if line.strip() and number not in imports]


def unknown(source):
    """Names that a cell uses and does not make."""
    nodes = list(ast.walk(ast.parse(source)))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    made = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    made |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    made |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            made |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return {node.id for node in names} - made - set(dir(builtins))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_ends_with_one_open_question(chapter):
    stored = cells(chapter)
    assert [cell.id for cell in stored if TITLE in f"{cell.source}\n"] == [stored[-2].id]
    assert question(chapter)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_it_has_ten_lines_that_run_on_their_own_and_show_something(chapter):
    start = cells(chapter)[-1]
    assert start.cell_type == "code"
    assert 0 < len(lines(start.source)) <= MOST_LINES
    assert unknown(start.source) == set()
    assert "".join(output.get("text", "") for output in start.outputs).strip()


def test_lines_and_names_are_those_of_a_cell_beside_its_imports():
    source = (
        "import a.b\nfrom c import (\n    d,\n)\n\n\ndef f(x):\n    return x + d + y\n\n\nprint(f(a), [z for z in q])"
    )
    assert len(lines(source)) == 3
    assert unknown(source) == {"y", "q"}


def test_the_page_for_teachers_lists_every_open_question():
    page = "\n".join(cell.source for cell in TEACHING.cells if cell.cell_type == "markdown")
    table = page.partition("\n## Open questions\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| [^|]+ \| \[([^]]+)\]\(\.\./([\w/-]+)\.ipynb#an-open-question\) \| [^|]+ \|$", table, re.M)
    assert rows == [(question(chapter), chapter) for chapter in CHAPTERS]
