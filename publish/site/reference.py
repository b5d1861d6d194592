"""The reference of the packages, read from their source: nothing is imported for it."""

from functools import cache
from pathlib import Path
from textwrap import indent

from docutils import nodes
from sphinx import addnodes
from sphinx.ext.napoleon import NumpyDocstring
from sphinx.util.docutils import SphinxDirective

from publish import contents, notebooks
from publish.site import names, package

SHAPES = ("ttsbook.arrays", "ttsbook.tensors")


def setup(app):
    """Register the directives."""
    app.add_directive("reference", ModuleReference)
    app.add_directive("modules", ModuleList)
    app.connect("missing-reference", link_shape)


def link_shape(app, env, node, content):
    """Link the name of a shape in a signature to what it means, which is shown on hover."""
    shape = shapes(str(app.confdir)).get(node["reftarget"])
    if shape is None or "refdoc" not in node:
        return None
    entry, value = shape
    address = f"{app.builder.get_relative_uri(node['refdoc'], entry.page)}#{entry.anchor}"
    return nodes.reference("", "", content, internal=True, refuri=address, reftitle=f"{value}: {entry.summary}")


@cache
def shapes(folder):
    """Entry and definition of each name of `ttsbook.arrays` and `ttsbook.tensors`."""
    found, packages = {}, package.read(folder)
    for path, entry in package.entries(folder).items():
        if path.rpartition(".")[0] in SHAPES and (item := package.member(packages, path)).is_attribute:
            found[item.name] = entry, str(item.value).replace("np.", "").replace("torch.", "")
    return found


class ModuleReference(SphinxDirective):
    """Document the public names of a module: ``.. reference:: ttsbook.theory``."""

    required_arguments = 1

    def run(self):
        """Return the module's documentation as nodes, with links to its source."""
        name, folder = self.arguments[0], str(self.env.app.confdir)
        try:
            module = package.member(package.read(folder), name)
        except LookupError:
            raise self.error(f"there is no module {name}") from None
        self.env.note_dependency(str(module.filepath))
        made = self.parse_text_to_nodes(describe(module, self.config, name=name, used=used(folder)))
        places = {f"{name}.{item.name}": item for item in package.public_members(module)}
        root = "../" * self.env.docname.count("/")
        for signature in (found for node in made for found in node.findall(addnodes.desc_signature)):
            if item := places.get(signature["ids"][0] if signature["ids"] else ""):
                signature += source_link(item, root)
        return made


class ModuleList(SphinxDirective):
    """List the modules of the reference with what they offer: ``.. modules::``."""

    def run(self):
        """Return the modules of each page as a list."""
        folder, text = str(self.env.app.confdir), []
        packages = package.read(folder)
        for module, page in package.pages(folder).items():
            item = package.member(packages, module)
            self.env.note_dependency(str(item.filepath))
            offered = [f":py:obj:`{one.name} <{module}.{one.name}>`" for one in package.public_members(item)]
            text.append(f":doc:`{module} </{page}>`\n   {package.summary(item)}\n\n   {', '.join(offered)}\n")
        return self.parse_text_to_nodes("\n".join(text))


def source_link(item, root):
    """Return the link from a signature to the lines that define it."""
    address = f"{root}{package.source_page(item)}.html{package.line_anchor(item)}"
    words = nodes.inline("", "[source]", classes=["source-link"])
    return nodes.reference("", "", words, internal=True, refuri=address, reftitle=f"Source of {item.name}")


@cache
def used(folder):
    """Pages whose code uses each definition of the package.

    Parameters
    ----------
    folder : str
        Folder of the book.

    Returns
    -------
    dict of str to list of str
        Pages in the order of the contents, by full name of the definition.
    """
    found = {}
    for page in contents.read(folder).pages:
        path = Path(folder, "chapters", f"{page}.ipynb")
        if path.is_file():
            reader = names.Reader(package.read(folder))
            for cell in notebooks.code_cells(notebooks.read(path)):
                for use in reader.read(cell.source):
                    pages = found.setdefault(use.path, [])
                    pages += [page] if page not in pages else []
    return found


def describe(item, config, *, name=None, used=None):
    """Return reStructuredText for a module, class, function or property.

    Parameters
    ----------
    item : griffe.Object
        What to document; its public members that have a docstring are included.
    config : sphinx.config.Config
        The settings of sphinx.ext.napoleon.
    name : str, optional
        Name of a module, if it is not the one under which it is defined.
    used : dict of str to list of str, optional
        Pages that use a definition, by its full name.

    Returns
    -------
    str
    """
    text = str(NumpyDocstring(item.docstring.value, config))
    if pages := (used or {}).get(item.path, []) if not item.is_module else []:
        text += f"\n\n.. container:: used\n\n   Used in {', '.join(f':doc:`/{page}`' for page in pages)}.\n"
    members = [describe(member, config, used=used) for member in package.public_members(item)]
    body = "\n\n".join([text, *members])
    if item.is_module:
        return f".. py:module:: {name or item.path}\n\n{body}"
    value = f"\n   :value: {item.value}" if item.is_attribute and str(item.annotation) == "TypeAlias" else ""
    return f".. {directive(item)}:: {signature(item)}{value}\n\n{indent(body, '   ')}"


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
    return item.signature() if item.is_function else item.name
