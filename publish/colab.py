"""The chapters for Colab, and for download: `python -m publish.colab FOLDER`.

Colab has neither the package nor MyST. So these copies of the stored chapters are in plain
Markdown, and begin with a cell that fetches the book in the version that was built. It is the
build that knows the address: without one, there is no such cell.
"""

import copy
import os
import sys
from pathlib import Path

from nbformat import v4

from publish import labels, notebooks, references
from publish.plain import plain
from publish.site import launch

ID = "colab"
CELL = """\
# In Colab: fetch the book in the version of this notebook. Anywhere else: nothing.
import sys

if "google.colab" in sys.modules:
    %pip install --quiet anywidget==0.11.0
    !git init -q book && cd book && git fetch -q --depth 1 {repository} {revision} && git checkout -q FETCH_HEAD
    sys.path.insert(0, "book")
    sys.modules["google.colab"].output.enable_custom_widget_manager()"""


def setup(app):
    """Replace the copies when the site is complete."""
    app.connect("site-written", replace_sources)


def portable(notebook, *, name, environ, known=None):
    """Return a copy of a chapter that can be read and run outside of the repository.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The stored chapter.
    name : str
        Name of the chapter, such as `setup/task`.
    environ : mapping of str to str
        The environment of the build, which may know the repository: see `publish.site.launch`.
    known : dict of str to publish.labels.Label, optional
        All labels; by default those of the book.

    Returns
    -------
    nbformat.NotebookNode
    """
    known = labels.read() if known is None else known
    repository, revision = launch.repository(environ), launch.revision(environ)
    lead = (lambda file: f"{repository}/blob/{revision}/chapters/{file}") if repository else None
    written = copy.deepcopy(notebook)
    references.write(written, name=name, known=known)
    for cell in notebooks.text_cells(written):
        cell.source = plain(cell.source, page=f"{name}.ipynb", known=known, lead=lead)
    if repository and notebooks.code_cells(written):
        first = written.cells.index(notebooks.code_cells(written)[0])
        source = CELL.format(repository=repository, revision=revision)
        written.cells.insert(first, v4.new_code_cell(source, id=ID))
    return written


def write(folder, environ):
    """Write all chapters, as Colab can show them, into a folder."""
    known = labels.read()
    for path in notebooks.paths():
        name = notebooks.name_of(path)
        target = Path(folder, "chapters", f"{name}.ipynb")
        target.parent.mkdir(parents=True, exist_ok=True)
        written = portable(notebooks.read(path), name=name, environ=environ, known=known)
        notebooks.write(notebooks.dumps(written), target)


def replace_sources(app, _pages):
    """Offer the portable chapters for download, in place of the stored ones."""
    known = labels.read(app.confdir)
    for path in Path(app.outdir, "_sources").rglob("*.ipynb"):
        name = path.relative_to(Path(app.outdir, "_sources")).with_suffix("").as_posix()
        stored = notebooks.read(Path(app.srcdir, f"{name}.ipynb"))
        notebooks.write(notebooks.dumps(portable(stored, name=name, environ=os.environ, known=known)), path)


def main(arguments):
    """Run the command line; return the message of a failure, or None."""
    if len(arguments) != 1:
        return "usage: python -m publish.colab FOLDER"
    if not launch.repository(os.environ):
        return "No repository is known: set TTSBOOK_REPOSITORY to its address."
    return write(arguments[0], os.environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
