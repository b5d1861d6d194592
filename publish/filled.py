"""Pages that Sphinx does not write, filled in from `publish/templates`."""

from pathlib import Path

from sphinx.util.template import FileRenderer

TEMPLATES = FileRenderer(str(Path(__file__).with_name("templates")))


def page(template, **values):
    """Return the HTML of a page."""
    return TEMPLATES.render(template, values)
