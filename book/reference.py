"""The reference of the package, read from its source: nothing is imported for it."""

from functools import cache
from textwrap import indent

import griffe
from sphinx.ext.napoleon import NumpyDocstring
from sphinx.util.docutils import SphinxDirective


class ModuleReference(SphinxDirective):
    """Document the public names of a module: ``.. reference:: ttsbook.theory``."""

    required_arguments = 1

    def run(self):
        """Return the module's documentation as nodes."""
        name = self.arguments[0]
        package, _, rest = name.partition(".")
        try:
            module = read_package(self.env.app.confdir, package)[rest]
        except (griffe.GriffeError, LookupError):
            raise self.error(f"there is no module {name}") from None
        self.env.note_dependency(str(module.filepath))
        return self.parse_text_to_nodes(describe(module, self.config))


@cache
def read_package(folder, name):
    """Read a package of a folder, once for all its modules."""
    return griffe.load(name, search_paths=[folder], allow_inspection=False)


def describe(item, config):
    """Return reStructuredText for a module, class, function or property.

    Parameters
    ----------
    item : griffe.Object
        What to document; its public members that have a docstring are included.
    config : sphinx.config.Config
        The settings of sphinx.ext.napoleon.

    Returns
    -------
    str
    """
    text = str(NumpyDocstring(item.docstring.value, config))
    members = [describe(member, config) for member in public_members(item)]
    body = "\n\n".join([text, *members])
    if item.is_module:
        return f".. py:module:: {item.path}\n\n{body}"
    return f".. {directive(item)}:: {signature(item)}\n\n{indent(body, '   ')}"


def public_members(item):
    """List what an object offers: of a package what it exports, of all else what it defines."""
    members = [
        member.final_target if member.is_alias and member.name in (item.exports or ()) else member
        for member in item.members.values()
    ]
    return [
        member
        for member in members
        if not member.is_alias and not member.is_module and member.has_docstring and member.is_public
    ]


def directive(item):
    """Return the directive of Sphinx that describes an object."""
    if item.is_class:
        return "py:class"
    if item.is_function:
        return "py:method" if item.parent.is_class else "py:function"
    return "py:property" if item.parent.is_class else "py:data"


def signature(item):
    """Return an object's name with its parameters, if it takes any."""
    if item.is_class and "__init__" in item.members:
        return item["__init__"].signature(return_type=False, name=item.name)
    return item.signature(return_type=False) if item.is_function else item.name
