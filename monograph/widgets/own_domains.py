"""Two domains of real rows, and the strides of a chain from one to the other."""

from functools import cache
from typing import Any

import numpy as np
import traitlets

from monograph import figures
from monograph.experiments.real import domains
from monograph.widgets.base import JAVASCRIPT, Widget, bundle
from ttsbook import theory
from ttsbook.arrays import ComplexVector, Matrix, Vector

PAIRS = (
    "iris: setosa → versicolor",
    "iris: versicolor → virginica",
    "wine: first → second",
    "cancer means: malignant → benign",
    "cancer errors: benign → malignant",
    "cancer components: malignant → benign",
    "digit blocks: 0–4 → 5–9",
    "digit blocks: threes → eights",
    "digit components: 0–4 → 5–9",
    "diabetes: men → women",
    "patches: china → flower",
    "patches: flower → china",
)


class OwnDomains(Widget):
    """Strides of the layer that one domain of real rows teaches, on prompts of another, in the complex plane.

    Chains on endless prompts diverge if a stride lies outside the circle around 1. Stored are the moments of
    pairs that are centered on their own means. In the page, a reader's own CSV takes the place of the pair: a column
    ``domain`` with two values, training first, and numbers in all others. It is read there and goes nowhere. Prompts of
    finite length are drawn in the browser, from the Gaussian with the covariance of the target: a kernel would add
    nothing.

    Parameters
    ----------
    pair
        Number of the pair, from 1.
    train_length
        Training prompt length n, 2 to 5000.
    test_length
        Test prompt length m, 3 to 1000; None stands for infinity.

    Examples
    --------
    >>> bool(np.abs(1 - OwnDomains(train_length=1000).strides()).max() > 1)
    True
    """

    _esm = bundle("own_domains.js")
    _css = Widget._css + (JAVASCRIPT / "own_domains.css").read_text(encoding="utf-8")
    controls = ("pair", "train_length", "test_length")
    pair = traitlets.Int(1, min=1, max=len(PAIRS)).tag(sync=True)
    train_length = traitlets.Int(20, min=2, max=5000).tag(sync=True)
    test_length = traitlets.Int(None, min=3, max=1000, allow_none=True).tag(sync=True)
    tables = traitlets.Int(0).tag(sync=True)
    pairs = traitlets.List(read_only=True).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        self.set_trait("pairs", [_described(name) for name in PAIRS])
        super().__init__(**settings)

    def strides(self) -> ComplexVector | Vector:
        """Strides on endless prompts."""
        chosen = self.pairs[self.pair - 1]
        cov, fourth, test = (np.array(chosen[name]) for name in ("cov", "fourth", "test"))
        gamma = theory.gamma(cov, self.train_length, fourth_moments=fourth)
        return theory.strides(np.linalg.inv(gamma), test)

    def still(self) -> figures.Picture:
        """Strides on endless prompts, and the circle outside of which chains diverge."""
        angle, strides = np.linspace(0, 2 * np.pi, 200), self.strides()
        return figures.lines(
            [
                figures.Series("|μ − 1| = 1", 1 + np.cos(angle), np.sin(angle)),
                figures.Series("strides", np.real(strides), np.imag(strides), points=True),
            ],
            x_label="real part of a stride μ",
            y_label="imaginary part",
        )


@cache
def _described(name: str) -> dict[str, Any]:
    train, test = domains.pair(name, "own")
    return {
        "name": name,
        "cov": _short(train.cov),
        "fourth": _short(train.fourth_moments),
        "test": _short(test.cov),
    }


def _short(matrix: Matrix) -> list[list[float]]:
    """Round entries to six digits, which keeps a symmetric matrix symmetric."""
    return [[float(f"{value:.6g}") for value in row] for row in matrix]
