r"""Pools of real rows: tables of measurements, their moments, and prompts whose examples are drawn from them.

Examples are rows of a table. What a layer learns from them is decided by :math:`\Lambda = \mathbb{E}\,xx^\top` and
:math:`K = \mathbb{E}\,\|x\|^2 xx^\top`, as for any features; see `features`. Tables of a reader's own are refused
by the name of their column where a value is missing, is no number, or never varies.
"""

import csv
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float64
from numpy.typing import ArrayLike

from ttsbook import _validation as check
from ttsbook.arrays import Covariance

Source: TypeAlias = str | os.PathLike[str] | Iterable[str]
"""Path of a file, or the lines of one, such as an open file."""
MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}


@dataclass(frozen=True, eq=False, init=False)
class Rows:
    """A pool of rows, each as likely to be drawn as another.

    In the book: :prf:ref:`def-pool`.

    Parameters
    ----------
    x
        The rows; finite numbers.
    columns
        Names of the columns; by default "column 1" and so on.

    Examples
    --------
    >>> pool = Rows([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> pool
    Rows(rows=4, columns=2)
    >>> pool.cov.tolist(), pool.fourth_moments.tolist()
    ([[0.5, 0.0], [0.0, 0.5]], [[0.5, 0.0], [0.0, 0.5]])
    >>> pool.stretch  # all rows have one length: lighter than Gaussian
    0.5
    """

    x: Float64[np.ndarray, "rows d"]
    columns: tuple[str, ...]

    def __init__(self, x: ArrayLike, columns: Sequence[str] | None = None) -> None:
        x = check.finite("x", x).copy()
        if x.ndim != 2 or x.size == 0:
            raise ValueError(f"x must have shape (rows, columns), got {x.shape}")
        names = [f"column {index + 1}" for index in range(x.shape[1])] if columns is None else columns
        names = check.sequence("columns", names, str)
        if len(names) != x.shape[1] or len(set(names)) < len(names):
            raise ValueError(f"columns must be {x.shape[1]} different names, got {check.shown(list(names))}")
        x.flags.writeable = False
        check.settle(self, x=x, columns=names)

    def __repr__(self) -> str:
        return f"Rows(rows={len(self.x)}, columns={len(self.columns)})"

    def __len__(self) -> int:
        return len(self.x)

    @cached_property
    def cov(self) -> Covariance:
        r"""Second moments :math:`\Lambda = \mathbb{E}\,xx^\top` of a row that is drawn: its covariance if centered."""
        return self.x.T @ self.x / len(self.x)

    @cached_property
    def fourth_moments(self) -> Covariance:
        r"""Fourth moments :math:`K = \mathbb{E}\,\|x\|^2 xx^\top` of a row that is drawn."""
        weighted = np.sqrt(np.square(self.x).sum(axis=1, keepdims=True)) * self.x
        return weighted.T @ weighted / len(self.x)

    @property
    def stretch(self) -> float:
        r"""Ratio q of :math:`\mathbb{E}\,\|x\|^4` to that of Gaussian rows with this covariance."""
        gaussian = 2 * np.square(self.cov).sum() + np.trace(self.cov) ** 2
        return float(np.trace(self.fourth_moments) / gaussian)

    def draw(
        self, length: int, *, samples: int, rng: np.random.Generator, replacement: bool = True
    ) -> Float64[np.ndarray, "{samples} {length} d"]:
        """Draw prompts of rows.

        Parameters
        ----------
        length
            Number of rows in a prompt.
        samples
            Number of prompts.
        rng
            Source of randomness.
        replacement
            Draw each row anew from all of them. Otherwise no prompt holds a row twice.

        Examples
        --------
        >>> pool = Rows(np.arange(3.0)[:, None])
        >>> np.sort(pool.draw(3, samples=2, rng=np.random.default_rng(0), replacement=False)[..., 0]).tolist()
        [[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]
        """
        length, samples = check.count("length", length, least=1), check.count("samples", samples, least=1)
        check.instance("rng", rng, np.random.Generator)
        if check.flag("replacement", replacement):
            return self.x[rng.integers(len(self), size=(samples, length))]
        if length > len(self):
            raise ValueError(f"length must be at most the {len(self)} rows where none is drawn twice, got {length}")
        return self.x[rng.permuted(np.tile(np.arange(len(self)), (samples, 1)), axis=1)[:, :length]]


