"""The handout: what the lecture puts up, on one page of paper, without answers."""

from html import escape

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
SHEETS = ("book.css", "formulas.css", "fallbacks.css", "handout.css")
PAGE = """<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Handout · {book}</title>
<link rel="icon" href="../_static/logo.svg">
{sheets}
</head>
<body>
<main>
<h1>{book}</h1>
<div class="columns">
{pieces}
<section class="guesses"><h2>Your guesses, before you see</h2>
<ol><li>The vote</li><li>After four times the training length</li><li>The critical length</li></ol></section>
</div>
</main>
</body>
</html>
"""


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
    shown = [taken(pages, page, name, f"p{number}-") for number, (page, name) in enumerate(PIECES)]
    pieces = "\n".join(
        f"<section>{f'<h2>{escape(title)}</h2>' if title else ''}{html}</section>" for title, html in shown
    )
    sheets = "\n".join(f'<link rel="stylesheet" href="../_static/{name}">' for name in SHEETS)
    return PAGE.format(book=TITLE, sheets=sheets, pieces=pieces)
