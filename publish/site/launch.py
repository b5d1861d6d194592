"""Buttons that open a chapter in Binder and in Colab, where the repository is known.

The address of the repository, and the version of the book, come from the environment of the
build, so that a book built from a copy of the repository launches that copy. Without them no
button is made.
"""

import os
import re

BINDER = "https://mybinder.org"
COLAB = "https://colab.research.google.com"
KNOWN_HOSTS = re.compile(r"https?://[^/]*(?:github|gitlab|bitbucket)\.")
GITHUB = re.compile(r"https://github\.com/(?P<name>[\w.-]+/[\w.-]+)")
# Where the chapters are published in the form that Colab can show: see publish/colab.py.
NOTEBOOKS = "notebooks"


def setup(app):
    """Register both steps; the theme has made its buttons before the second."""
    app.connect("config-inited", add_repository)
    app.connect("html-page-context", exact_addresses, priority=600)


def add_repository(_, config):
    """Show the links that need the repository's address where it is known."""
    if address := repository(os.environ):
        config.html_theme_options |= {
            "repository_url": address,
            "repository_branch": revision(os.environ),
            # The theme asks how links to other hosts are made.
            **({} if KNOWN_HOSTS.match(address) else {"repository_provider": "github"}),
            "use_repository_button": True,
            "launch_buttons": {
                "notebook_interface": "jupyterlab",
                "binderhub_url": BINDER,
                "colab_url": COLAB if GITHUB.fullmatch(address) else "",
            },
        }


def exact_addresses(app, pagename, _template, context, _doctree):
    """Send Colab to the chapters that were published for it."""
    address = repository(os.environ)
    for group in context.get("header_buttons", []) if address else []:
        for button in group.get("buttons", []) if group.get("label") == "launch-buttons" else []:
            if button["text"] == "Colab":
                name = GITHUB.fullmatch(address)["name"]
                button["url"] = f"{COLAB}/github/{name}/blob/{published(os.environ)}/chapters/{pagename}.ipynb"


def repository(environ):
    """Return the address of the repository that is being built, or None.

    Parameters
    ----------
    environ : mapping of str to str
        The environment. TTSBOOK_REPOSITORY is the full address; without it, GitHub's
        own variables are read.

    Returns
    -------
    str or None
    """
    if address := environ.get("TTSBOOK_REPOSITORY"):
        return address.rstrip("/").removesuffix(".git")
    if name := environ.get("GITHUB_REPOSITORY"):
        return f"{environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}"
    return None


def revision(environ):
    """Return the branch, tag or commit of the repository that is being built.

    Parameters
    ----------
    environ : mapping of str to str
        The environment: TTSBOOK_REVISION; without it, the tag or the commit that GitHub builds.

    Returns
    -------
    str
        `main` where the environment does not tell.
    """
    if environ.get("TTSBOOK_REVISION"):
        return environ["TTSBOOK_REVISION"]
    if environ.get("GITHUB_REF_TYPE") == "tag":
        return environ["GITHUB_REF_NAME"]
    return environ.get("GITHUB_SHA") or "main"


def published(environ):
    """Return the branch or commit that holds the chapters for Colab: TTSBOOK_NOTEBOOKS, or the branch `notebooks`."""
    return environ.get("TTSBOOK_NOTEBOOKS") or NOTEBOOKS
