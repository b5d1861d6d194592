"""What pages say, for the summaries of the search: their formulas in plain letters, without pictures and code."""

import json

from publish.site import tex
from publish.site.trees import content

APART = (
    "pre, script, svg, h1, button, form, .headerlink, .eqno, .widget, .collapsed, .expanded, .chapter-part,"
    ".chapter-time, .part-opener"
)


def sections(tree):
    """List what the sections of a page say.

    Parameters
    ----------
    tree : selectolax.lexbor.LexborHTMLParser
        A page of the site.

    Returns
    -------
    list of tuple of str
        The id of each section that has text of its own, and that text on one line.
    """
    article = tree.css_first("article")
    if article is None:
        return []
    copy = content(article)
    for part in copy.css(APART):
        part.decompose()
    for formula in copy.css("[data-tex]"):
        formula.replace_with(tex.plain(formula.attributes["data-tex"]))
    said = []
    for section in reversed(copy.css("section[id]")):  # the inner ones first, and then what is left
        said.append((section.id, " ".join(section.text().split())))
        section.decompose()
    return [(name, text) for name, text in reversed(said) if text]


def write(path, said):
    """Write the script that hands what the pages say, by their names, to the search."""
    path.write_text(f"bookTexts({json.dumps(said, ensure_ascii=False)});\n", encoding="utf-8")
