"""A task of two skills, small enough for exact averages over its prompts."""

import numpy as np

from ttsbook import theory

COV = np.array([[1.0, 0.3], [0.3, 0.5]])
STRENGTHS = np.linalg.eigvalsh(COV)[::-1]


def inverse(n):
    """The preconditioner Γ⁻¹."""
    return np.linalg.inv(theory.gamma(COV, n))


def products(n):
    """Eigenvalues of ΛΓ, largest first."""
    return np.linalg.eigvalsh(COV @ theory.gamma(COV, n))[::-1]


def costs(n):
    """The costs hᵢ of the skills, strongest first, and the least training loss."""
    h = 1 + STRENGTHS.sum() / STRENGTHS
    return h, (h / (n + h)).sum() / 2
