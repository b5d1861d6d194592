"""What other services show for a link to a page: title, question and card (OpenGraph and Twitter).

A page that no source file makes, as of a widget or of a module, has its description alone.

Services ask for absolute addresses, so a card is named only where that of the site is known. Without it
sphinxext-opengraph writes relative ones; it neither escapes `&` nor names `twitter:card`, so it would save no line.
"""

import os
from html import escape
from pathlib import Path

from publish.book import SUBTITLE
from publish.site import address, openers

CARDS = Path(__file__).parents[1] / "static" / "cards"


def setup(app):
    """Add the tags when a page is written."""
    app.connect("html-page-context", add_tags)


def add_tags(app, page, _template, context, doctree):
    """Add the tags of one page to its head."""
    found = [described(context.get("description", SUBTITLE))]
    if doctree is not None:
        part = openers.part_of(app, page)
        asked = openers.question(app.srcdir, page)
        found = tags(
            page,
            title=app.env.titles[page].astext(),
            book=app.config.html_title,
            description=asked or (part.question if part else SUBTITLE),
            site=address.site(os.environ),
        )
    context["metatags"] = "\n".join([context.get("metatags", ""), *found])


def described(description):
    """Return the element that search engines show.

    Parameters
    ----------
    description : str

    Returns
    -------
    str
    """
    return f'<meta name="description" content="{escape(description)}" />'


def tags(page, *, title, book, description, site):
    """Yield the elements for the head of a page.

    Parameters
    ----------
    page : str
        Its name.
    title, book, description : str
    site : str or None
        Address of the site, with a slash at its end.
    """
    yield described(description)
    values = {"title": title, "site_name": book, "type": "article", "description": description}
    if site:
        values |= {"url": f"{site}{page}.html", "image": f"{site}_static/cards/{card(page)}"}
        values |= {"image:width": "1200", "image:height": "630", "image:alt": f"{title}. {description}"}
    for name, value in values.items():
        yield f'<meta property="og:{name}" content="{escape(value)}" />'
    yield f'<meta name="twitter:card" content="{"summary_large_image" if site else "summary"}" />'


def card(page):
    """Return the file of a page's card: its own, or the book's."""
    own = f"{page.replace('/', '-')}.png"
    return own if (CARDS / own).exists() else "index.png"
