"""The pieces of code that invite readers to use the package run as they stand."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPENDIX = ROOT / "chapters" / "appendix"
PAGES = [ROOT / "README.md", APPENDIX / "ten-lines.md", *APPENDIX.rglob("api*.md")]
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONG = {"ten-lines-4"}  # it trains
PIECES = [
    pytest.param(code, id=name, marks=pytest.mark.exhaustive if name in LONG else [])
    for path in PAGES
    for number, code in enumerate(FENCE.findall(path.read_text()))
    for name in [f"{path.stem}-{number}"]
]


@pytest.mark.parametrize("code", PIECES)
def test_it_runs(code):
    exec(compile(code, "piece", "exec"), {})


def test_the_recipes_are_short_and_check_themselves():
    recipes = FENCE.findall((APPENDIX / "api.md").read_text())
    assert len(recipes) == 4
    assert max(sum(bool(line) for line in code.splitlines()) for code in recipes) <= 20
    assert sum(isinstance(node, ast.Assert) for code in recipes for node in ast.walk(ast.parse(code))) >= 2


def test_programs_have_ten_lines_beside_their_imports_and_check_themselves():
    programs = FENCE.findall((APPENDIX / "ten-lines.md").read_text())
    assert len(programs) == 6
    for program in programs:
        tree = ast.parse(program)
        imports = sum(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body)
        assert sum(bool(line) for line in program.splitlines()) - imports <= 10, program
        assert isinstance(tree.body[-1], ast.Assert)
        assert max(map(len, program.splitlines())) < 88
