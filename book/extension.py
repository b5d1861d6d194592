"""Sphinx extension: what the book asks of Jupyter Book beyond its settings."""

import importlib
from pathlib import Path

from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.util import logging
from sphinx.util.fileutil import copy_asset

from book import (
    checks,
    colab,
    colophon,
    compact,
    contents,
    corrections,
    evidence,
    folding,
    launch,
    linked_code,
    links,
    missing_page,
    openers,
    preview,
    reference,
    source_pages,
    widget_links,
    widget_pages,
)
from book.outputs import InlineOutputs

MATHJAX_FONTS = "output/chtml/fonts/woff-v2"

logger = logging.getLogger(__name__)


def setup(app):
    """Register the extension with Sphinx."""
    # Pages are named, and found by readers, without the folder that holds them all.
    app.srcdir = app.srcdir / "chapters"
    links.allow_numbers()
    app.connect("config-inited", launch.add_repository)
    app.connect("config-inited", widget_links.add_scheme)
    app.connect("config-inited", colophon.add_commit, priority=600)  # it links to the repository
    app.connect("html-collect-pages", missing_page.pages)
    app.connect("html-page-context", openers.add_openers)
    app.connect("html-page-context", preview.add_tags)
    app.connect("html-page-context", launch.exact_addresses, priority=600)
    app.connect("env-before-read-docs", warn_of_unlisted_pages)
    app.connect("doctree-read", links.add_statements)
    app.connect("doctree-read", links.add_equations)
    app.connect("doctree-read", links.resolve_own)
    app.connect("doctree-read", links.cite)
    app.connect("builder-inited", copy_mathjax)
    app.connect("build-finished", colab.replace_sources)
    app.connect("build-finished", compact.compact_pages, priority=900)
    app.connect("html-collect-pages", widget_pages.collect)
    app.setup_extension("book.hints")
    for part in (evidence, linked_code, reference, source_pages):
        part.setup(app)
    app.add_transform(InlineOutputs)
    app.add_post_transform(corrections.BibliographyList)
    app.add_post_transform(corrections.UniqueIds)
    app.add_post_transform(corrections.UnnumberedStatements)
    app.add_post_transform(folding.ProofTitles)
    app.add_post_transform(folding.FoldDropdowns)
    checks.setup(app)
    app.add_post_transform(widget_links.WidgetLinks)
    folded = (folding.visit_folded, folding.depart_folded)
    app.add_node(folding.Folded, html=folded)
    app.add_node(folding.Summary, html=(folding.visit_summary, folding.depart_summary))
    folded_cell = (folding.visit_folded_cell, folding.depart_folded)
    app.add_node(HideCodeCellNode, override=True, html=folded_cell)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def warn_of_unlisted_pages(app, *_):
    """Warn of pages that _toc.yml does not list, and that would go missing in silence."""
    toc = (app.confdir / "_toc.yml").read_text(encoding="utf-8")
    for mismatch in contents.mismatches(toc, app.srcdir):
        logger.warning("_toc.yml: %s", mismatch, type="book", subtype="toc")


def copy_mathjax(app):
    """Serve MathJax with the site: of 24 MB, the 1.7 MB that a page can ask for."""
    package = importlib.import_module("sphinx-mathjax-offline")
    source = Path(package.__file__).parent / "static" / "mathjax"
    target = Path(app.outdir, "_static", "mathjax")
    copy_asset(source / "tex-chtml-full.js", target)
    copy_asset(source / MATHJAX_FONTS, target / MATHJAX_FONTS)
