"""What a page weighs: all that it loads of the book's own, each file once."""

from bs4 import BeautifulSoup

from publish import weight


def test_kinds_make_up_the_whole_of_what_a_page_loads(site):
    path = site / "setup" / "task.html"
    weighed = weight.weigh(path)
    assert min(weighed[kind] for kind in (*weight.KINDS, weight.TEXT, weight.FILES)) > 0
    files = weight.own_files(path, BeautifulSoup(path.read_text(), "html.parser"))
    assert {"publish.css", "publish.js", "host.js", "logo.svg"} <= {file.name for file in files}
    assert not {"theme.css", "tex-chtml-full.js"} & {file.name for file in files}
    loaded = path.stat().st_size + sum(file.stat().st_size for file in files)
    assert weighed[weight.TOTAL] + weighed[weight.FONTS] == loaded


def test_what_is_loaded_is_counted_once(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "publish.css").write_text("a { background: url('a.woff2?v=1') }")
    (tmp_path / "_static" / "a.woff2").write_text("x" * 50)
    (tmp_path / "searchindex.js").write_text("x" * 70)
    links = '<link rel="stylesheet" href="_static/book.css?v=1"><link rel="preload" href="_static/book.js">'
    scripts = '<script src="searchindex.js"></script>' * 2
    (tmp_path / "page.html").write_text(f'{links}{scripts}<p class="math">α<b class="math">a</b></p>')
    weighed = weight.weigh(tmp_path / "page.html")
    assert weighed["formulas"] == len('<p class="math">α<b class="math">a</b></p>'.encode())
    assert weighed[weight.TEXT] == len(links + scripts)
    assert weighed[weight.FONTS] == 50
    assert weighed[weight.FILES] == 70 + 36
    assert weighed[weight.TOTAL] == 106 + weighed["formulas"] + weighed[weight.TEXT]
