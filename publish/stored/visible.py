"""What of a MyST text a reader meets without unfolding anything, counted: words and formulas."""

import re
from typing import NamedTuple

_FOLDED = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{[^}\n]*\}[^\n]*\n(?::[\w-]+:[^\n]*\n)*?:class: dropdown.*?^(?P=fence)$", re.M | re.S
)
_OWN_FORMULA = re.compile(r"\$\$.*?\$\$|\\begin\{(align|equation|gather)\*?\}.*?\\end\{\1\*?\}", re.S)
_FORMULA = re.compile(r"\$[^$\n]+\$")
_NO_PROSE = re.compile(r"^(?:`{3,}|:{3,}).*$|^:[\w-]+:.*$|<[^>]*>|\]\([^)]*\)|\{[\w:-]+\}", re.M)
_WORD = re.compile(r"[^\W_][\w’'-]*")


class Visible(NamedTuple):
    """How much of each kind a text shows."""

    words: int
    formulas: int  # in a line
    displayed: int  # formulas of their own


def count(source):
    """Count what a text shows; what is folded, such as proofs and solutions, is left out."""
    source = _FOLDED.sub("", source)
    source, displayed = _OWN_FORMULA.subn(" ", source)
    source, formulas = _FORMULA.subn(" ", source)
    return Visible(len(_WORD.findall(_NO_PROSE.sub(" ", source))), formulas, displayed)
