"""Pictures in one style: SVG that follows the page's colors, with alt text written from the data."""

from ttsbook.plotting.contours import contours
from ttsbook.plotting.level_map import level_map
from ttsbook.plotting.lines import lines
from ttsbook.plotting.picture import COLORS, SERIES_COLORS, Picture, Series
from ttsbook.plotting.simplex import simplex

__all__ = ["COLORS", "SERIES_COLORS", "Picture", "Series", "contours", "level_map", "lines", "simplex"]
