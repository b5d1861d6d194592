"""Sphinx extension: how tall a section will be, about, so that the page's length hardly changes as one reads.

What is far from the window is not laid out (look.css), so that its place needs a height: so many pixels for each
letter, and for what stands apart as much as for so many letters more. The places are taller than the sections, the
median by a third, as what a tool measures in a section must not lie over the next.
"""

from publish.site.trees import parse, piece

SECTIONS = "body > section > section"
ENTRIES = "tr[id^=claim-], section > dl.py"  # of the ledger and of the reference, long enough to be sections
APART = {".widget": 300, "div.math": 110, "pre": 100, "div.proof, div.exercise": 200, "summary": 40, "dt": 50}
UNSEEN = "script, style, details:not([open]) > :not(summary)"


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("html-page-context", count, priority=950)


def count(_app, _page, _template, context, doctree):
    """Give each section, and each entry of a long list, the number of letters that it is as tall as: `--letters`."""
    if doctree is None:
        return
    tree = parse(context["body"])
    for section in tree.css(f"{SECTIONS}, {ENTRIES}"):
        section.attrs["style"] = f"--letters: {letters(section)}"
    context["body"] = tree.body.inner_html


def letters(section):
    """Return how many letters fill a section that is not unfolded: its own, runs of white space as one, and more."""
    shown = piece(section.html)
    for part in reversed(shown.css(UNSEEN)):  # from the inside to the outside
        part.decompose()
    more = sum(count * len(shown.css(part)) for part, count in APART.items())
    return len(" ".join(shown.text().split())) + more
