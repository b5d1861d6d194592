"""The twins of the pages in Markdown: whole, plain, and linked among themselves."""

import posixpath
import re

import pytest
import small_book
from small_notebooks import SVG, code, notebook, printed, shown, text, with_widgets

from publish import contents, labels
from publish.book import ROOT
from publish.site import twins

LISTED = contents.read().pages
LINK = re.compile(r"\]\(([^()\s]+\.md)\)")
LEFT = re.compile(
    r"\{[\w:-]+\}`|^[> ]*(?:`{3,}|:{3,})\{|^\([\w-]+\)=|\]\(widget:|</?(?:span|details|svg)\b|model_id|\.ipynb\)"
    r"|\*\*(?:Eval-rst|Bibliography)",
    re.MULTILINE,
)
PROSE = """# A page

Half is <span data-number="half">0.5</span>, as [there](part/two.md#a) and in [the code](../ttsbook/a.py).

```{prf:theorem} Bound
:label: thm-a
:enumerator: 1.1

$x < 1$.
```

```{prf:proof}
:class: dropdown
Clear.
```
"""
WIDGET = {"model_id": "one", "version_major": 2, "version_minor": 0}
EXPECTED = """# A page

Half is 0.5, as [there](part/two.html.md) and in the code.

> **Theorem 1.1 (Bound)**
>
> $x < 1$.

> **Proof**
>
> Clear.

```python
print(1)
```

```text
1
```

> **A picture.** A curve.
>
> It falls.

> **A widget.** A slider.
"""


@pytest.fixture(scope="module")
def known():
    return labels.read()


def test_a_notebook_in_markdown(tmp_path):
    figure = {"image": {"alt": "A curve."}, "figure": {"caption": "It falls."}}
    cells = [
        text(PROSE),
        code("print(1)", printed("1\n"), tags=["hide-cell"]),
        code("draw()", shown(svg=SVG, plain="A picture"), tags=["remove-input"], mystnb=figure),
        code("w", shown(widget=WIDGET, svg=SVG, plain="A slider."), tags=["remove-input"]),
    ]
    book = small_book.write(tmp_path, index=with_widgets(notebook(*cells), one={}), reference="# Reference")
    assert twins.twin(book, "index", {}) == EXPECTED


@pytest.mark.exhaustive
def test_the_reference_and_the_bibliography_are_lists(known):
    assert "- `ttsbook.theory`: " in twins.twin(ROOT, "appendix/api", known)
    offered = twins.twin(ROOT, "appendix/api/chapters", known)
    assert "- `monograph.page.rounded`: Write a number with two digits" in offered
    works = twins.twin(ROOT, "appendix/references", known)
    assert re.search(r"^- Shivam Garg.*What can transformers learn in-context", works, re.MULTILINE)


@pytest.mark.exhaustive
@pytest.mark.parametrize("page", LISTED)
def test_a_page_is_plain_and_its_links_lead_to_pages(page, known):
    found = twins.twin(ROOT, page, known)
    assert found.startswith("# ") and LEFT.findall(found) == []
    for link in LINK.findall(found):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), link))
        assert target.removesuffix(twins.SUFFIX) in LISTED, link


def test_every_page_of_the_site_has_its_twin_and_its_script_and_is_listed(site):
    listed = re.findall(r"\]\((\S+)\)", (site / "llms.txt").read_text())
    assert [link.removesuffix(twins.SUFFIX) for link in listed] == list(LISTED)
    for page in LISTED:
        assert (site / f"{page}{twins.SUFFIX}").read_text().startswith("# ")
        assert (site / f"{page}{twins.SUFFIX}.js").read_text().startswith('bookMarkdown("# ')
        assert f'href="{posixpath.basename(page)}{twins.SUFFIX}"' in (site / f"{page}.html").read_text()
