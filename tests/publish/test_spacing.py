"""Space between the parts of a formula, by the table of TeX (The TeXbook, chapter 18)."""

from xml.etree import ElementTree

import pytest

from publish.site import formulas, mathfont
from publish.site.spacing import THIN


def parts(tex):
    """The parts of a formula in their order: text, and for signs the space on both sides if it is set."""
    tree = ElementTree.fromstring(formulas.typeset(tex, True)["mathml"])
    return [
        (one.text or one.get("width"), one.get("lspace"), one.get("rspace"))
        for one in tree.iter()
        if one.tag in ("mi", "mn", "mo", "mspace", "mtext")
    ]


@pytest.mark.parametrize(
    ("tex", "left", "right"),
    [
        (r"1, \dots, n", "0", THIN),  # the comma before has its own space after it, the one after none before it
        (r"\lambda_1 \ge \cdots \ge \lambda_d", "0", "0"),  # signs have theirs
        (r"a \cdots b", THIN, THIN),
        (r"(a + \cdots + b)", "0", "0"),
    ],
)
def test_dots_have_no_more_space_than_letters(tex, left, right):
    (dots,) = [part for part in parts(tex) if part[0] in "…⋯"]
    assert dots[1:] == (left, right)


@pytest.mark.parametrize(
    ("tex", "name", "apart"),
    [
        (r"s_a \operatorname{tr} \Sigma", "tr", True),
        (r"(1 - u)^k \operatorname{tr}[M]", "tr", True),
        (r"\frac{b}{2}\cos\theta", "cos", True),
        (r"2\max_i x_i", "max", True),
        (r"a = \operatorname{tr} \Sigma", "tr", False),  # a sign has space after it
        (r"(\operatorname{tr} \Sigma)", "tr", False),
        (r"\operatorname{tr} \Sigma", "tr", False),
        (r"x_{2\operatorname{tr} A}", "tr", True),
    ],
)
def test_before_the_name_of_a_function_there_is_a_thin_space(tex, name, apart):
    row = [text for text, *_ in parts(tex)]
    place = row.index(name)
    assert (place > 0 and row[place - 1] == THIN) is apart


@pytest.mark.parametrize(
    ("tex", "space"), [(r"a = \sum_i b_i", "0"), (r"\sum_i b_i", "0"), (r"2 \sum_i b_i", None), (r"a + \int f", "0")]
)
def test_between_a_sign_and_a_sum_there_is_the_sign_s_space_alone(tex, space):
    (large,) = [part for part in parts(tex) if part[0] in "∑∫"]
    assert large[1] == space


def test_brackets_of_a_chosen_size_are_as_close_as_others():
    assert [part[1:] for part in parts(r"a\big[P\Big(x\Big) + 1\big]b") if part[0] in "[()]"] == [("0", "0")] * 4


@pytest.mark.parametrize(
    ("tex", "letter", "exponent"),
    [
        ("W^2", None, "clear-3"),
        ("V_{31}^2", None, "clear-3"),
        ("T^k", None, "clear-2"),
        ("P^{k-1}", None, "clear-1"),
        (r"\Lambda^{-1}", None, None),  # upright
        ("A^2", None, None),  # the font says that A leans over nothing
        ("VW", "lean-3", None),
        ("PA", None, None),
        ("W_{24}", None, None),  # an index fits below
    ],
)
def test_what_follows_a_slanted_letter_stands_clear_of_it(tex, letter, exponent):
    tree = ElementTree.fromstring(formulas.typeset(tex, False)["mathml"])
    classes = [(part.tag in ("msup", "msubsup"), *(one.get("class") for one in part)) for part in tree.iter()]
    assert next((found[-1] for found in classes if found[0]), None) == exponent
    assert (tree[0].get("class") if tree[0].tag == "mi" else None) == letter


@pytest.mark.parametrize("bracket", "()[]⟨⟩|‖")
@pytest.mark.parametrize(("size", "height"), [("big", 1.2), ("Big", 1.8), ("bigg", 2.4)])
def test_a_bracket_of_a_chosen_size_has_the_place_that_it_fills(bracket, size, height):
    tex = {"⟨": r"\langle", "⟩": r"\rangle", "‖": r"\|"}.get(bracket, bracket)
    (sign,) = ElementTree.fromstring(formulas.typeset(rf"\{size}{tex}", False)["mathml"]).iter("mo")
    width = mathfont.width(bracket, height)
    assert sign.get("style") == f"inline-size: {width}em"
    assert 0.2 < width < 0.8


@pytest.mark.parametrize(("tex", "apart"), [(r"\min_t \Big[ x \Big]", True), (r"\operatorname{tr}(M)", False)])
def test_between_a_function_and_a_bracket_of_a_chosen_size_there_is_a_thin_space(tex, apart):
    assert ((THIN, None, None) in parts(tex)) is apart


@pytest.mark.parametrize(
    ("tex", "form"), [(r"a &= b \\ &+ c", "infix"), (r"a &= b \\ &- c", "infix"), (r"a &= -c \\ b &= c", "prefix")]
)
def test_a_sum_that_goes_on_in_the_next_line_has_the_space_of_one(tex, form):
    tree = ElementTree.fromstring(formulas.typeset(rf"\begin{{split}}{tex}\end{{split}}", True)["mathml"])
    (sign,) = [sign for sign in tree.iter("mo") if sign.text in "+−"]
    assert sign.get("form") == form
