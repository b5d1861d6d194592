"""Sphinx extension: what the book asks of Jupyter Book beyond its settings."""

from importlib import import_module

from publish import colab, slides
from publish.site import trees

# Modules of `publish.site`, in the order in which Sphinx asks those of equal priority.
READ = ("launch", "colophon", "links", "outputs", "widget_links", "reference")
MADE = ("checks", "corrections", "evidence", "evidence_map", "folding", "linked_code", "openers", "preview", "unbroken")
ADDED = ("widget_pages", "source_pages", "missing_page", "heights")
WRITTEN = ("formulas", "hints", "kin", "long_texts", "assets")
FOUND = ("canonical", "llms", "places", "twins")  # how the site is found, kept and cited


def setup(app):
    """Register the extension with Sphinx."""
    # Pages are named, and found by readers, without the folder that holds them all.
    app.srcdir = app.srcdir / "chapters"
    app.connect("env-updated", write_all)
    trees.setup(app)  # whose event the others await
    for part in (*READ, *MADE, *ADDED, *WRITTEN, *FOUND):
        import_module(f"publish.site.{part}").setup(app)
    slides.setup(app)
    colab.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": False}


def write_all(_, env):
    """Let a build write all pages, not just those that have changed: what concerns all is done on them as written."""
    return sorted(env.found_docs)
