"""Pages as trees, read and written as browsers do, by lexbor: other parsers lose the letters' case in pictures."""

from selectolax.lexbor import LexborHTMLParser


def parse(html):
    """Return the tree of a page."""
    return LexborHTMLParser(html)


def piece(html):
    """Return the one element of a piece of HTML, to be put into a tree."""
    return parse(html).body.child


def content(element):
    """Return what is in an element as a tree of its own, in a `div`: rows and cells stand in tables alone."""
    return piece(f"<div>{element.inner_html}</div>")
