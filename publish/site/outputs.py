"""Pictures and widgets among a notebook's outputs, as elements of the page.

Jupyter Book turns a picture into a file beside the page, which can follow neither the
reader's color mode nor the fonts of the page, and a widget into nothing at all where
there is no JavaScript. Here the picture becomes part of the page, and the widget comes
with its still picture.
"""

import json
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from publish.notebooks import PICTURE, WIDGET
from publish.site import svg
from publish.site.stored_widgets import name_of
from publish.site.widget_links import page_of

logger = logging.getLogger(__name__)


def setup(app):
    """Register the transform."""
    app.add_transform(InlineOutputs)


class InlineOutputs(SphinxTransform):
    """Put SVG pictures and widgets into the page; warn of what readers would miss."""

    default_priority = 400

    def apply(self, **_):
        """Transform every output that has a picture or a widget."""
        self.named = set()  # widgets that have their identifier in this page
        models = widget_models(self.env, self.env.docname)
        bundles = self.document.findall(lambda node: getattr(node, "attributes", {}).get("nb_element") == "mime_bundle")
        for count, bundle in enumerate(list(bundles), start=1):
            outputs = {output["mime_type"]: output for output in bundle}
            if WIDGET in outputs:
                self.inline_widget(bundle, outputs, models, prefix=f"p{count}-")
            elif PICTURE in outputs:
                image = outputs[PICTURE][0]
                html = self.picture(image, image.get("alt"), prefix=f"p{count}-")
                bundle.children = [outputs[PICTURE]]
                outputs[PICTURE].children = [nodes.raw("", f'<div class="picture">{html}</div>', format="html")]
        for image in self.document.findall(nodes.image):
            if not image.get("alt"):
                warn("alt", f"no alternative text: {image['uri']}", image)

    def inline_widget(self, bundle, outputs, models, *, prefix):
        """Put a widget's view and its still picture side by side."""
        view = outputs[WIDGET][0].astext()
        model = json.loads(view[view.index(">") + 1 : view.rindex("<")])["model_id"]
        if model not in models:
            warn("widget", f"the notebook does not hold the widget {model!r}", bundle)
        if not {PICTURE, "text/plain"} <= outputs.keys():
            warn("widget", "the widget has no still picture with words", bundle)
            return
        image = outputs[PICTURE][0]
        label = image.get("alt") or outputs["text/plain"].astext()
        html = (
            f'<div class="widget"{self.place(models.get(model, {}))}><div class="widget-live">{view}</div>'
            f'<div class="widget-still picture">'
            f"{self.picture(image, label, prefix=prefix)}</div></div>"
        )
        bundle.children = [outputs[WIDGET]]
        outputs[WIDGET].children = [nodes.raw("", html, format="html")]

    def place(self, model):
        """Return the attributes that name a widget and the page that shows it alone."""
        kind = model.get("state", {}).get("_anywidget_id", "").rpartition(".")[2]
        if not kind:
            return ""
        name = name_of(kind)
        page = self.app.builder.get_relative_uri(self.env.docname, page_of(name))
        identifier = "" if name in self.named else f' id="widget-{name}"'
        self.named.add(name)
        return f'{identifier} data-stand="{page}"'

    def picture(self, image, label, *, prefix):
        """Return the SVG element for an image that was written to a file."""
        if not label:
            warn("alt", "no alternative text", image)
        path = Path(self.app.srcdir, image["uri"].lstrip("/"))
        try:
            text = path.read_text(encoding="utf-8")
            return svg.inline(text, label=label or "", prefix=prefix)
        except ValueError as error:
            warn("picture", str(error), image)
            return ""


def widget_models(env, docname):
    """Return the widget models that a notebook holds, by identifier."""
    files = NbMetadataCollector.get_js_files(env, docname)
    _, script = files.get("ipywidgets_state", (None, {"body": '{"state": {}}'}))
    return json.loads(script["body"])["state"]


def warn(subtype, message, node):
    """Issue a warning of Sphinx, which is an error when the book is built."""
    logger.warning(message, location=node, type="book", subtype=subtype)
