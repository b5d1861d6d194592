"""Sphinx extension: a long text of a widget, such as its code or the weights of a model, lies in a file of its own.

A page is read while the file is on its way: see `publish/static/host.js`. It is a script that hands the text over, as
a page opened as a file can load nothing else.
"""

import hashlib
import json
import re
from pathlib import Path

from publish.notebooks import WIDGET_STATE

LONG = 30_000  # letters
FOLDER = "_static/texts"
STATE = re.compile(rf'(<script[^>]*type="{re.escape(WIDGET_STATE)}"[^>]*>)(.*?)(</script>)', re.DOTALL)


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("build-finished", set_apart, priority=850)


def set_apart(app, exception):
    """Write the long texts of all pages to files, and where they are into the pages."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = [Path(app.builder.get_outfilename(page)) for page in app.env.found_docs]
    for file in sorted([*pages, *out.glob("widgets/*.html")]):
        page = file.read_text(encoding="utf-8")
        to_root = "../" * (len(file.relative_to(out).parts) - 1)
        shorter, texts = without_long_texts(page, to_root + FOLDER)
        for name, text in texts.items():
            path = out / FOLDER / f"{name}.js"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"bookTexts[{json.dumps(name)}] = {json.dumps(text)};\n", encoding="utf-8")
        if texts:
            file.write_text(shorter, encoding="utf-8")


def without_long_texts(page, folder):
    """Take the long texts out of the states of a page's widgets.

    Parameters
    ----------
    page : str
        HTML.
    folder : str
        Address of the folder of the texts, as the page names it.

    Returns
    -------
    page : str
        HTML in which ``{"text": name, "file": address}`` stands for each of them.
    texts : dict of str to str
        The texts by name.
    """
    texts = {}

    def shortened(match):
        state = json.loads(match[2])
        for model in state.get("state", {}).values():
            for trait, value in model.get("state", {}).items():
                if isinstance(value, str) and len(value) > LONG:
                    name = hashlib.sha256(value.encode()).hexdigest()[:16]
                    texts[name] = value
                    model["state"][trait] = {"text": name, "file": f"{folder}/{name}.js"}
        return match[1] + json.dumps(state, ensure_ascii=False).replace("</", r"<\/") + match[3]

    shorter = STATE.sub(shortened, page)
    return (shorter, texts) if texts else (page, {})
