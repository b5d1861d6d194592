"""Euclid's algorithm by subtraction as text, and the other texts that models of `words` are trained on.

``G084,036>048,036>012,036>012,024>012,012=012``: a problem, a line for each subtraction, the answer. Both numbers keep
their place and have three digits, so a line is eight characters, and the last one shows all that there is to know.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Int64

CHARACTERS = "0123456789,>=\nGPSMA"
LINE = 8
"""Characters of a line."""
LARGEST, LONGEST = 999, 24
"""Largest number, and most lines that a problem may need."""
BINS = ((1, 4), (5, 8), (9, 12), (13, 16), (17, 24))
"""Lines that the problems of each fifth of the test need."""
Pair: TypeAlias = tuple[int, int]


class Document(NamedTuple):
    r"""A text to learn, and which of its characters count.

    Attributes
    ----------
    text
        Text.
    counts
        For each character whether its prediction is part of the loss.

    Examples
    --------
    >>> Document("S084,036=048\\n", [False] * 8 + [True] * 5).text[8:12]
    '=048'
    """

    text: str
    counts: list[bool]


def chain(pair: Pair) -> list[Pair]:
    """Subtract the smaller number from the larger one until both are equal; the first entry is the pair itself.

    Parameters
    ----------
    pair
        Two positive numbers.

    Examples
    --------
    >>> chain((84, 36))
    [(84, 36), (48, 36), (12, 36), (12, 24), (12, 12)]
    """
    a, b = pair
    sequence = [(a, b)]
    while a != b:
        a, b = (a - b, b) if a > b else (a, b - a)
        sequence.append((a, b))
    return sequence


def written(pair: Pair) -> str:
    """Two numbers as a line has them, without its first sign.

    Parameters
    ----------
    pair
        Two numbers from 0 to 999.

    Examples
    --------
    >>> written((84, 36))
    '084,036'
    """
    return f"{pair[0]:03},{pair[1]:03}"


@dataclass(frozen=True, eq=False)
class Pairs:
    """Problems, sorted by the lines they need and their greatest common divisor.

    Attributes
    ----------
    cells
        For each need and divisor the pairs, a row each.
    largest
        For each need the largest divisor that some problem has.

    Examples
    --------
    >>> pairs(held_out=False).cells[24, 1].shape[1]
    2
    """

    cells: dict[Pair, Int64[np.ndarray, "pairs 2"]]
    largest: dict[int, int]

    def draw(self, rng: np.random.Generator, least: int, most: int) -> Pair:
        """Draw a need uniformly, a divisor uniformly in its logarithm, then a pair uniformly.

        Parameters
        ----------
        rng
            Source of randomness.
        least, most
            Range of the need.
        """
        while True:
            need = int(rng.integers(least, most + 1))
            divisor = int(math.exp(rng.uniform(0, math.log(self.largest[need] + 1))))
            if (cell := self.cells.get((need, divisor))) is not None:
                a, b = cell[rng.integers(len(cell))]
                return int(a), int(b)


@cache
def pairs(*, held_out: bool) -> Pairs:
    """Sort the pairs that are kept for the test, a tenth, or the others.

    Parameters
    ----------
    held_out
        Which. A pair is held out together with its mirror image.

    Examples
    --------
    >>> (84, 36) in map(tuple, pairs(held_out=False).cells[4, 12].tolist())
    True
    """
    a, b = (axis.ravel() for axis in np.mgrid[1 : LARGEST + 1, 1 : LARGEST + 1])
    need, left, right = np.zeros_like(a), a.copy(), b.copy()
    for _ in range(LONGEST + 1):
        less, more = np.minimum(left, right), np.maximum(left, right)
        need += less < more
        left, right = less, np.where(less < more, more - less, less)
    divisor, low, high = np.gcd(a, b), np.minimum(a, b), np.maximum(a, b)
    kept = ((low * 1000 + high) * 2654435761 % 2**32 >> 16) % 10 == 0
    chosen = (need >= 1) & (need <= LONGEST) & (kept == held_out)
    table = np.stack([need, divisor, a, b], axis=1)[chosen]
    table = table[np.lexsort(table.T[::-1])]
    keys, starts = np.unique(table[:, :2], axis=0, return_index=True)
    groups = np.split(table[:, 2:], starts[1:])
    cells = {(int(n), int(g)): group for (n, g), group in zip(keys, groups, strict=True)}
    largest = {n: max(g for needed, g in cells if needed == n) for n in range(1, LONGEST + 1)}
    return Pairs(cells, largest)


@cache
def problems(each: int) -> list[Pair]:
    """Draw the problems of the test, which no training has begun with: as many for each of the `BINS`.

    Parameters
    ----------
    each
        Problems of a bin.

    Examples
    --------
    >>> [len(chain(pair)) - 1 for pair in problems(1)]
    [3, 6, 10, 15, 21]
    """
    rng, kept = np.random.default_rng(25), pairs(held_out=True)
    return [kept.draw(rng, least, most) for least, most in BINS for _ in range(each)]


def euclid(rng: np.random.Generator, least: int, most: int) -> Document:
    """Write a whole trace, or, every second time, one that is cut and asked for its answer too early.

    Where it is cut, the sign of the answer does not count: when to stop is learned from whole traces alone.

    Parameters
    ----------
    rng
        Source of randomness.
    least, most
        Range of the lines that are needed.

    Examples
    --------
    >>> euclid(np.random.default_rng(0), 1, 3).text[0]
    'G'
    """
    lines = chain(pairs(held_out=False).draw(rng, least, most))
    return _told("G", [written(pair) for pair in lines], f"{lines[-1][0]:03}", _cut(rng, len(lines) - 1))


def waiting(rng: np.random.Generator, least: int, most: int) -> Document:
    """Write a trace of `euclid`, or, every fourth time, a whole one whose last line is repeated one to eight times.

    The sign before a repeat does not count, so that no model learns to wait unless it is forced. The arguments are
    those of `euclid`.

    Examples
    --------
    >>> waiting(np.random.default_rng(0), 1, 3).text[-5]
    '='
    """
    if rng.random() >= 0.25:
        return euclid(rng, least, most)
    lines = [written(pair) for pair in chain(pairs(held_out=False).draw(rng, least, most))]
    repeats = int(rng.integers(1, 9))
    told = _told("G", lines + lines[-1:] * repeats, lines[-1][:3], None)
    for repeat in range(repeats):
        told.counts[LINE * (len(lines) + repeat)] = False
    return told


def at_once(rng: np.random.Generator, least: int, most: int) -> Document:
    """Write a problem and its answer, without a line. The arguments are those of `euclid`.

    Examples
    --------
    >>> len(at_once(np.random.default_rng(0), 1, 3).text)
    13
    """
    pair = pairs(held_out=False).draw(rng, least, most)
    return _told("G", [written(pair)], f"{math.gcd(*pair):03}", 0)


def polynomial(rng: np.random.Generator, least: int, most: int) -> Document:
    """Write how Horner's scheme evaluates a polynomial of equal coefficients, modulo 1000.

    A line holds the value v, and how often v ← x v + c is still to be done, c and x. The arguments are those of
    `euclid`.

    Examples
    --------
    >>> polynomial(np.random.default_rng(3), 3, 3).text[1:8]
    '081,302'
    """
    count = int(rng.integers(least, most + 1))
    value, c, x = int(rng.integers(100)), int(rng.integers(10)), int(rng.integers(2, 6))
    lines = [f"{value:03},{count}{c}{x}"]
    for left in reversed(range(count)):
        value = (value * x + c) % 1000
        lines.append(f"{value:03},{left}{c}{x}")
    return _told("P", lines, f"{value:03}", _cut(rng, count))


def arithmetic(rng: np.random.Generator, task: str) -> Document:
    """Write one subtraction, sum modulo 1000, or maximum.

    Parameters
    ----------
    rng
        Source of randomness.
    task
        Its letter: "S", "A" or "M".

    Examples
    --------
    >>> len(arithmetic(np.random.default_rng(0), "S").text)
    13
    """
    a, b = (int(number) for number in rng.integers(1, LARGEST + 1, size=2))
    answer = {"S": abs(a - b), "A": (a + b) % 1000, "M": max(a, b)}[task]
    return _told(task, [written((a, b))], f"{answer:03}", None)


def _cut(rng: np.random.Generator, lines: int) -> int | None:
    """Every second time a number of lines below all of them, else None."""
    return int(rng.integers(lines)) if rng.random() < 0.5 else None


def _told(task: str, lines: list[str], answer: str, cut: int | None) -> Document:
    """Join problem, lines and answer; after a cut, the answer's sign does not count."""
    body = task + ">".join(lines if cut is None else lines[: cut + 1])
    counts = [False] * LINE + [True] * (len(body) - LINE) + [cut is None] + [True] * 4
    return Document(f"{body}={answer}\n", counts)


def _base(rng: np.random.Generator) -> Document:
    """Arithmetic, polynomials, answers at once, and short traces."""
    kind = rng.choice(["S", "A", "M", "polynomial", "at once", "euclid"], p=[0.1, 0.05, 0.05, 0.2, 0.2, 0.4])
    if kind in ("S", "A", "M"):
        return arithmetic(rng, kind)
    if kind == "polynomial":
        return polynomial(rng, 1, 6)
    return at_once(rng, 1, LONGEST) if kind == "at once" else euclid(rng, 1, 6)


MIXTURES: dict[str, Callable[[np.random.Generator], Document]] = {
    "base": _base,
    "aligned": lambda rng: euclid(rng, 1, 16),
    "waiting": lambda rng: waiting(rng, 1, 16),
    "hard": lambda rng: euclid(rng, 11, 16),
    "easy": lambda rng: euclid(rng, 1, 6),
    "misaligned": lambda rng: polynomial(rng, 1, 9),
}
"""What draws the texts of each training; `forgetting` has those of `misaligned`."""
