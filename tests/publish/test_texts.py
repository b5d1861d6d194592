"""What pages say, as the search shows it."""

import re

import pytest

from publish import contents
from publish.site import texts
from publish.site.trees import parse

PAGE = """<nav><p>Contents</p></nav><article><p class="chapter-part">Part I</p><section id="s"><h1>S</h1>
<p>It is <span class="math notranslate" data-tex="n &lt; d"><math><mi>n</mi><mo>&lt;</mo><mi>d</mi></math></span>,<br>
so <em>small</em>.</p><div class="cell"><details class="hide"><summary><span class="collapsed">Show the code</span>
</summary><pre>x = 1</pre></details><svg><text>0.5</text></svg></div>
<section id="t"><h2>T<a class="headerlink" href="#t">#</a></h2>
<dl><dt>a</dt>
<dd>A letter &amp; more</dd></dl>
<div class="numbered" id="e"><div class="math" data-tex="\\frac{1}{2}"><math><mn>1</mn></math></div>
<span class="eqno">(7)</span></div>
<section><p>Inside.</p></section></section><p>After.</p></section></article>"""


def test_each_section_says_its_own_text_in_plain_letters():
    assert texts.sections(parse(PAGE)) == [
        ("s", "It is n < d, so small. After."),
        ("t", "T a A letter & more 1/2 Inside."),
    ]


def test_a_page_without_an_article_says_nothing():
    assert texts.sections(parse("<p>Text</p>")) == []


@pytest.mark.parametrize("name", [page for page in contents.read().pages if "api" not in page])
def test_every_page_says_something_without_tex(site, name):
    said = texts.sections(parse((site / f"{name}.html").read_text(encoding="utf-8")))
    assert sum(len(text) for _, text in said) > 300
    assert [text for _, text in said if re.search(r"\\[a-z]{2}|[_^]\{", text)] == []
