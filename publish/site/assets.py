"""Sphinx extension: what a page asks for before it can be read is one small style sheet; scripts wait, icons are drawn.

The theme asks for fourteen style sheets, of which a page uses a tenth, for as many scripts, and for one of half a
megabyte that draws a dozen icons. When all pages are written, this joins the sheets into one without what no page
uses, joins the book's scripts that all pages have, leaves those of the theme for later, and puts the icons into the
pages.
"""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from sphinx.util import logging

from publish.site.trees import piece

OWN = Path(__file__).parents[1] / "static"
ICONS = Path(__file__).parents[1] / "icons"
SHEET = "site.css"
SCRIPT = "site.js"
BEFORE = ["styles/theme.css", "styles/pydata-sphinx-theme.css", "pygments.css"]  # which the theme's own layout names
USELESS = ["scripts/fontawesome.js", "design-tabs.js"]  # there are no tabs
ICON = "i[class*=fa-], span[class*=fa-]"
# Of Bootstrap, Font Awesome and the theme: named by their scripts, and on a page only if it has them from the start.
PARTS = (
    "alert card carousel dropend dropstart dropup list-group modal offcanvas popover progress toast version-switcher"
)
ABSENT = re.compile(rf"(fa[brs]?|{PARTS.replace(' ', '|')})([-_].*)?")
STYLE = {"fa", "fab", "fas", "far", "fa-solid", "fa-brands", "fa-regular"}
WORD = re.compile(r"[A-Za-z_][\w-]*")
SYMBOL = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")
# Notes in the margin, which this book has none of: to look for them takes as long as to run all else of the theme.
MARGIN = re.compile(r'\["marginnote",.*?\.forEach\(\((\w)=>\{\w\.observe\(\1\)\}\)\),')
BOXES = re.compile(r'"\.pst-scrollable-table-container"\]\.join\(", "\)\)\.forEach\((\w)=>\{')
WIDE = re.compile(r"\(min-width: ?992px\)")
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1" />'
logger = logging.getLogger(__name__)


def setup(app):
    """Register the extension with Sphinx."""
    sheets, scripts = {}, {}
    app.connect("html-page-context", lambda *event: ask_for_one_sheet(sheets, *event), priority=900)
    app.connect("html-page-context", lambda *event: let_scripts_wait(scripts, *event), priority=900)
    app.connect("site-written", lambda *event: finish(*event, sheets, scripts), priority=950)


def ask_for_one_sheet(found, app, page, _template, context, _doctree):
    """Replace the style sheets of a page by one, and note which they were."""
    found[page] = [sheet.filename.removeprefix("_static/") for sheet in context.get("css_files", ())]
    context["css_files"] = []
    # The theme's own layout has such a tag, too.
    context["metatags"] = context.get("metatags", "").replace(VIEWPORT, "")


def let_scripts_wait(found, app, page, _template, context, _doctree):
    """Let a page be shown before its scripts run, leave out those that do nothing in this book, and note the others."""
    if page == "search":  # whose own scripts do not wait
        return
    scripts = [script for script in context.get("script_files", ()) if not useless(script)]
    context["script_files"] = [deferred(script) if script.filename else script for script in scripts]
    found[page] = [script.filename.removeprefix("_static/") for script in scripts if script.filename]


def shared(scripts):
    """Return the scripts that all pages have, in their order."""
    first, *others = scripts.values()
    return [name for name in first if all(name in other for other in others)]


def deferred(script):
    """Return a script that waits; Sphinx gives all pages the same object, which must not change."""
    return type(script)(script.filename, priority=script.priority, **{"defer": "defer"} | dict(script.attributes))


def useless(script):
    """Tell whether a script does nothing in this book."""
    if script.filename:
        return script.filename.removeprefix("_static/") in USELESS
    return script.attributes.get("body", "").startswith("DOCUMENTATION_OPTIONS.")


