"""The handout: what the lecture puts up, on one page of paper, without answers."""

from publish import filled
from publish.book import TITLE
from publish.slides.pages import taken

NAME = "handout"
PIECES = (
    ("setup/task", "def-skill"),
    ("setup/task", "prop-best-step"),
    ("setup/thinking", "prop-skills"),
    ("theorems/scaling-law", "cor-scaling-law"),
    ("theorems/overthinking", "def-stride"),
    ("theorems/overthinking", "thm-critical-length"),
)


def write(pages):
    """Write the handout.

    Parameters
    ----------
    pages : dict of str to selectolax.lexbor.LexborHTMLParser
        Those of the site, by name.

    Returns
    -------
    str
        HTML of a page in `slides/`.
    """
    pieces = [taken(pages, page, name, f"p{number}-") for number, (page, name) in enumerate(PIECES)]
    return filled.page("handout.html", book=TITLE, pieces=pieces)
