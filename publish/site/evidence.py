"""From a claim to what it rests on, and back: links made from the claims' source, which nobody runs here."""

import ast
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from publish.site import package
from publish.site.folding import Folded, Summary

LEDGER = "appendix/claims"  # the page of all claims
VERDICTS = {
    "HOLDS": "holds",
    "CAVEAT": "holds with a caveat",
    "FAILS": "fails",
    "INCONCLUSIVE": "inconclusive",
    "NOT_RUN": "not run",
    "NOT_TESTABLE": "not testable here",
}


@dataclass(frozen=True)
class Claim:
    """What the source says of a claim."""

    name: str
    path: str  # of its check
    places: tuple[str, ...]
    verdict: str


def setup(app):
    """Put the links in when a page is written."""
    app.add_post_transform(ClaimRows)
    app.add_post_transform(FoldChecks)
    app.add_post_transform(ClaimLines)


@cache
def claims(folder):
    """All claims of the package.

    Parameters
    ----------
    folder : str
        Folder of the book.

    Returns
    -------
    dict of str to Claim
        By name.
    """
    found = {}
    for path in sorted(Path(folder, "monograph", "claims").glob("[!_]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            part.targets[0].id: part.value.value
            for part in tree.body
            if isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant)
        }
        for function in tree.body:
            if isinstance(function, ast.FunctionDef) and (fields := decoration(function)):
                places = tuple(text(place, constants) for place in fields["places"].elts)
                full_name = f"monograph.claims.{path.stem}.{function.name}"
                found[function.name] = Claim(function.name, full_name, places, fields["verdict"].attr)
    return found


def decoration(function):
    """Return what `@claim(...)` says about a function: expressions by keyword."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "claim":
            return {keyword.arg: keyword.value for keyword in decorator.keywords}
    return {}


def text(expression, constants):
    """Return a text that is written out, or made of a module's constants."""
    if isinstance(expression, ast.JoinedStr):
        return "".join(text(part, constants) for part in expression.values)
    if isinstance(expression, ast.FormattedValue):
        return text(expression.value, constants)
    return constants[expression.id] if isinstance(expression, ast.Name) else expression.value


class ClaimRows(SphinxPostTransform):
    """Make each row of a table of claims a target, and let its check lead to the source."""

    default_priority = 5  # before downloads are collected
    formats = ("html",)

    def run(self, **_):
        """Transform the tables of a page."""
        known = claims(str(self.app.confdir))
        for row in self.document.findall(nodes.row):
            name = first_literal(row)
            if name in known:
                row["ids"] = [f"claim-{name}"]
                self.document.ids[f"claim-{name}"] = row  # so that `publish.site.targets` does not add it again
                for link in list(row.findall(addnodes.download_reference)):
                    link.replace_self(self.source(known[name], link))

    def source(self, claim, link):
        """Return a link to the lines of a check."""
        item = package.find(package.read(str(self.app.confdir)), claim.path)
        address = package.source_address(self.app, self.env.docname, item)
        return nodes.reference("", link.astext(), internal=True, refuri=address)


def first_literal(row):
    """Return the code with which a row begins, or None."""
    begin = next((child for text in row.findall(nodes.paragraph) for child in text), None)
    return begin.astext() if isinstance(begin, nodes.literal) else None


class FoldChecks(SphinxPostTransform):
    """Fold how claims were checked in the tables of chapters; the page of all claims shows it."""

    default_priority = 896  # after `publish.site.folding`, which gives what it folds a frame
    formats = ("html",)

    def run(self, **_):
        """Transform the tables of a page."""
        if self.env.docname != LEDGER:
            for row in self.document.findall(nodes.row):
                if any(name.startswith("claim-") for name in row["ids"]):
                    self.fold(next(row.findall(nodes.paragraph)))

    def fold(self, cell):
        """Put the lines of a cell that say what was checked and measured under a summary."""
        lines = [list(line) for broken, line in groupby(cell.children, is_break) if not broken]
        folded = [line for line in lines if line[0].astext() in ("Check:", "Measured:")]
        shown = [line for line in lines if line not in folded]
        summary = Summary("", nodes.Text("How it was checked"))
        check = Folded("", summary, *(nodes.paragraph("", "", *line) for line in folded), open=False)
        cell.replace_self([*(nodes.paragraph("", "", *line) for line in shown), check])


def is_break(node):
    """Tell whether a node breaks the line."""
    return isinstance(node, nodes.raw) and node.astext().startswith("<br")


class ClaimLines(SphinxPostTransform):
    """Say at a statement, a figure or a section which claims rest on it."""

    default_priority = 870
    formats = ("html",)

    def run(self, **_):
        """Add a line at each place of the page that a claim names."""
        resting = {}
        for claim in claims(str(self.app.confdir)).values():
            for page, _, label in (place.partition("#") for place in claim.places):
                if page == self.env.docname and label:
                    resting.setdefault(label, []).append(claim)
        for node in list(self.document.findall(nodes.Element)):
            for label in set(node.get("ids", ())) & resting.keys():
                self.add(node, self.line(resting.pop(label)))

    def line(self, found):
        """Return the line: the name of each claim, which leads to the ledger, and its verdict."""
        line = nodes.paragraph("", "Checked: ", classes=["claims"])
        ledger = self.app.builder.get_relative_uri(self.env.docname, LEDGER)
        for place, claim in enumerate(found):
            link = nodes.reference("", "", nodes.literal("", claim.name), internal=True)
            link["refuri"] = f"{ledger}#claim-{claim.name}"
            line += [nodes.Text(", " if place else ""), link, nodes.Text(f" ({VERDICTS[claim.verdict]})")]
        line += nodes.Text(".")
        return line

    def add(self, node, line):
        """Put a line where it belongs: below a heading, after a figure, at the end of a statement."""
        if isinstance(node, nodes.section):
            node.insert(1, line)
        elif isinstance(node, nodes.figure):
            node.parent.insert(node.parent.index(node) + 1, line)
        else:
            node += line
