"""Long texts of widgets lie in files of their own."""

import json
import re

from publish.site import long_texts
from publish.site.trees import parse

TYPE = "application/vnd.jupyter.widget-state+json"


def page_of(state):
    return f'<p>before</p><script type="{TYPE}">{json.dumps({"state": {"one": {"state": state}}})}</script><p>after</p>'


def test_long_texts_are_replaced_by_their_places_and_short_ones_stay():
    text = "<-script>" * 4_000
    tree = parse(page_of({"_esm": "code", "weights": text, "count": 3, "list": [1]}))
    texts = long_texts.take_long_texts(tree, "../_static/texts")
    shorter = tree.body.inner_html
    ((name, found),) = texts.items()
    assert found == text and found not in shorter
    kept = json.loads(shorter.partition(f'"{TYPE}">')[2].partition("</script>")[0])["state"]["one"]["state"]
    assert kept == {
        "_esm": "code",
        "weights": {"text": name, "file": f"../_static/texts/{name}.js"},
        "count": 3,
        "list": [1],
    }
    assert shorter.startswith("<p>before</p>") and shorter.endswith("<p>after</p>")


def test_a_page_without_long_texts_stays_as_it_is():
    for page in (page_of({"weights": "short", "note": "<\\/p>"}), "<p>no widget</p>"):
        assert long_texts.take_long_texts(tree := parse(page), "texts") == {}
        assert tree.body.inner_html == page


def test_code_and_weights_are_files_beside_the_site(site):
    page = (site / "experiments/gpt2.html").read_text(encoding="utf-8")
    assert long_texts.take_long_texts(parse(page), "texts") == {}
    names = re.findall(r'"file": "\.\./_static/texts/(\w+)\.js"', page)
    texts = [(site / long_texts.FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in sorted(set(names))]
    models = 2  # whose weights two widgets share
    assert sum("export default" in text for text in texts) == page.count('"_esm"') == len(texts) - models
    assert len(names) == len(texts) + models
    assert max(map(len, texts)) > 100_000  # the weights
