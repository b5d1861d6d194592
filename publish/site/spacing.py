"""Space between the parts of a formula, as TeX has it, where MathML's own is another.

MathML gives each sign the space of its entry in a dictionary: none before the name of a function, much about dots and
brackets of a chosen size, and twice some where a sum follows a sign. Chromium gives a bracket of a chosen size the
place of the tallest, and puts an exponent, or the next word, where a slanted letter may lean over it.
"""

from xml.etree.ElementTree import Element

from publish.site import mathfont

ROWS = {"math", "mrow", "mtd", "mstyle", "mpadded", "msqrt"}
SCRIPTS = {"msub", "msup", "msubsup", "munder", "mover", "munderover"}
DOTS, LARGE, CLOSING, APPLIED = "…⋯", "∑∏∫∬∮⋃⋂", ")]}⟩", "\u2061"
BRACKETS = "([{⟨|‖" + CLOSING
THIN, MEDIUM = "0.1667em", "0.2222em"
LEAN = 0.035  # by which the space beside slanted letters is counted, in em: classes of formulas.css


def space(tree):
    """Give the parts of each row the space of TeX; indices, which TeX sets close, are left."""
    close = {part for one in tree.iter() if one.tag in SCRIPTS for script in one[1:] for part in script.iter()}
    for row in [row for row in tree.iter() if row.tag in ROWS and row not in close]:
        before = None
        for part, after in zip(list(row), [*row, None][1:], strict=True):
            kernel = core(part)
            if kernel.tag == "mo":
                kernel.attrib |= sides(kernel, before, after)
                if kernel.text == APPLIED and after is not None and "minsize" in core(after).attrib:
                    row.insert(list(row).index(after), Element("mspace", width=THIN))
            elif named(part, after) and (before is not None and not opens(before)):
                row.insert(list(row).index(part), Element("mspace", width=THIN))
            before = part
        for letter in row.findall("mi"):
            if (steps := leaning(letter)) > 1:
                letter.set("class", f"lean-{steps}")
        if row.get("class") == "tml-left" and (first := beginning(row)).get("form") == "prefix":
            first.set("form", "infix")  # a sum goes on in the next line
    for raised in (part for part in tree.iter() if part.tag in ("msup", "msubsup")):
        clear(raised[-1], leaning(raised[0]))


def beginning(part):
    """Return the first element of a row, or of the first row in it."""
    while part.tag in ROWS and len(part):
        part = part[0]
    return part


def leaning(letter):
    """Return how far what may be a slanted letter leans over what follows, in steps."""
    slanted = letter.tag == "mi" and len(letter.text or "") == 1 and letter.get("mathvariant") != "normal"
    return round(mathfont.lean(letter.text) / LEAN) if slanted else 0


def clear(exponent, steps):
    """Let an exponent stand clear of the letter before it; Temml's own classes for this know another font's letters."""
    classes = [name for name in exponent.get("class", "").split() if not name.endswith("-pad")]
    classes += [f"clear-{steps}"] if steps else []
    exponent.attrib.pop("class", None)
    exponent.attrib |= {"class": " ".join(classes)} if classes else {}


def core(part):
    """Return what a part is beside its indices."""
    while part.tag in SCRIPTS:
        part = part[0]
    return part


def sides(sign, before, after):
    """Return the space on both sides of a sign, where it is not MathML's own."""
    if sign.text in DOTS:
        return {
            "lspace": THIN if before is not None and not opens(before) else "0",
            "rspace": THIN if after is not None and (core(after).tag != "mo" or core(after).text == ",") else "0",
        }
    if "minsize" in sign.attrib and sign.text in BRACKETS:
        width = mathfont.width(sign.text, float(sign.get("minsize").removesuffix("em")))
        return {"lspace": "0", "rspace": "0", "style": f"inline-size: {width}em"}
    if sign.text == "×":
        return {"lspace": MEDIUM, "rspace": MEDIUM}
    if sign.text in LARGE and (before is None or opens(before)):
        return {"lspace": "0"}
    return {}


def opens(part):
    """Tell whether a part has the space after itself: a sign that does not close, or space."""
    kernel = core(part)
    return kernel.tag == "mspace" or (kernel.tag == "mo" and kernel.text not in CLOSING)


def named(part, after):
    """Tell whether a part is the name of a function, alone, with an index or with its space."""
    kernel = core(part)
    if kernel.tag == "mrow" and len(kernel) > 1:
        kernel, after = kernel[0], kernel[1]
    return kernel.tag == "mi" and after is not None and after.tag == "mo" and after.text == APPLIED
