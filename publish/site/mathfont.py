"""The font of formulas: STIX Two Math, reduced to the letters that the book's formulas have."""

import logging
import unicodedata
from functools import cache

from fontTools import subset
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.otTables import MathGlyphVariantRecord

from publish.book import ROOT

SOURCE = ROOT / "node_modules" / "@fontsource" / "stix-two-math" / "files" / "stix-two-math-latin-400-normal.woff2"
logging.getLogger("fontTools").setLevel(logging.WARNING)
FEATURES = ["ssty", "kern", "mark", "mkmk", "dtls", "flac"]  # ssty: shapes for indices
CONSTANTS = {
    # An index hangs as low below a letter that has a tail as below one that has none.
    "SubscriptBaselineDropMin": 0,
    # An exponent stands as high at a bracket as at a letter, and at a tall base as low as TeX has it.
    "SuperscriptBaselineDropMax": 386,
    # A fraction in a line of text is no taller than the line; its bar, as a root's, is a pixel thick wherever it lies.
    "FractionNumeratorShiftUp": 430,
    "FractionDenominatorShiftDown": 370,
    "FractionRuleThickness": 54,
    "RadicalRuleThickness": 54,
}
BRACKETS = "()[]⟨⟩"  # of which the second shape, 1.187 em tall, is the first that is 1.2 em for TeX
ROOTS = (
    1050,
    1187,
    1340,
)  # heights of a letter's root, which hangs no lower than TeX's, a bracket's, and a bar's with F²
STAR = 0.7  # how large TeX's star is beside the font's, which is as large as a letter
BARS = {"|": "bar", "‖": "uni2016"}  # which browsers put together of pieces that overlap


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


def whole():
    """Open the whole font, with what this book sets otherwise."""
    font = TTFont(SOURCE, recalcTimestamp=False)
    constants = font["MATH"].table.MathConstants
    for name, value in CONSTANTS.items():
        getattr(constants, name).Value = value
    for sign in BRACKETS:
        variants(font, sign)[1].AdvanceMeasurement = 1200
    low, *others = (stretched(font, "uni221A", height) for height in ROOTS)
    font["glyf"]["uni221A"] = font["glyf"][low.VariantGlyph]
    variants(font, "√")[0].AdvanceMeasurement = low.AdvanceMeasurement
    variants(font, "√")[1:1] = others
    shrink(font, "uni22C6", STAR)
    for sign, name in BARS.items():
        construction(font, sign).GlyphAssembly = None
        for bracket in variants(font, "(")[1:]:
            variants(font, sign).append(stretched(font, name, bracket.AdvanceMeasurement))
    return font


def stretched(font, name, height):
    """Add a sign of some height to a font, about the axis as all brackets, and return it as one of its shapes."""
    shape = MathGlyphVariantRecord()
    shape.VariantGlyph, shape.AdvanceMeasurement = f"{name}.{height}", height
    axis, usual = font["MATH"].table.MathConstants.AxisHeight.Value, font["glyf"][name]
    scale, middle = height / (usual.yMax - usual.yMin), (usual.yMax + usual.yMin) / 2
    shapes = font.getGlyphSet()
    shapes[name].draw(TransformPen(pen := TTGlyphPen(shapes), (1, 0, 0, scale, 0, axis - scale * middle)))
    font.setGlyphOrder([*font.getGlyphOrder(), shape.VariantGlyph])
    font["glyf"][shape.VariantGlyph], font["hmtx"][shape.VariantGlyph] = pen.glyph(), font["hmtx"][name]
    return shape


def shrink(font, name, scale):
    """Make a sign of a font smaller, about the axis."""
    lift = (1 - scale) * font["MATH"].table.MathConstants.AxisHeight.Value
    shapes = font.getGlyphSet()
    shapes[name].draw(TransformPen(pen := TTGlyphPen(shapes), (scale, 0, 0, scale, 0, lift)))
    font["glyf"][name] = pen.glyph()
    font["hmtx"][name] = tuple(round(scale * part) for part in font["hmtx"][name])


@cache
def known():
    """Open the whole font, once for all that only read it."""
    return whole()


def construction(font, sign):
    """Return of what a sign is made when it is taller than usual."""
    table = font["MATH"].table.MathVariants
    return table.VertGlyphConstruction[table.VertGlyphCoverage.glyphs.index(font.getBestCmap()[ord(sign)])]


def variants(font, sign):
    """Return the shapes of a sign, from the smallest to the tallest."""
    return construction(font, sign).MathGlyphVariantRecord


def width(sign, height):
    """Return the width of a sign that is as tall as this, in em."""
    shape = next(shape for shape in variants(known(), sign) if shape.AdvanceMeasurement >= 1000 * height)
    return known()["hmtx"][shape.VariantGlyph][0] / 1000


def lean(letter):
    """Return how far a slanted letter leans over what follows: its italics correction, in em."""
    font = known()
    table = font["MATH"].table.MathGlyphInfo.MathItalicsCorrectionInfo
    name = font.getBestCmap().get(ord(italics().get(letter, letter)))
    if letter not in italics() or name not in table.Coverage.glyphs:
        return 0
    return table.ItalicsCorrection[table.Coverage.glyphs.index(name)].Value / 1000


def make(path, characters):
    """Write the font with these characters, and with the slanted ones of their letters."""
    wanted = set(characters) | {italics()[letter] for letter in characters if letter in italics()}
    options = subset.Options(flavor="woff2", hinting=False, layout_features=FEATURES, name_IDs=[0, 13, 14])
    font = whole()
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, wanted))
    subsetter.subset(font)
    font.flavor = "woff2"
    path.parent.mkdir(parents=True, exist_ok=True)
    font.save(path)
