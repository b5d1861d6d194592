"""Sphinx extension: formulas are typeset when the book is built, by Temml, and come with the page as MathML."""

import json
import subprocess
import sys
from functools import cache
from html import escape
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from publish.site import mathfont
from publish.site.spacing import SCRIPTS, core, space

CLASS = "math notranslate nohighlight"
SCRIPT = Path(__file__).with_name("typeset.cjs")
logger = logging.getLogger(__name__)


def setup(app):
    """Register the renderer, and make the font when all is written."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_display, None))
    app.add_css_file("formulas.css")
    app.connect("site-written", make_font, priority=900)


def make_font(app, pages):
    """Reduce the font of formulas to what the formulas of the site need."""
    letters = {letter for tree in pages.values() for formula in tree.css("math") for letter in formula.text()}
    letters.add("√")  # which no formula spells: it is drawn for `msqrt`
    mathfont.make(Path(app.outdir, "_static", "fonts", "book-math.woff2"), letters)


def visit_inline(translator, node):
    """Write a formula in a line of text."""
    translator.body.append(f"{start(translator, node, 'span')}{mathml(node, display=False)}</span>")
    raise nodes.SkipNode


def visit_display(translator, node):
    """Write a formula on lines of its own, maybe with its number, beside what scrolls where there is little room."""
    write = translator.body.append
    formula = mathml(node, display=True)
    if node["number"]:
        write(translator.starttag(node, "div", "", CLASS="numbered"))  # which has the id, too
        write(f'<div class="{CLASS}" data-tex="{escape(source(node))}">{formula}</div>')
        write(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        write("</span></div>\n")
    else:
        write(f"{start(translator, node, 'div')}{formula}</div>\n")
    raise nodes.SkipNode


def start(translator, node, tag):
    """Return the start tag of a formula, which holds its TeX."""
    return translator.starttag(node, tag, "", CLASS=CLASS, **{"data-tex": source(node)})


def source(node):
    """Return the TeX of a formula, on one line unless it says otherwise."""
    tex = node.astext().strip()
    lines = r"\\" in tex and not node.get("nowrap", False) and isinstance(node, nodes.math_block)
    return rf"\begin{{split}}{tex}\end{{split}}" if lines else tex


def mathml(node, *, display):
    """Return a formula as MathML; where it is wrong, warn and show its TeX."""
    tex = source(node)
    answer = typeset(tex, display)
    if "error" in answer:
        logger.warning("a formula cannot be set: %s: %s", answer["error"], tex, location=node)
    return answer.get("mathml", f"<code>{escape(tex)}</code>")


@cache
def typeset(tex, display):
    """Ask Temml for a formula, and return its answer: `mathml` in the fewest elements, or an `error`."""
    process = temml()
    process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    if "mathml" in answer:
        answer["mathml"] = simplify(answer["mathml"])
    return answer


@cache
def temml():
    """Start Node.js, which ends with this process."""
    command = [Path(sys.executable).with_name("node"), SCRIPT]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def simplify(formula):
    """Write a formula of Temml's with fewer elements, with TeX's space, and with primes in the line.

    The signs in an index have no space. A sign that begins or ends a formula, as in `n =`, has no space on that
    side, where the text has its own.
    """
    tree = ElementTree.fromstring(formula)
    for scripted in [part for part in tree.iter() if part.tag in ("msub", "msup", "msubsup")]:
        attach(scripted)
    for root in tree.iter("msqrt"):
        root.insert(0, Element("mspace", height="0.7em"))  # so that the sign of a low letter does not hang below it
    for parent in list(tree.iter()):
        for place, child in enumerate(list(parent)):
            parent[place] = unwrapped(child)
        if parent.tag in SCRIPTS:
            for sign in (sign for script in parent[1:] for sign in script.iter("mo")):
                sign.attrib |= {"lspace": "0", "rspace": "0"}
    [*children] = tree
    if len(children) == 1 and children[0].tag == "mrow" and not children[0].attrib:
        tree[:] = list(children[0])
    space(tree)
    for side, end in (("lspace", 0), ("rspace", -1)):
        if len(tree) and core(tree[end]).tag == "mo":
            core(tree[end]).set(side, "0")
    for element in tree.iter():
        if element.tag == "mi" and (element.attrib.pop("mathvariant", "") == "normal" or len(element.text or "") > 1):
            element.tag = "mtext"  # Firefox gives an upright `mi` the space of a function's name
        if element.get("style") in ("true", "false", "display:block math;"):
            del element.attrib["style"]
    return ElementTree.tostring(tree, encoding="unicode", short_empty_elements=False)


def attach(scripted):
    """Put indices and exponents where TeX has them.

    A prime stands in the line: the font's stands high already, and raised once more would be small and far above its
    letter. Two are one sign. What belongs to brackets stands at the closing one, and an exponent of a letter with an
    accent as high as that of the letter.
    """
    base, *_, last = scripted
    raised = scripted.tag != "msub"
    if (primes := "".join(last.itertext())) and not primes.strip("′"):
        index = Element("msub")
        index.extend(scripted[:-1])
        sign = Element("mo", lspace="0", rspace="0")
        sign.text = "′″‴"[len(primes) - 1]
        scripted[:] = [index if len(index) > 1 else base, sign]
        scripted.tag = "mrow"
    elif base.tag == "mrow" and "form" in (closing := base[-1] if len(base) else base).attrib:
        kernel = Element(scripted.tag)
        usual = "minsize" not in closing.attrib and closing.get("stretchy") == "false"
        kernel.extend([lowered(closing) if usual and raised else closing, *scripted[1:]])
        scripted[:] = [*base[:-1], kernel]
        scripted.tag = "mrow"
    elif base.tag == "mover" and raised:
        scripted[0] = lowered(base)


def lowered(base):
    """Return something that has an exponent with the height of a letter, whatever a browser rounds its own to."""
    letter = Element("mpadded", height="0.7em")
    letter.append(base)
    return letter


def unwrapped(element):
    """Return what a row holds if that is one element beside empty space, and else the element."""
    while element.tag == "mrow" and not element.attrib:
        inner = [part for part in element if part.tag != "mspace" or part.attrib]
        if len(inner) != 1:
            return element
        element = inner[0]
    return element
