"""The commit that the site was built from, in the footer of every page."""

import re
import subprocess
from contextlib import suppress
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
    if not (shown := _git(folder, "log", "-1", "--format=%H %cs")):
        return None
    name, day = shown.split()
    return name, date.fromisoformat(day), bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))


def sentence(name, day, changed, repository=None):
    """Say in HTML what a page was built from."""
    short = f"<code>{name[:7]}</code>"
    if repository and _GITHUB.match(repository):
        short = f'<a href="{escape(repository)}/commit/{name}">{short}</a>'
    state = ", with local changes" if changed else ""
    return f'<span class="commit">Built from {short} of {day:%B} {day.day}, {day.year}{state}.</span>'


def _git(folder, *command):
    """Return what git says, nothing if there is no git, no repository of that very folder or no commit."""
    where = [f"--git-dir={folder}/.git", f"--work-tree={folder}"]
    with suppress(OSError):
        return subprocess.run(["git", *where, *command], capture_output=True, text=True, check=False).stdout.strip()
    return ""
