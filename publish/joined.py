"""The pages of the site as one document, in the order of the table of contents, to be printed."""

import re
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from publish import filled
from publish.site.trees import lead

# What can only be used on a screen.
SCREEN_ONLY = (
    "script, style, button, input, select, textarea, dialog, template, noscript, iframe, .headerlink, "
    ".d-print-none, .no-print, .widget-live, .tts-widget"
)
# Code that the site folds away: it draws pictures and checks statements.
FOLDED_CODE = "details.hide, div.cell[class*=tag_hide-cell]"
REFERENCES = ("id", "for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
LINKED_ID = re.compile(r"(url\(#)([^)]+)")


def join(site, listed, **values):
    """Join the pages that a table of contents lists into one HTML document.

    Ids are made unique by the name of their page, links between pages become links inside
    of the document, parts become headings above chapters, and what needs a screen is left out.

    Parameters
    ----------
    site : pathlib.Path
        Folder of the built site.
    listed : publish.contents.Contents
    **values : str
        What else `templates/printed.html` shows: title, style, and what stands on the first page.

    Returns
    -------
    str
        The document. Its addresses of styles and pictures are relative to `site`.
    """
    head, body, contents = "", [], []
    for caption, part in [(None, listed.pages[:1]), *((part.caption, part.pages) for part in listed.parts)]:
        if caption:
            contents.append((1, f"part-{key(caption)}", caption, ""))
        for place, name in enumerate(part):
            source = BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
            head = head or _head(source)
            article = _article(source, name, listed.pages)
            if caption and not place:
                article.insert(0, _part_heading(source, caption))
            contents += _entries(article) if caption else list(_entries(article))[:1]
            body.append(str(article))
    return filled.page("printed.html", head=head, contents=contents, body="".join(body), **values)


def key(name):
    """Return what the ids of a page begin with."""
    return re.sub(r"\W+", "-", name.lower())


def _head(source):
    links = [str(link) for link in source.find_all("link", rel="stylesheet")]
    return re.sub(r'href="(?:\.\./)*', 'href="', "".join(links))


def _article(source, name, names):
    article = source.select_one("article.bd-article")
    prefix = key(name)
    for useless in article.select(f"{SCREEN_ONLY}, {FOLDED_CODE}"):
        useless.extract()
    for details in article.find_all("details"):
        details["open"] = ""
    for still in article.select(".widget"):
        still.append(_place_of_widget(source, name))
    for element in article.find_all(True):
        _make_unique(element, prefix)
    for link in article.find_all("a", href=True):
        if (target := inside(link["href"], name, names)) is not None:
            link["href"] = target
        if not link["href"]:
            link.name, link.attrs = "span", {}
    _shift_headings(article)
    article["id"], article["class"] = prefix, ["bd-article", "chapter"]
    return article


def inside(address, name, names):
    """Where in the document a link of a page leads; "" if the document lacks it, None if outside."""
    if urlsplit(address).scheme:
        return None
    page, part = lead(name, address)
    return f"#{key(page)}{part and f'--{part}'}" if page in names else ""


def _place_of_widget(source, name):
    note = source.new_tag("p", attrs={"class": "widget-place"})
    note.string = f"A still picture. It moves on the book's site, on the page {name}.html."
    return note


def _make_unique(element, prefix):
    for attribute in REFERENCES:
        if value := element.get(attribute):
            words = value if isinstance(value, list) else value.split()
            element[attribute] = " ".join(f"{prefix}--{word}" for word in words)
    if element.name == "use" and element.get("href", "").startswith("#"):
        element["href"] = f"#{prefix}--{element['href'][1:]}"
    for attribute in ("clip-path", "style", "fill", "mask"):
        if "url(#" in (value := element.get(attribute, "")):
            element[attribute] = LINKED_ID.sub(rf"\g<1>{prefix}--\g<2>", value)


def _shift_headings(article):
    """Put chapters below parts: h1 becomes h2, and so on. Looks follow the class."""
    for heading in article.find_all(re.compile("^h[1-6]$")):
        level = int(heading.name[1])
        heading["class"] = [*heading.get("class", []), f"level-{level}"]
        heading.name = f"h{min(6, level + 1)}"


def _part_heading(source, caption):
    heading = source.new_tag("h1", attrs={"id": f"part-{key(caption)}", "class": "part"})
    heading.string = caption
    return heading


def _entries(article):
    """Level, id, title and number of a chapter and of its sections."""
    for heading in article.select("h2.level-1, h3.level-2"):
        section = heading.find_parent(id=True)
        number = heading.select_one(".section-number")
        number_text = number.get_text() if number else ""
        title = heading.get_text().removeprefix(number_text).strip()
        yield 2 + (heading.name == "h3"), section["id"], title, number_text.strip()
