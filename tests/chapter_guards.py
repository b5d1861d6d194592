"""What every chapter must keep to. Each guard yields its complaints."""

import ast
import re

from answered import questions, verdict
from IPython.core.inputtransformer2 import TransformerManager
from typed_results import typed_results

from monograph.page import FLOOR, SUPERSCRIPTS
from publish import references
from publish.notebooks import PICTURE, code_cells, tags
from publish.site import checks
from publish.stored import numbers
from publish.stored.comparison import IGNORED
from publish.stored.execution import ChapterError
from publish.stored.normalization import alt_texts

LONGEST_FUNCTION = 10  # lines; what is longer belongs in the package
LONGEST_CELL = 30
MOST_IGNORED_CELLS = 1

# 0.00012, 1.9e-25, 1.9·10⁻²⁵; a power of ten alone, 10⁻¹⁵, is a bound or a tick and has no digits to get wrong.
_NUMBER = re.compile(r"(?<![\w.])(?P<mantissa>\d+(?:\.\d+)?)(?:e(?P<e>[-+]\d+)|·10(?P<power>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))?")
_DIGITS = {ord(sign): digit for digit, sign in zip("-0123456789", map(chr, SUPERSCRIPTS.values()), strict=True)}


def executed(notebook):
    """Require that it is stored as executed from top to bottom, without an error."""
    cells = code_cells(notebook)
    counts = [cell.execution_count for cell in cells]
    if counts != list(range(1, len(cells) + 1)):
        yield f"its cells are stored with the counts {counts}"
    for cell in cells:
        if any(output.output_type == "error" for output in cell.outputs):
            yield f"cell {cell.id} is stored with an error"


def described(notebook):
    """Require that pictures are SVG, one a cell, with alternative text in cell and output."""
    for cell in code_cells(notebook):
        texts = alt_texts(cell)
        stored = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
        if len(texts) > 1:
            yield f"cell {cell.id} shows {len(texts)} pictures, and one text describes them"
        elif texts and (not texts[0] or texts[0].startswith("<")):
            yield f"cell {cell.id} shows a picture without alternative text: {texts[0]!r}"
        elif (texts or [None])[0] != stored:
            yield f"cell {cell.id} is described as {stored!r}, its output as {texts}"
        for output in cell.outputs:
            for mime in output.get("data", {}):
                if mime.startswith("image/") and mime != "image/svg+xml":
                    yield f"cell {cell.id} shows a picture as {mime}, not as SVG"


def imports_package(notebook):
    """Require that a chapter that runs code uses the package."""
    trees = [_tree(cell) for cell in code_cells(notebook)]
    modules = [name for tree in trees for node in ast.walk(tree) for name in imported_names(node)]
    if trees and not {"ttsbook", "monograph"} & set(modules):
        yield "it imports neither ttsbook nor monograph"


def imported_names(node):
    """List the packages that a node of a syntax tree imports, by their top-level names."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module.partition(".")[0]]
    return []


def short(notebook):
    """Forbid long cells and functions."""
    for cell in code_cells(notebook):
        lines = len(cell.source.splitlines())
        if lines > LONGEST_CELL:
            yield f"cell {cell.id} has {lines} lines, {LONGEST_CELL} at most"
        for node in ast.walk(_tree(cell)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    yield f"function {node.name} has {lines} lines, {LONGEST_FUNCTION} at most"


def fresh_numbers(notebook):
    """Require that every marked span shows the number that its cell computes."""
    shown = [cell.source for cell in notebook.cells]
    try:
        numbers.write(notebook, name="numbers")
    except ChapterError as error:
        yield str(error)
    for before, cell in zip(shown, notebook.cells, strict=True):
        if cell.source != before:
            yield f"cell {cell.id} shows a stale number: run `make chapters`"
            cell.source = before


def raw_roles(source):
    """Return the roles of a text that JupyterLab would not understand."""
    return [match[0] for match in references.ROLE.finditer(source) if match["role"] != "eq"]


def readable_references(notebook):
    """Forbid references that only Sphinx understands."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for role in raw_roles(cell.source):
                yield f"cell {cell.id} refers by {role}: run `python -m publish.references`"


def no_typed_results(notebook):
    """Forbid results typed into the text."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for result in typed_results(cell.source):
                yield f"cell {cell.id} has a result typed in: {result!r}"


def above_rounding(notebook):
    """Forbid digits that rounding decides: numbers below `FLOOR`, which are to be written by `page.rounded`."""
    for cell in notebook.cells:
        for text in _shown_texts(cell):
            for match in _NUMBER.finditer(text):
                power = match["e"] or (match["power"] or "0").translate(_DIGITS)
                if 0 < float(f"{match['mantissa']}e{power}") < FLOOR:
                    yield f"cell {cell.id} shows {match.group()}, whose digits rounding decides: write it by rounded()"


def _shown_texts(cell):
    """Texts that a cell shows: prose, printed lines, outputs as text, pictures' letters, answers."""
    if cell.cell_type != "code":
        yield cell.source
        return
    for output in cell.outputs:
        yield output.get("text", "")
        yield repr(output.get("metadata", {}))
        for mime, data in output.get("data", {}).items():
            if mime == PICTURE:
                yield from re.findall(r"<text[^>]*>([^<]*)<", data)
            elif mime.startswith("text/"):
                yield data


def few_ignored_cells(notebook):
    """Require that hardly any output goes uncompared."""
    ignored = ignored_cells(notebook)
    if len(ignored) > MOST_IGNORED_CELLS:
        yield f"cells {ignored} are not compared, {MOST_IGNORED_CELLS} at most may be so"


def ignored_cells(notebook):
    """List the cells whose outputs are not compared, by id."""
    return [cell.id for cell in code_cells(notebook) if IGNORED in tags(cell)]


def folds_code(notebook):
    """Forbid a fold of the output alone: it would stand below code in plain view, and offer to show the code."""
    for cell in code_cells(notebook):
        if "hide-output" in tags(cell):
            yield f"cell {cell.id} folds its output: hide-cell folds its code, too"


def consistent_questions(notebook):
    """Require that every question has an answer, every answer a question, and every trap its own words."""
    asked, handed = questions(notebook), checks.answers(notebook)
    for name in sorted({name for name in asked if asked.count(name) > 1}):
        yield f"the question {name!r} is asked twice"
    for name in sorted(handed.keys() ^ set(asked)):
        yield f"{name!r} has {'no question' if name in handed else 'no answer'}"
    for name, answer in handed.items():
        for wrong, words in answer.get("traps", ()):
            if verdict(answer, wrong) != (False, words):
                yield f"{name!r} does not answer {wrong!r} as its trap says"


GUARDS = (
    executed,
    described,
    imports_package,
    short,
    fresh_numbers,
    readable_references,
    no_typed_results,
    few_ignored_cells,
    folds_code,
    above_rounding,
    consistent_questions,
)


def _tree(cell):
    """Syntax tree of a cell, IPython's own syntax included."""
    return ast.parse(TransformerManager().transform_cell(cell.source))
