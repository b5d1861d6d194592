"""Which symbols of the notation page a formula contains."""

import re
from functools import cache
from itertools import chain
from typing import NamedTuple

# A symbol in TeX: a letter or a command, maybe under a hat, with what stands below it.
GROUP = r"\{(?:[^{}]|\{[^{}]*\})*\}"
FONT = r"\\(?:mathbb|mathcal|mathrm|mathbf|operatorname|text|begin|end)\s*(?:" + GROUP + "|[A-Za-z])"
ACCENT = r"\\(?:bar|hat|tilde|dot)\s*(?:" + GROUP + r"|\\[A-Za-z]+|[A-Za-z])"
BASE = rf"{FONT}|{ACCENT}|\\[A-Za-z]+|\\\||[A-Za-z]"
BELOW = rf"{GROUP}|\\(?:mathrm|text)\s*{GROUP}|\\[A-Za-z]+|[^\s\\{{}}]"
SYMBOL = re.compile(rf"(?P<base>{BASE})(?:\s*_\s*(?P<below>{BELOW}))?")
DIFFERENTIAL = re.compile(r"\\,\s*d(?=\s*[a-z]\b)")
# What counts: letters, numbers, the first and the last. A word below a letter makes another symbol.
COUNTS = re.compile(r"(?:(?<![A-Za-z])[A-Za-z]{1,2}(?![A-Za-z])|[\d+\-, ']|\\(?:ell|star|max|min)(?![a-z]))+")


class Atom(NamedTuple):
    """A symbol as it stands in a formula."""

    base: str
    below: str
    squared: bool
    called: bool  # stands before a parenthesis


def atoms(tex):
    """Yield the symbols of a formula, in order; a difference `dx` is none of them."""
    tex = DIFFERENTIAL.sub(r"\\,", tex)
    for found in SYMBOL.finditer(tex):
        rest = tex[found.end() :]
        base = canonical(found["base"])
        below = canonical(found["below"] or "")
        if base == r"\|":
            base = r"\rVert"
        squared = re.match(r"\s*\^\s*(2|\{2\})", rest) is not None
        called = re.match(r"\s*(\\[Bb]igg?l?|\\left)?\s*\(", rest) is not None
        yield Atom(base, below, squared, called)


def canonical(tex):
    r"""Write a piece of TeX one way: `\bar h` and `\bar{h}` are the same, and so are `_i` and `_{i}`."""
    tex = tex.strip().replace(r"\text", r"\mathrm")
    if tex.startswith("{") and tex.endswith("}"):
        tex = tex[1:-1].strip()
    return re.sub(r"(\\(?:bar|hat|tilde|dot))\s*([A-Za-z])$", r"\1{\2}", tex)


def counts(below):
    """Tell whether what stands below a symbol only counts, as in `x_i`, `V_{31}` or `w_{k+1}`."""
    return COUNTS.fullmatch(below) is not None


def heads(cell):
    r"""Return the symbols that a formula of the notation page defines.

    Parameters
    ----------
    cell : str
        TeX, for example ``H = \mathrm{Hard}(\Lambda)``, which defines two symbols.

    Returns
    -------
    list of Atom
    """
    found = []
    for side in cell.split("="):
        symbols = list(atoms(side))
        if symbols:
            found.append(symbols[-1] if symbols[0].base == r"\lVert" else symbols[0])
    return found


def slug(cell):
    r"""Return a name for the symbol that a formula defines: `lambda-i` for ``\lambda_i``."""
    head = heads(cell)[0]
    name = re.sub(r"\\|mathrm|operatorname", "", f"{head.base}-{head.below}")
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")


class Symbols:
    """The symbols of the book, to be found in formulas.

    Parameters
    ----------
    rows : dict of str to list of str
        Names of symbols, with the formulas that define each.
    only, never : dict of str to set of str
        Pages to which a symbol is confined, or from which it is barred, by formula.
    """

    def __init__(self, rows, only=None, never=None):
        self._exact, self._counted = {}, {}
        self._only = self._pages(only or {})
        self._never = self._pages(never or {})
        self.find = cache(self.find)
        for name, cells in rows.items():
            for head in chain.from_iterable(map(heads, cells)):
                self._add(head, name)

    @staticmethod
    def _pages(confined):
        return {head[:2]: pages for cell, pages in confined.items() for head in heads(cell)}

    def _add(self, head, name):
        called = head.called and len(head.base) == 1
        entry = (name, head[:2], head.squared, called)
        self._exact.setdefault(head[:2], entry)
        if counts(head.below) and head.below[-1].islower() and not head.below.startswith("\\m"):
            self._counted.setdefault(head.base, entry)

    def find(self, tex, page):
        """Return the names of the symbols in a formula of a page, in order."""
        found = dict.fromkeys(self._look_up(atom, page) for atom in atoms(tex))
        return tuple(name for name in found if name)

    def _look_up(self, atom, page):
        entry = self._exact.get(atom[:2])
        if entry is None and counts(atom.below):
            entry = self._counted.get(atom.base) or self._exact.get((atom.base, ""))
        if entry is None:
            return None
        name, key, squared, called = entry
        if (squared and not atom.squared) or (called and not atom.called):
            return None
        if page not in self._only.get(key, {page}) or page in self._never.get(key, ()):
            return None
        return name
