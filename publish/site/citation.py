"""How the book, a page and a part of a page are cited, as `CITATION.cff` has it: in BibTeX and in words."""

import yaml
from pybtex.database import BibliographyData, Entry, Person
from pybtex.plugin import find_plugin

from publish.book import ROOT

# What a page's script puts in for a part of the page, and leaves out for the page as a whole.
PLACE, PART, NAME = "@place@", "@part@", "@name@"


def read(root=ROOT):
    """Return what `CITATION.cff` says."""
    return yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))


def entry(cited, *, year, commit=None, page=None, title=None, url=None):
    """Return the entry of a page, or of the whole book, with marks for a part of it.

    Parameters
    ----------
    cited : dict
        Content of `CITATION.cff`.
    year : str
    commit : str, optional
        The one that the page was built from.
    page, title : str, optional
        Name and title of the page; without a title, the book is cited.
    url : str, optional
        Address of the page.

    Returns
    -------
    pybtex.database.Entry
    """
    fields = {"title": f"{{{PLACE}{title or cited['title']}}}"}
    if title:
        fields["howpublished"] = f"In: {{{cited['title']}}}"
    state = f"Version {cited['version']}" + (f", commit {commit[:7]}" if commit else "")
    fields |= {"year": year, "note": state} | ({"url": f"{url}{PART}"} if url else {})
    made = Entry("misc", fields, {"author": [Person(f"{{{name(author)}}}") for author in cited["authors"]]})
    made.key = "-".join(["ttsbook", year, *(page.split("/") if title else [])]) + NAME
    return made


def name(author):
    """Return the name of an author, of a person or of a group."""
    return author.get("name") or f"{author['given-names']} {author['family-names']}"


def bibtex(made):
    """Return an entry in BibTeX."""
    return BibliographyData({made.key: made}).to_string("bibtex")


def words(made):
    """Return an entry as a line of a bibliography."""
    (formatted,) = find_plugin("pybtex.style.formatting", "plain")().format_entries([made])
    return formatted.text.render_as("text")
