"""MathJax, served with the site."""

import importlib
from pathlib import Path

from sphinx.util.fileutil import copy_asset

FONTS = "output/chtml/fonts/woff-v2"


def setup(app):
    """Copy it before the pages are written."""
    app.connect("builder-inited", copy)


def copy(app):
    """Of its 24 MB, copy the 1.7 MB that a page can ask for."""
    package = importlib.import_module("sphinx-mathjax-offline")
    source = Path(package.__file__).parent / "static" / "mathjax"
    target = Path(app.outdir, "_static", "mathjax")
    copy_asset(source / "tex-chtml-full.js", target)
    copy_asset(source / FONTS, target / FONTS)
