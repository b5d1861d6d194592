from docutils import nodes

from publish.site.unbroken import UnbrokenFormulas, UnbrokenNumbers


def joined(*parts):
    """Text of the elements that hold a paragraph's formulas together with their punctuation."""
    paragraph = nodes.paragraph("", "", *parts)
    transform = UnbrokenFormulas.__new__(UnbrokenFormulas)
    transform.document = paragraph
    transform.run()
    found = [part.astext() for part in paragraph.findall(nodes.inline) if "unbroken" in part["classes"]]
    return found, paragraph.astext()


def computed(number):
    return [nodes.raw("", "<span>", format="html"), nodes.Text(number), nodes.raw("", "</span>", format="html")]


def formula(text):
    return nodes.math("", text)


def test_punctuation_stays_with_its_formula():
    parts = [nodes.Text("If "), formula("k"), nodes.Text("), or "), formula("n"), nodes.Text(".")]
    assert joined(*parts) == (["k),", "n."], "If k), or n.")


def test_a_number_at_its_side_stays_with_a_formula():
    space = "\N{NO-BREAK SPACE}"
    number = "<span>6.3</span>"
    found, text = joined(nodes.Text("to "), *computed("6.3"), nodes.Text(space), formula("d"), nodes.Text(", but"))
    assert (found, text) == ([f"{number}{space}d,"], f"to {number}{space}d, but")
    found, text = joined(formula("n ="), nodes.Text(space), *computed("6.3"), nodes.Text(". So"))
    assert (found, text) == ([f"n ={space}{number}"], f"n ={space}{number}. So")
    assert joined(nodes.Text(f"or 2{space}"), formula("d")) == ([f"2{space}d"], f"or 2{space}d")
    assert joined(formula("n ="), nodes.Text(f"{space}3. So")) == ([f"n ={space}3."], f"n ={space}3. So")


def test_other_formulas_are_left_alone():
    assert joined(formula("a"), nodes.Text(" and "), formula("b"), nodes.emphasis("", ",")) == ([], "a and b,")
    assert joined(formula("a")) == ([], "a")


def shown(*parts):
    """Text of a paragraph, its spaces that break no line as `_`."""
    paragraph = nodes.paragraph("", "", *parts)
    transform = UnbrokenNumbers.__new__(UnbrokenNumbers)
    transform.document = paragraph
    transform.run()
    return paragraph.astext().replace("\N{NO-BREAK SPACE}", "_")


def test_a_number_stays_with_its_sign_and_its_unit():
    assert shown(nodes.Text("65 % [63, 67] of 2,000 in 10 s, × 1.11")) == "65_% [63,_67] of 2,000 in 10_s, ×_1.11"
    assert "".join(shown(*computed("96"), nodes.Text(" %, and 1"))).endswith("_%, and 1")
    assert shown(*computed("1.7"), nodes.Text(" "), formula("r_1^k")).endswith("_r_1^k")
    assert shown(formula("n ="), nodes.Text(" "), *computed("180")).startswith("n =_")


def test_other_spaces_may_break_a_line():
    for text in ("in 10 steps", "7 signs, [a, b] and x, 3]", "from 3 to 4 k"):
        assert shown(nodes.Text(text)) == text
    assert "_" not in shown(nodes.Text("for 3 "), formula("a + b"))
    assert "_" not in shown(formula("n"), nodes.Text(" 3"))
    assert shown(nodes.literal("", "7 % 2")) == "7 % 2"
