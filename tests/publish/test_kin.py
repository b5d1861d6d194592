"""Symbols that belong together are marked in formulas and pictures."""

import pytest

from publish.site import kin


@pytest.mark.parametrize(
    ("html", "marked"),
    [
        ("<mi>n</mi>", '<mi data-kin="n">n</mi>'),
        ('<mi mathvariant="normal">Λ</mi>', '<mi mathvariant="normal" data-kin="Lambda">Λ</mi>'),
        ("<mi>m</mi><mo>=</mo><mn>40</mn>", '<mi data-kin="m">m</mi><mo>=</mo><mn data-kin="m">40</mn>'),
        (
            "<msub><mi>w</mi><mi>k</mi></msub><mo>=</mo><mn>0</mn>",
            '<msub><mi>w</mi><mi data-kin="k">k</mi></msub><mo>=</mo><mn>0</mn>',
        ),
        ('<text x="1">thinking steps k</text>', '<text x="1" data-kin="k">thinking steps k</text>'),
        ("<text>n = m = 40</text>", '<text data-kin="n m">n = m = 40</text>'),
        ("<text>−Γ⁻¹</text>", '<text data-kin="Gamma">−Γ⁻¹</text>'),
    ],
)
def test_a_symbol_is_marked_with_its_number(html, marked):
    assert kin.marked(html) == marked


@pytest.mark.parametrize(
    "html",
    [
        "<mi>min</mi><mi>w</mi>",
        "<mo>=</mo><mn>40</mn>",
        "<text>n_crit, wₖ and skills</text>",
        "<text>it doesn’t</text>",
        "<p>n examples</p>",
    ],
)
def test_other_letters_stay_as_they_are(html):
    assert kin.marked(html) == html


def test_the_appendix_is_left_alone_and_chapters_are_not(site):
    assert 'data-kin="' in (site / "setup/task.html").read_text()
    assert 'data-kin="' not in (site / "appendix/proofs.html").read_text()
