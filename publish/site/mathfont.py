"""The font of formulas: STIX Two Math, reduced to the letters that the book's formulas have."""

import logging
import unicodedata
from functools import cache

from fontTools import subset
from fontTools.ttLib import TTFont

from publish.book import ROOT

SOURCE = ROOT / "node_modules" / "@fontsource" / "stix-two-math" / "files" / "stix-two-math-latin-400-normal.woff2"
logging.getLogger("fontTools").setLevel(logging.WARNING)
FEATURES = ["ssty", "kern", "mark", "mkmk", "dtls", "flac"]  # ssty: shapes for indices


@cache
def italics():
    """Slanted letters of mathematics, by the upright ones: a browser shows them for a letter that stands alone."""
    letters = {}
    for code in range(0x1D434, 0x1D7CB):
        name = unicodedata.name(chr(code), "")
        if name.startswith("MATHEMATICAL ITALIC"):
            _, upright = unicodedata.decomposition(chr(code)).split()  # ϖ is that of 𝜛; NFKC would say π
            letters[chr(int(upright, 16))] = chr(code)
    return letters | {"h": "ℎ"}


def make(path, characters):
    """Write the font with these characters, and with the slanted ones of their letters."""
    wanted = set(characters) | {italics()[letter] for letter in characters if letter in italics()}
    options = subset.Options(flavor="woff2", hinting=False, layout_features=FEATURES, name_IDs=[0, 13, 14])
    font = TTFont(SOURCE, recalcTimestamp=False)
    constants = font["MATH"].table.MathConstants
    # An index hangs as low below a letter that has a tail as below one that has none.
    constants.SubscriptBaselineDropMin.Value = 0
    # An exponent stands as high at a bracket as at a letter, and at a tall base as low as TeX has it.
    constants.SuperscriptBaselineDropMax.Value = 386
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, wanted))
    subsetter.subset(font)
    font.flavor = "woff2"
    path.parent.mkdir(parents=True, exist_ok=True)
    font.save(path)