def effective_length(length: int, rows: int) -> float:
    r"""Length of prompts drawn with replacement that have the moments of prompts drawn without it.

    :math:`n_{\mathrm{eff}} = n\,(N - 1)/(N - n)` for n of N rows. It is infinite where a prompt holds all of them.

    In the book: :prf:ref:`prop-without-replacement`.

    Parameters
    ----------
    length
        Number n of rows in a prompt.
    rows
        Number N of rows in the pool, at least n.

    Examples
    --------
    >>> effective_length(1, 50), effective_length(26, 51), effective_length(51, 51)
    (1.0, 52.0, inf)
    """
    n, total = check.count("length", length, least=1), check.count("rows", rows, least=1)
    if n > total:
        raise ValueError(f"length must be at most rows = {total}, got {n}")
    return 1.0 if n == 1 else math.inf if n == total else n * (total - 1) / (total - n)  # prop-without-replacement


def standardize(train: Rows, test: Rows, *, center: Literal["train", "own"] = "train") -> tuple[Rows, Rows]:
    """Put two pools with the same columns on one scale, so that only the shape of their moments differs.

    Each column is divided by its standard deviation over both pools, weighted alike; then each pool as a whole is
    scaled so that its covariance has the trace d. So no pool has columns of variance 1 by itself, as it would if each
    were standardized alone: where a column varies more in one pool than in the other, it still does.

    Parameters
    ----------
    train, test
        Pools with the same columns, each of which varies in the training rows.
    center
        "train" subtracts the means of the training rows from both pools, "own" from each pool its own.

    Examples
    --------
    >>> a, b = Rows([[1.0], [3.0]]), Rows([[2.0], [8.0]])
    >>> one, two = standardize(a, b, center="own")
    >>> one.x.ravel().tolist(), two.x.ravel().tolist()
    ([-1.0, 1.0], [-1.0, 1.0])
    """
    check.instance("train", train, Rows)
    check.instance("test", test, Rows)
    check.choice("center", center, ("train", "own"))
    if train.columns != test.columns:
        different = sorted(set(train.columns) ^ set(test.columns)) or list(train.columns)
        raise ValueError(f"train and test must have the same columns, but differ in {check.shown(different)}")
    for name, column in zip(train.columns, train.x.T, strict=True):
        if np.ptp(column) <= check.RELATIVE_TOLERANCE * np.abs(column).max():
            raise ValueError(
                f"column {name!r} must vary in the training rows, but is {column[0]:g} in all: leave it out"
            )
    train_mean = train.x.mean(axis=0)
    test_mean = train_mean if center == "train" else test.x.mean(axis=0)
    deviation = np.sqrt((train.x.var(axis=0) + test.x.var(axis=0)) / 2)
    pools = ((train.x - train_mean) / deviation, (test.x - test_mean) / deviation)
    scaled = [Rows(x * np.sqrt(x.size / np.square(x).sum()), train.columns) for x in pools]
    return scaled[0], scaled[1]


def read_csv(source: Source, *, leave_out: Sequence[str] = (), delimiter: str = ",") -> Rows:
    """Read a table of numbers, one row a line, under a line of names if it has one.

    Parameters
    ----------
    source
        Path of the file, or its lines.
    leave_out
        Names of columns that are not read.
    delimiter
        What stands between two values.

    Raises
    ------
    ValueError
        With the name of the column if a value is missing, no number or not finite, or if a column never varies.

    Examples
    --------
    >>> read_csv(["height,weight,city", "1.7,65,Rome", "1.8,80,Oslo"], leave_out=["city"]).columns
    ('height', 'weight')
    >>> read_csv(["height,weight", "1.7,65", "1.8,"])
    Traceback (most recent call last):
    ...
    ValueError: column 'weight' must have a value in every row, but line 3 has none: leave out the row or the column
    """
    columns, lines = _table(source, delimiter)
    _known("leave_out", leave_out, columns)
    return _numbers(columns, lines, set(leave_out))


