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
# What Sphinx calls by another name than griffe.
METHOD, DATA = {"function": "method", "attribute": "property"}, {"attribute": "data"}


def setup(app):
    """Register the directives."""
    app.add_directive("reference", ModuleReference)
    app.add_directive("modules", ModuleList)
    app.connect("missing-reference", link_shape)


def link_shape(app, _env, node, content):
    """Link the name of a shape in a signature to what it means, which is shown on hover."""
    for module in SHAPES:
        item = package.find(str(app.confdir), f"{module}.{node['reftarget']}")
        if item and item.is_attribute and "refdoc" in node:
            title = f"{str(item.value).replace('np.', '').replace('torch.', '')}: {package.summary(item)}"
            address = package.reference_address(app, node["refdoc"], item)
            return nodes.reference("", "", content, internal=True, refuri=address, reftitle=title)
    return None


class ModuleReference(SphinxDirective):
    """Document the public names of a module: ``.. reference:: ttsbook.theory``."""

    required_arguments = 1

    def run(self):
        """Return the module's documentation as nodes, with links to its source."""
        name, folder = self.arguments[0], str(self.env.app.confdir)
        if not (module := package.find(folder, name)):
            raise self.error(f"there is no module {name}")
        self.env.note_dependency(str(module.filepath))
        made = self.parse_text_to_nodes(describe(module, self.config, used(folder)))
        described = (node for node in made if isinstance(node, addnodes.desc))
        for description, item in zip(described, package.public_members(module), strict=True):
            description[0] += source_link(item, package.source_address(self.env.app, self.env.docname, item))
        return made


class ModuleList(SphinxDirective):
    """List the modules of the reference with what they offer: ``.. modules::``."""

    def run(self):
        """Return the modules of each page as a list."""
        folder, text = str(self.env.app.confdir), []
        for module in package.documented(folder):
            item = package.find(folder, module)
            self.env.note_dependency(str(item.filepath))
            offered = [f":py:obj:`{one.name} <{module}.{one.name}>`" for one in package.public_members(item)]
            text.append(f":py:mod:`{module}`\n   {package.summary(item)}\n\n   {', '.join(offered)}\n")
        return self.parse_text_to_nodes("\n".join(text))


def source_link(item, address):
    """Return the link from a signature to the lines that define it."""
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
    dict of str to dict of str to str
        By full name of the definition: links to pages, by page, in the order of the contents.
    """
    found = {}
    for page in contents.read(folder).pages:
        path = Path(folder, "chapters", f"{page}.ipynb")
        reader = names.Reader(folder)
        for cell in notebooks.code_cells(notebooks.read(path)) if path.is_file() else ():
            for _, _, item in reader.read(cell.source):
                found.setdefault(item.path, {})[page] = f":doc:`/{page}`"
    return found


def describe(item, config, used):
    """Return reStructuredText for a module, class, function or property.

    Parameters
    ----------
    item : griffe.Object
        What to document; its public members that have a docstring are included.
    config : sphinx.config.Config
        The settings of sphinx.ext.napoleon.
    used : dict of str to dict of str to str
        Links to pages that use a definition, by its full name.

    Returns
    -------
    str
    """
    text = str(NumpyDocstring(item.docstring.value, config))
    if item.path in used and not item.is_module:
        text += f"\n\n.. container:: used\n\n   Used in {', '.join(used[item.path].values())}.\n"
    body = "\n\n".join([text, *(describe(member, config, used) for member in package.public_members(item))])
    if item.is_module:
        return f".. py:module:: {item.path}\n\n{body}"
    kind = (METHOD if item.parent.is_class else DATA).get(item.kind.value, item.kind.value)
    head = item.name if item.is_attribute else item.signature() or item.name
    value = f"\n   :value: {item.value}" if item.is_attribute and str(item.annotation) == "TypeAlias" else ""
    return f".. py:{kind}:: {head}\n   :canonical: {item.path}{value}\n\n{indent(body, '   ')}"
