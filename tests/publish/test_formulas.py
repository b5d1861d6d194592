"""Formulas are typeset when the book is built."""

import re
from io import BytesIO
from xml.etree import ElementTree

import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from publish import contents
from publish.site import formulas, mathfont

MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)


def test_a_formula_becomes_mathml():
    tree = ElementTree.fromstring(formulas.typeset(r"\frac{a}{b_i}", False)["mathml"])
    assert [part.tag for part in tree.iter()] == ["math", "mfrac", "mi", "msub", "mi", "mi"]
    assert ElementTree.fromstring(formulas.typeset("x", True)["mathml"]).get("display") == "block"


@pytest.mark.parametrize("tex", [r"\frac{a}", r"\nosuchcommand", r"\left( x"])
def test_what_is_wrong_is_said(tex):
    assert formulas.typeset(tex, False)["error"]


def test_answers_come_in_the_order_of_the_questions():
    letters = "abcdefgh"
    assert ["".join(ElementTree.fromstring(formulas.typeset(x, False)["mathml"]).itertext()) for x in letters] == [
        *letters
    ]


def test_signs_in_an_index_have_no_space_and_those_in_the_line_have_theirs():
    tree = ElementTree.fromstring(formulas.typeset("x_{k+1} = y + z", False)["mathml"])
    spaces = {sign.text: sign.get("lspace") for sign in tree.iter("mo")}
    assert [sign.get("lspace") for sign in tree.find(".//msub").iter("mo")] == ["0"]
    assert spaces["="] is None


@pytest.mark.parametrize(("tex", "sides"), [("n =", [None, "0"]), (r"\le 5", ["0", None]), ("n = 5", [None, None])])
def test_a_sign_at_the_edge_leaves_the_space_to_the_text(tex, sides):
    sign = ElementTree.fromstring(formulas.typeset(tex, False)["mathml"]).find("mo")
    assert [sign.get("lspace"), sign.get("rspace")] == sides


@pytest.mark.parametrize(("tex", "raised"), [("f'(h)", 0), ("f''", 0), ("f^2", 1), ("f'^2", 1), ("f_0'", 0)])
def test_a_prime_is_as_large_as_the_font_has_it(tex, raised):
    tree = ElementTree.fromstring(formulas.typeset(tex, False)["mathml"])
    assert "".join(tree.itertext()) in {"f′(h)", "f″", "f2", "f′2", "f0′"}
    assert len([*tree.iter("msup"), *tree.iter("msubsup")]) == raised


@pytest.mark.parametrize(
    ("tex", "base"),
    [
        (r"(I - \hat M)^k", ")"),
        (r"\langle U, G \rangle_F^2", "⟩"),
        (r"\Big(1 + x\Big)^2", ")"),
        (r"x^2", "x"),
        (r"\frac{(a)^2}{b}", ")"),
    ],
)
def test_an_exponent_of_brackets_stands_at_the_closing_one(tex, base):
    (raised,) = [
        part
        for part in ElementTree.fromstring(formulas.typeset(tex, True)["mathml"]).iter()
        if part.tag in ("msup", "msubsup")
    ]
    assert "".join(raised[0].itertext()) == base


def test_an_exponent_stands_as_high_at_a_letter_with_an_accent_as_without():
    raised = ElementTree.fromstring(formulas.typeset(r"\hat w_k^2", True)["mathml"])[0]
    assert (raised.tag, raised[0].tag, raised[0].get("height")) == ("msubsup", "mpadded", "0.7em")


def test_the_sign_of_a_root_has_room_for_a_capital_letter():
    root = ElementTree.fromstring(formulas.typeset(r"\sqrt n", False)["mathml"])[0]
    assert [(part.tag, part.get("height")) for part in root] == [("mspace", "0.7em"), ("mi", None)]


def extent(font, name):
    """Lowest and highest point of a shape of a font."""
    shapes = font.getGlyphSet()
    shapes[name].draw(pen := BoundsPen(shapes))
    return pen.bounds[1], pen.bounds[3]


