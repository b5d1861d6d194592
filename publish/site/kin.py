"""Sphinx extension: a symbol has one color in all formulas, and lights up in formulas and pictures together.

Λ, Γ and n belong to training, Σ and m to the test, k to the chain of thought. In the pages of the appendix, but for
the notation, letters have other meanings, too. A block of the layer, such as V₃₁, lights up where a picture names it.
"""

import re

NAMES = {"Λ": "Lambda", "Γ": "Gamma", "Σ": "Sigma", "n": "n", "m": "m", "k": "k"}
BLOCK = re.compile("[VW][1-4][1-4]")
OPERATIONS = {*"+−·/"}
WORD = re.compile(rf"(?<![\w’'])[{''.join(NAMES)}](?![\w’'])")


def setup(app):
    """Register the extension with Sphinx."""
    app.add_css_file("kin.css")
    app.add_js_file("kin.js")
    app.connect("site-written", color, priority=800)  # when formulas are in their lists


def color(app, pages):
    """Mark symbols in the chapters, and where they are explained."""
    for page in app.env.found_docs:
        if page == "appendix/notation" or not page.startswith("appendix/"):
            mark(pages[page])


def alone(letter):
    """Tell whether a letter is a term of its own, and not the last of n²/m."""
    before = letter.prev
    return not before or (before.tag in {"mo", "mspace"} and before.text() not in OPERATIONS)


def mark(tree):
    """Mark symbols in the formulas and pictures of a page, and numbers that a formula says they equal.

    Parameters
    ----------
    tree : selectolax.lexbor.LexborHTMLParser
        The page.
    """
    for letter in tree.css("math mi, math mtext"):
        if name := NAMES.get(letter.text()):
            letter.attrs["data-kin"] = name
            sign = letter.next
            if alone(letter) and sign and sign.text() == "=" and sign.next and sign.next.tag == "mn":
                sign.next.attrs["data-kin"] = name
    for block in tree.css("math msub"):
        if BLOCK.fullmatch(block.text()):
            block.attrs["data-kin"] = block.text()
    for words in tree.css("svg text"):
        if names := dict.fromkeys(NAMES[letter] for letter in WORD.findall(words.text())):
            words.attrs["data-kin"] = " ".join(names)
