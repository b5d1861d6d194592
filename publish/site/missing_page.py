"""The page that a host shows in place of one that does not exist: `404.html`.

A host sends it for any address, however deep, so its links start from the root of the site: from
the known one where the address begins with it, and otherwise from the root of the host.
"""

import os

from publish import contents
from publish.site import address

TEMPLATE = "404.html"


def setup(app):
    """Add the page to the site."""
    app.connect("html-collect-pages", pages)


def pages(app):
    """Yield the page for Sphinx to write."""
    if app.builder.format == "html":
        titles = app.env.titles
        listed = [(page, titles[page].astext()) for page in contents.read(app.confdir).pages if page in titles]
        root = address.root(os.environ)
        yield "404", {"title": "Page not found", "listed": listed, "root": root}, TEMPLATE
