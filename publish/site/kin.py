"""Sphinx extension: a symbol has one color in all formulas, and lights up in formulas and pictures together.

Λ, Γ and n belong to training, Σ and m to the test, k to the chain of thought. In the pages of the appendix
letters have other meanings, too.
"""

import re
from pathlib import Path

NAMES = {"Λ": "Lambda", "Γ": "Gamma", "Σ": "Sigma", "n": "n", "m": "m", "k": "k"}
LETTERS = "".join(NAMES)
FORMULA = re.compile(
    rf"<mi(?P<attributes>[^>]*)>(?P<letter>[{LETTERS}])</mi>(?:(?P<equals><mo>=</mo>)<mn>(?P<number>[^<]*)</mn>)?"
)
PICTURE = re.compile(r"<text(?P<attributes>[^>]*)>(?P<words>[^<]*)</text>")
WORD = re.compile(rf"(?<![\w’'])[{LETTERS}](?![\w’'])")


def setup(app):
    """Register the extension with Sphinx."""
    app.add_css_file("kin.css")
    app.add_js_file("kin.js")
    app.connect("build-finished", color, priority=800)  # when formulas are in their lists


def color(app, exception):
    """Mark symbols in all pages but those of the appendix."""
    if exception or app.builder.format != "html":
        return
    for page in sorted(app.env.found_docs):
        if not page.startswith("appendix/"):
            file = Path(app.builder.get_outfilename(page))
            file.write_text(marked(file.read_text(encoding="utf-8")), encoding="utf-8")


def marked(html):
    """Mark symbols in the formulas and pictures of a page, and numbers that a formula says they equal.

    Parameters
    ----------
    html : str

    Returns
    -------
    str
    """
    return PICTURE.sub(_in_picture, FORMULA.sub(_in_formula, html))


def _in_formula(found):
    kin = f' data-kin="{NAMES[found["letter"]]}"'
    number = f"{found['equals']}<mn{kin}>{found['number']}</mn>" if found["equals"] else ""
    return f"<mi{found['attributes']}{kin}>{found['letter']}</mi>{number}"


def _in_picture(found):
    names = dict.fromkeys(NAMES[letter] for letter in WORD.findall(found["words"]))
    kin = f' data-kin="{" ".join(names)}"' if names else ""
    return f"<text{found['attributes']}{kin}>{found['words']}</text>"
