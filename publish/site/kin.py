"""Sphinx extension: a symbol has one color in all formulas, and lights up in formulas and pictures together.

Λ, Γ and n belong to training, Σ and m to the test, k to the chain of thought. In the pages of the appendix
letters have other meanings, too. A block of the layer, such as V₃₁, lights up where a picture names it.
"""

import re
from pathlib import Path

from publish.site.trees import parse

NAMES = {"Λ": "Lambda", "Γ": "Gamma", "Σ": "Sigma", "n": "n", "m": "m", "k": "k"}
BLOCK = re.compile("[VW][1-4][1-4]")
WORD = re.compile(rf"(?<![\w’'])[{''.join(NAMES)}](?![\w’'])")


def setup(app):
    """Register the extension with Sphinx."""
    app.add_css_file("kin.css")
    app.add_js_file("kin.js")
    app.connect("build-finished", color, priority=800)  # when formulas are in their lists


def color(app, exception):
    """Mark symbols in all pages but those of the appendix."""
    if exception or app.builder.format != "html":
        return
    for page in sorted(page for page in app.env.found_docs if not page.startswith("appendix/")):
        file = Path(app.builder.get_outfilename(page))
        tree = parse(file.read_text(encoding="utf-8"))
        mark(tree)
        file.write_text(tree.html, encoding="utf-8")


def mark(tree):
    """Mark symbols in the formulas and pictures of a page, and numbers that a formula says they equal.

    Parameters
    ----------
    tree : selectolax.lexbor.LexborHTMLParser
        The page.
    """
    for letter in tree.css("math mi"):
        if name := NAMES.get(letter.text()):
            letter.attrs["data-kin"] = name
            sign = letter.next
            if sign and sign.text() == "=" and sign.next and sign.next.tag == "mn":
                sign.next.attrs["data-kin"] = name
    for block in tree.css("math msub"):
        if BLOCK.fullmatch(block.text()):
            block.attrs["data-kin"] = block.text()
    for words in tree.css("svg text"):
        if names := dict.fromkeys(NAMES[letter] for letter in WORD.findall(words.text())):
            words.attrs["data-kin"] = " ".join(names)
