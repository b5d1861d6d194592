"""Names of the package in the code of the pages lead to their reference."""

import re
from html import escape, unescape

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from publish.site import names, package

LANGUAGES = {"python", "ipython3"}
TOKEN = re.compile(r"<span[^>]*>([^<]*)</span>|([^<]+)|<[^>]*>")
PLAIN = re.compile(r'<span class="[npw]">([^<]*)</span>')  # names, punctuation, space: colored as what has no color


def setup(app):
    """Find the names when a page is written, and link them in its HTML."""
    app.add_post_transform(LinkedNames)
    app.add_node(nodes.literal_block, override=True, html=(visit_code, None))
    app.add_css_file("reference.css")


class LinkedNames(SphinxPostTransform):
    """Find what each piece of code of a page names of the package."""

    default_priority = 880
    formats = ("html",)

    def run(self, **_):
        """Note at each piece its links; a notebook's cells are read as one program."""
        packages = package.read(str(self.app.confdir))
        notebook = names.Reader(packages)
        for block in self.document.findall(nodes.literal_block):
            if block.get("language") in LANGUAGES:
                in_cell = "cell_input" in block.parent["classes"]
                reader = notebook if in_cell else names.Reader(packages)
                first = {use.path: use for use in reversed(reader.read(block.astext()))}
                block["names"] = [(use.start, use.end, *self.target(path)) for path, use in first.items()]

    def target(self, path):
        """Return address and summary of a definition: its reference, else its source."""
        folder, page = str(self.app.confdir), self.env.docname
        if entry := package.entries(folder).get(path):
            address = self.app.builder.get_relative_uri(page, entry.page)
            return f"{address}#{entry.anchor}", entry.summary
        item = package.member(package.read(folder), path)
        address = self.app.builder.get_relative_uri(page, package.source_page(item))
        return f"{address}{package.line_anchor(item)}", package.summary(item)


def visit_code(translator, node):
    """Write a piece of code as ever, then put its links in."""
    try:
        type(translator).visit_literal_block(translator, node)
    except nodes.SkipNode:
        translator.body[-1] = light(linked(translator.body[-1], node.get("names", ())))
        raise


def light(html):
    """Return highlighted code without the spans that change nothing: of what a page shows as code, most."""
    return PLAIN.sub(r"\1", html)


def linked(html, links):
    """Wrap parts of highlighted code in links.

    Parameters
    ----------
    html : str
        Highlighted code; what stands in its `pre` are spans side by side, and text.
    links : list of tuple
        Start and end of a part, counted in characters of the code, address and title.

    Returns
    -------
    str
    """
    before, pre, code = html.partition("<pre>")
    code, end_pre, after = code.partition("</pre>")
    starts = {start: f'<a href="{escape(address)}" title="{escape(title)}">' for start, _, address, title in links}
    ends = {end: "</a>" for _, end, *_ in links}
    place = 0

    def wrapped(token):
        nonlocal place
        start, place = place, place + len(unescape(token[1] or token[2] or ""))
        return token[0] if start == place else f"{starts.get(start, '')}{token[0]}{ends.get(place, '')}"

    return f"{before}{pre}{TOKEN.sub(wrapped, code)}{end_pre}{after}"
