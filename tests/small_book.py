"""A book of a few pages with the settings of the real one, for the tests of the site."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
TOC = "format: jb-book\nroot: index\nchapters:\n- file: reference\n"


def write(folder, *, index, **pages):
    """Write a book whose first page is a notebook, and further pages in Markdown.

    The book has the extension, the look and the bibliography of the real one, and of the packages one module, as
    the source of each becomes a page.
    """
    for name in ("CITATION.cff", "_config.yml", "node_modules", "publish", "references.bib"):
        (folder / name).symlink_to(ROOT / name)
    for name in ("ttsbook/__init__.py", "monograph/__init__.py", "monograph/page.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "_toc.yml").write_text(TOC)
    (folder / "chapters").mkdir()
    index.metadata["language_info"] = {"name": "python"}
    nbformat.write(index, folder / "chapters" / "index.ipynb")
    for name, text in pages.items():
        page = folder / "chapters" / f"{name}.md"
        page.parent.mkdir(exist_ok=True)
        page.write_text(text)
    return folder


def build(folder, output, *, anew=True, **environment):
    """Build a book as `make book` does, knowing no repository; return the finished process.

    With `anew` all pages are written, and else those that have changed.
    """
    command = [Path(sys.executable).with_name("jupyter-book"), "build", folder, "--path-output", output]
    options = [*(["--all"] if anew else []), "-W", "-n", "--keep-going"]
    known = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "TTSBOOK_"))}
    environment = {**known, "NO_COLOR": "1", **environment}
    return subprocess.run([*command, *options], env=environment, capture_output=True, text=True, check=False)
