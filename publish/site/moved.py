"""Sphinx extension: a link to a part that has moved to another page leads there.

Pages that have moved are listed in `_config.yml`, for sphinx-reredirects.
"""


def setup(app):
    """Add the script that knows where all parts are."""
    app.add_js_file("moved.js")
