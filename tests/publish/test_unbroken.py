from docutils import nodes

from publish.site.unbroken import UnbrokenFormulas


def joined(*parts):
    """Text of the elements that hold a paragraph's formulas together with their punctuation."""
    paragraph = nodes.paragraph("", "", *parts)
    transform = UnbrokenFormulas.__new__(UnbrokenFormulas)
    transform.document = paragraph
    transform.run()
    found = [part.astext() for part in paragraph.findall(nodes.inline) if "unbroken" in part["classes"]]
    return found, paragraph.astext()


def formula(text):
    return nodes.math("", text)


def test_punctuation_stays_with_its_formula():
    parts = [nodes.Text("If "), formula("k"), nodes.Text("), or "), formula("n"), nodes.Text(".")]
    assert joined(*parts) == (["k),", "n."], "If k), or n.")


def test_other_formulas_are_left_alone():
    assert joined(formula("a"), nodes.Text(" and "), formula("b"), nodes.emphasis("", ",")) == ([], "a and b,")
    assert joined(formula("a")) == ([], "a")
