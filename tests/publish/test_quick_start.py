"""The pieces of code that invite readers to use the package run as they stand."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *(ROOT / "chapters" / "appendix").rglob("api*.md")]
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PIECES = [
    (f"{path.stem}-{number}", code) for path in PAGES for number, code in enumerate(FENCE.findall(path.read_text()))
]


@pytest.mark.parametrize("code", [code for _, code in PIECES], ids=[name for name, _ in PIECES])
def test_it_runs(code):
    exec(compile(code, "piece", "exec"), {})


def test_the_recipes_are_short_and_check_themselves():
    recipes = FENCE.findall((ROOT / "chapters" / "appendix" / "api.md").read_text())
    assert len(recipes) == 4
    assert max(sum(bool(line) for line in code.splitlines()) for code in recipes) <= 20
    assert sum(isinstance(node, ast.Assert) for code in recipes for node in ast.walk(ast.parse(code))) >= 2
