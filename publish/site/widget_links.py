"""Links to a widget as it is set: `[text](widget:overthinking-map#train_length=200&steps=5)`.

Every widget has a page of its own, `widgets/overthinking-map.html`, that reads its settings from
the part of the address after `#`.
"""

from html import unescape

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from publish.site import stored_widgets

SCHEME = "widget"

logger = logging.getLogger(__name__)


def setup(app):
    """Register the scheme, and what resolves it."""
    app.connect("config-inited", add_scheme)
    app.add_post_transform(WidgetLinks)


def add_scheme(_, config):
    """Let MyST take such a link for an address, and not for the name of a page."""
    config.myst_url_schemes = [*config.myst_url_schemes, SCHEME]


def page_of(name):
    """Name of the page that shows one widget."""
    return f"widgets/{name}"


class WidgetLinks(SphinxPostTransform):
    """Turn links to widgets into addresses; warn of those that lead nowhere."""

    default_priority = 8

    def run(self, **_):
        """Transform every link of a page."""
        known = None
        for link in self.document.findall(nodes.reference):
            scheme, _, target = unescape(link.get("refuri", "")).partition(":")
            if scheme != SCHEME:
                continue
            known = known or stored_widgets.find(self.app.confdir)
            name, _, fragment = target.partition("#")
            for complaint in complaints(known, name, fragment):
                logger.warning("widget:%s: %s", target, complaint, location=link, type="book", subtype="widget")
            page = self.app.builder.get_relative_uri(self.env.docname, page_of(name))
            link["refuri"] = f"{page}#{fragment}" if fragment else page
            link["internal"] = True


def complaints(known, name, fragment):
    """List what is wrong with a link.

    Parameters
    ----------
    known : dict of str to publish.site.stored_widgets.StoredWidget
        Widgets of the book by name.
    name : str
        Of the widget in the link.
    fragment : str
        The settings in the link.

    Yields
    ------
    str
    """
    if name in known:
        yield from stored_widgets.complaints(known[name], fragment)
    else:
        yield f"there is no widget {name!r}; there are: {', '.join(sorted(known))}"
