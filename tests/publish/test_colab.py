"""The chapters for Colab and for download: plain Markdown, and one cell that fetches the book."""

import os
import re
import subprocess
import sys

import pytest
from declarations import pins
from nbformat import v4
from small_notebooks import code, notebook, text

from publish import colab, labels, notebooks
from publish.plain import plain

KNOWN = {"thm-a": labels.Label("thm-a", "part/one.ipynb", "Theorem 1.1"), "eq-a": labels.Label("eq-a", "", "(1.1)")}
WHERE = {"TTSBOOK_REPOSITORY": "https://example.org/someone/book", "TTSBOOK_REVISION": "v1"}
ADDRESS = "https://example.org/someone/book/blob/v1/chapters"
COLAB = """
import sys, types
sys.modules["google"] = types.ModuleType("google")
colab = sys.modules["google.colab"] = types.ModuleType("google.colab")
colab.output = types.SimpleNamespace(enable_custom_widget_manager=lambda: print("widgets"))
"""
RUN = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
result = shell.run_cell(open(sys.argv[1]).read())
result.raise_error()
import ttsbook
print(ttsbook.__version__)
"""
MARKUP = re.compile(
    r"\{[\w:-]+\}`|^ *(?:`{3,}|:{3,})\{|^:::|^\([\w-]+\)=|^:[a-z-]+: |\$\$ *\([\w-]+\)|\]\(widget:", re.MULTILINE
)


def written(source, address=None):
    lead = address and (lambda file: f"{address}/{file}")
    return plain(source, page="part/two.ipynb", known=KNOWN, lead=lead)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("(a)=\n# Title", "# Title"),
        ("see {eq}`eq-a`", "see (1.1)"),
        ("$$x = y$$ (eq-a)", r"$$x = y \tag{1.1}$$"),
        ("$$\nx\n$$ (eq-a)", "$$\nx\n \\tag{1.1}$$"),
        ("```python\n(a)=\n```", "```python\n(a)=\n```"),
        ("[a](#thm-a) and [b](widget:map#x=1)", "a and b"),
        ("[a](https://example.org/b)", "[a](https://example.org/b)"),
        ("```{prf:theorem} Bound\n:label: thm-a\n:enumerator: 1.1\n\nIt holds.\n```", None),
        ("````{prf:proof}\n:class: dropdown\n:enumerated: false\n\n```{note}\nClear.\n```\n````", None),
        (":::{admonition} Try it\nMove.\n:::", "> **Try it**\n>\n> Move."),
        ("```{solution} ex-a\n:class: dropdown\nOne.\n```", None),
    ],
)
def test_text_becomes_plain(source, expected):
    result = written(source)
    assert not MARKUP.search(result) if expected is None else result == expected


def test_statements_and_folded_parts_keep_their_words():
    theorem = written("```{prf:theorem} Bound\n:label: thm-a\n:enumerator: 1.1\n\nIt holds.\n```")
    assert theorem == "> **Theorem 1.1 (Bound)**\n>\n> It holds."
    solution = written("```{solution} ex-a\n:class: dropdown\nOne.\n```")
    assert solution == "<details><summary><b>Solution</b></summary>\n\nOne.\n\n</details>"


def test_links_lead_into_the_repository_where_it_is_known():
    link = "[One](one.ipynb#thm-a), [text](../appendix/proofs.md)"
    assert written(link) == "One, text"
    assert written(link, ADDRESS) == f"[One]({ADDRESS}/part/one.ipynb), [text]({ADDRESS}/appendix/proofs.md)"


def test_the_cell_is_there_once_and_first_and_only_where_the_repository_is_known():
    small = notebook(text("# A"), code("1"), text("b"), code("2"))
    cells = colab.portable(small, name="small", environ=WHERE, known={}).cells
    assert [cell.id for cell in cells] == ["c0", "colab", "c1", "c2", "c3"]
    assert len(small.cells) == 4
    assert [c.id for c in colab.portable(small, name="small", environ={}, known={}).cells] == ["c0", "c1", "c2", "c3"]


@pytest.mark.parametrize("path", notebooks.paths(), ids=notebooks.name_of)
def test_every_chapter_is_plain_and_fetches_the_book_first(path):
    found = colab.portable(notebooks.read(path), name=notebooks.name_of(path), environ=WHERE)
    first, *others = notebooks.code_cells(found)
    assert first.id == colab.ID
    assert first.source.count("\n") < 8
    assert "fetch -q --depth 1 https://example.org/someone/book v1" in first.source
    assert not [cell for cell in others if "google.colab" in cell.source]
    texts = [cell.source for cell in found.cells if cell.cell_type == "markdown"]
    assert [text[m.start() - 20 : m.end() + 20] for text in texts for m in MARKUP.finditer(text)] == []


def test_what_colab_lacks_is_installed_in_the_pinned_version():
    assert re.findall(r"(\S+)(==\S+)", colab.CELL) == [("anywidget", pins("requirements.txt")["anywidget"])]


@pytest.fixture
def fetched(tmp_path):
    """Function that runs the cell in an empty folder, where the book is a small repository."""
    origin, folder = tmp_path / "origin", tmp_path / "content"
    (origin / "ttsbook").mkdir(parents=True)
    folder.mkdir()
    (origin / "ttsbook" / "__init__.py").write_text('__version__ = "of the page"\n')
    git = ["git", "-C", origin, "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "First"]):
        subprocess.run([*git, *command], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    (origin / "ttsbook" / "__init__.py").write_text('__version__ = "later"\n')
    subprocess.run([*git, "commit", "-qam", "Second"], check=True)
    environ = {"TTSBOOK_REPOSITORY": origin.as_uri(), "TTSBOOK_REVISION": commit}
    cell = colab.portable(v4.new_notebook(cells=[code("1")]), name="a", environ=environ, known={}).cells[0]
    (tmp_path / "cell.py").write_text(cell.source)

    def run(before):
        command = [sys.executable, "-c", f"import sys\n{before}{RUN}", tmp_path / "cell.py"]
        # What is to be installed is there: no package is asked for.
        environment = os.environ | {"PIP_NO_INDEX": "1", "IPYTHONDIR": str(tmp_path / "ipython")}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout, {path.name for path in folder.iterdir()}

    return run


@pytest.mark.exhaustive
def test_in_colab_the_cell_fetches_the_version_of_the_page_again_and_again(fetched):
    for _ in range(2):
        output, files = fetched(COLAB)
        assert "widgets" in output
        assert output.endswith("of the page\n")
        assert files == {"book"}


def test_elsewhere_the_cell_does_nothing(fetched):
    output, files = fetched("")
    assert files == set()
    assert "of the page" not in output


def test_the_command_needs_a_folder_and_a_repository(monkeypatch, tmp_path):
    monkeypatch.delenv("TTSBOOK_REPOSITORY", raising=False)
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    assert "usage" in colab.main([])
    assert "No repository" in colab.main([str(tmp_path)])
    monkeypatch.setenv("TTSBOOK_REPOSITORY", WHERE["TTSBOOK_REPOSITORY"])
    assert colab.main([str(tmp_path)]) is None
    assert len(list(tmp_path.rglob("*.ipynb"))) == len(notebooks.paths())
