"""From a claim to what it rests on, and back: links made from the claims' source, which nobody runs here."""

import ast
from functools import cache
from itertools import groupby
from typing import NamedTuple

import griffe
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from publish.site import package
from publish.site.folding import Folded, Summary

LEDGER = "appendix/claims"  # the page of all claims
CLAIM = "monograph.claims.ledger.claim"  # what marks the check of a claim


class Claim(NamedTuple):
    """What the source says of a claim."""

    check: griffe.Function
    places: tuple[str, ...]
    verdict: griffe.Attribute


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
    modules, found = package.modules(folder), {}
    for path in sorted(path for path in modules if path.startswith("monograph.claims.")):
        constants = {
            name: ast.literal_eval(part.value)
            for name, part in modules[path].attributes.items()
            if isinstance(part.value, str)
        }
        for function in modules[path].functions.values():
            for mark in function.decorators:
                if mark.callable_path == CLAIM:
                    given = {argument.name: argument.value for argument in mark.value.arguments}
                    places = eval(str(given["places"]), {}, constants)  # texts, some made of constants
                    verdict = package.find(folder, given["verdict"].canonical_path)
                    found[function.name] = Claim(function, places, verdict)
    return found


def words(verdict):
    """Return what a verdict is called: `holds with a caveat`."""
    return ast.literal_eval(verdict.value)


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
        address = package.source_address(self.app, self.env.docname, claim.check)
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
            link = nodes.reference("", "", nodes.literal("", claim.check.name), internal=True)
            link["refuri"] = f"{ledger}#claim-{claim.check.name}"
            line += [nodes.Text(", " if place else ""), link, nodes.Text(f" ({words(claim.verdict)})")]
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
