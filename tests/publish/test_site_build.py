"""What the Sphinx extension makes of a small book: pages, warnings, the same bytes twice."""

import re

import pytest
import small_book
from bs4 import BeautifulSoup
from small_notebooks import SVG, code, notebook, shown, text, with_widgets

pytestmark = pytest.mark.exhaustive

CURVE = SVG.format('<defs><path id="a"/></defs><g id="b"><use href="#a"/></g>')
ALT = {"mystnb": {"image": {"alt": "A curve."}}}
VIEW = {"model_id": "one", "version_major": 2, "version_minor": 0}
PROSE = """# A page

Half is <span data-number="half">0.5</span>, see {cite}`garg2022what`.

```{prf:theorem}
Yes.
```

```{prf:lemma} Small
:label: small-lemma
:nonumber:
Maybe, see {prf:ref}`small-lemma`.
```

```{prf:proof}
:class: dropdown
Clear.
```

```{prf:proof}
Clear, too.
```

```{exercise}
:label: small-exercise
Why?
```

```{solution} small-exercise
:class: dropdown
Because.
```
"""
REFERENCE = """# Reference

```{eval-rst}
.. reference:: monograph.page
```

```{bibliography}
```
"""
# Defects of pages, each with the warning it must raise.
DEFECTS = {
    "no alternative text": code("1", shown(svg=CURVE, plain="A curve.")),
    "has a style sheet": code("1", shown(svg=SVG.format("<style>*{}</style>"), plain="A curve."), **ALT),
    "is not SVG": code("1", shown(svg="<svg", plain="A curve."), **ALT),
    "does not hold the widget 'two'": code("1", shown(widget=VIEW | {"model_id": "two"}, svg=CURVE, plain="A curve.")),
    "has no still picture with words": code("1", shown(widget=VIEW, plain="A curve.")),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Folder of a small book without defects."""
    cells = [
        text(PROSE),
        code("because = 1", tags=["hide-cell"]),
        code("1", shown(svg=CURVE, plain="A curve."), **ALT),
        code("1", shown(svg=CURVE, plain="A curve."), **ALT),
        code("1", shown(widget=VIEW, svg=CURVE, plain="A slider.")),
        code("before = 1", tags=["hide-cell"]),
        code("between = 1", tags=["hide-cell"]),
        code("1", shown(plain="after"), tags=["hide-input"]),
    ]
    index = with_widgets(notebook(*cells), one={"_esm": "export default { render() {} };"})
    return small_book.write(tmp_path_factory.mktemp("sound"), index=index, reference=REFERENCE)


@pytest.fixture(scope="module")
def built(sound, tmp_path_factory):
    """Folder of the built site of that book."""
    return build(sound, tmp_path_factory.mktemp("built"))


def build(folder, output, **environment):
    done = small_book.build(folder, output, **environment)
    assert done.returncode == 0, done.stderr
    return output / "_build" / "html"


@pytest.fixture
def page(built):
    """The parsed first page."""
    return BeautifulSoup((built / "index.html").read_text(), "html.parser").article


def test_pictures_stand_in_the_page_with_their_words_and_ids_of_their_own(page):
    first, second, still = page.select(".picture svg")
    assert [svg["aria-label"] for svg in (first, second, still)] == ["A curve.", "A curve.", "A slider."]
    assert {svg["role"] for svg in (first, second, still)} == {"img"}
    for svg in (first, second, still):
        assert svg.path["id"] == svg.use["href"].removeprefix("#")
        assert not svg.select("g[id]")
    assert len({svg.path["id"] for svg in (first, second, still)}) == 3


def test_a_widget_comes_with_its_still_picture_and_its_host(page, built):
    view = page.select_one(".widget > .widget-live > script")
    assert '"model_id": "one"' in view.string
    assert page.select_one(".widget > .widget-still > svg")
    assert "host.js" in (built / "index.html").read_text()
    assert "host.js" not in (built / "reference.html").read_text()


def test_computed_numbers_pass_through(page):
    assert page.select_one('span[data-number="half"]').string == "0.5"


def test_proofs_solutions_and_code_unfold(page):
    folded = page.find_all("details")
    assert [details.summary.get_text(strip=True) for details in folded] == [
        "Proof",
        "Proof",
        "Solution",
        "Show the codeHide the code",  # of the solution
        "Show the codeHide the code",  # of three cells
    ]
    assert "because" in folded[2].get_text() and folded[3] in folded[2].find_all("details")
    assert folded[4] not in folded[2].find_all("details")
    assert [piece.get_text().strip() for piece in folded[4].select("pre")] == ["before = 1", "between = 1", "1"]
    assert "after" in folded[4].parent.get_text()
    assert folded[0].p.string == "Clear."
    assert [details.has_attr("open") for details in folded] == [False, True, False, False, False]


def test_statements_have_a_number_or_none_and_one_id(page):
    numbered, small = page.select(".theorem, .lemma")
    assert numbered.p.get_text() == "Theorem 1 "
    assert small.p.get_text() == "Lemma  (Small)"
    assert page.find_all(id="small-lemma") == [small]
    assert small.a["href"] == "#small-lemma"


def test_the_reference_and_the_bibliography(built):
    page = BeautifulSoup((built / "reference.html").read_text(), "html.parser").article
    rounded = page.find(id="monograph.page.rounded")
    assert "(value: SupportsFloat, " in rounded.get_text()
    source, line = rounded.select_one("a[href^=source]")["href"].split("#")
    assert (
        "def rounded(value: SupportsFloat, "
        in BeautifulSoup((built / source).read_text(), "html.parser").find(id=line).get_text()
    )
    assert "What can transformers learn" in page.select_one("ul.references > li").get_text()
    assert not page.select("[role^=doc-]")


@pytest.mark.nightly
def test_the_same_bytes_twice(sound, built, tmp_path):
    again = build(sound, tmp_path)
    files = {path.relative_to(built) for path in built.rglob("*") if path.is_file()}
    assert files == {path.relative_to(again) for path in again.rglob("*") if path.is_file()}
    assert [name for name in files if (built / name).read_bytes() != (again / name).read_bytes()] == []


def test_nothing_leads_to_a_repository_that_is_not_known(built):
    assert not re.search(r"mybinder\.org|fa-github", (built / "index.html").read_text())


@pytest.mark.nightly
def test_links_to_the_repository_that_the_environment_names(sound, tmp_path):
    address = "https://github.com/someone/some-book/"
    page = (build(sound, tmp_path, TTSBOOK_REPOSITORY=address) / "index.html").read_text()
    assert 'href="https://github.com/someone/some-book"' in page
    assert "https://mybinder.org/v2/gh/someone/some-book/main?urlpath=lab/tree/chapters/index.ipynb" in page


def test_every_defect_is_a_warning_and_warnings_are_errors(tmp_path):
    index = with_widgets(notebook(text("# A page"), *DEFECTS.values()), one={"_esm": ""})
    pages = {"reference": "# R\n\n```{eval-rst}\n.. reference:: ttsbook.nothing\n```\n", "unlisted": "# U\n"}
    done = small_book.build(small_book.write(tmp_path, index=index, **pages), tmp_path)
    assert done.returncode != 0
    for warning in (*DEFECTS, "there is no module ttsbook.nothing", "document isn't included in any toctree"):
        assert len(re.findall(f"(?:WARNING|ERROR): .*{warning}", done.stderr)) == 1, (warning, done.stderr)
