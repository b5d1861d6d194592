"""Thinking as a filter: the part of an answer that k steps find, over the stride."""

from collections.abc import Sequence

import numpy as np

from monograph.figures.lines import lines
from monograph.figures.picture import Picture, Series


def thinking_filter(steps: Sequence[int]) -> Picture:
    """Draw the part 1 − (1 − μ)ᵏ of the answer that k thinking steps find along a direction of stride μ.

    Parameters
    ----------
    steps
        Numbers k of steps, one curve each.

    Examples
    --------
    >>> thinking_filter([1, 2]).alt.split('2. ', 1)[1][:70]
    '“k = 1”: rises from 0 to 2. “k = 2”: rises from 0 to 1 at 1, then fall'
    """
    stride = np.linspace(0, 2, 101)
    return lines(
        [Series(f"k = {k}", stride, 1 - (1 - stride) ** k) for k in steps],
        x_label="stride μ",
        y_label="part of the answer found, φₖ(μ)",
        y_limits=(-0.1, 2.1),
        level=(1.0, "the answer"),
    )
