"""Long texts of widgets lie in files of their own."""

import json

from publish.site import long_texts

TYPE = "application/vnd.jupyter.widget-state+json"


def page_of(state):
    return f'<p>before</p><script type="{TYPE}">{json.dumps({"state": {"one": {"state": state}}})}</script><p>after</p>'


def test_a_long_text_is_replaced_by_its_place_and_code_stays():
    code, text = "c" * 40_000, "</script>" * 4_000
    page = page_of({"_esm": code, "weights": text.replace("/", "-"), "count": 3, "list": [1]})
    shorter, texts = long_texts.without_long_texts(page, "../_static/texts")
    ((name, found),) = texts.items()
    assert found == text.replace("/", "-") and found not in shorter
    kept = json.loads(shorter.partition(f'"{TYPE}">')[2].partition("</script>")[0])["state"]["one"]["state"]
    assert kept == {
        "_esm": code,
        "weights": {"text": name, "file": f"../_static/texts/{name}.js"},
        "count": 3,
        "list": [1],
    }
    assert shorter.startswith("<p>before</p>") and shorter.endswith("<p>after</p>")


def test_a_page_without_long_texts_stays_as_it_is():
    page = page_of({"weights": "short", "note": "<\\/p>"})
    assert long_texts.without_long_texts(page, "texts") == (page, {})
    assert long_texts.without_long_texts("<p>no widget</p>", "texts") == ("<p>no widget</p>", {})


def test_the_weights_of_the_gpt_are_a_file_beside_the_site(site):
    page = (site / "experiments/gpt2.html").read_text(encoding="utf-8")
    assert long_texts.without_long_texts(page, "texts")[1] == {}
    assert page.count('"file": "../_static/texts/') == 1
    files = (site / long_texts.FOLDER).glob("*.js")
    (file,) = (one for one in files if f'"../_static/texts/{one.name}"' in page)
    assert len(file.read_text()) > 100_000
