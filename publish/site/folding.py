"""Parts of a page that unfold: proofs, solutions and code, all as the browser's own `details`."""

from html import escape
from itertools import takewhile

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform


def setup(app):
    """Register the transforms, and how what they make is written."""
    app.add_post_transform(ProofTitles)
    app.add_post_transform(FoldDropdowns)
    app.add_post_transform(JoinCode)
    app.add_node(Folded, html=(visit_folded, depart_folded))
    app.add_node(Summary, html=(visit_summary, depart_summary))
    app.add_node(HideCodeCellNode, override=True, html=(visit_folded_cell, depart_folded))


class Folded(nodes.Element):
    """A part of the page that is folded under its summary."""


class Summary(nodes.Element):
    """The words under which a part is folded."""


class ProofTitles(SphinxPostTransform):
    """Give proofs the title that statements have, under which they can be folded."""

    default_priority = 890

    def run(self, **_):
        """Transform the document."""
        for proof in self.document.findall(nodes.admonition):
            # A statement that a page of proofs repeats has the class, too, and its own title.
            if "proof" in proof["classes"] and not isinstance(proof[0], nodes.title):
                text = next(proof.findall(nodes.Text))
                text.parent.replace(text, nodes.Text(text.removeprefix("Proof. ")))
                proof.insert(0, nodes.title("", "Proof"))


class FoldDropdowns(SphinxPostTransform):
    """Fold what has the class `dropdown` and a title; other proofs can be folded, and are open.

    The code cells that follow a solution are a part of it.
    """

    default_priority = 895

    def run(self, **_):
        """Transform the document."""
        for node in list(self.document.findall(nodes.Admonition)):
            closed = "dropdown" in node["classes"]
            if (closed or {*node["classes"]} == {"proof"}) and isinstance(node[0], nodes.title):
                title, *content = node
                if "solution" in node["classes"]:
                    content += self.take_code_after(node)
                summary = Summary("", *title, classes=["admonition-title"])
                classes = ["admonition", *node["classes"]]
                node.replace_self(Folded("", summary, *content, ids=node["ids"], classes=classes, open=not closed))

    @staticmethod
    def take_code_after(node):
        """Remove the hidden code cells next to a node from its parent, and return them."""
        after = node.parent[node.parent.index(node) + 1 :]
        cells = list(takewhile(lambda one: "tag_hide-cell" in one.get("classes", ()), after))
        for cell in cells:
            cell.parent.remove(cell)
        return cells


class JoinCode(SphinxPostTransform):
    """Fold cells that stand directly one after the other together: what is hidden goes into the next cell's fold."""

    default_priority = 896
    formats = ("html",)

    def run(self, **_):
        """Transform the document."""
        for cell in list(self.document.findall(is_folded)):
            after = cell.next_node(descend=False, siblings=True)
            if len(cell) == 1 and is_folded(after):
                after[0][:0] = cell[0].children
                cell.parent.remove(cell)


def is_folded(node):
    """Tell whether a part of a page is a cell whose code is folded."""
    return isinstance(node, nodes.container) and bool(len(node)) and isinstance(node[0], HideCodeCellNode)


def visit_folded(translator, node):
    """Open a part that is folded."""
    attributes = {"open": ""} if node["open"] else {}
    translator.body.append(translator.starttag(node, "details", **attributes))


def visit_summary(translator, node):
    """Open the summary of a part that is folded."""
    translator.body.append(translator.starttag(node, "summary", ""))


def visit_folded_cell(translator, node):
    """Open a code cell; unlike MyST-NB's, it is no box, and its visible words are also its accessible name."""
    translator.body.append(
        '<details class="hide"><summary>'
        f'<p class="collapsed">{escape(node["prompt_show"])}</p>'
        f'<p class="expanded">{escape(node["prompt_hide"])}</p>'
        "</summary>\n"
    )


def depart_folded(translator, _):
    """Close a part that is folded."""
    translator.body.append("</details>\n")


def depart_summary(translator, _):
    """Close the summary of a part that is folded."""
    translator.body.append("</summary>\n")
