"""Sphinx extension: where the build knows the address of the site, pages name their own and a sitemap lists them."""

import os

from publish.site import address

# Pages that lead to others, or show the source.
NOT_LISTED = ["404.html", "search.html", "source/*"]


def setup(app):
    """Ask Sphinx for the links, and sphinx-sitemap for the map."""
    if address.site(os.environ):
        app.setup_extension("sphinx_sitemap")
        app.connect("config-inited", tell)


def tell(_, config):
    """Tell both the address."""
    config.html_baseurl = address.site(os.environ)
    config.sitemap_url_scheme = "{link}"
    config.sitemap_excludes = NOT_LISTED
