"""What the packages offer, read from their source: nothing is imported for it."""

import re
from functools import cache
from pathlib import Path

import griffe

from publish import contents
from publish.site import tex

NAMES = ("ttsbook", "monograph")
LISTED = re.compile(r"^\.\. reference:: (\S+)", re.MULTILINE)


@cache
def modules(folder):
    """Read the packages of a folder; return all their modules, by full name.

    A name means what it means to Python: what a package imports hides a module of that name.
    """
    loader = griffe.GriffeLoader(search_paths=[folder], allow_inspection=False)
    found = [loader.load(name, try_relative_path=False) for name in NAMES]
    for module in found:  # which grows
        found += [child for child in module.modules.values() if not child.is_alias]
    loader.resolve_aliases(implicit=True, external=False)
    for module in found:
        for name in module.modules.keys() & module.imports.keys():
            imported = loader.modules_collection[module.imports[name]]
            module.members[name] = griffe.Alias(name, imported, parent=module)
    return {module.path: module for module in found}


def find(folder, path):
    """Return the object of the packages with a dotted name, wherever it was imported from, or None."""
    try:
        return target(modules(folder)[NAMES[0]].modules_collection.get_member(path))
    except (KeyError, ValueError, griffe.GriffeError):
        return None


def target(item):
    """Return what an object stands for: of an import the definition."""
    return item.final_target if item.is_alias else item


def public_members(item):
    """List what an object offers: of a package what it exports, of all else what it defines."""
    members = [target(member) for member in item.members.values() if member.is_public and member.has_docstring]
    return [member for member in members if not member.is_module]


def summary(item):
    """Return the first sentence of a docstring as plain text."""
    text = item.docstring.value.split("\n\n")[0] if item.has_docstring else ""
    text = re.sub(r":math:`([^`]*)`", lambda formula: tex.plain(formula[1]), text)
    return " ".join(text.replace("`", "").split())


def documented(folder):
    """List the modules that the pages of the reference describe, in their order."""
    paths = [Path(folder, "chapters", f"{page}.md") for page in contents.read(folder).pages]
    return LISTED.findall("\n".join(path.read_text(encoding="utf-8") for path in paths if path.is_file()))


def reference_address(app, page, item):
    """Return the address of what the reference says of an object, as seen from a page, or None.

    Sphinx knows each object by the name of its definition, too.
    """
    if found := app.env.get_domain("py").objects.get(item.path):
        return f"{app.builder.get_relative_uri(page, found.docname)}#{found.node_id}"
    return None


def source_page(item):
    """Return the page that shows the source of an object's module: source/ttsbook/theory/learned."""
    return "source/" + item.module.path.replace(".", "/")


def source_address(app, page, item):
    """Return the address of an object's lines, as seen from a page."""
    line = "" if item.is_module else f"#L-{item.lineno}"
    return app.builder.get_relative_uri(page, source_page(item)) + line
