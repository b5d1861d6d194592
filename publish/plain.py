"""The text of a chapter in plain Markdown, for readers of notebooks that know nothing of MyST."""

import posixpath
import re

from publish import labels

EQUATION = re.compile(r"[ \t]*\$\$[ \t]*\((?P<label>[\w-]+)\)[ \t]*$", re.MULTILINE)
LINK = re.compile(r"\[(?P<text>[^][]*)\]\((?P<target>[^()\s]*)\)")
ROLE = re.compile(r"\{eq\}`(?P<label>[\w-]+)`")
VERBATIM = {"code", "code-block", "code-cell"}


def plain(source, *, page, known, lead=None, unfolded=False):
    """Write a text without roles, directives and labels.

    Parameters
    ----------
    source : str
        MyST, with its references in the form that `publish.references` gives them.
    page : str
        File of the text below `chapters/`.
    known : dict of str to publish.labels.Label
        All labels of the book.
    lead : callable, optional
        Address of a file, by its path below `chapters/`, for the links to other pages. Without it, and where it
        returns None, a link is its words.
    unfolded : bool
        Whether what is folded stands open in the text.

    Returns
    -------
    str
    """

    def number(match):
        return (known[match["label"]].words if match["label"] in known else None) or match["label"]

    def tag(match):
        return rf" \tag{{{number(match).strip('()')}}}$$"

    def link(match):
        text, target = match["text"], match["target"]
        if re.match(r"https?:", target):
            return match[0]
        if lead is None or target.startswith(("#", "widget:")):
            return text
        path, _, _ = target.partition("#")
        address = lead(posixpath.normpath(posixpath.join(posixpath.dirname(page), path)))
        return f"[{text}]({address})" if address else text

    text = "\n".join(_blocks(source.split("\n"), unfolded))
    return LINK.sub(link, ROLE.sub(number, EQUATION.sub(tag, text)))


def _blocks(lines, unfolded):
    """Yield lines in which directives have become quotations and parts that unfold."""
    lines = iter(lines)
    for line in lines:
        fence = labels.FENCE.match(line)
        if fence:
            content = list(until(fence["fence"], lines))
            yield from _directive(fence, content, unfolded) if fence["name"] else [line, *content, fence["fence"]]
        elif not re.fullmatch(r"\([\w-]+\)=", line):
            yield line


def until(fence, lines):
    """Yield the lines before a fence closes."""
    for line in lines:
        if line.startswith(fence) and set(line.strip()) == {fence[0]}:
            return
        yield line


def _directive(fence, content, unfolded):
    """Write a directive."""
    name = fence["name"].removeprefix("prf:")
    given = labels.options(content)
    body = "\n".join(content[len(given) :]).strip("\n")
    if name in VERBATIM:
        return [f"```{fence['title']}", body, "```"]
    if name == "math":
        return [f"$$\n{body}\n$$"]
    text = "\n".join(_blocks(body.split("\n"), unfolded))
    title = _title(name, fence["title"], given)
    if "dropdown" in given.get("class", "") and not unfolded:
        return [f"<details><summary><b>{title}</b></summary>\n\n{text}\n\n</details>"]
    return [f"> {line}".rstrip() for line in f"**{title}**\n\n{text}".split("\n")]


def _title(name, title, given):
    """Words above a directive."""
    if name == "admonition":
        return title
    words = " ".join([name.capitalize(), *filter(None, [given.get("enumerator")])])
    return f"{words} ({title})" if title and name != "solution" else words
