"""What `_toc.yml` lists, against what lies in `chapters/`."""

import yaml

from publish.stored import guards

SUFFIXES = (".ipynb", ".md")


def listed(toc):
    """Pages that a table of contents lists, in order.

    Parameters
    ----------
    toc : str
        Text of `_toc.yml`.

    Returns
    -------
    list of str
        Paths below `chapters/`, without suffix.
    """
    found = []

    def visit(entry):
        for key in ("root", "file"):
            if key in entry:
                found.append(entry[key])
        for key in ("parts", "chapters", "sections"):
            for child in entry.get(key, []):
                visit(child)

    visit(yaml.safe_load(toc))
    return found


def mismatches(toc, folder):
    """Pages that are listed twice, listed and missing, or present and not listed."""
    pages = listed(toc)
    present = {
        path.relative_to(folder).with_suffix("").as_posix()
        for suffix in SUFFIXES
        for path in folder.rglob(f"*{suffix}")
        if ".ipynb_checkpoints" not in path.parts
    }
    yield from (f"{page} is listed twice" for page in sorted({p for p in pages if pages.count(p) > 1}))
    yield from (f"{page} is listed and does not exist" for page in sorted(set(pages) - present))
    yield from (f"{page} is not listed" for page in sorted(present - set(pages)))


def ignored_mismatches(allowed, chapters):
    """Cells that go uncompared without being allowed to, and the other way round.

    Parameters
    ----------
    allowed : str
        Lines `chapter: cell id`, and comments that begin with `#`.
    chapters : dict of str to nbformat.NotebookNode
        Notebooks by name.

    Yields
    ------
    str
    """
    lines = {line.strip() for line in allowed.splitlines() if line.strip() and line[0] != "#"}
    found = {f"{name}: {cell}" for name, nb in chapters.items() for cell in guards.ignored_cells(nb)}
    yield from (f"{entry} is not compared and not listed" for entry in sorted(found - lines))
    yield from (f"{entry} is listed and is compared" for entry in sorted(lines - found))
