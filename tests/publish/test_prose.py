import pytest
from typed_results import typed_results


@pytest.mark.parametrize(
    "source",
    [
        "The error is 0.034 after ten steps.",
        "The error is .034 after ten steps.",
        "It falls by 12 % at once.",
        "It falls by 12% at once.",
        "It falls by 12 percent at once.",
        "This is 20 times faster.",
        "This is a 20-fold gain.",
        "This is 20× faster.",
        "It is **0.5** of $d$.",
        "[Theorem 3.3](t) gives 0.5.",
        "Theorem 3.3 gives 0.5.",
        "About 3.5 of them.",
        "| n | error |\n|---|---|\n| 10 | 0.5 |",
        "> It is 0.5.",
        ":::{exercise} Why 0.5?\n:label: half\nExplain.\n:::",
        ":::{exercise}\n:label: half\nExplain the 0.5.\n:::",
        "````{prf:theorem}\n:label: half\nIt is 0.5.\n````",
        "::::{grid}\n:::{grid-item}\nIt is 0.5.\n:::\n::::",
        "<div>It is 0.5.</div>",
    ],
)
def test_typed_results_are_found(source):
    assert len(typed_results(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "Ten steps, 20 dimensions, the year 2026, ICLR 2026.",
        "Let $d = 20$ and $\\epsilon = 0.05$, in a band of $99\\,\\%$.",
        "$$\na = 0.5\n$$",
        "\\begin{align}\na &= 0.5\n\\end{align}",
        "```{math}\n:label: half\na = 0.5\n```",
        "```python\na = 0.5\n```",
        "    a = 0.5",
        "Set `alpha=0.5`.",
        "As {cite}`half0.5` and {numref}`fig-0.5` say.",
        "See [release 1.0.4](https://example.org/1.0.4) or https://example.org/1.0.4 or <https://example.org/1.0>.",
        "(paper: Theorem 3.3), Theorems 3.1, 3.2 and 3.3, Corollary 3.5 (ii), Corollaries 3.5 and 3.6.",
        "Section 2.1, Remark 4.1 and equation (2.3) of the paper.",
        "It needs Python 3.11, PyTorch 2.13 and NumPy 2.4; arXiv 2510.03605, arXiv:2510.03605, CC BY 4.0.",
        'The error is <span data-number="error">0.034</span> of it.',
        "A 2 × 2 matrix; run it three times; a twofold use.",
        ":::{exercise}\n:label: half-0.5\nExplain.\n:::",
        "```{figure} a.svg\n---\nwidth: 50%\n---\nA curve.\n```",
    ],
)
def test_other_digits_are_left_alone(source):
    assert typed_results(source) == []


def test_a_result_is_quoted_with_its_context():
    assert typed_results("First. The error is 0.034 after ten steps.") == ["First. The error is 0.034 after ten steps."]
