"""What a widget does in a live kernel: it runs the package on fresh prompts, beside the exact curve.

Without a kernel the page draws the prompts: see ``simulate.js`` and ``layer_draws.js``.
"""

import asyncio
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, Literal, TypeAlias

import numpy as np
import traitlets
from jaxtyping import Float64
from traitlets import Bunch

from monograph.page import rounded
from monograph.widgets.base import Widget
from monograph.widgets.settings import describe
from ttsbook.theory.intervals import quantile, simultaneous

PAUSE = 0.005  # seconds between two chunks, in which the kernel hears that it should stop

Chunk: TypeAlias = Float64[np.ndarray, "prompts looks"]
"""Error of each prompt of a chunk at each point of a curve."""
Curve: TypeAlias = Float64[np.ndarray, " looks"]
"""A number for each point of a curve, such as the error after each step."""
Summary: TypeAlias = tuple[Curve, Curve, Curve, int]
"""Points, low and high ends of their intervals, and number of prompts so far."""


class Simulating(Widget):
    """A widget whose exact curve can be simulated where a kernel runs.

    A subclass names in ``DEPENDS`` the traits that its curve depends on, if these are not all its ``controls``,
    and defines `errors`, `expected` and `headline`.

    Chunks are tasks of the kernel's own loop, so the kernel hears between two of them. A change of the
    settings ends a simulation and clears its points.

    Parameters
    ----------
    seed
        Seed of the prompts of a simulation.
    simulating
        Whether a simulation runs. Setting it to True starts one, to False stops it; what was found stays.
        Where no loop runs, as in a script, it is False again when the simulation is complete.
    found
        What was simulated, empty before the first time: the settings, how many prompts of how many,
        points with the ends of their intervals, words, and the message of an error.

    Examples
    --------
    >>> from monograph.widgets import DirectAnswer
    >>> widget = DirectAnswer(dim=5)
    >>> widget.simulating, widget.found
    (False, {})
    """

    PROMPTS, CHUNK = 20_000, 500
    DEPENDS: tuple[str, ...] | None = None
    seed = traitlets.Int(0, min=0, max=2**32 - 1).tag(sync=True)
    simulating = traitlets.Bool(False).tag(sync=True)
    found = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._run = self._task = None
        self.observe(self._switched, "simulating")
        self.observe(self._changed, [*self._depends(), "seed"])

    def settings(self) -> dict[str, dict[str, Any]]:
        """Describe what the controls can be set to, and the seed, which stands in an address as well."""
        return super().settings() | {"seed": describe(self.traits()["seed"], self.seed)}

    def _depends(self) -> tuple[str, ...]:
        return self.controls if self.DEPENDS is None else self.DEPENDS

    def _settings(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in (*self._depends(), "seed")}

    def _changed(self, _: Bunch) -> None:
        """End what was begun at other settings, and clear it."""
        if self.found and self.found["settings"] != self._settings():
            if self._run:
                self.simulating = False
            self.set_trait("found", {})

    def _switched(self, change: Bunch) -> None:
        self._run = object() if change["new"] else None
        if not change["new"]:
            return
        shown = {"settings": self._settings(), "done": 0, "total": self.PROMPTS}
        self.set_trait("found", dict(shown))  # an answer, before PyTorch is loaded
        chunks = self._chunks(self._run, shown)
        try:
            self._task = asyncio.get_running_loop().create_task(_with_pauses(chunks))
        except RuntimeError:  # no loop, so nobody waits for an answer
            for _ in chunks:
                pass

    def _chunks(self, run: object, shown: dict[str, Any]) -> Iterator[None]:
        """Simulate and show, chunk by chunk, until all is done or another run or none is the present one."""
        yield
        if self._run is not run:
            return
        try:
            told = self.headline(), self.expected()
            for result in _quiet(self.summed(_first(self.PROMPTS, self.errors()))):
                shown |= self._described(*told, *result)
                self.set_trait("found", dict(shown))
                yield
                if self._run is not run:
                    return
        except Exception as error:  # for the reader, who may not see the kernel's log
            self.set_trait("found", shown | {"error": f"{type(error).__name__}: {error}"})
        if self._run is run:
            self.simulating = False

    def errors(self) -> Iterator[Chunk]:
        """Errors of fresh prompts at the points of the curve, as the widget is set, chunk by chunk."""
        raise NotImplementedError

    def expected(self) -> Curve | None:
        """Values of the widget's curve at these points, or None if it says something else."""
        raise NotImplementedError

    def headline(self) -> tuple[int, str, str]:
        """Say what is put in words: the place of a point, its name, and what the prompts are."""
        raise NotImplementedError

    def summed(self, chunks: Iterable[Chunk]) -> Iterator[Summary]:
        """Sum up the errors, by their mean."""
        return running(chunks)

    def _described(
        self,
        headline: tuple[int, str, str],
        expected: Curve | None,
        points: Curve,
        low: Curve,
        high: Curve,
        samples: int,
    ) -> dict[str, Any]:
        place, name, prompts = headline
        curve = "" if expected is None else f"; the curve says {_said(expected[place])}"
        words = (
            f"{samples:,} of {self.PROMPTS:,} {prompts}, seed {self.seed}. {name}: {_said(points[place])}, "
            f"99 % interval {_said(low[place])} to {_said(high[place])}{curve}."
        )
        return {
            "done": samples,
            "words": words,
            **{key: _finite(values) for key, values in (("points", points), ("low", low), ("high", high))},
        }


