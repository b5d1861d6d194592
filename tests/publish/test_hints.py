"""What explains itself: targets and their cards, marks in the pages, the list that is searched."""

import json
import re
from posixpath import dirname, join, normpath

import pytest
from bs4 import BeautifulSoup

from publish import contents
from publish.site import hints, search, targets
from publish.site.symbols import Symbols
from publish.site.trees import parse

LISTED = contents.read().pages
STATEMENT = """<article><section id="s"><h1>S</h1>
<div class="proof theorem admonition" id="thm-one">
<p class="admonition-title"><span class="caption-number">Theorem 4.1 </span>
(A <span class="math" data-tex="\\lambda_{\\min}"><math></math></span>)</p>
<section><p>It is <a class="reference internal" href="#x">so</a>
<span class="math notranslate nohighlight" data-tex="n &lt; d"><math><mi>n</mi></math></span>.
(paper: Theorem 3.3, better)</p></section></div>
<figure id="fig-one"><svg><path id="p1-1" fill="#fab"/><use href="#p1-1" clip-path="url(#p1-1)"/></svg><figcaption>
<p><span class="caption-number">Fig. 4.2 </span><span class="caption-text">Errors.</span>
<a class="headerlink" href="#fig-one">#</a></p></figcaption></figure>
<div class="numbered" id="equation-one"><div class="math notranslate nohighlight" data-tex="d"><math></math></div>
<span class="eqno">(7)</span></div>
<section id="t"><h2>T</h2></section></section></article>"""
ID = re.compile(r'\sid="([^"]+)"')
USED = re.compile(r'(?:\bhref="#|url\(#)([^")]+)')
NOTATION = """<article><table><tr><th>Symbol</th><th>Meaning</th></tr>
<tr id="symbol-d"><td><p><span class="math" data-tex="d"><math></math></span></p></td><td><p>dimension</p></td></tr>
<tr id="symbol-n"><td><p><span class="math" data-tex="n"><math></math></span></p></td><td><p>length</p></td></tr>
</table>
<table><tr><td><span class="math" data-tex="n"><math></math></span></td>
<td>not in <a class="reference" href="../a/other.html">other</a></td></tr></table></article>"""


def test_targets_have_kind_number_title_and_a_card():
    found = targets.find(parse(STATEMENT))
    assert [(t.kind, t.number, t.title) for t in found.values()] == [
        ("Theorem", "4.1", "A λ_min"),
        ("Figure", "4.2", "Errors."),
        ("Equation", "(7)", ""),
    ]
    card = BeautifulSoup(found["thm-one"].html, "html.parser")
    assert "It is so" in card.get_text()
    assert not card.select("a, [id]")


def test_the_picture_of_a_card_has_parts_of_its_own():
    picture = BeautifulSoup(targets.find(parse(STATEMENT))["fig-one"].html, "html.parser").svg
    assert picture.path.attrs == {"id": "hint-p1-1", "fill": "#fab"}
    assert picture.use.attrs == {"href": "#hint-p1-1", "clip-path": "url(#hint-p1-1)"}


def test_links_to_targets_are_marked_and_no_others():
    found = {"a/b": targets.find(parse(STATEMENT))}
    link = '<a class="reference internal" href="{}">'
    linked = set()

    def is_marked(href, page):
        tree = parse(link.format(href))
        hints.mark_links(tree, page, found, linked)
        return "data-hint" in tree.html

    for href, marked in {"b.html#thm-one": True, "b.html#s": False, "#thm-one": False, "b.html": False}.items():
        assert is_marked(href, "a/c") == marked
    assert linked == {("a/b", "thm-one")}
    assert is_marked("#fig-one", "a/b")


def test_formulas_are_marked_and_their_symbols_listed_before_the_first_section():
    notation = targets.find(parse(NOTATION))
    symbols = hints.read_symbols(parse(NOTATION))
    tree = parse(STATEMENT)
    hints.mark_formulas(tree, "a/b", symbols, notation)
    page = BeautifulSoup(tree.html, "html.parser")
    assert [formula["data-symbols"] for formula in page.select(".math[data-symbols]")] == ["n d", "d"]
    box = page.select_one("details.symbols")
    assert [row["data-symbol"] for row in box.select("dl > div")] == ["d", "n"]
    assert box.a["href"] == "../appendix/notation.html#symbol-d"
    assert box.find_next_sibling("section")["id"] == "t"
    other = parse(STATEMENT)
    hints.mark_formulas(other, "a/other", symbols, notation)
    assert 'data-symbols="d"' in other.html
    assert 'data-symbol="n"' not in other.html


def test_a_page_without_symbols_stays_as_it_is():
    tree = parse(STATEMENT)
    hints.mark_formulas(tree, "a/b", Symbols({}, {}, {}), {})
    assert tree.html == parse(STATEMENT).html


def handed_over(script):
    """The name and the HTML that a script hands over."""
    return json.loads(f"[{re.fullmatch(r'bookHint[(](.*)[)];', script.strip())[1]}]")


