"""What other extensions write that is not valid, or not accessible, put right."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_proof.nodes import unenumerable_node

# Ids that sphinx-proof and sphinx-exercise give to every one of their parts.
REPEATED_IDS = {"proof", "proof-content", "exercise-content", "solution-content"}


def setup(app):
    """Register the corrections."""
    app.connect("html-page-context", name_toggles, priority=900)  # after the theme
    for transform in (BibliographyList, UniqueIds, UnnumberedStatements):
        app.add_post_transform(transform)


class UniqueIds(SphinxPostTransform):
    """Drop the ids that several parts of a page share, to which nothing can link."""

    default_priority = 900

    def run(self, **_):
        """Transform the document."""
        for node in self.document.findall(nodes.Element):
            if REPEATED_IDS & set(node.get("ids", [])):
                node["ids"] = [name for name in node["ids"] if name not in REPEATED_IDS]


class UnnumberedStatements(SphinxPostTransform):
    """Turn statements without a number into plain boxes; sphinx-proof gives box and title one id."""

    default_priority = 892  # between the two transforms of `publish.site.folding`

    def run(self, **_):
        """Transform the document."""
        for node in list(self.document.findall(unenumerable_node)):
            title, *content = node
            kind = nodes.inline("", f"{node['realtype'].title()} ", classes=["caption-number"])
            title = nodes.title("", "", kind, *title)
            node.replace_self(nodes.admonition("", title, *content, ids=node["ids"], classes=node["classes"]))


class BibliographyList(SphinxPostTransform):
    """Turn the citations of a bibliography into the items of a list.

    The text cites by author and year, so labels would say nothing, and the roles that
    docutils gives to citations are not valid any more.
    """

    default_priority = 10  # just after sphinxcontrib.bibtex has made them

    def run(self, **_):
        """Transform the document."""
        entries = list(self.document.findall(nodes.citation))
        for bibliography in {entry.parent for entry in entries}:
            items = [nodes.list_item("", *entry[1:], ids=entry["ids"]) for entry in bibliography]
            bibliography.children = []
            bibliography += nodes.bullet_list("", *items, classes=["references"])


def name_toggles(_app, _page, _template, context, _doctree):
    """Give the arrows that unfold the contents a name."""
    if made := context.get("generate_toctree_html"):
        named = '<summary aria-label="Pages below">'
        context["generate_toctree_html"] = lambda *of, **options: str(made(*of, **options)).replace("<summary>", named)
