"""Sphinx extension: how tall a section will be, about, so that the page's length hardly changes as one reads.

What is far from the window is not laid out (look.css), so that its place needs a height. One pixel a letter on a phone
and three quarters of one on a desk miss the height of the median section by 11 and 17 %; the places are a quarter
taller, as what a tool measures in a section must not lie over the next.
"""

from publish.site.trees import parse, piece

SECTIONS = "body > section > section"
UNSEEN = "script, style, details:not([open]) > :not(summary)"


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("html-page-context", count, priority=950)


def count(_app, _page, _template, context, doctree):
    """Give each section of a page, as the property `--letters`, the number of letters that it shows."""
    if doctree is None:
        return
    tree = parse(context["body"])
    for section in tree.css(SECTIONS):
        section.attrs["style"] = f"--letters: {letters(section)}"
    context["body"] = tree.body.inner_html


def letters(section):
    """Return the number of letters of a section that is not unfolded, runs of white space as one."""
    shown = piece(section.html)
    for part in reversed(shown.css(UNSEEN)):  # from the inside to the outside
        part.decompose()
    return len(" ".join(shown.text().split()))
