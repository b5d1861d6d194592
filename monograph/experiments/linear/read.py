"""Trained layers that think, as the experiment `linear` found them: curves, one row a seed."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from monograph.experiments.results import Results
from ttsbook import theory
from ttsbook.arrays import CovarianceLike


@dataclass(frozen=True, eq=False)
class TrainedCurves:
    """Errors of trained layers on test prompts, and what the layers had learned; one row a seed.

    Attributes
    ----------
    mean, half_width, median
        Mean over prompts and w, half the width of its simultaneous 99 % interval, and median.
    P, ratio
        Learned preconditioner, and learned ratio of W13 to -W24.

    Examples
    --------
    >>> from monograph.experiments import results
    >>> records = results.load("linear", "tiny")
    >>> shown = curves(records, train="isotropic", n=4, recipe="paper", m=None)
    >>> shown.mean.shape == shown.expected(np.eye(records.settings["dim"])).shape
    True
    """

    mean: Float64[np.ndarray, "seeds chain"]
    half_width: Float64[np.ndarray, "seeds chain"]
    median: Float64[np.ndarray, "seeds chain"]
    P: Float64[np.ndarray, "seeds d d"]
    ratio: Float64[np.ndarray, "seeds d d"]

    def expected(self, test_cov: CovarianceLike) -> Float64[np.ndarray, "seeds chain"]:
        """Exact error of each layer at m = ∞ if its other blocks were zero."""
        steps = self.mean.shape[1] - 1
        layers = zip(self.P, self.ratio, strict=True)
        return np.array([theory.layer_error(P, ratio, test_cov, steps) for P, ratio in layers])


def curves(records: Results, *, train: str, n: int, recipe: str, m: int | None, test: str = "matched") -> TrainedCurves:
    """Collect the curves of the layers that were trained in one way, over the seeds.

    Parameters
    ----------
    records
        Of the experiment `linear`: ``results.load("linear")``.
    train
        Training covariance: "isotropic", "skewed" or "unscaled", see `spectra.named`.
    n
        Training prompt length.
    recipe
        How it was trained: "shift", all of V and W, or "paper", V31 alone.
    m
        Test prompt length; None stands for infinity.
    test
        Test covariance: that of training, "matched", or the identity, "isotropic".

    Examples
    --------
    >>> from monograph.experiments import results
    >>> records = results.load("linear", "tiny")
    >>> curves(records, train="isotropic", n=4, recipe="paper", m=None).mean.shape
    (1, 5)
    """
    test = "matched" if train == "isotropic" and test == "isotropic" else test
    runs = records.select(train=train, n=n, recipe=recipe)
    key, unit = f"{test}, m={'inf' if m is None else m}", records.settings["unit"] or 1.0
    if key not in runs[0]:
        raise ValueError(f"test and m must be among the curves of the runs, got {test!r} and {m!r}")
    identity = np.eye(records.settings["dim"])
    gaps = [np.array(run.get("R_minus_I", np.zeros_like(identity))) * unit for run in runs]
    return TrainedCurves(
        *(np.array([run[key][name] for run in runs]) for name in ("mean", "half_width", "median")),
        P=np.array([run["P"] for run in runs]) * unit,
        ratio=np.array([identity + gap for gap in gaps]),
    )
