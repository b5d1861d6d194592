"""Results typed into the text by hand, where a computed number belongs.

Results are decimals, percentages, and digits before "times" or "-fold". A value that is
chosen, not found, is written as mathematics; one that is computed, in a marked span.
"""

import re

from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from publish.stored import numbers

# Directives whose content is no prose.
VERBATIM = {"code", "code-block", "code-cell", "math", "bibliography", "tableofcontents"}
EMPHASIS = {"em_open", "em_close", "strong_open", "strong_close"}

_RESULT = re.compile(
    r"""\d*\.\d+                                      # decimals
      | \d+\s*(?:%|percent\b|per\ cent\b)             # percentages
      | \d+(?:\s+times\b|-times\b|[\s-]*fold\b|\s*×(?!\s*\d))""",
    re.VERBOSE,
)
# "Theorem 3.3", "Theorems 3.1 and 3.3", "Python 3.11", "arXiv 2510.03605", "CC BY 4.0".
_REFERENCE = re.compile(
    r"""https?://\S+
      | \b(?:(?i:algorithm|appendix|assumption|chapter|corollar(?:y|ies)|definition
      |eq(?:uation)?|exercise|fig(?:ure)?|lemma|proposition|remark|section|table|theorem)
      |Claim|Example|Part
      |arXiv|CC\ BY|JupyterLab|Jupyter\ Book|Matplotlib|NumPy|Python|PyTorch|Qwen|SciPy
      |[Vv]ersion)
      s?\.?(?:[\s:]|\s\()+\d+(?:\.\d+)*(?:(?:,|\s(?:and|or|to))+\s\d+(?:\.\d+)*)*""",
    re.VERBOSE,
)
_EXTENSIONS = {"amsmath", "colon_fence", "dollarmath"}
_PARSER = create_md_parser(MdParserConfig(enable_extensions=_EXTENSIONS), RendererHTML)


def typed_results(source):
    """Results that a MyST text states outside of a marked span.

    Parameters
    ----------
    source : str
        Text of a markdown cell or page.

    Returns
    -------
    list of str
        Each result, with the words around it.
    """
    found = []
    for text in passages(numbers.SPAN.sub("", source)):
        text = _REFERENCE.sub("", text)
        for match in _RESULT.finditer(text):
            start, end = max(match.start() - 30, 0), match.end() + 30
            found.append(text[start:end].strip())
    return found


def passages(source):
    """Yield the prose of a text, without code, mathematics, links, roles and HTML tags."""
    for token in _PARSER.parse(source):
        if token.type == "inline":
            yield _visible(token.children)
        elif token.type in ("fence", "colon_fence") and token.info.startswith("{"):
            name, _, title = token.info.strip("{").partition("}")
            if name not in VERBATIM:
                yield title
                yield from passages(_without_options(token.content))
        elif token.type == "html_block":
            yield re.sub(r"<[^>]*>", " ", token.content)


def _visible(tokens):
    """Text of a paragraph, where whatever is no prose leaves a gap."""
    depth, words = 0, []
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type not in EMPHASIS:
            words.append(token.content if token.type == "text" and not depth else " ")
    return "".join(words)


def _without_options(content):
    """Body of a directive without its options."""
    if content.startswith("---\n"):
        return content.partition("\n---\n")[2]
    return re.sub(r"\A(?::[\w-]+:.*\n)+", "", content)
