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
def read(folder, names=NAMES):
    """Read the packages of a folder, once for all their modules: a griffe.ModulesCollection."""
    loader = griffe.GriffeLoader(search_paths=[folder], allow_inspection=False)
    for name in names:
        loader.load(name, try_relative_path=False)
    return loader.modules_collection


def find(packages, path):
    """Return the object of some packages with a dotted name, wherever it was imported from, or None."""
    root, *names = path.split(".")
    found = defined(packages, root)
    for name in names:  # what a package exports hides a module of that name
        found = found and offered(found, name)
    return found or defined(packages, path)


def offered(item, name):
    """Return what `item.name` is, or None: of a package what it exports under this name, not a file."""
    exported = item.is_module and name in (item.exports or ())
    return defined(item.modules_collection, item.imports.get(name) if exported else "") or defined(item, name)


def defined(item, path):
    """Return what an object, or a collection, holds under a dotted name, or None."""
    try:
        found = item.get_member(path or " ")
        return found.final_target if found.is_alias else found
    except (KeyError, griffe.GriffeError):
        return None


def public_members(item):
    """List what an object offers: of a package what it exports, of all else what it defines."""
    exported = item.is_module and item.exports
    members = (offered(item, name) for name in item.members if name in (exported or item.members))
    return [
        member
        for member in members
        if member and not member.is_module and member.has_docstring
        if exported or (member.is_public and member.parent is item)
    ]


def summary(item):
    """Return the first sentence of a docstring as plain text."""
    text = item.docstring.value.split("\n\n")[0] if item.has_docstring else ""
    text = re.sub(r":math:`([^`]*)`", lambda formula: tex.plain(formula[1]), text)
    return " ".join(text.replace("`", "").split())


@cache
def pages(folder):
    """Pages of the reference: the name of each module that one of them describes, with its page."""
    paths = {page: Path(folder, "chapters", f"{page}.md") for page in contents.read(folder).pages}
    texts = {page: path.read_text(encoding="utf-8") for page, path in paths.items() if path.is_file()}
    return {module: page for page, text in texts.items() for module in LISTED.findall(text)}


def reference_address(app, page, item):
    """Return the address of what the reference says of an object, as seen from a page, or None.

    Sphinx knows each object by the name of its definition, too; what a package exports hides a module of that name.
    """
    found = app.env.get_domain("py").objects.get(item.path)
    if found and (found.objtype == "module") == item.is_module:
        return f"{app.builder.get_relative_uri(page, found.docname)}#{found.node_id}"
    return None


def source_page(item):
    """Return the page that shows the source of an object's module: source/ttsbook/theory/learned."""
    return "source/" + item.module.path.replace(".", "/")


def source_address(app, page, item):
    """Return the address of an object's lines, as seen from a page."""
    line = "" if item.is_module else f"#L-{item.lineno}"
    return app.builder.get_relative_uri(page, source_page(item)) + line


def modules(folder):
    """All modules of the packages, by full name."""
    found = [*read(folder).members.values()]
    for module in found:  # which grows
        found += [child for child in module.modules.values() if not child.is_alias]
    return {module.path: module for module in found}
