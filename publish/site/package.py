"""What the packages offer, read from their source: nothing is imported for it."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import griffe

from publish import contents
from publish.site import tex

NAMES = ("ttsbook", "monograph")
LISTED = re.compile(r"^\.\. reference:: (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """Where a name of a package is explained."""

    name: str  # as one writes it: ttsbook.theory.gamma
    summary: str
    page: str  # of the site
    anchor: str


@cache
def read(folder, names=NAMES):
    """Read the packages of a folder, once for all their modules: griffe.Module by name."""
    loader = griffe.GriffeLoader(search_paths=[folder], allow_inspection=False)
    return {name: loader.load(name, try_relative_path=False) for name in names}


def member(packages, path):
    """Object of one of some packages by its dotted name.

    Parameters
    ----------
    packages : dict of str to griffe.Module
    path : str
        Such as "ttsbook.theory" or "ttsbook.theory.gamma"; the name of a package itself, too.

    Returns
    -------
    griffe.Object
        The definition, wherever it was imported from.

    Raises
    ------
    LookupError
        If no package has such an object.
    """
    names = path.split(".")
    for step in (offered, defined):  # what the package exports hides a module of that name
        found = packages.get(names[0])
        for name in names[1:]:
            found = found and step(found, name)
        if found:
            return found
    raise LookupError(path)


def offered(item, name):
    """Return what `item.name` is, or None: of a package what it exports under this name, not a file."""
    if item.is_module and name in (item.exports or ()) and name in item.imports:
        root, found = item.package, item.package
        if item.imports[name].startswith(f"{root.path}."):
            for part in item.imports[name].split(".")[1:]:
                found = found and defined(found, part)
            return found
    return defined(item, name)


def defined(item, name):
    """Return what an object holds under a name, or None."""
    found = item.members.get(name)
    try:
        return found.final_target if found and found.is_alias else found
    except griffe.GriffeError:
        return None


def public_members(item):
    """List what an object offers: of a package what it exports, of all else what it defines."""
    names = dict.fromkeys([*item.members, *(item.exports or () if item.is_module else ())])
    exported = item.is_module and item.exports
    members = [offered(item, name) for name in names if not exported or name in exported]
    return [
        member
        for member in members
        if member
        and not member.is_module
        and member.has_docstring
        and (exported or (member.is_public and member.parent is item))
    ]


def summary(item):
    """Return the first sentence of a docstring as plain text."""
    text = item.docstring.value.split("\n\n")[0] if item.has_docstring else ""
    text = re.sub(r":math:`([^`]*)`", lambda formula: tex.plain(formula[1]), text)
    return " ".join(re.sub(r"`+", "", text).split())


@cache
def pages(folder):
    """Pages of the reference: the name of each module that one of them describes, with its page."""
    found = {}
    for page in contents.read(folder).pages:
        path = Path(folder, "chapters", f"{page}.md")
        if path.is_file():
            found |= dict.fromkeys(LISTED.findall(path.read_text(encoding="utf-8")), page)
    return found


@cache
def entries(folder):
    """All that the reference explains.

    Parameters
    ----------
    folder : str
        Folder of the book, which holds the packages and the chapters.

    Returns
    -------
    dict of str to Entry
        By the full name of each object's definition, such as "ttsbook.theory.learned.gamma".
    """
    packages, found = read(folder), {}

    def add(item, name, page, anchor):
        found[item.path] = Entry(name, summary(item), page, anchor)
        for one in public_members(item):
            path = f"{name}.{one.name}"
            add(one, path, page, path)

    for module, page in pages(folder).items():
        try:
            add(member(packages, module), module, page, f"module-{module}")
        except LookupError:  # the directive that names it says so
            continue
    return found


def source_page(item):
    """Return the page that shows the source of an object's module: source/ttsbook/theory/learned."""
    module = item if item.is_module else item.module
    return "source/" + module.path.replace(".", "/")


def line_anchor(item):
    """Return the part of that page that shows the object."""
    return "" if item.is_module else f"#L-{item.lineno}"


def modules(folder):
    """All modules of the packages, by full name."""

    def visit(module):
        yield module
        for child in module.modules.values():
            if not child.is_alias:
                yield from visit(child)

    return {module.path: module for package in read(folder).values() for module in visit(package)}
