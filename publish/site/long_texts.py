"""Sphinx extension: a long text of a widget, such as its code or the weights of a model, lies in a file of its own.

A page is read while the file is on its way: see `publish/static/host.js`. It is a script that hands the text over, as
a page opened as a file can load nothing else.
"""

import hashlib
import json
from pathlib import Path

from publish.notebooks import WIDGET_STATE
from publish.site.trees import in_script

LONG = 30_000  # letters
FOLDER = "_static/texts"


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("site-written", set_apart, priority=850)


def set_apart(app, pages):
    """Write the long texts of all pages to files, and where they are into the pages."""
    folder = Path(app.outdir, FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    for page, tree in pages.items():
        for name, text in take_long_texts(tree, "../" * page.count("/") + FOLDER).items():
            script = f"bookTexts[{json.dumps(name)}] = {json.dumps(text)};\n"
            (folder / f"{name}.js").write_text(script, encoding="utf-8")


def take_long_texts(tree, folder):
    """Take the long texts out of the states of a page's widgets: ``{"text": name, "file": address}`` stands for each.

    Parameters
    ----------
    tree : selectolax.lexbor.LexborHTMLParser
        A page.
    folder : str
        Address of the folder of the texts, as the page names it.

    Returns
    -------
    dict of str to str
        The texts by name.
    """
    texts = {}
    for script in tree.css(f'script[type="{WIDGET_STATE}"]'):
        stored = json.loads(script.text())
        for model in stored["state"].values():
            for trait, value in model["state"].items():
                if isinstance(value, str) and len(value) > LONG:
                    name = hashlib.sha256(value.encode()).hexdigest()[:16]
                    texts[name] = value
                    model["state"][trait] = {"text": name, "file": f"{folder}/{name}.js"}
        if texts:
            script.inner_html = in_script(stored)
    return texts
