"""References in the form that JupyterLab reads, and the numbers that Sphinx gives."""

import re

import pytest
from small_notebooks import code, notebook, text

from publish import labels, notebooks, references
from publish.stored.execution import ChapterError

PAGE = """# One

(part)=

```{prf:theorem} First
:label: thm-first
Half.
```

````{prf:proof}
:class: dropdown
Clear.
````

```{prf:theorem}
:label: thm-second
$$a = b.$$ (eq-a)
```

```{prf:remark}
:nonumber:
:label: rem
```

:::{exercise}
:label: ex
:::
"""
TOC = """root: index
parts:
  - chapters:
      - file: plain/one
  - numbered: 2
    chapters:
      - file: part/one
      - file: part/two
"""


@pytest.fixture
def known(tmp_path):
    """Labels of a book of three pages."""
    (tmp_path / "_toc.yml").write_text(TOC)
    for page, content in {"index.md": "(start)=", "part/one.md": PAGE}.items():
        (tmp_path / "chapters" / page).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / "chapters" / page).write_text(content)
    figure = {"mystnb": {"figure": {"name": "fig-a", "caption": "A."}}}
    second = notebook(text("# The second\n" + PAGE.replace("thm-", "thm-b-")), code("1", **figure))
    notebooks.write(notebooks.dumps(second), tmp_path / "chapters" / "part" / "two.ipynb")
    return labels.read(tmp_path)


def test_labels_have_the_words_by_which_readers_know_them(known):
    words = {label: (found.page, found.words) for label, found in known.items()}
    assert words["thm-first"] == ("part/one.md", "Theorem 1.1")
    assert words["thm-b-second"] == ("part/two.ipynb", "Theorem 2.2")
    assert words["fig-a"] == ("part/two.ipynb", "Fig. 2.1")
    assert words["eq-a"] == ("part/two.ipynb", "(2.1)")
    assert words["ex"] == ("part/two.ipynb", "Exercise 2.1")
    assert words["rem"] == ("part/two.ipynb", None)
    assert words["start"] == ("index.md", None)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{prf:ref}`thm-first`", "[Theorem 1.1](one.md#thm-first)"),
        ("{prf:ref}`thm-b-first`", "[Theorem 2.1](#thm-b-first)"),
        ("{ref}`the first one <thm-first>`", "[the first one](one.md#thm-first)"),
        ("{numref}`fig-a`", "[Fig. 2.1](#fig-a)"),
        ("{eq}`eq-a`", "{eq}`eq-a`"),
        ("{cite}`garg2022what`", "[(Garg et al., 2022)](../appendix/references.md#garg2022what)"),
        ("{cite:t}`garg2022what`", "[Garg et al. (2022)](../appendix/references.md#garg2022what)"),
        ("[Theorem 9.9](one.md#thm-first)", "[Theorem 1.1](one.md#thm-first)"),
        ("[](one.md#thm-first)", "[Theorem 1.1](one.md#thm-first)"),
        ("[a theorem](one.md#thm-first)", "[a theorem](one.md#thm-first)"),
        ("[Theorem 3.1](https://example.org#thm-first)", "[Theorem 3.1](https://example.org#thm-first)"),
    ],
)
def test_references_become_links(known, source, written):
    assert references.linked(source, "part/two.ipynb", known) == written
    assert references.linked(written, "part/two.ipynb", known) == written


@pytest.mark.parametrize("source", ["{prf:ref}`thm-none`", "{cite}`nobody2000nothing`"])
def test_an_unknown_label_is_named(known, source):
    with pytest.raises(ChapterError, match="'thm-none'|'nobody2000nothing'"):
        references.linked(source, "part/two.ipynb", known)


def test_statements_say_their_numbers_and_proofs_say_that_they_have_none():
    written = references.numbered(PAGE, labels.Counting("part/two.ipynb", 2))
    assert re.findall(r"^:label: (\S+)\n:enumerator: (\S+)$", written, re.MULTILINE) == [
        ("thm-first", "2.1"),
        ("thm-second", "2.2"),
        ("ex", "2.1"),
    ]
    assert ":class: dropdown\n:enumerated: false\nClear." in written
    again = references.numbered(written, labels.Counting("part/two.ipynb", 3))
    assert again == written.replace("enumerator: 2.", "enumerator: 3.")
    assert references.numbered(written, labels.Counting("plain", None)).count(":enumerator:") == 0


@pytest.fixture(scope="module")
def pages(site, parsed):
    """The parsed pages that have labels, by their path without suffix."""
    names = {label.page.rpartition(".")[0] for label in labels.read().values()}
    return {name: parsed(site / f"{name}.html").article for name in names}


def test_numbers_are_those_of_the_site(pages):
    checked = 0
    for label in labels.read().values():
        page = pages[label.page.rpartition(".")[0]]
        element = page.find(id=f"equation-{label.label}" if label.label.startswith("eq-") else label.label)
        assert element, label
        if label.words:
            checked += 1
            assert label.words in " ".join(element.get_text(" ").split()), label
    assert checked > 100


def test_links_lead_to_what_they_name(pages):
    known, checked = labels.read(), 0
    for page in pages.values():
        for link in page.select("a.internal[href*='#']"):
            label = known.get(link["href"].rpartition("#")[2].removeprefix("equation-"))
            if label and references.AUTOMATIC.fullmatch(link.get_text()):
                checked += 1
                assert link.get_text() == label.words, link
    assert checked > 100


def test_works_are_cited_alike_on_the_site_and_in_the_notebooks(pages):
    checked = 0
    for path in [path for path in notebooks.paths() if notebooks.name_of(path) in pages]:
        # The site puts a year into square brackets, which would end a link, and keeps names on one line.
        shown = pages[notebooks.name_of(path)].get_text().translate(str.maketrans("[]\xa0", "() "))
        for cell in notebooks.read(path).cells:
            for words in re.findall(r"\[([^]]*)\]\([\w./]*appendix/references\.md#", cell.source):
                checked += 1
                assert words.removeprefix("(").removesuffix(")") in shown
    assert checked
