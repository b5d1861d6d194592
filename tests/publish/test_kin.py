"""Symbols that belong together are marked in formulas and pictures."""

import pytest

from publish.site import kin
from publish.site.trees import parse


def marked(html):
    """What is marked in a piece of a page, each with its names."""
    tree = parse(html)
    kin.mark(tree)
    return [(element.text(), element.attributes["data-kin"]) for element in tree.css("[data-kin]")]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<math><mtext>Λ</mtext><mo>+</mo><mi>n</mi></math>", [("Λ", "Lambda"), ("n", "n")]),
        ("<math><mi>m</mi><mo>=</mo><mn>40</mn></math>", [("m", "m"), ("40", "m")]),
        ("<math><mi>m</mi><mo>+</mo><mn>40</mn></math>", [("m", "m")]),
        ("<math><mi>n</mi><mo>=</mo><mi>m</mi><mo>=</mo><mn>40</mn></math>", [("n", "n"), ("m", "m"), ("40", "m")]),
        ("<math><mi>n</mi><mo>/</mo><mi>m</mi><mo>=</mo><mn>0</mn></math>", [("n", "n"), ("m", "m")]),
        ("<math><mn>2</mn><mi>m</mi><mo>=</mo><mn>0</mn></math>", [("m", "m")]),
        ("<math><msub><mi>w</mi><mi>k</mi></msub><mo>=</mo><mn>0</mn></math>", [("k", "k")]),
        ("<math><msub><mi>V</mi><mn>31</mn></msub><mo>+</mo><mi>W</mi></math>", [("V31", "V31")]),
        ("<math><msub><mi>V</mi><mn>3</mn></msub><msub><mi>V</mi><mn>51</mn></msub></math>", []),
        ("<svg><text>thinking steps k</text></svg>", [("thinking steps k", "k")]),
        ("<svg><text>n = m = 40</text></svg>", [("n = m = 40", "n m")]),
        ("<svg><text>−Γ⁻¹</text></svg>", [("−Γ⁻¹", "Gamma")]),
    ],
)
def test_a_symbol_is_marked_with_its_number(html, found):
    assert marked(html) == found


@pytest.mark.parametrize(
    "html",
    [
        "<math><mtext>min</mtext><mi>w</mi><mo>=</mo><mn>40</mn></math>",
        "<svg><text>n_crit, wₖ and skills</text></svg>",
        "<svg><text>it doesn’t</text></svg>",
        "<p>n examples</p>",
    ],
)
def test_other_letters_stay_as_they_are(html):
    assert marked(html) == []


def test_the_appendix_is_left_alone_and_chapters_are_not(site):
    assert 'data-kin="' in (site / "setup/task.html").read_text()
    assert 'data-kin="' not in (site / "appendix/proofs.html").read_text()
