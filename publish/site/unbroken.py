"""A formula and the punctuation after it stay on one line."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

PUNCTUATION = re.compile(r"[.,;:!?)’”]+")


def setup(app):
    """Join them when a page is written."""
    app.add_post_transform(UnbrokenFormulas)


class UnbrokenFormulas(SphinxPostTransform):
    """Put an inline formula and the punctuation that follows it into one element of the class `unbroken`."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        """Change the document in place."""
        for formula in list(self.document.findall(nodes.math)):
            parent = formula.parent
            following = formula.next_node(nodes.Text, descend=False, siblings=True)
            place = parent.index(formula)
            if following is None or parent.index(following) != place + 1:
                continue
            if not (found := PUNCTUATION.match(following)):
                continue
            joined = nodes.inline("", "", formula.deepcopy(), nodes.Text(found.group()), classes=["unbroken"])
            parent[place : place + 2] = [joined, nodes.Text(following[found.end() :])]
