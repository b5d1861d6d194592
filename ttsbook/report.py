"""Numbers that a chapter quotes: computed in a cell, named, and written into its text from there."""

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Numbers(dict):
    """Formatted numbers by name, shown as one line each.

    Examples
    --------
    >>> Numbers(half="0.50")
    half = 0.50
    """

    def __repr__(self):
        return "\n".join(f"{name} = {value}" for name, value in self.items())


def numbers(**values):
    """Name the numbers that the text of a chapter quotes.

    A cell tagged `numbers` ends in this call; ``make chapters`` writes each value into the spans
    of the text that bear its name.

    Parameters
    ----------
    **values : str
        Each number as it is to be printed, rounded.

    Returns
    -------
    Numbers

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


def rounded(value, *, digits=2):
    """Write a number with two digits or more, as 0.016 or 2.9·10⁶.

    Parameters
    ----------
    value : float
        Any finite number.
    digits : int, default 2
        Number of digits.

    Returns
    -------
    str

    Examples
    --------
    >>> rounded(0.01634), rounded(123.4), rounded(2.87e6)
    ('0.016', '120', '2.9·10⁶')
    """
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if value == 0 or -3 <= int(exponent) <= 3:
        return f"{float(f'{value:.{digits}g}'):g}"
    return f"{float(mantissa):g}·10{superscript(int(exponent))}"


def superscript(exponent):
    """Write a whole number as an exponent.

    Parameters
    ----------
    exponent : int
        Any whole number.

    Returns
    -------
    str

    Examples
    --------
    >>> superscript(-12)
    '⁻¹²'
    """
    return str(exponent).translate(SUPERSCRIPTS)
