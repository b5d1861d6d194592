"""Links in highlighted code: on the built site each leads to the very object that the code means."""

import ast
import importlib
import inspect
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from sphinx.highlighting import PygmentsBridge

from publish import notebooks
from publish.site import linked_code, package, trees

ROOT = Path(__file__).parents[2]
NAMES = '<span class="n">a</span><span class="o">.</span><span class="n">b</span>'
CODE = f"<div><pre><span></span>{NAMES} &lt; 1\n</pre></div>"


def test_tags_stand_before_their_byte_and_spans_that_change_nothing_are_left_out():
    shown = '<div><pre><span></span>a<span class="o">.</span>b &lt; 1\n</pre></div>'
    assert linked_code.tagged(CODE, {}) == shown
    assert linked_code.tagged(CODE, {0: "<a>", 3: "</a>"}) == shown.replace("a<", "<a>a<", 1).replace("b ", "b</a> ")
    assert linked_code.tagged("<pre>λ = &lt;</pre>", {5: "<b>"}) == "<pre>λ = &lt;</pre>"
    assert (
        linked_code.tagged('<pre>λ<span class="o">=</span>λ</pre>', {2: "<b>"})
        == '<pre>λ<b><span class="o">=</span>λ</pre>'
    )


def test_the_first_use_in_a_piece_of_code_is_linked_and_says_what_it_means():
    reference = SimpleNamespace(objects={})  # has nothing: links lead to the source
    app = SimpleNamespace(
        confdir=ROOT,
        env=SimpleNamespace(get_domain=lambda _: reference),
        builder=SimpleNamespace(get_relative_uri=lambda _, page: f"{page}.html"),
    )
    code = "from monograph.experiments.real import domains\ndomains.pool(1), domains.pool(2)\n"
    shown = PygmentsBridge("html").highlight_block(code, "python")
    tree = trees.parse(f'<div class="highlight-python">{shown}</div><div class="highlight-text">{shown}</div>')
    linked_code.link(app, {"page": tree})
    module, function = tree.css("a")
    assert (module.text(), module.attributes["href"]) == ("domains", "source/monograph/experiments/real/domains.html")
    meant = package.find(str(ROOT), "monograph.experiments.real.domains.pool")
    assert (function.text(), function.attributes["title"]) == ("domains.pool", package.summary(meant))
    assert function.attributes["href"] == f"{module.attributes['href']}#L-{meant.lineno}"
    assert '"' in function.attributes["title"]
    assert [piece.text() for piece in tree.css("pre")] == [code, code]


def test_spans_that_change_no_color_are_left_out(site):
    css = (site / "_static" / "pygments.css").read_text(encoding="utf-8")
    colors = re.findall(
        r'\[data-theme="(\w+)"\] \.highlight (?:\.(\w+) )?\{ (?:background: \S+ )?color: (#\w+) \}', css
    )
    of = {(theme, name): color for theme, name, color in colors}
    for theme in ("light", "dark"):
        assert {of[theme, name] for name in "npw"} == {of[theme, ""]} != {of[theme, "o"]}
    for page in ("theorems/overthinking", "source/ttsbook/theory/finite"):
        code = trees.parse((site / f"{page}.html").read_text(encoding="utf-8"))
        assert code.css("pre .o") and not code.css("pre :is(.n, .p, .w)")


def chapters():
    return [notebooks.name_of(path) for path in notebooks.paths()]


def imports(cells):
    """What the imports of a notebook bind, by running them alone."""
    namespace = {}
    for cell in cells:
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                exec(compile(ast.Module([node], []), "imports", "exec"), namespace)
    return namespace


def resolved(text, namespace):
    """The object that a dotted name means, or None."""
    first, *rest = text.split(".")
    value = namespace.get(first)
    for name in rest:
        value = getattr(value, name, None)
    return value


