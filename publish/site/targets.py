"""What a link of the book can lead to: statements, formulas, figures, claims, works, symbols."""

import re
from typing import NamedTuple

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from publish.site import tex
from publish.site.symbols import slug

HEAVY = re.compile(r"<pre>.*?</pre>|<script\b.*?</script>", re.DOTALL)
PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
OWN_NAME = re.compile(r'(\bid="|\bhref="#|url\(#)')  # of a part of a picture, where it stands or is used
TARGETS = (
    "div.proof[id], div.exercise[id], figure[id], div.math[id], .references li[id], tr[id^=claim-], tr[id^=symbol-]"
)


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


def find(page):
    """Find the targets of a page.

    Parameters
    ----------
    page : str
        HTML of a page of the site.

    Returns
    -------
    dict of str to Target
        By their ids.
    """
    pictures = PICTURE.findall(page)
    numbers = iter(range(len(pictures)))
    light = PICTURE.sub(lambda _: f"<svg>{next(numbers)}</svg>", HEAVY.sub("", page))
    article = BeautifulSoup(light, "html.parser").article
    if article is None:
        return {}
    for link in article.select("a.headerlink"):
        link.decompose()
    # A row may hold a formula, and a statement an equation: the inner ones first, which are copied.
    return {element["id"]: describe(element, pictures) for element in article.select(TARGETS)}


def describe(element, pictures):
    """Describe an element of a page as a target."""
    if element.name == "tr":
        return describe_row(element)
    body = inside(element, pictures)
    number, title, kind = "", "", {"li": "Work", "div": "Equation"}.get(element.name, "Figure")
    if label := element.select_one(".caption-number"):
        kind, _, number = label.get_text().strip().partition(" ")
        kind = kind.replace("Fig.", "Figure")
    if label and element.name == "div":
        title = readable(label.parent).removeprefix(label.get_text()).strip(" ()")
    elif label:
        title = readable(element.select_one(".caption-text"))
    elif number := element.select_one(".eqno"):
        number = number.get_text()
    return Target(element["id"], kind, number or "", title, readable(element), body)


def describe_row(row):
    """Describe a row of the tables of claims or of symbols as a target."""
    first, second, *_ = row.find_all("td")
    if row["id"].startswith("symbol-"):
        body = f"<dt>{inside(first.p)}</dt><dd>{inside(second.p)}</dd>"
        return Target(row["id"], "Symbol", "", f"{readable(first)}: {readable(second)}", "", body)
    sentence = re.split(r"\s*<em>\(|<br/?>", inside(first.p), maxsplit=1)[0]
    title = readable(BeautifulSoup(sentence.partition("</code>")[2], "html.parser"))
    body = f"<p>{sentence}</p><p>{inside(second.p)}</p>"
    return Target(row["id"], "Claim", "", title, readable(first), body)


def inside(element, pictures=()):
    """Return what a card shows of an element: without ids, without links, and with pictures of its own."""
    copy = BeautifulSoup(str(element), "html.parser").contents[0]
    for part in copy.select("details, .widget"):
        part.decompose()
    for part in [copy, *copy.find_all(True)]:
        for name in ("id", "tabindex", "data-symbols", "data-hint"):
            del part[name]
    for link in copy.find_all("a"):
        link.unwrap()
    shown = copy.decode_contents() if element.name in ("p", "li") else str(copy)
    # Two copies of a picture on a page need parts of different names.
    return re.sub(r"<svg>(\d+)</svg>", lambda found: OWN_NAME.sub(r"\1hint-", pictures[int(found[1])]), shown)


def readable(element):
    """Return the text of an element on one line, its formulas in plain letters."""
    copy = BeautifulSoup(str(element), "html.parser")
    for formula in copy.select("[data-tex]"):
        formula.math.replace_with(tex.plain(formula["data-tex"]))
    return " ".join(copy.get_text().split())
