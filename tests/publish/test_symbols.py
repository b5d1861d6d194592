"""Symbols in formulas: which are those of the notation page, and which only look like them."""

import pytest

from publish.site.symbols import Symbols, atoms, heads, slug

ROWS = {
    "dim": ["d"],
    "example": [r"x_i \in \mathbb{R}^d"],
    "weight": [r"w \in \mathbb{R}^d"],
    "answer": ["w_k"],
    "train": ["n"],
    "critical": [r"n_{\mathrm{crit}}"],
    "noise": [r"\sigma^2"],
    "strength": [r"\lambda_i"],
    "least": [r"\lambda_{\min}(M)", r"\lambda_{\max}(M)"],
    "hardness": [r"H = \mathrm{Hard}(\Lambda)"],
    "cov": [r"\Lambda"],
    "cost": ["h_i"],
    "mean": [r"\bar h"],
    "layer": ["V", "W"],
    "norm": [r"\lVert M \rVert_F"],
    "trace": [r"\operatorname{tr} M"],
    "normal": [r"N(\mu, C)"],
    "expectation": [r"\mathbb{E}"],
    "mixture": ["A", r"B_\pi"],
    "ratio": ["B"],
}
SYMBOLS = Symbols(ROWS, only={"A": {"mixing"}, r"B_\pi": {"mixing"}}, never={"H": {"proofs"}})


@pytest.mark.parametrize(
    ("tex", "names"),
    [
        ("d", ["dim"]),
        (r"x_1, \dots, x_{i+1}", ["example"]),
        ("w_0 = w_{k+1}", ["answer"]),
        ("w", ["weight"]),
        (r"n_{\mathrm{crit}} < n_\star", ["critical", "train"]),
        (r"n_{\text{crit}}", ["critical"]),
        (r"\sigma^2", ["noise"]),
        (r"\sigma^{2} + \sigma", ["noise"]),
        (r"\sigma", []),
        (r"\lambda_{\min} \le \lambda_1", ["least", "strength"]),
        (r"\operatorname{tr}\Lambda/\lambda_{\min}(\Lambda)", ["trace", "cov", "least"]),
        (r"\mathrm{Hard}(\Lambda)", ["hardness", "cov"]),
        (r"\bar{h} + h", ["mean"]),
        (r"V_{31} = W_{\mathrm{new}}", ["layer"]),
        (r"\|I - P\|_F^2 + \|x\|^2 + \|A\|_2", ["norm"]),
        (r"x \sim N\big(0, I\big), N \to \infty", ["normal"]),
        (r"\mathbb{E}\, e^{-2 n}", ["expectation", "train"]),
        (r"\begin{aligned} x \end{aligned} \text{if } x", []),
        (r"\int f(x)\, dx", []),
        (r"\hat w", []),
        (r"B_\pi B", ["ratio"]),
        (r"\frac{n}{h_i}", ["train", "cost"]),
    ],
)
def test_the_symbols_of_a_formula(tex, names):
    assert list(SYMBOLS.find(tex, "page")) == names


def test_some_letters_mean_something_only_in_places():
    assert SYMBOLS.find(r"A B_\pi^{-1}", "mixing") == ("mixture",)
    assert SYMBOLS.find("A", "page") == ()
    assert SYMBOLS.find("H", "page") == ("hardness",)
    assert SYMBOLS.find("H", "proofs") == ()


def test_what_stands_below_and_after_a_symbol():
    (atom,) = atoms(r"\mu_{\max}^2(")
    assert atom == (r"\mu", r"\max", True, False)
    assert [atom.called for atom in atoms(r"N \left( 0 \right)") if atom.base == "N"] == [True]


def test_names_of_symbols():
    assert [head.base for head in heads(r"H = \mathrm{Hard}(\Lambda)")] == ["H", r"\mathrm{Hard}"]
    cells = [r"\lambda_i", r"\Lambda", r"\bar h", r"d_{\mathrm{eff}}(\mu)", r"\operatorname{tr} M"]
    assert [slug(cell) for cell in cells] == ["lambda-i", "Lambda", "bar-h", "d-eff", "tr"]
