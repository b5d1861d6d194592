import re
from pathlib import Path

import griffe
import pytest
from sphinx.ext.napoleon import Config

from publish.site.launch import repository
from publish.site.reference import describe

ROOT = Path(__file__).parents[2]
MODULE = '''"""A module."""

import os
from dataclasses import dataclass

CONSTANT = 1


def public(one, *, two=2.0):
    """Do something.

    Parameters
    ----------
    one : int
        What to do.
    """


def _private():
    """Be hidden."""


@dataclass(frozen=True)
class Record:
    """Two values."""

    one: int
    two: float = 0.5

    def method(self, times):
        """Repeat."""

    @property
    def both(self):
        """Their sum."""
'''


@pytest.fixture
def description(tmp_path):
    (tmp_path / "sample.py").write_text(MODULE)
    module = griffe.load("sample", search_paths=[tmp_path], allow_inspection=False)
    return describe(module, Config(napoleon_use_param=False), {})


def test_modules_functions_classes_and_their_members_are_described(description):
    assert re.findall(r"^ *\.\. (py:\S+) (.*)", description, re.MULTILINE) == [
        ("py:module::", "sample"),
        ("py:function::", "public(one, *, two=2.0)"),
        ("py:class::", "Record(one: int, two: float = 0.5)"),
        ("py:method::", "method(times)"),
        ("py:property::", "both"),
    ]


def test_docstrings_are_read_as_numpydoc_and_stand_below_their_object(description):
    assert "   Do something.\n\n   :Parameters: **one** (*int*) -- What to do." in description
    assert "      Repeat." in description


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, None),
        ({"GITHUB_REPOSITORY": "a/b"}, "https://github.com/a/b"),
        ({"GITHUB_REPOSITORY": "a/b", "GITHUB_SERVER_URL": "https://git.example"}, "https://git.example/a/b"),
        ({"GITHUB_REPOSITORY": "a/b", "TTSBOOK_REPOSITORY": "https://git.example/c/d/"}, "https://git.example/c/d"),
    ],
)
def test_where_the_repository_is(environment, address):
    assert repository(environment) == address
