"""Questions that the page itself checks, without a kernel.

In an exercise `<span data-check="name">question</span>` asks for a number, or, with a list
right after it, for one of the list's items. A code cell of the same notebook hands over the
answer by `monograph.page.answers`. The page gets it sealed: what is typed is hashed and
compared, by `static/checks.js`, which mirrors `accepts`. That keeps a reader from seeing the answer
unasked; it keeps no secret, and the worked solution stands below. Without the site's scripts, as in
JupyterLab, a question and its options are text.
"""

import base64
import json
import math
import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

SPAN = re.compile(r'<span data-check="(?P<name>\w+)">')

logger = logging.getLogger(__name__)


def answers(content):
    """Answers by name that the cells of a notebook hand over.

    Parameters
    ----------
    content : dict
        A notebook as its file says, or as read by nbformat.
    """
    outputs = [output for cell in content["cells"] for output in cell.get("outputs", [])]
    found = [output.get("metadata", {}).get("answers", {}) for output in outputs]
    return {name: answer for bundle in found for name, answer in bundle.items()}


def questions(content):
    """Names of the questions that the text of a notebook asks, in order."""
    texts = ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "markdown"]
    return [name for text in texts for name in SPAN.findall(text)]


def consistent(notebook):
    """Require that every question has an answer, and every answer a question (a guard)."""
    asked, handed = questions(notebook), answers(notebook)
    for name in sorted({name for name in asked if asked.count(name) > 1}):
        yield f"the question {name!r} is asked twice"
    for name in sorted(handed.keys() ^ set(asked)):
        yield f"{name!r} has {'no question' if name in handed else 'no answer'}"


def seal(name, answer):
    """Hide an answer, so that what a reader gives can be checked and nothing can be read off.

    Parameters
    ----------
    name : str
        Name of the question.
    answer : dict
        From `monograph.page.value` or `monograph.page.choice`.

    Returns
    -------
    dict
        Hash of the interval (or option) that is right, where intervals begin, how wide they
        are, and what to say about others, in base64, by their hashes.
    """
    if "options" in answer:
        said = {digest(name, number): words for number, words in enumerate(answer["options"], start=1) if words}
        return {"right": digest(name, answer["right"]), "notes": _encoded(said)}
    low, high = _interval(answer)
    lattice = {"log": "percent" in answer, "start": low % (high - low), "width": high - low}
    right = _bucket(lattice, answer["right"])
    said = {}
    for wrong, words in answer["traps"]:
        # Readers round, so a trap has the buckets around it too.
        near = [_bucket(lattice, wrong) + shift for shift in (-1, 0, 1)]
        said |= {digest(name, number): words for number in near if number != right}
    return {**lattice, "right": digest(name, right), "notes": _encoded(said), "hint": _hidden(answer["hint"])}


def accepts(name, sealed, given):
    """Whether a number, or the number of an option, is the right answer."""
    if "width" in sealed:
        if sealed["log"] and given <= 0:
            return False
        given = _bucket(sealed, given)
    return digest(name, given) == sealed["right"]


def digest(name, number):
    """Hash (FNV-1a, 32 bits) of a whole number, salted with the name of the question."""
    state = 2166136261
    for letter in f"{name}:{number}":
        state = (state ^ ord(letter)) * 16777619 % 2**32
    return f"{state:08x}"


def tolerance(answer):
    """Words that say how far from the right number an answer may be."""
    return f"within {answer['percent']:g} %" if "percent" in answer else f"within {answer['within']:g}"


def _interval(answer):
    """Interval of accepted numbers (or their logarithms), a little wider than what is stated."""
    right, slack = answer["right"], 1 + 1e-6
    if "percent" in answer:
        share = answer["percent"] / 100 * slack
        return math.log(right * (1 - share)), math.log(right * (1 + share))
    return right - answer["within"] * slack, right + answer["within"] * slack


def _bucket(lattice, number):
    """Return the number of the interval in which an answer lies."""
    place = math.log(number) if lattice["log"] else number
    return math.floor((place - lattice["start"]) / lattice["width"])


