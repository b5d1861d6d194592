"""The files of the built site: every page and target exists, and nothing is loaded from elsewhere."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from monograph import figures
from publish import contents
from publish.site import trees

ROOT = Path(__file__).parents[2]
LISTED = contents.read().pages
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


@pytest.fixture(scope="module")
def pages(site):
    """The trees of the site's pages, by path."""
    found = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    return {path: trees.parse(path.read_text(encoding="utf-8")) for path in found}


def values(page, attribute, tag="*"):
    return [element.attributes[attribute] for element in page.css(f"{tag}[{attribute}]")]


def broken(path, page, targets):
    """Links of a page whose file or part does not exist."""
    for address in values(page, "href", ":not(base)"):
        parts = urlsplit(address)
        if parts.scheme in ("http", "https", "mailto"):
            continue
        file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        settings = file.parent.name == "widgets"  # stand after the # of such an address
        missing_part = parts.fragment and unquote(parts.fragment) not in targets.get(file, [parts.fragment])
        if not file.is_file() or (missing_part and not settings):
            yield f"{path.name}: {address}"


@pytest.mark.parametrize("name", LISTED)
def test_every_page_of_the_contents_is_built(site, name):
    assert (site / f"{name}.html").is_file()


def test_links_inside_the_site_lead_somewhere(pages):
    targets = {path: {*values(page, "id"), ""} for path, page in pages.items()}
    found = [link for path, page in pages.items() for link in broken(path, page, targets)]
    assert found == []


def test_no_page_loads_anything_from_elsewhere(pages):
    for path, page in pages.items():
        for tag, attribute in LOADED.items():
            sources = values(page, attribute, f"{tag}:not([rel=canonical])")
            assert [source for source in sources if re.match(r"\w+:|//", source)] == [], path


def test_ids_are_unique_in_each_page(pages):
    for path, page in pages.items():
        assert len(values(page, "id")) == len(set(values(page, "id"))), path


def test_pages_have_a_language_and_titles_of_their_own(pages):
    assert {language for page in pages.values() for language in values(page, "lang", "html")} == {"en"}
    titles = [page.css_first("head > title").text() for page in pages.values()]
    assert len(titles) == len(set(titles))


def test_every_page_describes_itself(pages):
    """Decks and addresses that moved are no pages that a search engine should show."""
    for path, page in pages.items():
        moved = page.css_first("meta[http-equiv=refresh]") is not None
        if not moved and path.parent.name != "slides":
            (described,) = page.css("head > meta[name=description]")
            assert described.attributes["content"], path


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_pictures_have_colors_of_good_contrast_in_the_dark():
    style = (ROOT / "publish" / "static" / "book.css").read_text()
    dark = dict(re.findall(r"--tts-(\w+): (#\w{6});", style))
    assert dark.keys() == figures.COLORS.keys()
    for name in dark.keys() - {"paper", "grid"}:
        assert (luminance(dark[name]) + 0.05) / (luminance(dark["paper"]) + 0.05) >= 4.5, name
