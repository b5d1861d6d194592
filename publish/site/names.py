"""Names of the packages in code: where they stand, and what they mean, without running it.

(jedi infers more, at four seconds a chapter, and gives up in the middle of long ones; sphinx-codeautolink imports what
it links to.)
"""

import ast
from contextlib import suppress

from publish.site import package


class Reader(ast.NodeVisitor):
    """Find the names of the packages in the cells of a notebook, read one after the other.

    Parameters
    ----------
    folder : str
        Folder of the book.

    Attributes
    ----------
    known : dict of str to str
        What the variables of the notebook stand for, as far as that is a package's: its full name, which ends in a
        period where they hold an instance of it.
    """

    def __init__(self, folder):
        self.folder, self.known = folder, {}

    def read(self, source):
        """Return the first use of each definition in a cell; of one that is not plain Python, none.

        Returns
        -------
        collection of tuple of int, int and griffe.Object
            First byte of a name, the byte after its last one, and its definition.
        """
        self.uses, self.lines = {}, source.encode().splitlines(keepends=True)
        with suppress(SyntaxError):
            self.visit(ast.parse(source))
        return self.uses.values()

    def visit_Import(self, node):
        """Know a module by its name, or by another one."""
        self.known |= {alias.asname or alias.name: alias.name for alias in node.names}

    def visit_ImportFrom(self, node):
        """Know what is imported, which is a use as well."""
        for alias in node.names:
            self.known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            self.add(alias, alias.name, package.find(self.folder, f"{node.module}.{alias.name}"))

    def visit_Name(self, node):
        """Note a use, or forget what a name meant that is bound anew."""
        if isinstance(node.ctx, ast.Load):
            self.visit_Attribute(node)
        else:
            self.known[node.id] = ""

    def visit_Attribute(self, node):
        """Note the longest part of a dotted name that is the packages'."""
        if found := self.meaning(node):
            self.add(node, ast.unparse(node), found)
        else:
            self.generic_visit(node)

    def visit_Assign(self, node):
        """Know the class of what is made, by calling it or a function that returns an instance of it."""
        for part in (node.value, *node.targets):
            self.visit(part)
        made = self.meaning(node.value.func) if isinstance(node.value, ast.Call) else None
        if made and made.is_function:
            made = package.find(self.folder, f"{made.module.path}.{made.returns}")
        if made and made.is_class:
            self.known |= {ast.unparse(target): f"{made.path}." for target in node.targets}

    def visit_scope(self, node):
        """Read a function, whose name is bound anew, or a comprehension: its own variables hide the notebook's."""
        own = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
        own |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        outside = self.known | {getattr(node, "name", ""): ""}
        self.known = outside | dict.fromkeys(own, "")
        self.generic_visit(node)
        self.known = outside

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = visit_scope
    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_scope

    def meaning(self, node):
        """Return the definition that a dotted name means here, or None; what a class says nothing of is none."""
        name, *rest = ast.unparse(node).split(".")
        found = package.find(self.folder, ".".join([self.known.get(name, name), *rest]).replace("..", "."))
        return found if found and (found.has_docstring or found.parent.is_module) else None

    def add(self, node, text, found):
        """Note a use, if it is one and stands on one line."""
        text, line = text.encode(), self.lines[node.lineno - 1]
        if found and line.startswith(text, node.col_offset):
            start = sum(map(len, self.lines[: node.lineno - 1])) + node.col_offset
            self.uses.setdefault(found.path, (start, start + len(text), found))