def read_domains(
    source: Source, column: str, *, leave_out: Sequence[str] = (), delimiter: str = ","
) -> dict[str, Rows]:
    """Read a table as `read_csv` does, and split its rows by what one column says, such as a place or a year.

    Parameters
    ----------
    source, leave_out, delimiter
        As for `read_csv`.
    column
        Name of the column with the domain of each row; it may hold text, and is no feature.

    Examples
    --------
    >>> pools = read_domains(["height,city", "1.7,Rome", "1.8,Oslo", "1.6,Rome"], "city")
    >>> {name: len(pool) for name, pool in pools.items()}
    {'Oslo': 1, 'Rome': 2}
    """
    columns, lines = _table(source, delimiter)
    _known("column", [column], columns)
    _known("leave_out", leave_out, columns)
    pool = _numbers(columns, lines, {column, *leave_out})
    index = columns.index(column)
    for number, values in lines:
        if values[index].lower() in MISSING:
            raise ValueError(f"column {column!r} must name a domain in every row, but line {number} has none")
    domains = np.array([values[index] for _, values in lines])
    return {str(domain): Rows(pool.x[domains == domain], pool.columns) for domain in np.unique(domains)}


def _table(source: Source, delimiter: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Names of the columns, and the values of each line with its number."""
    if isinstance(source, str) and "\n" in source:
        raise ValueError(f"source must be a path or lines, got the text {check.shown(source)}: pass its splitlines()")
    if isinstance(source, str | os.PathLike):
        with open(source, encoding="utf-8-sig", newline="") as file:
            return _table(list(file), delimiter)
    reader = csv.reader(check.sequence("source", source, str), delimiter=delimiter, skipinitialspace=True)
    lines = [(reader.line_num, [value.strip() for value in values]) for values in reader if any(map(str.strip, values))]
    if not lines:
        raise ValueError("source must hold rows, got none")
    columns = lines[0][1]
    names = [value for value in columns if _number(value) is None and value.lower() not in MISSING]
    if not names and any(_number(value) is not None for value in columns):
        columns = [f"column {index + 1}" for index in range(len(columns))]
    else:
        lines = lines[1:]
    if len(lines) < 2:
        raise ValueError(f"source must hold at least two rows of values, got {len(lines)}")
    if len(set(columns)) < len(columns):
        duplicate = next(name for name in columns if columns.count(name) > 1)
        raise ValueError(f"columns must have different names, but {duplicate!r} is there twice")
    for number, values in lines:
        if len(values) != len(columns):
            raise ValueError(f"line {number} must have {len(columns)} values, as there are columns, got {len(values)}")
    return columns, lines


def _known(argument: str, names: Sequence[str], columns: list[str]) -> None:
    """Refuse names that are no columns."""
    if isinstance(names, str):
        raise TypeError(f"{argument} must be a sequence of names, got {names!r}: write [{names!r}]")
    for name in names:
        if name not in columns:
            raise ValueError(f"{argument} must name columns, one of {check.shown(columns)}, got {name!r}")


def _numbers(columns: list[str], lines: list[tuple[int, list[str]]], leave_out: set[str]) -> Rows:
    """Make numbers of all columns but those left out."""
    chosen = [index for index, name in enumerate(columns) if name not in leave_out]
    if not chosen:
        raise ValueError("source must have a column of numbers, but all are left out")
    x = [[_value(columns[index], number, values[index]) for index in chosen] for number, values in lines]
    pool = Rows(x, [columns[index] for index in chosen])
    for name, column in zip(pool.columns, pool.x.T, strict=True):
        if np.ptp(column) == 0:
            raise ValueError(f"column {name!r} must vary, but is {column[0]:g} in every row: leave it out")
    return pool


def _value(name: str, line: int, text: str) -> float:
    """Return a value as a finite number; refuse it by column and line."""
    if text.lower() in MISSING:
        hint = "leave out the row or the column"
        raise ValueError(f"column {name!r} must have a value in every row, but line {line} has none: {hint}")
    value = _number(text)
    if value is None:
        marks = (mark for mark in ";,\t " if all(_number(part) is not None for part in text.split(mark)))
        mark = next(marks, None)
        hint = f"the delimiter may be {mark!r}" if mark else "leave the column out, or write its values as numbers"
        raise ValueError(f"column {name!r} must hold numbers, got {check.shown(text)} in line {line}: {hint}")
    if not math.isfinite(value):
        raise ValueError(f"column {name!r} must be finite, got {text} in line {line}")
    return value


def _number(text: str) -> float | None:
    """Return the number that a text is, or None."""
    try:
        return float(text)
    except ValueError:
        return None