def finish(app, pages, sheets, scripts):
    """Draw the icons, and write the style sheet and the script of all pages."""
    sheets, scripts = [*BEFORE, *(name for asked in sheets.values() for name in asked)], shared(scripts)
    static, used = Path(app.outdir, "_static"), set()
    for tree in pages.values():
        for found in tree.css(ICON):
            draw(found)
        ask_for_one_script(tree, scripts)
        used.update(names(tree))
    changes = {"sphinx-book-theme": with_one_width_and_no_margin, "pydata-sphinx-theme": measuring_what_is_laid_out}
    for name, change in changes.items():
        script = static / "scripts" / f"{name}.js"
        script.write_text(change(script.read_text(encoding="utf-8")), encoding="utf-8")
    (static / SCRIPT).write_text(joined(static, filter(of_the_book, scripts)), encoding="utf-8")
    for script in static.rglob("*.js"):
        if script.relative_to(static).as_posix() not in USELESS:
            words = WORD.findall(script.read_text(encoding="utf-8"))
            used.update(word for word in words if not ABSENT.fullmatch(word))
    css = with_one_width("\n".join(sheet(static, name) for name in dict.fromkeys(sheets)))
    (static / SHEET).write_text(minified(css, unused=sorted(set(SYMBOL.findall(css)) - used)), encoding="utf-8")


def of_the_book(script):
    """Tell whether a script is the book's own, not the theme's nor Sphinx's."""
    return (OWN / script).is_file()


def ask_for_one_script(tree, scripts):
    """Let a page ask for the joined script in place of its parts, and tell that script which others come later.

    These are tasks of their own, between which a browser answers to the reader.
    """
    parts = {}
    for tag in tree.css("script[defer][src]"):
        folder, static, file = tag.attributes["src"].partition("_static/")
        if static and file.partition("?")[0] in scripts:
            parts[tag] = f"{folder}{static}{SCRIPT}"
    for tag in [*parts][1:]:
        tag.decompose()
    for tag, address in [*parts.items()][:1]:
        tag.attrs["src"] = address
        tag.attrs["data-late"] = " ".join(script for script in scripts if not of_the_book(script))


def joined(static, scripts):
    """Return scripts as one; a line comment at the end of one ends there."""
    return "\n;\n".join((static / name).read_text(encoding="utf-8") for name in scripts)


def names(tree):
    """Return the classes and ids of a page."""
    for element in tree.css("[class], [id]"):
        yield from (element.attributes.get("class") or "").split()
        yield element.id


def draw(icon):
    """Put a drawing where a script would draw an icon, with the names that it would give it: styles know them."""
    classes = icon.attributes["class"].split()
    wanted = (name for name in classes if name.startswith("fa-") and name not in {*STYLE, "fa-lg"})
    name = next(wanted, "").removeprefix("fa-")
    if not (ICONS / f"{name}.svg").is_file():
        logger.warning("there is no icon %r in publish/icons", name, type="book", subtype="icon")
        return
    svg = piece(drawing(name))
    drawn = " ".join(["svg-inline--fa", *(name for name in classes if name not in STYLE)])
    for name, value in (icon.attributes | {"class": drawn, "aria-hidden": "true"}).items():
        if name != "title":  # said by the button
            svg.attrs[name] = value
    icon.replace_with(svg)


@cache
def drawing(name):
    """Return an icon as SVG."""
    return (ICONS / f"{name}.svg").read_text(encoding="utf-8").strip()


def sheet(static, name):
    """Return a style sheet with those that it imports, its addresses seen from the folder of all of them."""
    css = (static / name).read_text(encoding="utf-8")

    def moved(address):
        return address if address.startswith(("data:", "#", "/")) else normpath(join(dirname(name), address))

    css = re.sub(r"url\(([\"']?)([^)\"']+)\1\)", lambda found: f'url("{moved(found[2])}")', css)
    return re.sub(r'@import "([^"]+)";', lambda found: sheet(static, moved(found[1])), css)


def with_one_width(code):
    """Return code in which the sidebar stands beside the text from the width on that the theme below the theme has."""
    return WIDE.sub("(min-width:960px)", code)


def with_one_width_and_no_margin(code):
    """Return the theme's code that, too, does not look for notes in the margin."""
    found = MARGIN.subn("", with_one_width(code))
    if found[1] != 1:
        logger.warning("the theme looks in another way for what is in the margin", type="book", subtype="theme")
    return found[0]


def measuring_what_is_laid_out(code):
    """Return the theme's code that does not lay out what is far from the window to ask which boxes scroll."""
    found = BOXES.subn(r"\g<0>if(\1.checkVisibility({contentVisibilityAuto:true}))", code)
    if found[1] != 1:
        logger.warning("the theme asks in another way which boxes scroll", type="book", subtype="theme")
    return found[0]


def minified(css, unused):
    """Return CSS without the rules of unused classes and ids, as short as it can be written."""
    command = [Path(sys.executable).with_name("node"), Path(__file__).with_name("assets.cjs")]
    asked = json.dumps({"css": css, "unused": unused})
    return subprocess.run(command, input=asked, capture_output=True, text=True, encoding="utf-8", check=True).stdout
