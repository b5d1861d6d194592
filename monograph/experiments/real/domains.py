"""Pools of real rows, from the data sets that scikit-learn brings with it."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from monograph.experiments.real import plan
from ttsbook.arrays import Numbers
from ttsbook.data import rows
from ttsbook.data.rows import Rows

Domains = dict[str, Rows]


def pool(name: str) -> Rows:
    """Return a pool by its name, such as "iris: setosa": its set and its domain.

    Parameters
    ----------
    name
        One of `plan.POOLS`.

    Examples
    --------
    >>> pool("iris: setosa")
    Rows(rows=50, columns=4)
    """
    family, domain = name.split(": ")
    return _domains(family)[domain]


def pair(name: str, center: str) -> tuple[Rows, Rows]:
    """Return the training and the test pool of a pair, on one scale.

    Parameters
    ----------
    name
        One of `plan.PAIRS`, such as "iris: setosa → virginica".
    center
        As for `rows.standardize`: "train" or "own".

    Examples
    --------
    >>> train, test = pair("iris: setosa → virginica", "own")
    >>> round(float(np.trace(train.cov))), round(float(np.trace(test.cov)))
    (4, 4)
    """
    family, domains = name.split(": ")
    train, test = (_domains(family)[domain] for domain in domains.split(" → "))
    return rows.standardize(train, test, center="own" if center == "own" else "train")


def table(name: str) -> tuple[Numbers, Numbers]:
    """Return the features and the labels of one of scikit-learn's data sets.

    Parameters
    ----------
    name
        Name of the set there, such as "iris".

    Examples
    --------
    >>> [part.shape for part in table("iris")]
    [(150, 4), (150,)]
    """
    from sklearn import datasets  # here, so that what was found can be read without it

    load: Any = getattr(datasets, f"load_{name}")
    x, y = load(return_X_y=True)
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def digits() -> tuple[Float64[np.ndarray, "rows 20"], Int64[np.ndarray, " rows"]]:
    """Return handwritten digits, as the shares of 20 principal components, and which digit each is.

    Examples
    --------
    >>> digits()[0].shape
    (1797, 20)
    """
    x, y = table("digits")
    return components(x, 20), y.astype(int)


def components(x: Float64[np.ndarray, "rows d"], count: int) -> Float64[np.ndarray, "rows {count}"]:
    """Return the shares of the first principal components, largest first.

    Parameters
    ----------
    x
        Rows.
    count
        Number of components.

    Examples
    --------
    >>> np.abs(components(np.array([[0.0, 1.0], [0.0, -1.0]]), 1)).round(6).tolist()
    [[1.0], [1.0]]
    """
    centered = x - x.mean(axis=0)
    return centered @ np.linalg.svd(centered, full_matrices=False)[2][:count].T


@cache
def _domains(family: str) -> Domains:
    return FAMILIES[family]()


def _by(x: Float64[np.ndarray, "rows d"], label: np.ndarray, **members: Sequence[int]) -> Domains:
    """Split rows by the labels that belong to each domain."""
    return {name.replace("_", "–"): Rows(x[np.isin(label, values)]) for name, values in members.items()}


def _iris() -> Domains:
    x, y = table("iris")
    return _by(x, y, setosa=[0], versicolor=[1], virginica=[2])


def _wine() -> Domains:
    x, y = table("wine")
    return _by(x, y, first=[0], second=[1], third=[2])


def _cancer(features: slice) -> Domains:
    x, y = table("breast_cancer")
    return _by(x[:, features], y, malignant=[0], benign=[1])


def _cancer_components() -> Domains:
    x, y = table("breast_cancer")
    return _by(components(x / x.std(axis=0), 10), y, malignant=[0], benign=[1])


def _blocks() -> Domains:
    """Means of 2 × 2 pixels."""
    x, y = table("digits")
    x = x.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(-1, 16)
    halves = _by(x, y, **{"0_4": [0, 1, 2, 3, 4], "5_9": [5, 6, 7, 8, 9]})
    parity = _by(x, y % 2, even=[0], odd=[1])
    return halves | parity | _by(x, y, threes=[3], eights=[8], fours=[4], nines=[9])


def _digit_components() -> Domains:
    x, y = table("digits")
    return _by(components(x, 10), y, **{"0_4": [0, 1, 2, 3, 4], "5_9": [5, 6, 7, 8, 9]})


def _diabetes() -> Domains:
    """Seven features: none of age, sex and body mass, by which the rows are split."""
    x, _ = table("diabetes")
    age, sex, mass = (x[:, column] > np.median(x[:, column]) for column in range(3))
    kept = x[:, 3:]
    return (
        _by(kept, age, younger=[False], older=[True])
        | _by(kept, sex, women=[False], men=[True])
        | _by(kept, mass, lighter=[False], heavier=[True])
    )


def _patches() -> Domains:
    """Contrasts in patches of 3 × 3 pixels: their cosine transform without its constant part."""
    from scipy.fft import dctn
    from sklearn import datasets

    load: Any = datasets.load_sample_image
    pools = {}
    for name in ("china", "flower"):
        gray = load(f"{name}.jpg").mean(axis=2) / 255
        patches = np.lib.stride_tricks.sliding_window_view(gray, (3, 3))[::9, ::9]
        pools[name] = Rows(dctn(patches, axes=(2, 3), norm="ortho").reshape(-1, 9)[:, 1:])
    return pools


FAMILIES: dict[str, Callable[[], Domains]] = {
    "iris": _iris,
    "wine": _wine,
    "cancer means": lambda: _cancer(slice(0, 10)),
    "cancer errors": lambda: _cancer(slice(10, 20)),
    "cancer extremes": lambda: _cancer(slice(20, 30)),
    "cancer components": _cancer_components,
    "digit blocks": _blocks,
    "digit components": _digit_components,
    "diabetes": _diabetes,
    "patches": _patches,
}
"""Sets of domains; a domain is a pool of rows."""
assert set(FAMILIES) == set(plan.FAMILIES)
