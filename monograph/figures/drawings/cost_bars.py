"""Costs of the skills as bars, against the length of the prompt."""

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from monograph.figures.drawings.board import TESTING, TRAINING
from monograph.figures.picture import COLORS, STYLE, Picture
from monograph.page import rounded
from ttsbook import theory
from ttsbook.arrays import CovarianceLike


def cost_bars(cov: CovarianceLike, train_length: int) -> Picture:
    """Draw what each skill costs in examples, and which skills a prompt can pay for.

    Parameters
    ----------
    cov
        Covariance of the examples.
    train_length
        Number n of examples in a prompt: one step leaves less than half of the errors of the skills that cost less.

    Examples
    --------
    >>> cost_bars(np.diag([1, 0.1]), 4).alt
    'Bars for the costs of 2 skills: from 2.1 to 12 examples. A line marks n = 4: 1 skill costs less, 1 more.'
    """
    costs = theory.skill_costs(cov)
    cheap = costs < train_length
    with matplotlib.rc_context(STYLE):
        figure = Figure()
        axes = figure.add_subplot()
        skill = np.arange(1, costs.size + 1)
        axes.bar(skill[cheap], costs[cheap], color=COLORS[TRAINING], width=0.7)
        axes.bar(skill[~cheap], costs[~cheap], facecolor="none", edgecolor=COLORS[TESTING], width=0.65, linewidth=1.4)
        axes.axhline(train_length, color=COLORS["ink"], linewidth=1.2)
        axes.text(1.02, train_length, f"n = {train_length}", transform=axes.get_yaxis_transform(), va="center")
        for side, place, text, color in (
            ("cheap: less than\nhalf is left", 0.9, cheap, TRAINING),
            ("costly: more than\nhalf is left", 1.1, ~cheap, TESTING),
        ):
            if text.any():
                align = "top" if place < 1 else "bottom"
                axes.text(0.6, place * train_length, side, color=COLORS[color], va=align)
        axes.set(xlabel="skill i, strongest first", ylabel="cost hᵢ in examples")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        axes.grid(visible=False)
    return Picture(figure, _words(costs, train_length))


def _words(costs: np.ndarray, train_length: int) -> str:
    less = int((costs < train_length).sum())
    verb = "skill costs" if less == 1 else "skills cost"
    return (
        f"Bars for the costs of {costs.size} skills: from {rounded(costs.min())} to {rounded(costs.max())} examples. "
        f"A line marks n = {train_length}: {less} {verb} less, {costs.size - less} more."
    )
