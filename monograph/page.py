"""What a chapter's cells hand to its page: numbers for the text, answers for the exercises."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NotRequired, SupportsFloat, TypedDict

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
FLOOR = 1e-12
"""Share of a quantity's scale below which rounding may decide its digits, and only a bound is shown."""


class Numbers(dict[str, str]):
    """Formatted numbers by name, shown as one line each.

    Examples
    --------
    >>> Numbers(half="0.50")
    half = 0.50
    """

    def __repr__(self) -> str:
        return "\n".join(f"{name} = {value}" for name, value in self.items())


def numbers(**values: str) -> Numbers:
    """Name the numbers that the text of a chapter quotes.

    A cell tagged `numbers` ends in this call; ``make chapters`` writes each value into the spans
    of the text that bear its name.

    Parameters
    ----------
    **values
        Each number as it is to be printed, rounded.

    Raises
    ------
    TypeError
        If a value is not a string: an unrounded number would differ between machines.

    Examples
    --------
    >>> numbers(error=f"{2 / 3:.2f}", steps="7")
    error = 0.67
    steps = 7
    """
    for name, value in values.items():
        if not isinstance(value, str):
            raise TypeError(f"{name} must be a string, already rounded, got {value!r}")
    return Numbers(values)


class Table:
    """A table with a head, which a notebook shows as Markdown.

    Parameters
    ----------
    head
        Words above the columns.
    rows
        Cells as they are to be printed, as many as there are columns.

    Examples
    --------
    >>> Table(["task", "hardness"], [["equal strengths", "20"]])
    task            | hardness
    equal strengths | 20
    """

    def __init__(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        self.lines = [list(head), *map(list, rows)]
        for line in self.lines:
            if len(line) != len(head) or not all(isinstance(cell, str) for cell in line):
                raise TypeError(f"each row must hold {len(head)} strings, already rounded, got {line!r}")

    def __repr__(self) -> str:
        widths = [max(map(len, column)) for column in zip(*self.lines, strict=True)]
        padded = (" | ".join(map(str.ljust, line, widths)).rstrip() for line in self.lines)
        return "\n".join(padded)

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        head, *rows = ("| " + " | ".join(line) + " |" for line in self.lines)
        return {"text/markdown": "\n".join([head, "|---" * len(self.lines[0]) + "|", *rows]), "text/plain": repr(self)}


def rounded(value: SupportsFloat, *, digits: int = 2, scale: float = 1.0) -> str:
    """Write a number with two digits or more, as 0.016 or 2.9·10⁶, or a bound where rounding decides its digits.

    Parameters
    ----------
    value
        Any finite number.
    digits
        Number of digits.
    scale
        Size of the quantity, such as 1 for an error / d: what is smaller than `FLOOR` times as much is
        another number on every processor.

    Examples
    --------
    >>> rounded(0.01634), rounded(123.4), rounded(2.87e6), rounded(1.9e-25)
    ('0.016', '120', '2.9·10⁶', 'below 10⁻¹²')
    """
    number = float(value)
    if 0 < abs(number) < FLOOR * scale:
        return f"below {_written(FLOOR * scale, digits).removeprefix('1·')}"
    return _written(number, digits)


def _written(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if value == 0 or -3 <= int(exponent) <= 3:
        return f"{float(f'{value:.{digits}g}'):g}"
    return f"{float(mantissa):g}·10{superscript(int(exponent))}"


def superscript(exponent: int) -> str:
    """Write a whole number as an exponent.

    Parameters
    ----------
    exponent
        Any whole number.

    Examples
    --------
    >>> superscript(-12)
    '⁻¹²'
    """
    return str(exponent).translate(SUPERSCRIPTS)


class ValueCheck(TypedDict):
    """What `value` hands to the page.

    Examples
    --------
    >>> ValueCheck(right=0.5, within=0.01, hint="", traps=[])["within"]
    0.01
    """

    right: float
    within: NotRequired[float]
    percent: NotRequired[float]
    hint: str
    traps: list[list[float | str]]


class ChoiceCheck(TypedDict):
    """What `choice` hands to the page.

    Examples
    --------
    >>> ChoiceCheck(right=2, options=["Count again.", ""])["right"]
    2
    """

    right: int
    options: list[str]


class Answers(dict[str, ValueCheck | ChoiceCheck]):
    """Answers of exercises by name, for the page that checks them; shown without what is right.

    Examples
    --------
    >>> Answers(half=value(0.5, within=0.01))
    Answers that the page checks: half
    """

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, dict[str, ValueCheck | ChoiceCheck]]]:
        return {"text/plain": repr(self)}, {"answers": dict(self)}  # what is shown, and its metadata

    def __repr__(self) -> str:
        return f"Answers that the page checks: {', '.join(self)}"


