"""The PDF of the book: complete, found one's way in, and fit for paper."""

import re

import pytest
import yaml
from bs4 import BeautifulSoup
from pypdf import PdfReader

from publish import contents, joined, pdf

LISTED = contents.read()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("#eq", "#theorems-hardness--eq"),
        ("../setup/task.html#prop-1", "#setup-task--prop-1"),
        ("../index.html", "#index"),
        ("scaling-law.html", "#theorems-scaling-law"),
        ("../search.html?q=a", ""),
        ("../_sources/theorems/hardness.ipynb", ""),
        ("https://arxiv.org/abs/2510.03605", None),
        ("mailto:a@b.c", None),
    ],
)
def test_where_links_lead(address, expected):
    assert joined.inside(address, "theorems/hardness", LISTED.pages) == expected


PAGE = """<html><head><link rel="stylesheet" href="_static/book.css"></head>
<article class="bd-article"><section id="s">
<h1><span class="section-number">1. </span>One<a class="headerlink">#</a></h1>
<p>See <a href="two.html#s">two</a>, <a href="#s">one</a> and <a href="_sources/x.ipynb">notebook</a>.</p>
<details class="admonition"><summary>Proof</summary>why</details><details class="admonition hide">code</details>
<div class="widget"><div class="widget-live">live</div><div class="widget-still" hidden><svg aria-label="x">
<defs><path id="p1-1"/></defs><use href="#p1-1" clip-path="url(#p1-2)"/></svg></div></div>
<button>press</button></section></article></html>"""


@pytest.fixture
def document(tmp_path):
    toc = yaml.safe_dump({"root": "one", "parts": [{"caption": "A & B", "chapters": [{"file": "two"}]}]})
    for name in ("one", "two"):
        (tmp_path / f"{name}.html").write_text(PAGE)
    return BeautifulSoup(joined.join(tmp_path, contents.parse(toc), title="T"), "html.parser")


def test_pages_become_one_document_whose_links_lead_inside(document):
    ids = [element["id"] for element in document.find_all(id=True)]
    assert len(ids) == len(set(ids))
    links = [link["href"] for link in document.select("article a[href], nav a[href]")]
    assert "#two--s" in links and "#one--s" in links and not [link for link in links if link[1:] not in ids]
    uses = document.select("use")
    assert [use["href"] for use in uses] == ["#one--p1-1", "#two--p1-1"]
    assert uses[1]["clip-path"] == "url(#two--p1-2)"


def test_paper_has_no_buttons_nothing_folded_and_a_word_on_widgets(document):
    assert not document.select("button, .widget-live, .hide, .headerlink")
    assert all(details.has_attr("open") for details in document.find_all("details"))
    assert len(document.select(".widget-place")) == 2
    assert [heading.get_text() for heading in document.select("h1, h2")] == ["Contents", "1. One", "A & B", "1. One"]
    entries = [li.get_text("|") for li in document.select(".book-contents li")]
    assert entries == ["1.|One", "A & B", "1.|One"]


@pytest.fixture(scope="module")
def printed(site, chromium, tmp_path_factory):
    """The printed book, read."""
    path = tmp_path_factory.mktemp("pdf") / "publish.pdf"
    pdf.print_book(site, path, chromium)
    return PdfReader(path)


def bookmarks(reader, items=None, level=0):
    for item in reader.outline if items is None else items:
        if isinstance(item, list):
            yield from bookmarks(reader, item, level + 1)
        else:
            yield level, item.title, reader.get_destination_page_number(item)


@pytest.mark.browser
@pytest.mark.nightly
def test_the_book_has_bookmarks_page_numbers_and_facts(printed, site):
    found = list(bookmarks(printed))
    assert 200 < len(printed.pages) < 800
    titles = [re.sub(r"^[\d.]+ ", "", title) for level, title, _ in found if level < 2]
    headings = []
    for caption, part in [(None, LISTED.pages[:1]), *((part.caption, part.pages) for part in LISTED.parts)]:
        headings += [caption] if caption else []
        for name in part:
            heading = BeautifulSoup((site / f"{name}.html").read_text(), "html.parser").h1
            for useless in heading.select(".headerlink, .section-number"):
                useless.extract()
            headings.append(heading.get_text().strip())
    assert titles == headings
    assert [page for *_, page in found] == sorted(page for *_, page in found)
    for _, title, number in found[::10]:
        text = printed.pages[number].extract_text()
        assert str(number + 1) in text.split(), title
    assert printed.metadata.title == pdf.TITLE and printed.metadata.author == pdf.AUTHORS
    assert printed.trailer["/Root"]["/Lang"] == "en"


@pytest.mark.browser
@pytest.mark.nightly
def test_links_inside_the_book_lead_somewhere_and_fonts_are_in_the_file(printed):
    places, inner = printed.named_destinations, 0
    for page in printed.pages:
        for annotation in page.get("/Annots") or []:
            target = annotation.get_object().get("/Dest")
            action = annotation.get_object().get("/A")
            if target is not None:
                inner += 1
                assert str(target) in places or str(target).lstrip("/") in places, target
            else:
                assert re.match(r"(https?|mailto):", action.get_object()["/URI"])
        for font in (page["/Resources"].get("/Font") or {}).values():
            assert embedded(font.get_object()), font
    assert inner > 300


def embedded(font):
    if font["/Subtype"] == "/Type3":
        return True
    inside = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    return any(name in inside["/FontDescriptor"] for name in ("/FontFile", "/FontFile2", "/FontFile3"))


@pytest.mark.browser
@pytest.mark.nightly
def test_no_words_leave_the_page_and_few_pages_are_nearly_empty(printed):
    sparse = []
    for number, page in enumerate(printed.pages):
        starts = []

        def visit(text, matrix, place, _font, _size, starts=starts):
            if any(map(str.isalnum, text)):  # no piece of a bracket, which is stretched
                starts.append(place[4] * matrix[0] + place[5] * matrix[2] + matrix[4])

        words = page.extract_text(visitor_text=visit)
        assert min(starts, default=60) > 20 and max(starts, default=60) < float(page.mediabox.width) - 20, number
        if len(words) < 100 and "/XObject" not in page["/Resources"]:
            sparse.append(number)
    assert len(sparse) < 0.05 * len(printed.pages)


@pytest.mark.browser
@pytest.mark.nightly
def test_the_file_is_not_too_large(printed):
    printed.stream.seek(0, 2)
    assert printed.stream.tell() < 15e6
