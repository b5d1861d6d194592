"""A formula and the punctuation after it, and a number and its unit, stay on one line."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

SPACE = "\N{NO-BREAK SPACE}"
FOLLOWING = re.compile(rf"[.,;:!?)’”]+|{SPACE}\S*")
PRECEDING = re.compile(rf"\S*{SPACE}$")
RELATION = re.compile(r"(?:[=<>]|\\(?:approx|le|ge))\s*$")
SYMBOL = re.compile(r"\\?[A-Za-z]+(?:[_^](?:\w|\{\w+\}))*")
UNIT = r"(?:[%$]|(?:s|ms|min|h|[kKMG]B)\b)"
JOINT = re.compile(rf"(?<=\d) (?={UNIT})|(?<=[=×]) (?=\d)|(?<=\d,) (?=[−\d.]+\])")


def setup(app):
    """Join them when a page is written."""
    app.add_post_transform(UnbrokenNumbers)
    app.add_post_transform(UnbrokenFormulas)


class UnbrokenNumbers(SphinxPostTransform):
    """Put spaces that break no line into `7 %`, `1.7 d`, `k = 7`, `× 2` and `[63, 67]`."""

    default_priority = 899
    formats = ("html",)

    def run(self, **_):
        """Change the document in place."""
        for text in list(self.document.findall(nodes.Text)):
            if isinstance(text.parent, nodes.literal | nodes.FixedTextElement | nodes.math):
                continue
            before, after = beside(text, -1)[-1:], beside(text, 1)[:3]
            joined = JOINT.sub(SPACE, f"{before}{text}{after}")
            joined = joined[len(before) : len(joined) - len(after)]
            if joined != text:
                text.parent.replace(text, nodes.Text(joined))


def beside(text, step):
    """Return what stands before (-1) or after (1) a text in its line: text, `$` for a symbol, `=` for a relation."""
    place = text.parent.index(text) + step
    while 0 <= place < len(text.parent) and isinstance(text.parent[place], nodes.raw):  # such as around a number
        place += step
    neighbor = text.parent[place] if 0 <= place < len(text.parent) else nodes.Text("")
    if not isinstance(neighbor, nodes.math):
        return neighbor.astext()
    if step < 0:
        return "=" if RELATION.search(neighbor.astext()) else ""
    return "$" if SYMBOL.fullmatch(neighbor.astext()) else ""


class UnbrokenFormulas(SphinxPostTransform):
    """Put an inline formula and what stays with it into one element of the class `unbroken`.

    That is the punctuation after it, or a number at its side: browsers break lines between a formula and any space.
    """

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        """Change the document in place."""
        for formula in list(self.document.findall(nodes.math)):
            line = formula.parent
            start = line.index(formula)
            end = start + 1
            if found := FOLLOWING.match(text_at(line, end)):
                line[end : end + 1] = [nodes.Text(found.group()), nodes.Text(line[end][found.end() :])]
                end += 5 if computed_at(line, end + 2) and found.group() == SPACE else 1
            if found := PRECEDING.search(text_at(line, start - 1)):
                line[start - 1 : start] = [nodes.Text(line[start - 1][: found.start()]), nodes.Text(found.group())]
                end += 1
                start -= 4 if computed_at(line, start - 4) and found.group() == SPACE else 0
            if end - start > 1:
                line[start:end] = [nodes.inline("", "", *line[start:end], classes=["unbroken"])]


def text_at(line, place):
    """Return the text at a place of a line, or none."""
    return line[place] if 0 <= place < len(line) and isinstance(line[place], nodes.Text) else ""


def computed_at(line, place):
    """Tell whether a computed number begins at a place of a line: the text between two tags."""
    return 0 <= place < len(line) and isinstance(line[place], nodes.raw)