def running(chunks: Iterable[Chunk], *, summary: Literal["mean", "median"] = "mean") -> Iterator[Summary]:
    """Sum up all errors so far after each chunk: by mean or median, and intervals.

    They hold those of the distribution at all looks at once with 99 % confidence. Those of a mean rest on the central
    limit theorem, and on errors that are not negative.

    Examples
    --------
    >>> chunks = np.random.default_rng(0).exponential(size=(10, 1000, 2))
    >>> *_, (points, low, high, samples) = running(chunks)
    >>> samples, bool(np.all(low < 1) and np.all(high > 1))
    (10000, True)
    """
    return (_means if summary == "mean" else _medians)(chunks)


def _means(chunks: Iterable[Chunk]) -> Iterator[Summary]:
    """Merge the moments of the chunks, so that no error need be kept."""
    samples, mean, spread = 0, 0.0, 0.0
    for errors in chunks:
        new = len(errors)
        with np.errstate(invalid="ignore", over="ignore"):
            own = errors.mean(axis=0)
            gap = own - mean
            spread = spread + np.square(errors - own).sum(axis=0) + gap**2 * samples * new / (samples + new)
            mean = mean + gap * new / (samples + new)
            samples += new
            standard_error = np.sqrt(spread / max(1, samples - 1) / samples)
            mean = np.where(np.isnan(mean), np.inf, mean)
        yield mean, *simultaneous(mean, standard_error, errors.shape[1]), samples


def _medians(chunks: Iterable[Chunk]) -> Iterator[Summary]:
    """Read the ends of the intervals off the ordered errors, whatever their distribution."""
    seen = []
    for errors in chunks:
        seen.append(errors)
        ordered = np.sort(np.concatenate(seen), axis=0)
        samples, half = len(ordered), quantile(errors.shape[1]) * np.sqrt(len(ordered)) / 2
        first, last = (int(np.clip(round(samples / 2 + sign * half), 0, samples - 1)) for sign in (-1, 1))
        yield np.median(ordered, axis=0), ordered[first], ordered[last], samples


def _first(count: int, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """End the chunks after so many prompts."""
    for errors in chunks:
        yield errors[:count]
        count -= len(errors)
        if count <= 0:
            return


async def _with_pauses(chunks: Iterable[None]) -> None:
    for _ in chunks:
        await asyncio.sleep(PAUSE)


def _quiet(results: Iterator[Summary]) -> Iterator[Summary]:
    """Pass results on, without the warnings of their making: the picture shows a chain that diverges."""
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = next(results, None)
        if result is None:
            return
        yield result


def _said(value: float) -> str:
    return rounded(value, digits=3) if np.isfinite(value) else "∞"


def _finite(values: Curve) -> list[float | None]:
    """List numbers as JSON knows them: None stands for what is not finite."""
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in values]
