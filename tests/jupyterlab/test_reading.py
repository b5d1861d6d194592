"""A chapter opened in JupyterLab reads as on the site: no cell shows its markup."""

import re

import pytest
from chapter_guards import raw_roles
from lab_pages import PATIENCE, TALL
from watched_pages import watched_page

from publish import labels, notebooks

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]

NAMED = [(path, notebooks.name_of(path)) for path in notebooks.paths()]
EVERY_TIME = {"index"}

RENDERED = """count => {
  const cells = [...document.querySelectorAll(".jp-Notebook .jp-MarkdownCell")];
  return cells.length >= count && cells.every((cell) => cell.querySelector(".myst")?.textContent.trim());
}"""
# What readers see of each cell and of each output in Markdown, without code and formulas.
TEXTS = """() => [...document.querySelectorAll(".jp-MarkdownCell .myst, .jp-RenderedMarkdown")].map((cell) => {
  const copy = cell.cloneNode(true);
  for (const part of copy.querySelectorAll("code, .katex, svg, style")) part.replaceWith(" ");
  return copy.textContent;
})"""
ERRORS = (
    '[title*="Not Found"]',
    '[title*="Error"]',
    ".katex-error",
    ".myst-error",
    ".jp-MarkdownCell .jp-mod-error",
)
RAW = re.compile(
    r"\{[\w:-]+\}`"  # a role
    r"|`{3}|:{3}"  # a fence
    r"|^\([\w-]+\)="  # a label
    r"|^:[a-z-]+: "  # an option
    r"|\$[^$]*\$"  # a formula
    r"|\]\(|</?span"  # a link, a computed number
    r"|\bundefined\b|\[object",
    re.MULTILINE,
)


@pytest.fixture
def opened(browser, lab):
    """Function that opens a chapter and waits until all its text is rendered."""
    with watched_page(browser) as page:

        def open_chapter(path):
            page.set_viewport_size(TALL)
            page.set_default_timeout(PATIENCE)
            page.goto(f"{lab}doc/tree/{notebooks.name_of(path)}.ipynb?reset")
            count = sum(cell.cell_type == "markdown" for cell in notebooks.read(path).cells)
            page.wait_for_function(RENDERED, arg=count)
            return page

        yield open_chapter


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[] if name in EVERY_TIME else [pytest.mark.nightly]) for path, name in NAMED],
    ids=[name for _, name in NAMED],
)
def test_it_reads_as_on_the_site(opened, path):
    page = opened(path)
    texts = page.evaluate(TEXTS)
    assert [text[max(m.start() - 30, 0) : m.end() + 30] for text in texts for m in RAW.finditer(text)] == []
    for selector in ERRORS:
        assert page.locator(selector).all_inner_texts() == [], selector
    empty = page.locator(".jp-Notebook .myst a:not(:has(svg))").evaluate_all(
        "links => links.filter((a) => !a.textContent.trim()).map((a) => a.outerHTML)"
    )
    assert empty == []
    if any(cell.source.count("$") for cell in notebooks.read(path).cells if cell.cell_type == "markdown"):
        assert page.locator(".myst .katex").count()
    assert_numbers_of_the_site(path, texts)


def assert_numbers_of_the_site(path, texts):
    """Each statement and exercise says the number that it has on the site."""
    text = " ".join(" ".join(texts).split())
    page = f"{notebooks.name_of(path)}.ipynb"
    known = [label for label in labels.read().values() if label.page == page and label.words]
    numbered = [label.words for label in known if not label.words.startswith(("Fig", "("))]
    assert [words for words in numbered if words not in text] == []


@pytest.mark.parametrize(
    "text",
    ["see {prf:ref}`thm-a`", "```{prf:theorem} A", ":::", "(thm-a)=", ":label: thm-a", "so $x$ is", "[](a.ipynb)"],
)
def test_markup_is_noticed(text):
    assert RAW.search(text)


def test_roles_that_jupyterlab_does_not_understand_are_noticed():
    assert raw_roles("{prf:ref}`a`, {eq}`b`, {ref}`c <d>`") == ["{prf:ref}`a`", "{ref}`c <d>`"]
