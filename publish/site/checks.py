"""Questions that the page itself checks, without a kernel.

In an exercise `<span data-check="name">question</span>` asks for a number, or, with a list
right after it, for one of the list's items. A code cell of the same notebook hands over the
answer by `monograph.page.answers`. The page gets it as plain data, since the worked solution stands
below; `static/checks.js` judges what a reader gives. Without the site's scripts, as in JupyterLab, a question and its
options are text.
"""

import json
import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from publish.site import tex

SPAN = re.compile(r'<span data-check="(?P<name>\w+)">')
SLACK = 1 + 1e-6  # so that a number at the stated tolerance is accepted, however it was computed

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


def allowed(answer, number):
    """Return how far from a number an answer may be."""
    return SLACK * (answer["percent"] / 100 * abs(number) if "percent" in answer else answer["within"])


def tolerance(answer):
    """Words that say how far from the right number an answer may be."""
    if answer["right"] % 1 == 0 and 0.1 < answer.get("within", 0) < 0.5:  # no other whole number is accepted
        return "a whole number"
    return f"within {answer['percent']:g} %" if "percent" in answer else f"within {answer['within']:g}"


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
        place[index] = Check("", nodes.inline("", "", *words), *items, name=name, answer=answer)
        place[index]["tolerance"] = "" if wanted else tolerance(answer)

    def warn(self, message, node):
        """Issue a warning of Sphinx, which is an error when the book is built."""
        logger.warning(message, location=node, type="book", subtype="check")


def visit_check(translator, node):
    """Write the form of a question."""
    words, *options = node
    said = f"{_id(node)}-said"
    write = translator.body.append
    answer = escape(json.dumps(node["answer"], ensure_ascii=False))
    write(f'<form class="check" data-name="{node["name"]}" data-answer="{answer}">')
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
    """Open an option; one that is a formula alone says it in letters, as tools hear none that is not laid out."""
    formulas = [*node.findall(nodes.math)]
    alone = formulas and "".join(formula.astext() for formula in formulas) == node.astext().strip()
    said = f' aria-label="{escape(" ".join(map(spoken, formulas)))}"' if alone else ""
    translator.body.append(f'<label><input type="radio" name="{_id(node)}" value="{node["number"]}"{said}> <span>')


def spoken(formula):
    """Return a formula in letters that can be heard: `w 1`."""
    return tex.plain(formula.astext()).replace("_", " ")


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
