import json

from publish.site import compact

PICTURE = '<svg style="a: b"><path style="fill: none; stroke: var(--c, #fff)"/><g style="x: y"/></svg>'
HEAD = "<html><head></head><body>"


def state(**values):
    model = {"model_name": "AnyModel", "state": {"_esm": "", **values}}
    return json.dumps({"state": {"a": model, "b": {"state": {"layout": 1}}}, "version_major": 2})


def test_styles_of_pictures_are_said_once():
    page = compact.compact(f'{HEAD}{PICTURE}{PICTURE}<p style="x: y"></p>')
    assert page.count("stroke:") == 1
    assert "svg .v0{fill:none;stroke:var(--c,#fff)}\nsvg .v1{x:y}\n</style>\n</head>" in page
    assert page.count('<svg style="a: b"><path class="v0"/><g class="v1"/></svg>') == 2
    assert '<p style="x: y"></p>' in page


def test_a_page_is_not_changed_a_second_time():
    widget = f'<script type="application/vnd.jupyter.widget-state+json">{state(x=0.1234567)}</script>'
    page = compact.compact(f"{HEAD}\n  {PICTURE}\n\n{widget}<pre>\n  a</pre>")
    assert compact.compact(page) == page


def test_code_keeps_its_colors_and_its_space():
    code = '<pre>  <span class="n">a</span><span class="o">=</span><span class="k">if</span>\n\n  '
    code += '<span class="p">(</span></pre>\n   <p>'
    assert compact.compact(code) == '<pre>  a=<span class="k">if</span>\n\n  (</pre>\n<p>'


def test_a_string_is_one_token():
    code = (
        '<pre><span class="sa">f</span><span class="s2">"k = </span><span class="si">{</span>k<span class="si">}</span>'
    )
    code += '<span class="s2">"</span>, <span class="s1">\'a\'</span></pre>'
    joined = '<pre><span class="sa">f"k = {</span>k<span class="si">}"</span>, <span class="s1">\'a\'</span></pre>'
    assert compact.compact(code) == joined


def test_the_index_is_loaded_where_it_is_searched():
    scripts = f'<script>{compact.NO_TYPING};</script>\n<script src="../searchindex.js"></script>'
    assert "searchindex" not in compact.compact(scripts)
    assert "searchindex" in compact.compact(scripts, search=True)
    assert "searchindex" in compact.compact(scripts.replace("false", "true"))


def test_widgets_keep_what_they_show():
    values = {"curves": {"a": [0.123456789, 2, None, "0.123456789"]}, "on": True, "html": "</script>"}
    text = compact.compact_state(state(**values))
    assert "</" not in text
    read = json.loads(text)
    assert read["state"].keys() == {"a"} and read["version_major"] == 2
    assert read["state"]["a"]["state"]["curves"] == {"a": [0.123457, 2, None, "0.123456789"]}
    assert read["state"]["a"]["state"]["on"] is True
    assert read["state"]["a"]["state"]["html"] == "</script>"


def test_code_loses_comments_and_indentation_only():
    code = "// words\nconst a = 1; // kept\n\n  const b = `x\n    // y ${a}\n  z`;\n    b;\n"
    assert compact.compact_code(code) == "const a = 1; // kept\nconst b = `x\n    // y ${a}\n  z`;\nb;"


def test_a_name_says_once_what_it_is():
    link = '<a href="a#b" title="What it is.">b</a>'
    assert compact.compact(f"{link}<pre>{link} {link}</pre>") == f'{link}<pre>{link} <a href="a#b">b</a></pre>'


def test_points_that_look_alike_say_so_once():
    point = '<use x="1" class="v1" href="#a" />'
    alike = f'<g clip-path="url(#p)">{point}{point}</g>'
    once = '<g clip-path="url(#p)" class="v1"><use x="1" href="#a"/><use x="1" href="#a"/></g>'
    assert compact.share_looks(alike) == once
    others = f'<g>{point}<use x="1" class="v2" href="#a" /></g>'
    assert compact.share_looks(others) == others.replace(" />", "/>")
