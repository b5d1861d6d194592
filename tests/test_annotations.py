"""Calls are checked against their annotations, shapes too, but where a test says that it is unchecked."""

import ast
from pathlib import Path

import annotations
import jaxtyping
import numpy as np
import pytest

from ttsbook import theory
from ttsbook.theory import _chain

ROOT = Path(__file__).parents[1]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def test_a_call_with_another_type_is_refused():
    with pytest.raises(jaxtyping.TypeCheckError, match="parameter 'steps'"):
        theory.cot_error_limit(np.eye(2), np.eye(2), "3")


def test_shapes_that_disagree_are_refused():
    with pytest.raises(jaxtyping.TypeCheckError, match="parameter 'S'"):
        _chain.spectral_radius(np.eye(2), np.ones((1, 3, 3)), np.ones((1, 2, 2)))


@pytest.mark.unchecked
def test_an_unchecked_test_sees_what_a_reader_sees():
    with pytest.raises(ValueError, match="steps must be an integer of at least 0, got '3'"):
        theory.cot_error_limit(np.eye(2), np.eye(2), "3")


def test_integers_of_numpy_will_do():
    assert len(theory.cot_error_limit(np.eye(2), np.eye(2), np.int64(3))) == 4


@pytest.mark.parametrize("package", ["ttsbook", "monograph"])
def test_every_function_is_annotated(package):
    """The linter sees to it; this sees that the linter was not told to look away."""
    bare = []
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, FUNCTIONS):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                named = [one for one in arguments if one.arg not in ("self", "cls")]
                if node.returns is None or any(one.annotation is None for one in named):
                    bare.append(f"{path}:{node.lineno}")
    assert bare == []


def test_a_loop_runs_unchecked_when_its_test_has_used_up_its_checks():
    for _ in range(annotations.MOST // 2):
        theory.cot_error_limit(np.eye(2), np.eye(2), 3)
    with pytest.raises(ValueError, match="steps must be an integer of at least 0, got '3'"):
        theory.cot_error_limit(np.eye(2), np.eye(2), "3")
