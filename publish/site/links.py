"""Links from one page to a part of another, `[Theorem 2.1](../setup/attention.ipynb#thm-training)`.

JupyterLab opens the page that such a link names. MyST looks for the part after `#` among the
headings of that page, and is told here of its labels. A link into the bibliography becomes the
citation that it stands for. What the notebooks say to JupyterLab alone is accepted and left out.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx_exercise.directive import ExerciseDirective
from sphinx_proof.directive import ElementDirective, ProofDirective
from sphinxcontrib.bibtex.citation_target import CitationTarget
from sphinxcontrib.bibtex.roles import CitationRef

BIBLIOGRAPHY = "appendix/references"


def setup(app):
    """Resolve the links of every page that is read."""
    allow_numbers()
    for step in (add_statements, add_equations, resolve_own, cite):
        app.connect("doctree-read", step)


def allow_numbers():
    """Let statements and exercises say their numbers, which Sphinx counts by itself."""
    for directive in (ElementDirective, ExerciseDirective):
        directive.option_spec["enumerator"] = directives.unchanged
    ProofDirective.option_spec["enumerated"] = directives.unchanged


def add_statements(app, doctree):
    """Make the statements, exercises, figures and sections of the page that was read targets of links."""
    page = app.env.docname
    targets = app.env.metadata[page].setdefault("myst_slugs", {})
    known = getattr(app.env, "proof_list", {}) | getattr(app.env, "sphinx_exercise_registry", {})
    for label, statement in known.items():
        if statement["docname"] == page:
            targets.setdefault(label, (0, label, label))  # line, id, text of a link without text
    for node in doctree.findall(lambda node: isinstance(node, nodes.figure | nodes.section)):
        for label in node["ids"]:
            targets.setdefault(label, (0, label, label))


def add_equations(app, _doctree):
    """Make the labeled equations of the page that was read targets of links."""
    page = app.env.docname
    targets = app.env.metadata[page].setdefault("myst_slugs", {})
    for label, (target, number) in app.env.get_domain("math").equations.items():
        if target == page:
            targets.setdefault(label, (0, f"equation-{label}", f"({number})"))


def resolve_own(app, doctree):
    """Resolve the links from a page to its own labels."""
    targets = app.env.metadata[app.env.docname].get("myst_slugs", {})
    for link in list(doctree.findall(addnodes.pending_xref)):
        if link["reftype"] == "myst" and not link.get("refdomain") and link["reftarget"] in targets:
            _, element, words = targets[link["reftarget"]]
            content = link.children if link["refexplicit"] else [nodes.Text(words)]
            inner = nodes.inline("", "", *content, classes=["std", "std-ref"])
            link.replace_self(nodes.reference("", "", inner, internal=True, refid=element))


def cite(app, doctree):
    """Turn links into the bibliography into citations."""
    page = app.env.docname
    for link in list(doctree.findall(addnodes.pending_xref)):
        key = link.get("reftargetid")
        if key and link.get("reftarget") == BIBLIOGRAPHY:
            kind = "p" if link.astext().startswith("(") else "t"
            citation = addnodes.pending_xref(
                "", nodes.inline("", key), refdomain="cite", reftype=kind, reftarget=key, refdoc=page, refwarn=True
            )
            citation["refexplicit"] = False
            doctree.note_explicit_target(citation, citation)
            link.replace_self(citation)
            found = CitationRef(citation["ids"][0], page, link.line or 0, [CitationTarget(key, "", "")])
            app.env.get_domain("cite").citation_refs.append(found)
