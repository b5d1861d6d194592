"""The written pages made lighter: what they say twice is said once, what nobody sees goes.

Pictures repeat their styles on every element, code is marked token by token, and a
widget brings its whole state. None of this is wanted in the notebooks, which people
read and run, so it is done to the site's pages alone, after everything else.
"""

import json
import re
from pathlib import Path

SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
# Points of a picture that look alike: the group around them can say how.
ALIKE = re.compile(r'<g( clip-path="[^"]*")?>((?:<use(?: (?!class)[\w-]+="[^"]*")* class="(\w+)"[^>]*/>)+)</g>')
STYLED = re.compile(r'(?<!<svg) style="([^"]*)"')
# Names and punctuation have the color of the code around them, and operators are as well without one.
PLAIN_TOKEN = re.compile(r'<span class="(?:n|nn|o|p|w)">([^<]*)</span>')
# All parts of a string have one color, so what stands next to each other can be one token.
STRING_TOKENS = re.compile(r'(<span class="s[12ai]">[^<]*)</span><span class="s[12ai]">')
TITLED = re.compile(r'(<a href="([^"]*)") title="[^"]*">')
CODE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
STATE = re.compile(r'(<script type="application/vnd\.jupyter\.widget-state\+json">)(.*?)(</script>)', re.DOTALL)
# Pages search in a page of its own; the theme loads the index everywhere.
NO_TYPING = "DOCUMENTATION_OPTIONS.search_as_you_type = false"
SEARCH = re.compile(r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js"></script>')
KEPT_SPACE = re.compile(r"(<(pre|script|style|textarea)\b.*?</\2>)", re.DOTALL)


def setup(app):
    """Make the pages compact when all else has been done to them."""
    app.connect("build-finished", compact_pages, priority=900)


def compact_pages(app, exception):
    """Compact every page of the site when it is built."""
    if exception is None and app.builder.format == "html":
        for path in Path(app.outdir).rglob("*.html"):
            if "_static" not in path.parts:
                text = path.read_text(encoding="utf-8")
                path.write_text(compact(text, search=path.name == "search.html"), encoding="utf-8")


def compact(page, *, search=False):
    """Return a page that looks and works as `page` does, and is shorter.

    Parameters
    ----------
    page : str
        A complete HTML page.
    search : bool, default False
        Whether the page is the one that searches.

    Returns
    -------
    str
    """
    if NO_TYPING in page and not search:
        page = SEARCH.sub("", page)
    page = STATE.sub(lambda match: match[1] + compact_state(match[2]) + match[3], page)
    page = join_strings(PLAIN_TOKEN.sub(r"\1", page)).replace("<pre><span></span>", "<pre>")
    page = share_styles(title_names_once(page))
    parts = KEPT_SPACE.split(page)  # text, element, its name, text, ...
    parts = [re.sub(r"\s*\n\s*", "\n", part) if i % 3 == 0 else part for i, part in enumerate(parts)]
    return "".join(part for i, part in enumerate(parts) if i % 3 != 2)


def join_strings(page):
    """Make one token of the parts of a string in the code that stand next to each other."""
    while page != (page := STRING_TOKENS.sub(r"\1", page)):
        pass
    return page


def title_names_once(page):
    """Let a name in the code say what it is where it first appears in the page."""
    seen = set()

    def once(match):
        first = match[2] not in seen
        seen.add(match[2])
        return match[0] if first else f"{match[1]}>"

    return CODE.sub(lambda code: TITLED.sub(once, code[0]), page)


def share_styles(page):
    """Put the styles of all pictures into one style sheet in the head of the page."""
    classes = {}

    def named(match):
        return f' class="{classes.setdefault(match[1], f"v{len(classes)}")}"'

    page = SVG.sub(lambda picture: share_looks(STYLED.sub(named, picture[0])), page)
    rules = "".join(f"svg .{name}{{{style}}}\n" for style, name in classes.items())
    rules = re.sub(r"\s*([:;,])\s+", r"\1", rules)
    return page.replace("</head>", f"<style>\n{rules}</style>\n</head>", 1) if rules else page


def share_looks(picture):
    """Say once, on the group, how points look that all look alike; leave out space before the end of a tag."""

    def once(match):
        looks = set(re.findall(r' class="(\w+)"', match[2]))
        if len(looks) > 1:
            return match[0]
        points = match[2].replace(f' class="{match[3]}"', "")
        return f'<g{match[1] or ""} class="{match[3]}">{points}</g>'

    return ALIKE.sub(once, picture.replace(" />", "/>"))


def compact_state(text):
    """Return the state of a page's widgets without what shows nothing.

    Models without code are dropped, numbers have six significant digits, and the code
    neither comments nor indentation.
    """
    state = json.loads(text)
    models = {name: model for name, model in state.get("state", {}).items() if "_esm" in model["state"]}
    for model in models.values():
        values = model["state"] = {name: _rounded(value) for name, value in model["state"].items()}
        values["_esm"] = compact_code(values["_esm"])
        if "_css" in values:
            values["_css"] = re.sub(r"\s+", " ", values["_css"])
    text = json.dumps(state | {"state": models}, ensure_ascii=False, separators=(",", ":"))
    return text.replace("</", r"<\/")


def compact_code(code):
    """Return JavaScript without indentation and without lines that only comment.

    A line inside of a template that spans several lines stays as it is.
    """
    lines, inside = [], False
    for line in code.split("\n"):
        bare = line.strip()
        if inside or (bare and not bare.startswith("//")):
            lines.append(line if inside else line.lstrip())
            inside ^= line.count("`") % 2 == 1
    return "\n".join(lines)


def _rounded(value):
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    return value
