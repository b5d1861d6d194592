"""Names of the packages in code: where they stand, and what they mean, without running it."""

import ast
from dataclasses import dataclass

from publish.site import package

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Use:
    """A name of the package in a piece of code."""

    start: int  # of its first character
    end: int  # after its last one
    path: str  # full name of the definition: ttsbook.theory.learned.gamma


@dataclass(frozen=True)
class Instance:
    """The value of a variable that holds an instance of a class."""

    path: str  # of the class


class Reader(ast.NodeVisitor):
    """Find the names of some packages in the cells of a notebook, read one after the other.

    Parameters
    ----------
    packages : dict of str to griffe.Module
        The packages.

    Attributes
    ----------
    known : dict of str to str or Instance
        What the variables of the notebook stand for, as far as that is a package's.
    """

    def __init__(self, packages):
        self.packages, self.known, self.uses, self.source = packages, {}, [], ""

    def read(self, source):
        """Return the uses in a cell; in one that is not plain Python, none."""
        try:
            tree = ast.parse(source)
        except SyntaxError:
            return []
        self.uses, self.source = [], source
        self.lines = [len(line.encode()) for line in source.splitlines(keepends=True)]
        self.visit(tree)
        return sorted(self.uses, key=lambda use: use.start)

    def visit_Import(self, node):
        """Know a module by its name."""
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self.bind(alias.asname or name, name if self.find(name) else None)

    def visit_ImportFrom(self, node):
        """Know what is imported, which is a use as well."""
        for alias in node.names:
            path = None if node.level else f"{node.module}.{alias.name}"
            found = self.find(path)
            self.bind(alias.asname or alias.name, path if found else None)
            if found:
                self.add(alias, alias.name, found)

    def visit_Name(self, node):
        """Note a use, or forget what a name meant that is bound anew."""
        if isinstance(node.ctx, ast.Load):
            self.visit_Attribute(node)
        else:
            self.bind(node.id, None)

    def visit_Attribute(self, node):
        """Note the longest part of a dotted name that is the package's."""
        parts = dotted(node)
        if not parts:
            self.generic_visit(node)
            return
        found = self.resolve(parts)
        if found:
            self.add(node, ".".join(parts), found)
        elif isinstance(node, ast.Attribute):
            self.visit(node.value)

    def visit_Assign(self, node):
        """Know the class of what is assigned."""
        self.visit(node.value)
        kind = self.kind(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.bind(target.id, kind)
            else:
                self.visit(target)

    def visit_For(self, node):
        """Read what is looped over before its variables are bound."""
        for part in (node.iter, node.target, *node.body, *node.orelse):
            self.visit(part)

    def visit_scope(self, node):
        """Read a function: its own variables hide the notebook's."""
        if not isinstance(node, ast.Lambda):
            self.bind(node.name, None)
            for decorator in node.decorator_list:
                self.visit(decorator)
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(default)
        outside = dict(self.known)
        body = node.body if isinstance(node.body, list) else [node.body]
        arguments = [one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)]
        for name in (*arguments, *(name for part in body for name in stored(part))):
            self.bind(name, None)
        for part in body:
            self.visit(part)
        self.known = outside

    def visit_comprehension_expression(self, node):
        """Read a comprehension, whose variables are its own."""
        outside = dict(self.known)
        for generator in node.generators:
            for part in (generator.iter, generator.target, *generator.ifs):
                self.visit(part)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.visit(part)
        self.known = outside

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = visit_scope
    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_comprehension_expression

    def bind(self, name, meaning):
        """Let a name stand for something, or for nothing of the package."""
        self.known.pop(name, None)
        if meaning:
            self.known[name] = meaning

    def find(self, path):
        """Return the definition of a full name, or None."""
        try:
            return package.member(self.packages, path or "")
        except LookupError:
            return None

    def resolve(self, parts):
        """Return the definition that a dotted name means here, or None."""
        meaning = self.known.get(parts[0])
        if isinstance(meaning, Instance):  # of its parts, those that the class defines
            found = self.find(".".join([meaning.path, *parts[1:]])) if len(parts) == 2 else None
            return found if found and (found.is_function or "property" in found.labels) else None
        found = self.find(".".join([meaning, *parts[1:]])) if meaning else None
        return found if found and found.path not in self.packages else None

    def kind(self, value):
        """Return the instance that an expression makes, if it is a call of a class or function of the package."""
        parts = dotted(value.func) if isinstance(value, ast.Call) else None
        found = self.resolve(parts) if parts else None
        if not found or found.is_module:
            return None
        if found.is_class:
            return Instance(found.path)
        returned = str(found.returns).strip('"') if found.is_function else None
        there = self.find(f"{found.module.path}.{returned}")
        return Instance(there.path) if there and there.is_class else None

    def add(self, node, text, found):
        """Note a use, if it stands on one line."""
        start, end = (self.offset(*place) for place in places(node))
        if self.source[start:end] == text:
            self.uses.append(Use(start, end, found.path))

    def offset(self, line, column):
        """Return the place of a character among all of the cell; Python counts the bytes of its line."""
        before = sum(self.lines[: line - 1]) + column
        return len(self.source.encode()[:before].decode())


def places(node):
    """Return where a node begins and ends."""
    end = node.end_col_offset
    if isinstance(node, ast.alias):  # without "as ..."
        end = node.col_offset + len(node.name.encode())
    return (node.lineno, node.col_offset), (node.end_lineno, end)


def dotted(node):
    """Return the parts of a dotted name, or None."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute) and (parts := dotted(node.value)):
        return [*parts, node.attr]
    return None


def stored(node):
    """List the names that a part of a function binds there."""
    return [one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
