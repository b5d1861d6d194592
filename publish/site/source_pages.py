"""The package's source as pages of the site, so that a link to it needs no repository."""

from html import escape

from publish.site import package


def setup(app):
    """Add the pages when the site is written."""
    app.connect("html-collect-pages", source_pages)


def source_pages(app):
    """Yield a page for each module: name, variables and template."""
    for item in package.modules(str(app.confdir)).values():
        path = item.relative_package_filepath.as_posix()
        shown = app.builder.highlighter.highlight_block(item.source, "python", linespans="L")
        body = f"<h1>{escape(path).replace('/', '/<wbr>')}</h1>\n{described(app, item)}\n{shown}"
        about = {"title": path, "body": body, "description": package.summary(item) or path}
        yield package.source_page(item), about, "page.html"


def described(app, item):
    """Return the line that leads from a module's source to its reference."""
    for one in filter(None, (item, item.parent)):
        if address := package.reference_address(app, package.source_page(item), one):
            return f'<p>Reference: <a href="{address}"><code>{one.path}</code></a></p>'
    return ""
