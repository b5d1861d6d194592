import pytest

from publish.site import tex


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"\lambda_{\min}(\Lambda)", "λ_min(Λ)"),
        (r"n_{\mathrm{crit}} \to \infty", "n_crit → ∞"),
        (r"w_{k+1} \ne \hat w^{2k}", "w_(k+1) ≠ ŵ^(2k)"),
        (r"\|y - X^\top w\|^2 / m", "‖y - Xᵀ w‖^2 / m"),
        (r"x \in \mathbb{R}^d, \quad \langle w, x \rangle", "x ∈ R^d, ⟨w, x⟩"),
        (r"\sum_\ell \pi_\ell \lambda_\ell", "∑_ℓ π_ℓ λ_ℓ"),
        (r"\dfrac{1}{2k}\big(\frac{\bar h}{n + \bar h} - \tfrac12\big)", "1/(2k)(h̅/(n + h̅) - 1/2)"),
        (r"i^{-\alpha}\, \Sigma^{1/2}", "i^-α Σ^(1/2)"),
    ],
)
def test_formulas_in_plain_letters(formula, text):
    assert tex.plain(formula) == text
