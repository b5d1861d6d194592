"""Sphinx extension: each page has a twin in Markdown, such as `setup/task.html.md`, for readers that are programs.

It is made of the page's source: formulas are TeX, what is folded stands open, code has what it printed, and pictures
and widgets are the words that describe them. Beside it lies a script with the same text, for the button that copies it:
a page opened as a file can load nothing else. (sphinx-llm-friendly makes twins of what Sphinx has parsed, and leaves
out the nodes of sphinx-proof and sphinx-exercise, which are the statements and exercises.)
"""

import json
import posixpath
import re
from functools import partial
from pathlib import Path

from pybtex.database import parse_file

from publish import contents, labels, notebooks, references
from publish.plain import plain
from publish.site import citation, package

SUFFIX = ".html.md"
REFERENCE = re.compile(r"```\{eval-rst\}\n\.\. reference:: (\S+)\n```")
MODULES = re.compile(r"```\{eval-rst\}\n\.\. modules::\n```")
BIBLIOGRAPHY = re.compile(r"```\{bibliography\}\n[^`]*```")
CODE = re.compile(r"\{py:\w+\}`(?:~(?:\w+\.)*(?P<last>\w+)|(?P<words>[^`<]*?) *<[^`]*>)`")
SEVERAL = re.compile(r"\{cite\}`(?P<keys>[\w-]+(?:,[\w-]+)+)`")
NUMBERS = re.compile(r"</?span\b[^>]*>")


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("html-page-context", name_twin)
    app.connect("site-written", write)


def name_twin(_app, page, _template, context, doctree):
    """Say in the head of a page where its twin is."""
    if doctree is not None:
        link = f'<link rel="alternate" type="text/markdown" href="{posixpath.basename(page)}{SUFFIX}" />'
        context["metatags"] = context.get("metatags", "") + "\n" + link


def write(app, _pages):
    """Write the twin of every page, and the script that hands it over."""
    known = labels.read(app.confdir)
    for page in contents.read(app.confdir).pages:
        if page in app.env.found_docs:
            text = twin(app.confdir, page, known)
            target = Path(app.outdir, page + SUFFIX)
            target.write_text(text, encoding="utf-8")
            script = f"bookMarkdown({json.dumps(text, ensure_ascii=False)});\n"
            target.with_name(f"{target.name}.js").write_text(script, encoding="utf-8")


def twin(folder, page, known):
    """Return a page in Markdown.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the book.
    page : str
        Name of the page.
    known : dict of str to publish.labels.Label
        All labels of the book.

    Returns
    -------
    str
    """
    path = Path(folder, "chapters", f"{page}.ipynb")
    if path.is_file():
        text = partial(markdown, page=f"{page}.ipynb", known=known)
        parts = [part for cell in notebooks.read(path).cells for part in of_cell(cell, text)]
    else:
        source = written_out(path.with_suffix(".md").read_text(encoding="utf-8"), folder)
        parts = [markdown(source, page=f"{page}.md", known=known)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def markdown(source, *, page, known):
    """Return a text of the book in plain Markdown, its links leading to other twins."""
    text = references.linked(source, page, known)
    return NUMBERS.sub("", plain(text, page=page, known=known, lead=partial(lead, page), unfolded=True))


def lead(page, file):
    """Return where the twin of a file is, as seen from a page; None if the site has none."""
    name, suffix = posixpath.splitext(file)
    if file.startswith("..") or suffix not in contents.SUFFIXES:
        return None
    return posixpath.relpath(name + SUFFIX, posixpath.dirname(page) or ".")


def of_cell(cell, text):
    """Yield the parts of a cell: its text, or its code and what that printed and drew."""
    if cell.cell_type == "markdown":
        yield text(cell.source)
    else:
        if "remove-input" not in notebooks.tags(cell):
            yield f"```python\n{cell.source}\n```"
        for output in cell.outputs:
            yield of_output(output, cell.metadata.get("mystnb", {}), text)


def of_output(output, described, text):
    """Return an output of a cell."""
    data = output.get("data", {"text/plain": output.get("text", "")})
    words = data.get("text/plain", "")
    if notebooks.WIDGET in data:
        return f"> **A widget.** {words}"
    if notebooks.PICTURE in data:
        alt = described.get("image", {}).get("alt", words)
        caption = described.get("figure", {}).get("caption")
        return f"> **A picture.** {alt}" + (f"\n>\n> {text(caption)}" if caption else "")
    if "text/markdown" in data:
        return text(data["text/markdown"])
    return f"```text\n{words.rstrip()}\n```"


def written_out(source, folder):
    """Return a text of the appendix with what its roles and directives stand for."""
    source = REFERENCE.sub(lambda found: listed(package.find(str(folder), found[1]), found[1]), source)
    source = MODULES.sub(lambda _: modules(folder), source)
    source = BIBLIOGRAPHY.sub(lambda _: works(Path(folder, "references.bib")), source)
    source = SEVERAL.sub(lambda found: " ".join(f"{{cite}}`{key}`" for key in found["keys"].split(",")), source)
    return CODE.sub(lambda found: f"`{found['last'] or found['words']}`", source)


def modules(folder):
    """List the modules of the reference, each with its summary."""
    found = [package.find(str(folder), name) for name in package.documented(str(folder))]
    return "\n".join(f"- `{module.path}`: {package.summary(module)}" for module in found)


def listed(item, name):
    """List what a module or a class offers, each with its summary."""
    lines = []
    for one in package.public_members(item):
        lines.append(f"- `{name}.{one.name}`: {package.summary(one)}")
        lines += filter(None, [listed(one, f"{name}.{one.name}")])
    return "\n".join(lines)


def works(bibliography):
    """List the works of a bibliography."""
    entries = parse_file(bibliography, "bibtex").entries.values()
    return "\n".join(f"- {words}" for words in sorted(map(citation.words, entries)))