def answers(**checks: ValueCheck | ChoiceCheck) -> Answers:
    """Hand over the answers of exercises, so that the page can check what a reader answers.

    A cell with worked solutions ends in this call. The text of an exercise asks the question in
    ``<span data-check="name">question</span>``; for a choice, a list of the options follows.

    Parameters
    ----------
    **checks
        Each one made by `value` or `choice`.

    Examples
    --------
    >>> answers(share=value(2 / 3, within=0.01), sign=choice((1 + 1 > 0, ""), (1 + 1 < 0, "")))
    Answers that the page checks: share, sign
    """
    return Answers(checks)


def value(
    right: float,
    *,
    within: float | None = None,
    percent: float | None = None,
    hint: str = "",
    traps: Mapping[float, str] | None = None,
) -> ValueCheck:
    """Describe a question whose answer is a number; it is rounded to six digits, on which all machines agree.

    Parameters
    ----------
    right
        The answer, as computed.
    within
        Largest difference from `right` that is accepted.
    percent
        The same in percent of `right`, which then must not be zero. Give one of the two.
    hint
        What the page says about every wrong number.
    traps
        What it says instead about wrong numbers that are tempting, and those as near to them.

    Raises
    ------
    ValueError
        If the tolerance is not positive or is given twice or never, or if a trap is accepted.

    Examples
    --------
    >>> value(100 / 3, within=0.5, traps={30.0: "That is the share of the first."})["right"]
    33.3333
    """
    tempting: list[list[float | str]] = [[_rounded(wrong), words] for wrong, words in (traps or {}).items()]
    if within is not None and percent is None:
        tolerance = within
        question = ValueCheck(right=_rounded(right), within=within, hint=hint, traps=tempting)
    elif percent is not None and within is None:
        tolerance = percent / 100 * abs(right)
        question = ValueCheck(right=_rounded(right), percent=percent, hint=hint, traps=tempting)
    else:
        raise ValueError(f"give either within or percent, got within={within!r} and percent={percent!r}")
    if not tolerance > 0 or (percent is not None and not percent < 100):
        raise ValueError(f"the tolerance must be positive, got within={within!r}, percent={percent!r} of {right!r}")
    for wrong in traps or {}:
        if abs(wrong - right) <= 1.5 * tolerance:
            raise ValueError(f"traps must not lie near the right answer {right!r}, got {wrong!r}")
    return question


def choice(*options: tuple[object, str]) -> ChoiceCheck:
    """Describe a question whose answer is one of several options.

    Parameters
    ----------
    *options
        For each option of the list in the text: whether it is right, as computed, and what the
        page says to a reader who has chosen it.

    Raises
    ------
    ValueError
        If not exactly one of at least two options is right.

    Examples
    --------
    >>> choice((3 < 2, "Count again."), (3 > 2, ""))["right"]
    2
    """
    truths = [bool(true) for true, _ in options]
    if len(options) < 2 or sum(truths) != 1:
        raise ValueError(f"options must be two or more, one of them right, got {truths}")
    return {"right": truths.index(True) + 1, "options": [words for _, words in options]}


def _rounded(number: float) -> float:
    """Round to six digits."""
    return float(f"{number:.6g}")
