"""Space between the parts of a formula, as TeX has it, where MathML's own is another.

MathML gives each sign the space of its entry in a dictionary: none before the name of a function, much about dots and
brackets of a chosen size, and twice some where a sum follows a sign.
"""

from xml.etree.ElementTree import Element

ROWS = {"math", "mrow", "mtd", "mstyle", "mpadded", "msqrt"}
SCRIPTS = {"msub", "msup", "msubsup", "munder", "mover", "munderover"}
DOTS, LARGE, CLOSING, APPLIED = "…⋯", "∑∏∫∬∮⋃⋂", ")]}⟩", "\u2061"
BRACKETS = "([{⟨|‖" + CLOSING
THIN = "0.1667em"


def space(tree):
    """Give the parts of each row the space of TeX; indices, which TeX sets close, are left."""
    close = {part for one in tree.iter() if one.tag in SCRIPTS for script in one[1:] for part in script.iter()}
    for row in [row for row in tree.iter() if row.tag in ROWS and row not in close]:
        before = None
        for part, after in zip(list(row), [*row, None][1:], strict=True):
            kernel = core(part)
            if kernel.tag == "mo":
                kernel.attrib |= sides(kernel, before, after)
            elif named(part, after) and (before is not None and not opens(before)):
                row.insert(list(row).index(part), Element("mspace", width=THIN))
            before = part


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
        return {"lspace": "0", "rspace": "0"}
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