def described(anchor):
    """The object that a part of the reference describes."""
    if anchor.startswith("module-"):
        return importlib.import_module(anchor.removeprefix("module-"))
    names = anchor.split(".")
    for length in range(len(names) - 1, 0, -1):
        with suppress(ImportError):
            module = importlib.import_module(".".join(names[:length]))
            return resolved(".".join(["module", *names[length:]]), {"module": module})
    raise AssertionError(anchor)


@pytest.fixture(scope="module")
def part(parsed):
    """Find a part of a page: a function of the path and the part's id, or None."""
    parts = cache(lambda path: {element["id"]: element for element in parsed(path).find_all(id=True)})
    return lambda path, name: parts(path).get(name)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", chapters())
def test_each_link_leads_to_what_the_code_means(site, parsed, part, name):
    path = (site / f"{name}.html").resolve()
    links = parsed(path).select(".cell_input pre a")
    namespace = imports(notebooks.code_cells(notebooks.read(ROOT / "chapters" / f"{name}.ipynb")))
    assert len(links) >= 5
    for link in links:
        file, _, anchor = link["href"].partition("#")
        file, text = (path.parent / file).resolve(), link.get_text()
        meant = resolved(text, namespace)
        if inspect.ismodule(meant) and not anchor:  # a module without a reference: its source, whole
            assert file.with_suffix("").as_posix().endswith(meant.__name__.replace(".", "/")), link
            continue
        there = part(file, anchor)
        assert there, link
        if anchor.startswith("L-"):  # the source, where there is no reference
            code = there.get_text()
            assert re.match(rf"(def |class )?{text.rpartition('.')[2]}\b|@claim", code), (text, code)
            meant = getattr(meant, "check", meant)
            assert str(file).endswith(getattr(meant, "__module__", file.stem).replace(".", "/") + ".html")
        elif text.partition(".")[0] in namespace:
            assert meant is described(anchor), text
        else:  # a part of an instance, whose class a reader of the code has to know
            assert anchor.rpartition(".")[2] == text.rpartition(".")[2]
            assert described(anchor) is not None


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", chapters())
def test_each_cell_links_all_that_it_names(site, parsed, name):
    cells = notebooks.code_cells(notebooks.read(ROOT / "chapters" / f"{name}.ipynb"))
    shown = parsed((site / f"{name}.html").resolve()).select(".cell_input pre")
    namespace = imports(cells)
    cells = [cell for cell in cells if "remove-input" not in cell.metadata.get("tags", [])]
    assert len(shown) == len(cells)
    for cell, code in zip(cells, shown, strict=True):
        assert code.get_text().strip() == cell.source.strip()
        links = {id(resolved(link.get_text(), namespace)) for link in code.select("a")}
        tree = ast.parse(cell.source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                value = resolved(ast.unparse(node), namespace) if node.value.id in namespace else None
                if getattr(value, "__module__", "").startswith("ttsbook") and callable(value):
                    assert id(value) in links, (cell.id, ast.unparse(node))


def test_every_signature_leads_to_its_lines(site):
    tree = cache(lambda path: trees.parse(path.read_text(encoding="utf-8")))
    found = 0
    for path in (site / "appendix" / "api").glob("*.html"):
        for link in tree(path.resolve()).css("dt.sig a:has(.source-link)"):
            parts = urlsplit(link.attributes["href"])
            line = tree((path.parent / parts.path).resolve()).css_first(f'[id="{parts.fragment}"]').text()
            name = link.parent.id.rpartition(".")[2]
            assert name in line or line.startswith("@"), (link.attributes["href"], line)
            found += 1
    assert found > 100


def test_a_file_of_source_is_shown_whole(site, parsed):
    page = parsed((site / "source" / "ttsbook" / "theory" / "learned.html").resolve())
    assert page.select_one("article pre").get_text().strip() == (ROOT / "ttsbook/theory/learned.py").read_text().strip()
    assert page.select_one('article a[href$="#module-ttsbook.theory"]')
