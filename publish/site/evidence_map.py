"""The evidence map on its page: a table of short, colored links, each of which says its claim and its verdict."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from publish.site.evidence import LEDGER, claims, words

HEADING = "What the paper states"  # of the first column


class EvidenceMap(SphinxPostTransform):
    """Make the first column the rows' headings, and of each entry a link that shows the sign of its verdict alone."""

    default_priority = 20  # after links have found where they lead
    formats = ("html",)

    def run(self, **_):
        """Transform the map, if the page has it."""
        for table in self.document.findall(nodes.table):
            head, *rows = table.findall(nodes.row)
            if head[0].astext() == HEADING:
                table["classes"].append("evidence-map")
                next(table.findall(nodes.colspec))["stub"] = 1
                columns = [entry.astext() for entry in head]
                for row in rows:
                    for column, entry in zip(columns[1:], row[1:], strict=True):
                        self.shorten(entry, column)

    def shorten(self, entry, column):
        """Replace the links of an entry: a theorem's leads to the theorem, any other to its claim."""
        colored = []
        for link in list(entry.findall(nodes.reference)):
            sign, name = link.astext().split(" ", 1)
            verdict = claims(str(self.app.confdir))[name].verdict
            if column != "theorem":
                link["refuri"] = f"#claim-{name}"
            said = nodes.inline("", f" {name}: {words(verdict)}", classes=["visually-hidden"])
            link.children = []
            link += [nodes.Text(sign), said]
            colored.append(nodes.inline("", "", link, classes=[f"evidence-{verdict.name.lower().replace('_', '-')}"]))
        if colored:
            entry.children = []
            entry += nodes.paragraph("", "", *colored)


def add_files(app, pagename, _template, _context, _doctree):
    """Let the ledger's page load the colors of the map, and what narrows its table by verdict, chapter and words."""
    if pagename == LEDGER:
        app.add_css_file("evidence_map.css")
        app.add_css_file("ledger_filter.css")
        app.add_js_file("ledger_filter.js", defer="")


def setup(app):
    """Register all this with Sphinx."""
    app.add_post_transform(EvidenceMap)
    app.connect("html-page-context", add_files)
