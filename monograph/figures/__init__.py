"""Pictures in one style: SVG that follows the page's colors, with alt text written from the data.

Data of other shapes, and none at all, are refused by name.
"""

from monograph.figures.contours import contours
from monograph.figures.dots import dots
from monograph.figures.heat_map import heat_map
from monograph.figures.level_map import level_map
from monograph.figures.lines import lines
from monograph.figures.picture import COLORS, SERIES_COLORS, Picture, Series
from monograph.figures.simplex import simplex

__all__ = [
    "COLORS",
    "SERIES_COLORS",
    "Picture",
    "Series",
    "contours",
    "dots",
    "heat_map",
    "level_map",
    "lines",
    "simplex",
]
