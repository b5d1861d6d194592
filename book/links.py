"""Links from one page to a statement or exercise on another, `[the floor](../setup/task.ipynb#prop-floor)`.

JupyterLab opens the page that such a link names. MyST looks for the part after `#` among the
headings of that page, and is told here of the labels of its statements and exercises.
"""


def add_statements(app, _doctree):
    """Make the statements and exercises of the page that was read targets of links."""
    page = app.env.docname
    targets = app.env.metadata[page].setdefault("myst_slugs", {})
    known = getattr(app.env, "proof_list", {}) | getattr(app.env, "sphinx_exercise_registry", {})
    for label, statement in known.items():
        if statement["docname"] == page:
            targets.setdefault(label, (0, label, label))  # line, id, text of a link without text
