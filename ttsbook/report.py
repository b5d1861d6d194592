"""Numbers that a chapter quotes: computed in a cell, named, and written into its text from there."""


class Numbers(dict):
    """Formatted numbers by name, shown as one line each."""

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
