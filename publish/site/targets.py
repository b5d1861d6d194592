"""What a link of the book can lead to: statements, formulas, figures, claims, works, symbols."""

from typing import NamedTuple

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from publish.site import tex
from publish.site.symbols import slug
from publish.site.trees import content, piece, renamed

UNSHOWN = "a.headerlink, details, .widget, pre, script"
TARGETS = (
    "div.proof[id], div.exercise[id], figure[id], div.numbered[id], .references li[id], tr[id^=claim-], tr[id^=symbol-]"
)
PLACED = {"id", "tabindex", "data-symbols", "data-hint"}
"""What an element has because of its place on the page."""


class Target(NamedTuple):
    """A part of a page that links lead to."""

    id: str
    kind: str  # what readers call it: Theorem, Figure, Claim ...
    number: str
    title: str
    text: str
    html: str


class NamedRows(SphinxPostTransform):
    """Give the rows of symbols and of claims names, to which links can lead."""

    default_priority = 900

    def run(self, **_):
        """Transform the document."""
        for table in self.document.findall(nodes.table):
            head, *_ = [list(row.findall(nodes.entry)) for row in table.findall(nodes.row)]
            titles = [entry.astext() for entry in head[:2]]
            if titles == ["Symbol", "Meaning"]:
                self._name(table, "symbol", nodes.math, slug)
            elif titles == ["Claim", "Verdict"]:
                self._name(table, "claim", nodes.literal, str)

    def _name(self, table, kind, part, name):
        for row in next(table.findall(nodes.tbody)).findall(nodes.row):
            first = next(row[0].findall(part), None)
            address = first and f"{kind}-{name(first.astext())}"
            if address and address not in self.document.ids:
                self.document.ids[address] = row
                row["ids"].append(address)


def find(tree):
    """Find the targets of a page.

    Parameters
    ----------
    tree : selectolax.lexbor.LexborHTMLParser
        A page of the site.

    Returns
    -------
    dict of str to Target
        By their ids.
    """
    article = tree.css_first("article")
    return {element.id: describe(element) for element in article.css(TARGETS)} if article else {}


def describe(element):
    """Describe an element of a page as a target."""
    if element.tag == "tr":
        return describe_row(element)
    number, title, kind = "", "", {"li": "Work", "div": "Equation"}.get(element.tag, "Figure")
    if label := element.css_first(".caption-number"):
        kind, _, number = label.text().strip().partition(" ")
        kind = kind.replace("Fig.", "Figure")
    if label and element.tag == "div":
        title = readable(label.parent).removeprefix(label.text()).strip(" ()")
    elif label:
        title = readable(element.css_first(".caption-text"))
    elif number := element.css_first(".eqno"):
        number = readable(number)
    return Target(element.id, kind, number or "", title, readable(element), inside(element))


def describe_row(row):
    """Describe a row of the tables of claims or of symbols as a target."""
    first, second, *_ = row.css("td")
    if row.id.startswith("symbol-"):
        body = f"<dt>{inside(first.css_first('p'))}</dt><dd>{inside(second.css_first('p'))}</dd>"
        return Target(row.id, "Symbol", "", f"{readable(first)}: {readable(second)}", "", body)
    sentence = content(first.css_first("p"))
    after = False
    for part in list(sentence.iter(include_text=True)):
        after = after or part.tag == "br" or (part.tag == "em" and part.text().startswith("("))
        if after:
            part.decompose()
    body = f"<p>{cleaned(sentence).inner_html.strip()}</p><p>{inside(second.css_first('p'))}</p>"
    if code := sentence.css_first("code"):
        code.decompose()
    return Target(row.id, "Claim", "", readable(sentence), readable(first), body)


def inside(element):
    """Return what a card shows of an element; of a paragraph or an item, what is in it."""
    if element.tag in ("p", "li"):
        return cleaned(content(element)).inner_html
    return cleaned(piece(element.html)).html


def cleaned(copy):
    """Take from a copy what a card does not show, links and ids; two copies of a picture need parts of two names."""
    for part in copy.css(UNSHOWN):
        part.decompose()
    drawn = {part.mem_id for part in copy.css("svg, svg *")}
    for part in [copy, *copy.css("*")]:
        if part.mem_id not in drawn:
            for name in PLACED & part.attributes.keys():
                del part.attrs[name]
    for link in copy.css("a"):
        link.unwrap()
    return renamed(copy, "hint-")


def readable(element):
    """Return the text of an element on one line, its formulas in plain letters."""
    copy = content(element)
    for part in copy.css(UNSHOWN):
        part.decompose()
    for formula in copy.css("[data-tex]"):
        formula.css_first("math").replace_with(tex.plain(formula.attributes["data-tex"]))
    return " ".join(copy.text().split())
