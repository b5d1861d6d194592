"""Names of the packages in code: where they stand, and what they mean, without running it.

(jedi infers more, at four seconds a chapter, and gives up in the middle of long ones.)
"""

import ast
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from publish.site import package


class Use(NamedTuple):
    """A name of the package in a piece of code."""

    start: int  # of its first character
    end: int  # after its last one
    path: str  # full name of the definition: ttsbook.theory.learned.gamma


class Reader(ast.NodeVisitor):
    """Find the names of some packages in the cells of a notebook, read one after the other.

    Parameters
    ----------
    packages : griffe.ModulesCollection
        The packages.

    Attributes
    ----------
    known : dict of str to tuple of str and bool
        What the variables of the notebook stand for, as far as that is a package's: its full name, and whether
        they hold an instance of it.
    """

    def __init__(self, packages):
        self.find, self.known = partial(package.find, packages), {}

    def read(self, source):
        """Return the uses in a cell; in one that is not plain Python, none."""
        self.uses, self.source, self.lines = [], source, source.splitlines(keepends=True)
        with suppress(SyntaxError):
            self.visit(ast.parse(source))
        return sorted(self.uses)

    def visit_Import(self, node):
        """Know a module by its name."""
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self.bind(alias.asname or name, self.find(name))

    def visit_ImportFrom(self, node):
        """Know what is imported, which is a use as well."""
        for alias in node.names:
            found = self.find(f"{node.module}.{alias.name}")
            self.bind(alias.asname or alias.name, found)
            self.add(alias, alias.name, found)

    def visit_Name(self, node):
        """Note a use, or forget what a name meant that is bound anew."""
        if isinstance(node.ctx, ast.Load):
            self.add(node, node.id, self.meaning(node))
        else:
            self.bind(node.id, None)

    def visit_Attribute(self, node):
        """Note the longest part of a dotted name that is the package's."""
        if found := self.meaning(node):
            self.add(node, ast.unparse(node), found)
        else:
            self.visit(node.value)

    def visit_Assign(self, node):
        """Know the class of what is assigned."""
        for part in (node.value, *node.targets):
            self.visit(part)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.bind(target.id, self.made(node.value), instance=True)

    def visit_scope(self, node):
        """Read a function or a comprehension: its own variables hide the notebook's."""
        self.bind(getattr(node, "name", ""), None)
        outside = dict(self.known)
        for part in ast.walk(node):
            if isinstance(part, ast.arg) or (isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)):
                self.bind(getattr(part, "arg", "") or part.id, None)
        self.generic_visit(node)
        self.known = outside

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = visit_scope
    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_scope

    def bind(self, name, item, *, instance=False):
        """Let a name stand for something of a package or an instance of it, or for nothing of it."""
        self.known[name] = (item.path if item else "", instance)

    def meaning(self, node):
        """Return the definition that a dotted name means here, or None."""
        name, *rest = ast.unparse(node).split(".")
        path, instance = self.known.get(name, ("", False))
        found = self.find(".".join([path, *rest]))
        if instance:  # of its parts, those that the class defines
            return found if found and rest and (found.is_function or "property" in found.labels) else None
        return found if found and found.parent else None

    def made(self, value):
        """Return the class of the package of which an expression makes an instance, or None."""
        found = self.meaning(value.func) if isinstance(value, ast.Call) else None
        if found and found.is_function:
            returned = str(found.returns).strip('"')
            found = self.find(f"{found.module.path}.{returned}")
        return found if found and found.is_class else None

    def add(self, node, text, found):
        """Note a use, if it stands on one line."""
        line = self.lines[node.lineno - 1]
        start = sum(map(len, self.lines[: node.lineno - 1])) + len(line.encode()[: node.col_offset].decode())
        if found and self.source.startswith(text, start):
            self.uses.append(Use(start, start + len(text), found.path))
