"""Real labels: a layer that was trained on made-up weights meets a real question."""

import warnings
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from monograph.experiments.real import domains, plan
from monograph.experiments.results import Run, Settings, significant
from ttsbook import theory
from ttsbook.arrays import Errors, Numbers, Preconditioner
from ttsbook.data import rows
from ttsbook.data.rows import Rows


@dataclass(frozen=True, eq=False)
class Question:
    r"""Rows to train on, and rows with real labels to be tested on, all centered and scaled.

    Attributes
    ----------
    train, test
        Pools on one scale.
    y
        Labels of the test rows, with mean 0 and the variance :math:`d/R^2`: as if their weight were N(0, I).

    Examples
    --------
    >>> question("iris: petal width").test
    Rows(rows=150, columns=3)
    """

    train: Rows
    test: Rows
    y: Numbers

    @property
    def explained(self) -> float:
        r"""Share :math:`R^2` of the variance of the labels that a linear function of the test rows explains."""
        return explained(self.test.x, self.y)

    @property
    def noise_variance(self) -> float:
        r"""Variance :math:`\sigma^2 = d\,(1 - R^2)/R^2` of what is left, where the rest has that of N(0, I) weights."""
        return len(self.test.cov) * (1 / self.explained - 1)


class Chains(NamedTuple):
    """Errors on the rows that a prompt has not shown, relative to the variance of the labels, a row a prompt.

    Attributes
    ----------
    plain, cured
        Of the chain, and of the chain with the scaling that converges fastest; a column a step.
    ridge, least_squares
        Of ridge regression with the penalty that is best for N(0, I) weights, and of least squares.
    stride
        Largest stride on each prompt.

    Examples
    --------
    >>> asked = question("iris: petal width")
    >>> chains(asked, np.eye(3), 6, prompts=2, steps=4, rng=np.random.default_rng(0)).plain.shape
    (2, 5)
    """

    plain: Numbers
    cured: Numbers
    ridge: Numbers
    least_squares: Numbers
    stride: Numbers


def explained(x: Numbers, y: Numbers) -> float:
    """Compute the share of the variance of y that least squares explains.

    Parameters
    ----------
    x, y
        Centered rows and labels.

    Examples
    --------
    >>> round(explained(np.array([[1.0], [-1.0], [0.0]]), np.array([2.0, -2.0, 0.0])), 6)
    1.0
    """
    left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return float(1 - left @ left / (y @ y))


def question(name: str) -> Question:
    """Return a question by its name.

    Parameters
    ----------
    name
        One of `plan.LABELS`.
    """
    train, x, y = _raw(name)
    one, test = rows.standardize(Rows(train), Rows(x), center="own")
    y = (y - y.mean()) / y.std()
    return Question(one, test, y * np.sqrt(len(test.cov) / explained(test.x, y)))


def _raw(name: str) -> tuple[Numbers, Numbers, Numbers]:
    """Training rows, test rows and labels."""
    family, rest = name.split(": ")
    if family == "digits":
        x, digit = domains.digits()
        wanted = int(rest[0])
        if rest.endswith("all"):
            return x, x, np.equal(digit, wanted).astype(float)
        inside = (digit < 5) == (wanted < 5)
        return x[~inside], x[inside], np.equal(digit[inside], wanted).astype(float)
    if family == "diabetes":
        return _diabetes(*domains.table("diabetes"), rest)
    if family == "cancer":
        x, kind = domains.table("breast_cancer")
        x = domains.components(x / x.std(axis=0), 10)
        return x, x, np.equal(kind, 0).astype(float)
    x, _ = domains.table(family)
    label = 0 if family == "wine" else 3  # one of the features: alcohol, the width of a petal
    kept = np.delete(x, label, axis=1)
    return kept, kept, x[:, label]


def _diabetes(x: Numbers, y: Numbers, rest: str) -> tuple[Numbers, Numbers, Numbers]:
    """Split by sex or by age, which are then no features."""
    place, above = {"men": (1, True), "women": (1, False), "older": (0, True), "younger": (0, False)}.get(
        rest.removeprefix("progress of ").split(",")[0], (None, True)
    )
    if place is None:
        return x, x, y
    inside = (x[:, place] > np.median(x[:, place])) == above
    kept = np.delete(x, [0, 1], axis=1)
    return kept[~inside], kept[inside], y[inside]


