"""Links from one page to a place on another, `[the floor](../setup/task.ipynb#prop-floor)`.

JupyterLab opens the page that such a link names. MyST looks for the part after `#` among the
headings of that page, and is told here of the labels of its statements, exercises, figures and sections.
"""

from docutils import nodes


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