def _encoded(said):
    """Hide the words to be said, by hash."""
    return {key: _hidden(words) for key, words in said.items()}


def _hidden(words):
    """Encode words, so that no one reads them by accident."""
    return base64.b64encode(words.encode()).decode()


class Check(nodes.General, nodes.Element):
    """A question with its controls."""


class Option(nodes.General, nodes.Element):
    """An option of a question."""


class Checks(SphinxPostTransform):
    """Turn the questions of a page into controls."""

    default_priority = 880

    def run(self, **_):
        """Transform the document."""
        spans = [raw for raw in self.document.findall(nodes.raw) if SPAN.fullmatch(raw.astext())]
        if not spans:
            return
        page = Path(self.env.doc2path(self.env.docname))
        handed = answers(json.loads(page.read_text(encoding="utf-8"))) if page.suffix == ".ipynb" else {}
        for span in spans:
            name = SPAN.fullmatch(span.astext())["name"]
            if name in handed:
                self.replace(span.parent, name, handed[name])
            else:
                self.warn(f"no cell hands over an answer to {name!r}", span)

    def replace(self, paragraph, name, answer):
        """Put the controls of one question in the place of its text."""
        place = paragraph.parent
        index = place.index(paragraph)
        wanted, options = len(answer.get("options", ())), []
        if wanted:
            listed = (*place[index + 1 : index + 2], None)[0]
            options = list(listed) if isinstance(listed, nodes.bullet_list | nodes.enumerated_list) else []
            if len(options) != wanted:
                self.warn(f"{name!r} has {len(options)} options, its answer {wanted}", paragraph)
                return
            place.remove(listed)
        words = [child for child in paragraph if not isinstance(child, nodes.raw)]
        items = [Option("", *item[0].children, name=name, number=i) for i, item in enumerate(options, start=1)]
        sealed = json.dumps(seal(name, answer), separators=(",", ":"))
        place[index] = Check("", nodes.inline("", "", *words), *items, name=name, seal=sealed)
        place[index]["tolerance"] = "" if wanted else tolerance(answer)

    def warn(self, message, node):
        """Issue a warning of Sphinx, which is an error when the book is built."""
        logger.warning(message, location=node, type="book", subtype="check")


def visit_check(translator, node):
    """Write the form of a question."""
    words, *options = node
    said = f"{_id(node)}-said"
    write = translator.body.append
    write(f'<form class="check" data-name="{node["name"]}" data-seal="{escape(node["seal"])}">')
    if options:
        write(f'<fieldset aria-describedby="{said}"><legend>')
        words.walkabout(translator)
        write("</legend>")
        for option in options:
            option.walkabout(translator)
        write("</fieldset><p>")
    else:
        write(f'<p><label for="{_id(node)}">')
        words.walkabout(translator)
        write(f' <span class="check-tolerance">({node["tolerance"]})</span></label></p><p>')
        write(f'<input id="{_id(node)}" aria-describedby="{said}" inputmode="decimal" autocomplete="off"> ')
    write(f'<button>Check</button> <span id="{said}" class="check-verdict" role="status"></span></p></form>\n')
    raise nodes.SkipNode


def visit_option(translator, node):
    """Open an option."""
    translator.body.append(f'<label><input type="radio" name="{_id(node)}" value="{node["number"]}"> <span>')


def depart_option(translator, _):
    """Close an option."""
    translator.body.append("</span></label>\n")


def _id(node):
    """Return the identifier of a question's field."""
    return f"check-{node['name']}"


def add_files(app, pagename, templatename, context, doctree):
    """Let the pages that ask something load what checks the answers."""
    if doctree and next(doctree.findall(Check), None):
        app.add_css_file("checks.css")
        app.add_js_file("checks.js", defer="")


def setup(app):
    """Register all this with Sphinx."""
    app.add_post_transform(Checks)
    app.add_node(Check, html=(visit_check, None))
    app.add_node(Option, html=(visit_option, depart_option))
    app.connect("html-page-context", add_files)
