"""References that every reader of a notebook can follow: `python -m publish.references`.

Authors write the roles of MyST, such as ``{prf:ref}`thm-training` ``. Sphinx knows what they
mean in the whole book. JupyterLab sees one notebook at a time, and would show the label. So the
chapters are stored with links that name their targets, as `[Theorem 2.1](attention.ipynb#thm-training)`,
and with statements that know their numbers. Both are written, and kept right, by machine: every
`python -m publish.chapters` does it, and this module does it without executing anything.
"""

import posixpath
import re
import sys

from pybtex.database import parse_file

from publish import contents, labels, notebooks
from publish.book import ROOT
from publish.stored.execution import ChapterError

REFERENCES = "appendix/references.md"
BIBLIOGRAPHY = ROOT / "references.bib"
# Roles that are replaced by links. An equation of the same page keeps its role: JupyterLab
# counts the equations of a notebook by itself.
ROLE = re.compile(r"\{(?P<role>prf:ref|numref|ref|eq|cite|cite:[pt])\}`(?:(?P<text>[^`<]*?)\s*<)?(?P<label>[\w-]+)>?`")
LINK = re.compile(r"\[(?P<text>[^][]*)\]\((?P<page>[\w./-]*)(?:#(?P<label>[\w-]+))?\)")
# What a link says if it was written here: it is written again when the numbers change.
AUTOMATIC = re.compile(r"[A-Z][a-z]+\.? \d+\.\d+|\(\d+\.\d+\)|")

_NUMBER = re.compile(r"^:(?:enumerator|enumerated):.*\n", re.MULTILINE)


def write(notebook, *, name, known=None):
    """Make the references of a notebook readable without Sphinx, in place.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    name : str
        Name of the chapter, such as `setup/task`.
    known : dict of str to publish.labels.Label, optional
        All labels; by default those of the book.

    Raises
    ------
    ChapterError
        If a reference leads nowhere.
    """
    known = labels.read() if known is None else known
    counting = labels.Counting(f"{name}.ipynb", contents.read().numbers.get(name))
    for cell in notebooks.text_cells(notebook):
        cell.source = numbered(linked(cell.source, f"{name}.ipynb", known), counting)


def linked(source, page, known):
    """Return a text of `page` with links in place of roles, each with the words that fit."""

    def from_role(match):
        label, role = match["label"], match["role"]
        if role.startswith("cite"):
            return f"[{cited(label, role)}]({_path(page, REFERENCES)}#{label})"
        target = _known(label, known, page)
        if role == "eq" and target.page == page:
            return match[0]
        return f"[{match['text'] or target.words or label}]({_path(page, target.page)}#{label})"

    def fresh(match):
        if not AUTOMATIC.fullmatch(match["text"]):
            return match[0]
        if match["label"] in known and known[match["label"]].words:
            return f"[{known[match['label']].words}]({match['page']}#{match['label']})"
        return match[0] if match["label"] or match["text"] else f"[{_title(page, match['page'])}]({match['page']})"

    return LINK.sub(fresh, ROLE.sub(from_role, source))


def numbered(source, counting):
    """Return a text whose statements and exercises know their numbers, and whose proofs have none."""
    lines = _NUMBER.sub("", source + "\n").removesuffix("\n").split("\n")
    written, wanted = [], None
    for start, line in enumerate(lines):
        if wanted and not labels.OPTION.match(line):
            written.append(wanted)
            wanted = None
        written.append(line)
        fence = labels.FENCE.match(line)
        if fence and fence["name"]:
            wanted = _number_option(fence["name"], labels.options(lines[start + 1 :]), counting)
    return "\n".join(written)


def _number_option(directive, given, counting):
    """Return the option by which a directive says its number, or that it has none; None for others."""
    if directive == "prf:proof":
        return ":enumerated: false"
    if not labels.NUMBERED.fullmatch(directive) or not counting.number or "nonumber" in given:
        return None
    kind = directive.removeprefix("prf:").capitalize()
    return f":enumerator: {counting.next(kind, None, '{number}').words}"


def cited(key, role="cite"):
    """Return the words by which a work is cited, as the site writes them.

    Parameters
    ----------
    key : str
        Key of the work in `references.bib`.
    role : {"cite", "cite:p", "cite:t"}
        Whether it is cited in parentheses, or as part of the sentence.

    Returns
    -------
    str
    """
    works = parse_file(BIBLIOGRAPHY, "bibtex").entries
    if key not in works:
        raise ChapterError(f"there is no work {key!r} in {BIBLIOGRAPHY.name}")
    names = [" ".join(p.prelast_names + p.last_names) for p in works[key].persons["author"]]
    who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
    year = works[key].fields["year"]
    return f"{who} ({year})" if role == "cite:t" else f"({who}, {year})"


def _known(label, known, page):
    """Return what a label stands for."""
    if label not in known:
        raise ChapterError(f"{page}: there is no {label!r} in the book")
    return known[label]


def _path(page, target):
    """Return the path of a page as seen from another one, nothing for the same one."""
    return "" if page == target else posixpath.relpath(target, posixpath.dirname(page) or ".")


def _title(page, target):
    """Return the title of the page that a link without words leads to."""
    path = notebooks.CHAPTERS / posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
    text = notebooks.read(path).cells[0].source if path.suffix == ".ipynb" else path.read_text(encoding="utf-8")
    return re.search(r"^# (.*)$", text, re.MULTILINE)[1]


def main():
    """Rewrite the references of all chapters; return the exit status."""
    known = labels.read()
    for path in notebooks.paths():
        notebook = notebooks.read(path)
        write(notebook, name=notebooks.name_of(path), known=known)
        text = notebooks.dumps(notebook)
        if text != path.read_text(encoding="utf-8"):
            notebooks.write(text, path)
            print(f"{notebooks.name_of(path)}: references written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