def test_a_script_hands_over_any_text():
    text = '"</script>" \\(λ\\)\n'
    assert handed_over(hints.as_script("a#b", text)) == ["a#b", text]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Yes. (proof; paper: Theorem 3.3, better)", "Theorem 3.3"),
        ("(the outer inequality: paper, Theorem 3.3; the sum: ours)", "Theorem 3.3"),
        ("(paper: the model; part 2)", "the model"),
        ("(paper: Corollary 3.5 (i); links)", "Corollary 3.5"),
        ("(ours)", ""),
    ],
)
def test_where_the_paper_has_it(text, place):
    assert search.paper(text) == place


def test_claims_are_listed_once_and_works_are_not():
    claim = targets.Target("claim-x", "Claim", "", "X < 1", "", "")
    work = targets.Target("id1", "Work", "", "", "", "")
    found = {"a/b": {"claim-x": claim, "id1": work}, search.LEDGER: {"claim-x": claim}}
    (entry,) = search.entries(found)
    assert (entry[4], entry[2]) == (search.LEDGER, "X &lt; 1")
    assert len(list(search.entries({"a/b": {"claim-x": claim}}))) == 1


# The built site


@pytest.fixture(scope="module")
def pages(site):
    """The HTML of the book's pages, by name."""
    return {name: (site / f"{name}.html").read_text() for name in LISTED}


@pytest.fixture(scope="module")
def entries(site):
    """What the search of the site lists."""
    script = (site / "_static" / "targets.js").read_text()
    return json.loads(script.removeprefix("var bookTargets = ").rstrip().removesuffix(";").replace(",\n]", "\n]"))


def cards(site, page, html):
    """The cards that the links of a page ask for, by name."""
    for path, name in re.findall(r'href="([^"#]*)#([^"]+)"[^>]* data-hint=""', html):
        to = normpath(join(dirname(page), path)).removesuffix(".html") if path else page
        yield f"{to}#{name}", handed_over((site / "_static" / "hints" / to / f"{name}.js").read_text())


def test_every_card_that_a_link_asks_for_exists(site, pages):
    found = 0
    for page, html in pages.items():
        for asked, (name, _) in cards(site, page, html):
            assert name == asked
            found += 1
    assert found > 200


def test_no_card_repeats_an_id_of_its_page(site, pages):
    pictures = 0
    for page, html in pages.items():
        taken = {"hint", *ID.findall(html)}  # the first of them the card's own
        for _, (name, card) in cards(site, page, html):
            own = ID.findall(card)
            assert taken.isdisjoint(own), f"{name} on {page}"
            assert set(own) == set(USED.findall(card)), name
            pictures += "<svg" in card
    assert pictures > 10


def test_every_link_to_a_statement_a_formula_a_figure_or_a_work_has_a_card(pages):
    kinds = ("def-", "thm-", "prop-", "cor-", "lem-", "fig-", "equation-", "ex-", "claim-")
    place = rf'href="[^"#]*#(?:{"|".join(kinds)}|id\d)[^"]*"'
    bare = re.compile(rf'<a class="[^"]*internal[^"]*" {place}(?![^>]* data-hint="")')
    assert {page: bare.findall(html) for page, html in pages.items() if bare.search(html)} == {}


def test_every_chapter_lists_its_symbols_and_each_leads_to_the_notation(pages):
    rows = set(re.findall(r'<tr [^>]*id="symbol-([^"]+)"', pages[hints.NOTATION]))
    assert len(rows) > 35
    for page in [name for name in LISTED if not name.startswith("appendix")]:
        listed = re.findall(r'data-symbol="([^"]+)"', pages[page])
        used = {name for names in re.findall(r'data-symbols="([^"]+)"', pages[page]) for name in names.split()}
        assert set(listed) == used <= rows, page
        assert len(listed) == len(set(listed))


def test_every_symbol_of_the_notation_explains_some_formula(pages):
    rows = set(re.findall(r'<tr [^>]*id="symbol-([^"]+)"', pages[hints.NOTATION]))
    used = {name for html in pages.values() for name in re.findall(r'data-symbol="([^"]+)"', html)}
    assert rows - used <= {"pi-ell"}


def test_the_search_lists_every_statement_figure_exercise_and_claim(site, parsed, pages, entries):
    listed = {(page, name) for *_, page, name in entries}
    assert len(listed) == len(entries)
    selector = "article :is(.proof, .exercise, figure)[id]"
    for page in pages:
        assert {(page, element["id"]) for element in parsed(site / f"{page}.html").select(selector)} <= listed
    rows = re.findall(r'id="(claim-[^"]+)"', pages[search.LEDGER])
    assert {(search.LEDGER, row) for row in rows} <= listed
    assert len(rows) > 80


def test_the_search_calls_statements_by_their_numbers(entries):
    named = [(kind, number) for kind, number, *_ in entries if kind in ("Theorem", "Proposition", "Figure")]
    assert len(named) == len(set(named)) > 40
    assert all(re.fullmatch(r"\d+(\.\d+)?", number) for _, number in named)


def test_only_the_search_page_loads_the_index(site, pages):
    assert [page for page, html in pages.items() if "searchindex.js" in html] == []
    assert "searchindex.js" in (site / "search.html").read_text()