@pytest.mark.parametrize("bar", mathfont.BARS)
def test_bars_have_shapes_as_tall_as_the_brackets_and_about_the_same_axis(bar):
    font = mathfont.known()
    shapes, brackets = mathfont.variants(font, bar), mathfont.variants(font, "(")
    for shape, bracket in zip(shapes, brackets, strict=True):
        assert extent(font, shape.VariantGlyph) == pytest.approx(extent(font, bracket.VariantGlyph), abs=30)


def test_a_star_is_smaller_than_a_letter_and_in_the_middle_of_the_line():
    font = mathfont.known()
    foot, top = extent(font, "uni22C6")
    assert top - foot < 0.7 * extent(font, "N")[1]
    assert (top + foot) / 2 == pytest.approx(font["MATH"].table.MathConstants.AxisHeight.Value, abs=40)


def test_roots_have_shapes_of_their_heights():
    font = mathfont.known()
    extents = [extent(font, shape.VariantGlyph) for shape in mathfont.variants(font, "√")[:3]]
    assert [top - foot for foot, top in extents] == pytest.approx(mathfont.ROOTS, abs=2)


@pytest.mark.parametrize(
    ("tex", "tags"),
    [(r"\Lambda", "mtext"), ("x", "mi"), (r"\operatorname{tr}", "mtext"), (r"\mathrm{d}", "mtext"), (r"\lambda", "mi")],
)
def test_what_stands_upright_is_text_and_a_slanted_letter_an_identifier(tex, tags):
    tree = ElementTree.fromstring(formulas.typeset(tex, False)["mathml"])
    assert {part.tag for part in tree.iter() if part.text} - {"mo"} == {tags}


def test_rows_of_one_element_are_unwrapped_and_others_kept():
    simplified = formulas.simplify("<math><mrow><mrow><mi>a</mi></mrow><mrow><mi>b</mi><mi>c</mi></mrow></mrow></math>")
    assert simplified == "<math><mi>a</mi><mrow><mi>b</mi><mi>c</mi></mrow></math>"
    assert formulas.simplify("<math><mrow><mi>Λ</mi><mspace></mspace></mrow><mo>=</mo></math>").count("<m") == 3


def test_no_mathematics_script_is_left_and_every_formula_of_the_site_is_set(site):
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "MathJax" not in text and "mathjax/" not in text, page
        meant = len(re.findall(r'class="math notranslate nohighlight" data-tex="', text))
        assert meant == len(MATH.findall(text)), page
        assert "<merror" not in text, page
    assert not [path for path in site.rglob("*") if "mathjax" in path.name.lower()]


def test_no_formula_in_a_line_is_as_tall_as_on_a_line_of_its_own(parsed, site):
    for name in contents.read().pages:
        inline = [formula["data-tex"] for formula in parsed(site / f"{name}.html").select("span.math")]
        assert [tex for tex in inline if re.search(r"\\(dfrac|displaystyle|dbinom)", tex)] == [], name


def test_the_font_has_every_letter_of_the_site_and_the_constants_of_mathematics(site):
    font = TTFont(BytesIO((site / "_static/fonts/book-math.woff2").read_bytes()))
    letters = font.getBestCmap()
    for page in site.rglob("*.html"):
        for formula in MATH.findall(page.read_text(encoding="utf-8")):
            tree = ElementTree.fromstring(formula.replace("&nbsp;", "\u00a0"))
            needed = {*"".join(tree.itertext())} - {"\u2061", "\u2062", "\u2063", "\ufe0e", "\ufe00"}
            needed |= {mathfont.italics()[mi.text] for mi in tree.iter("mi") if mi.text in mathfont.italics()}
            needed |= {"√"} if tree.find(".//msqrt") is not None else set()
            assert not {letter for letter in needed if ord(letter) not in letters}, (page, formula)
    assert "MATH" in font
    assert (site / "_static/fonts/book-math.woff2").stat().st_size < 60_000


def test_slanted_letters_stand_for_upright_ones():
    assert mathfont.italics()["a"] == "𝑎"
    assert mathfont.italics()["h"] == "ℎ"
    assert mathfont.italics()["λ"] == "𝜆"
    upright, slanted = "εϵθϑκϰφϕρϱπϖ", "𝜀𝜖𝜃𝜗𝜅𝜘𝜑𝜙𝜌𝜚𝜋𝜛"  # letters of two shapes
    assert "".join(mathfont.italics()[letter] for letter in upright) == slanted
