"""Sphinx extension: the title of a page, and each statement, exercise and widget, has a menu to cite and to report it.

The menu is made by `publish/static/places.js`. A page tells it how it is cited, and, where the repository is known,
where an issue is opened.
"""

import os
import re
from urllib.parse import urlencode

from publish.site import address, citation, colophon, launch, twins
from publish.site.trees import in_script

TEMPLATE = "book.yml"
# It stands in the page from the start, so that nothing moves when the script has come.
OPENER = '<button type="button" class="place pst-js-only" aria-haspopup="dialog">Cite, copy, report</button>'
TIMES = re.compile(r'(<p class="chapter-time">.*?)(</p>)', re.DOTALL)
TITLE = re.compile(r"</h1>(\s*<p><em>[^<]*</em></p>)?")


def setup(app):
    """Register the extension with Sphinx."""
    app.add_css_file("places.css")
    for script in ("copy.js", "places.js"):
        app.add_js_file(script)
    app.connect("html-page-context", tell)
    app.connect("html-page-context", add_opener)
    app.connect("html-page-context", offer_twin, priority=600)  # when the theme has made its buttons


def tell(app, page, _template, context, doctree):
    """Tell the script how a page is cited, and where its mistakes are reported."""
    if doctree is None:
        return
    site, built = address.site(os.environ), colophon.commit(app.confdir)
    whole = page == app.config.root_doc
    entry = citation.entry(
        citation.read(),
        year=str(built[1].year) if built else app.config.copyright,
        commit=built[0] if built and not built[2] else None,  # not of files that no commit has
        page=page,
        title=None if whole else app.env.titles[page].astext(),
        url=site and f"{site}{page}.html",
    )
    told = {"bibtex": citation.bibtex(entry), "words": citation.words(entry), "page": f"{page}.html"}
    if repository := launch.repository(os.environ):
        told["issue"] = f"{repository}/issues/new?{urlencode({'template': TEMPLATE})}"
    script = f'<script type="application/json" id="book-place">{in_script(told)}</script>'
    context["metatags"] = context.get("metatags", "") + "\n" + script


def add_opener(_app, _page, _template, context, doctree):
    """Add the button that opens the menu of a page, beside its times or below title and subtitle."""
    if doctree is not None:
        beside = rf'\1<span class="pst-js-only d-print-none"> · </span>{OPENER}\2'
        body, found = TIMES.subn(beside, context["body"], count=1)
        below = rf'\g<0>\n<p class="chapter-time place-line">{OPENER}</p>'
        context["body"] = body if found else TITLE.sub(below, body, count=1)


def offer_twin(_app, page, _template, context, doctree):
    """Add the twin in Markdown to the downloads of a page."""
    for group in context.get("header_buttons", []) if doctree is not None else []:
        if group.get("label") == "download-buttons":
            button = {
                "type": "link",
                "text": "Markdown",
                "icon": "fas fa-file",
                "tooltip": "Plain Markdown, formulas in TeX",
            }
            group["buttons"].insert(1, button | {"url": page.rpartition("/")[2] + twins.SUFFIX})