def measure(settings: Settings, *, name: str) -> Run:
    """Measure a question with short and long prompts, and layers that were trained with and without label noise.

    Parameters
    ----------
    settings
        Those of the plan.
    name
        One of `plan.LABELS`.
    """
    asked, rng = question(name), np.random.default_rng(plan.LABELS.index(name))
    dim, total = len(asked.test.cov), len(asked.test)
    outcome = []
    for length in (2 * dim, 10 * dim):
        if length <= total / 2:
            for noisy in (False, True):
                outcome.append(_setting(settings, asked, length, asked.noise_variance if noisy else 0.0, rng))
    return {"dim": dim, "rows": total, "explained": asked.explained, "settings": outcome}


def layer(asked: Question, length: int, noise_variance: float) -> Preconditioner:
    """Return what a layer learns from prompts of this length with made-up weights and this label noise."""
    gamma = theory.gamma(
        asked.train.cov, length, noise_variance=noise_variance, fourth_moments=asked.train.fourth_moments
    )
    return np.linalg.inv(gamma)


def _setting(settings: Settings, asked: Question, length: int, trained: float, rng: np.random.Generator) -> Run:
    """Compare the depth of the least real error with the one that the recursion predicts from the spectra."""
    steps = settings["label_steps"]
    P = layer(asked, length, trained)
    drawn = chains(asked, P, length, prompts=settings["prompts"], steps=steps, rng=rng)
    curve, cured = np.median(drawn.plain, axis=0), np.median(drawn.cured, axis=0)
    predicted = predict(asked, length, trained, steps)
    return {
        "length": length,
        "noise": trained,
        "curve": significant(curve, 4),
        "cured": significant(cured, 4),
        "ridge": float(np.median(drawn.ridge)),
        "least_squares": float(np.median(drawn.least_squares)),
        "diverging": float(np.mean(drawn.stride > 2)),
        "best": int(curve.argmin()),
        "predicted": int(predicted.argmin()),
        "predicted_curve": significant(predicted / predicted[0], 4),
    }


def predict(asked: Question, length: int, trained: float, steps: int) -> Errors:
    r"""Predict the error from (Λ, Σ, n, m, R²) alone: the recursion with the Gaussian Γ."""
    gaussian = np.linalg.inv(theory.gamma(asked.train.cov, length, noise_variance=trained))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # what the recursion doubts, and chains that diverge
        return theory.cot_error(
            (gaussian + gaussian.T) / 2, asked.test.cov, length, steps, noise_variance=asked.noise_variance
        )


def chains(
    asked: Question, P: Preconditioner, length: int, *, prompts: int, steps: int, rng: np.random.Generator
) -> Chains:
    """Let a layer think about prompts with real labels.

    Parameters
    ----------
    asked
        The question.
    P
        Preconditioner of the layer.
    length
        Number of rows in a prompt, none of them twice.
    prompts, steps
        Number of prompts, and of steps.
    rng
        Source of randomness.
    """
    errors: list[list[Numbers]] = [[], [], [], []]
    strides: list[float] = []
    for _ in range(prompts):
        order = rng.permutation(len(asked.test))
        shown, hidden = order[:length], order[length:]
        x, y = asked.test.x[shown], asked.y[shown]
        S, moment = x.T @ x / length, x.T @ y / length
        scale = float(theory.best_scaling(P, x)) / length
        ridge = np.linalg.solve(S + asked.noise_variance / length * np.eye(len(S)), moment)
        strides.append(float(theory.largest_stride(P, x)))
        answers = [
            _chain(P, S, moment, steps),
            _chain(P / scale, S, moment, steps),
            ridge[:, None],
            np.linalg.lstsq(x, y, rcond=None)[0][:, None],
        ]
        with np.errstate(over="ignore", invalid="ignore"):
            for kept, w in zip(errors, answers, strict=True):
                gap = np.square(asked.test.x[hidden] @ w - asked.y[hidden, None]).mean(axis=0)
                kept.append(np.where(np.isfinite(gap), gap, np.inf) / asked.y.var())
    plain, cured, ridges, least_squares = (np.array(kept) for kept in errors)
    return Chains(plain, cured, ridges[:, 0], least_squares[:, 0], np.array(strides))


def _chain(
    P: Preconditioner, S: Numbers, moment: Float64[np.ndarray, " d"], steps: int
) -> Float64[np.ndarray, "d {steps}+1"]:
    """Answers after each step."""
    w, answers = np.zeros_like(moment), [np.zeros_like(moment)]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            w = w + P @ (moment - S @ w)
            answers.append(w)
    return np.array(answers).T
