"""Trained layers that think, beside theory: the shipped curves, and the layers themselves for fresh prompts."""

import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from jaxtyping import Float64
from traitlets import Bunch

from monograph import figures
from monograph.experiments import results
from monograph.experiments.linear import read as linear
from monograph.experiments.results import Results, Settings
from monograph.widgets.base import bundle
from monograph.widgets.layers import Chain, LayerErrors
from monograph.widgets.simulation import Chunk, Curve, Summary, running
from ttsbook import theory
from ttsbook.data import spectra
from ttsbook.data.tasks import Task

SETTINGS = ("isotropic, matched", "skewed, matched", "skewed, isotropic", "unscaled, isotropic")


class TrainedLayers(LayerErrors):
    """Error of each thinking step of layers that were trained in one of many ways, and the theory of it.

    The curves are those of the experiment `linear`, with d = 20: the band holds all seeds. A simulation
    runs one of the trained layers, chosen by the seed, on prompts it has not seen: its preconditioner and
    its ratio, without the other blocks, which are nearly zero.

    Parameters
    ----------
    setting
        Training covariance, and whether the test has the same or the identity, one of `SETTINGS`.
    train_length
        Training prompt length n, one of those of the experiment.
    test_length
        Test prompt length m, one of those of the experiment; None stands for infinity.
    recipe
        Trained all of V and W, "shift", or V31 alone, "paper".
    summary
        What the errors of prompts and weights are summed up by, "mean" or "median".

    Examples
    --------
    >>> TrainedLayers(train_length=100, recipe="paper").still().alt.split(".")[0]
    'Line chart of error / d, mean over prompts and w (logarithmic scale) against thinking steps k, from 0 to 30'
    """

    _esm = bundle("trained_layers.js")
    controls = ("setting", "train_length", "test_length", "recipe", "summary")
    setting = traitlets.Enum(SETTINGS, default_value="skewed, isotropic").tag(sync=True)
    train_length = traitlets.Int(100).tag(sync=True)
    test_length = traitlets.Int(None, allow_none=True).tag(sync=True)
    recipe = traitlets.Enum(("shift", "paper"), default_value="shift").tag(sync=True)
    summary = traitlets.Enum(("mean", "median"), default_value="mean").tag(sync=True)
    dim = traitlets.Int(read_only=True).tag(sync=True)
    train_lengths = traitlets.Dict(read_only=True).tag(sync=True)
    test_lengths = traitlets.List(read_only=True).tag(sync=True)
    unit = traitlets.Float(read_only=True).tag(sync=True)
    curves = traitlets.Dict(read_only=True).tag(sync=True)
    layers = traitlets.Unicode(read_only=True).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        of_all, curves, layers = _stored(results.results_dir())
        for name in ("dim", "train_lengths", "test_lengths"):
            self.set_trait(name, of_all[name])
        self.set_trait("unit", of_all["unit"] or 1.0)
        self.set_trait("curves", curves)
        self.set_trait("layers", layers)
        super().__init__(**settings)

    @traitlets.validate("train_length", "test_length")
    def _known(self, proposal: Bunch) -> int | None:
        """Refuse a length that the experiment does not have."""
        name, value = proposal["trait"].name, proposal["value"]
        lengths = self.test_lengths if name == "test_length" else self._train_lengths()
        if value not in lengths:
            raise traitlets.TraitError(f"{name} must be one of {lengths} for {self.setting!r}, got {value!r}")
        return value

    @traitlets.observe("setting")
    def _keep_to_the_lengths(self, _: Bunch) -> None:
        if self.train_length not in self._train_lengths():
            self.train_length = self._train_lengths()[-1]

    def _train_lengths(self) -> list[int]:
        return self.train_lengths[self.setting.split(", ")[0]]

    def settings(self) -> dict[str, dict[str, Any]]:
        """Describe what the controls can be set to; only lengths of the experiment can be chosen."""
        settings = super().settings()
        settings["train_length"]["options"] = sorted({n for lengths in self.train_lengths.values() for n in lengths})
        settings["test_length"]["options"] = list(self.test_lengths)
        return settings

    def still(self) -> figures.Picture:
        """Errors of the trained layers with their range over the seeds, and theory, as they are set."""
        train, test = self.setting.split(", ")
        low, high = self._seeds(f"{self.setting}|{self.train_length}|{self.recipe}|{self.test_length or 'inf'}")
        cov = spectra.named(train, self.dim)
        P = theory.preconditioner(Task(cov, self.train_length))
        steps, middle = np.arange(len(low)), np.clip(np.sqrt(low) * np.sqrt(high), low, high)
        with warnings.catch_warnings():  # a reference line, far from the edge an approximation
            warnings.simplefilter("ignore", theory.ValidityWarning)
            test_cov = cov if test == "matched" else np.eye(self.dim)
            expected = theory.cot_error(P, test_cov, self.test_length, len(low) - 1)
        return figures.lines(
            [
                figures.Series("theory", steps, expected / self.dim),
                figures.Series("trained,\nall seeds", steps, middle, low, high),
            ],
            x_label="thinking steps k",
            y_label=f"error / d, {self.summary} over prompts and w",
            log_y=True,
            y_limits=(1e-8, 1e4),
            level=(1.0, "no answer"),
        )

    def expected(self) -> Curve | None:
        """Error / d of each step that theory gives to the layer that is simulated.

        There is no exact value, so None, for finite m and for the median.
        """
        if self.test_length is not None or self.summary != "mean":
            return None
        chain = self.chain()
        ratio = np.eye(self.dim) if chain.ratio is None else chain.ratio
        return theory.layer_error(chain.P, ratio, chain.test_cov, chain.steps) / self.dim

    def chain(self) -> Chain:
        """Layer that is simulated, and its test prompts."""
        train, test = self.setting.split(", ")
        n, recipe, m = self.train_length, self.recipe, self.test_length
        layers = linear.curves(results.load("linear"), train=train, n=n, recipe=recipe, m=m, test=test)
        chosen, cov = self.seed % len(layers.P), spectra.named(train, self.dim)
        test_cov = cov if test == "matched" else np.eye(self.dim)
        return Chain(layers.P[chosen], test_cov, m, layers.mean.shape[1] - 1, 1, layers.ratio[chosen])

    def summed(self, chunks: Iterable[Chunk]) -> Iterator[Summary]:
        """Sum up the errors, by their mean or their median, as is set."""
        return running(chunks, summary="median" if self.summary == "median" else "mean")

    def _seeds(self, key: str) -> list[Curve]:
        if key not in self.curves:
            raise ValueError(f"train_length and test_length must be among those of the experiment, got {key!r}")
        changes, widths = (np.array(part.split(), dtype=float) for part in self.curves[key][self.summary])
        bounds = np.cumsum(changes), np.cumsum(changes) + widths
        return [10 ** (bound / 1000) for bound in bounds]


