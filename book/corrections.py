"""What other extensions write that is not valid, not accessible or does not fold, put right."""

from html import escape

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

# Ids that sphinx-proof and sphinx-exercise give to every one of their parts.
REPEATED_IDS = {"proof", "proof-content", "exercise-content", "solution-content"}


class ProofTitles(SphinxPostTransform):
    """Give proofs the title that statements have, by which a long one can be folded."""

    default_priority = 900

    def run(self, **_):
        """Transform the document."""
        for proof in self.document.findall(nodes.admonition):
            if "proof" in proof["classes"]:
                text = next(proof.findall(nodes.Text))
                text.parent.replace(text, nodes.Text(text.removeprefix("Proof. ")))
                proof.insert(0, nodes.title("", "Proof"))


class UniqueIds(SphinxPostTransform):
    """Drop the ids that several parts of a page share, to which nothing can link."""

    default_priority = 900

    def run(self, **_):
        """Transform the document."""
        for node in self.document.findall(nodes.Element):
            if REPEATED_IDS & set(node.get("ids", [])):
                node["ids"] = [name for name in node["ids"] if name not in REPEATED_IDS]


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
            items = [nodes.list_item("", *entry.children[1:], ids=entry["ids"]) for entry in bibliography]
            bibliography.children = []
            bibliography += nodes.bullet_list("", *items, classes=["references"])


def visit_folded_cell(translator, node):
    """Open a folded code cell; its visible words are also its accessible name."""
    translator.body.append(
        f'<details class="admonition hide {" ".join(node["classes"])}"><summary>'
        f'<p class="collapsed admonition-title">{escape(node["prompt_show"])}</p>'
        f'<p class="expanded admonition-title">{escape(node["prompt_hide"])}</p>'
        "</summary>\n"
    )


def depart_folded_cell(translator, _):
    """Close a folded code cell."""
    translator.body.append("</details>\n")
