r"""Formulas in plain letters, for titles and summaries: `λ_min` for `\lambda_{\min}`."""

import re
from functools import cache

from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

# What reads better on one line of text than the words of pylatexenc, or has none there.
SIGNS = {"mathbb": "%s", "mathcal": "%s", "sim": "~", "star": "*", "|": "‖", "ne": "≠", "arg": "arg", "quad": " "}


def fraction(node, l2tobj):
    """Write a fraction on one line."""
    return "/".join(l2tobj.group_node_to_text(part) for part in node.nodeargd.argnlist)


class Plain(LatexNodes2Text):
    """Text of formulas, in which parentheses take the place of braces, and spaces between symbols stay."""

    def macro_node_to_text(self, node):
        """Return the text of a command, with the space that follows its name."""
        bare = not (node.nodeargd and node.nodeargd.argnlist)
        return super().macro_node_to_text(node) + (node.macro_post_space if bare else "")

    def group_node_to_text(self, node):
        """Return the text of a group, in parentheses unless it is a word, a number or a sign."""
        text = self._groupnodecontents_to_text(node).strip()
        return text if re.fullmatch(r"-?(\d[\d.]*|[^\W\d][\w\u0300-\u036f]*|\W)?", text) else f"({text})"


@cache
def plain(formula):
    """Write a formula in plain letters, on one line."""
    text = PLAIN.latex_to_text(re.sub(r"\\[dt]frac", r"\\frac", formula))
    text = " ".join(text.replace("^⊤", "ᵀ").split())
    return re.sub(r"(?<=[⟨(]) | (?=[⟩)])", "", text)


SPECS = get_default_latex_context_db()
SPECS.add_context_category(
    "plain",
    prepend=True,
    macros=[MacroTextSpec("frac", fraction), *(MacroTextSpec(name, sign) for name, sign in SIGNS.items())],
)
PLAIN = Plain(latex_context=SPECS, math_mode="text", strict_latex_spaces=True)