@cache
def _stored(_folder: Path) -> tuple[Settings, dict[str, dict[str, list[str]]], str]:
    """Return what the experiment had in common, its curves and its layers, as the page reads them."""
    records = results.load("linear")
    return records.settings, _encoded(records), _weights(records)


def _encoded(records: Results) -> dict[str, dict[str, list[str]]]:
    """Lowest and highest error / d over the seeds, as thousandths of powers of ten, in strings of numbers.

    They are short: from step to step the change of the lowest, and at each step how far the highest is above it.
    """
    curves = {}
    for setting in SETTINGS:
        train, test = setting.split(", ")
        for n in records.settings["train_lengths"][train]:
            for recipe in ("shift", "paper"):
                for m in records.settings["test_lengths"]:
                    chosen = linear.curves(records, train=train, n=n, recipe=recipe, m=m, test=test)
                    key = f"{setting}|{n}|{recipe}|{'inf' if m is None else m}"
                    curves[key] = {name: _range(getattr(chosen, name), records) for name in ("mean", "median")}
    return curves


def _weights(records: Results) -> str:
    """P of each trained layer, and how far R is from the identity where it was trained: a line each, as stored."""
    lines = []
    for run in records.runs:
        parts = [np.ravel(run[name]) for name in ("P", "R_minus_I") if name in run]
        numbers = [" ".join(map(str, part)) for part in parts]
        lines.append("|".join([run["train"], str(run["n"]), run["recipe"], *numbers]))
    return "\n".join(lines)


def _range(errors: Float64[np.ndarray, "seeds chain"], records: Results) -> list[str]:
    logarithms = np.round(1000 * np.log10(errors / records.settings["dim"]))
    low, high = logarithms.min(axis=0), logarithms.max(axis=0)
    endless = np.isinf(low)  # from here on all are
    changes = np.where(endless, np.inf, np.diff(np.where(endless, 0, low), prepend=0))
    widths = np.where(endless, 0, high - np.where(endless, 0, low))
    return [" ".join(f"{value:.0f}" for value in part) for part in (changes, widths)]
