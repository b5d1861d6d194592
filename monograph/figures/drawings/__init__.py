"""Drawings that explain an idea, in the style of the pictures, with words for those who do not see them."""

from monograph.figures.drawings.block_grid import block_grid
from monograph.figures.drawings.cost_bars import cost_bars
from monograph.figures.drawings.embedding import embedding
from monograph.figures.drawings.length_axis import length_axis
from monograph.figures.drawings.stride_line import stride_line
from monograph.figures.drawings.thinking_filter import thinking_filter
from monograph.figures.drawings.thinking_loop import thinking_loop
from monograph.figures.drawings.two_phases import two_phases

__all__ = [
    "block_grid",
    "cost_bars",
    "embedding",
    "length_axis",
    "stride_line",
    "thinking_filter",
    "thinking_loop",
    "two_phases",
]
