"""The commit that the site was built from, in the footer of every page."""

import re
import subprocess
from datetime import date
from html import escape

_GITHUB = re.compile(r"https://git(?:hub|lab)\.")


def setup(app):
    """Say the commit once the repository is known."""
    app.connect("config-inited", add_commit, priority=600)


def add_commit(app, config):
    """Add the commit to the footer, where the book is built in a repository of its own."""
    options = config.html_theme_options
    found = commit(app.confdir)
    if found:
        options["extra_footer"] = f"{options.get('extra_footer', '')} {sentence(*found, options.get('repository_url'))}"


def commit(folder):
    """Return hash, day and state of the commit that a folder is at.

    Parameters
    ----------
    folder : pathlib.Path
        Top of a working tree. A folder inside of another project's repository has no commit.

    Returns
    -------
    tuple of (str, datetime.date, bool) or None
        The third is true if files differ from the commit. None outside git.
    """
    top = _git(folder, "rev-parse", "--show-prefix")
    if top is None or top.strip():
        return None
    shown = _git(folder, "log", "-1", "--format=%H %cs")
    if not shown:
        return None
    name, day = shown.split()
    changed = bool((_git(folder, "status", "--porcelain", "--untracked-files=no") or "").strip())
    return name, date.fromisoformat(day), changed


def sentence(name, day, changed, repository=None):
    """Say in HTML what a page was built from."""
    short = f"<code>{name[:7]}</code>"
    if repository and _GITHUB.match(repository):
        short = f'<a href="{escape(repository)}/commit/{name}">{short}</a>'
    state = ", with local changes" if changed else ""
    return f'<span class="commit">Built from {short} of {day:%B} {day.day}, {day.year}{state}.</span>'


def _git(folder, *command):
    """Return what git says, or None if there is no git, no repository or no commit."""
    try:
        done = subprocess.run(["git", "-C", folder, *command], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
