"""The table of all claims, narrowed by the reader: by verdict, origin, chapter and words."""

from publish.site.evidence import LEDGER


def add_files(app, pagename, templatename, context, doctree):
    """Let the page of all claims load its fields."""
    if pagename == LEDGER:
        app.add_css_file("ledger_filter.css")
        app.add_js_file("ledger_filter.js", defer="")


def setup(app):
    """Register all this with Sphinx."""
    app.connect("html-page-context", add_files)
