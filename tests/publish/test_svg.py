from xml.etree import ElementTree

import pytest

from publish.site import svg

PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">
<defs><path id="mark" d="M0 0"/><clipPath id="box"><rect width="9" height="9"/></clipPath></defs>
<g id="unused"><use xlink:href="#mark"/><use href="#mark" clip-path="url(#box)" style="clip-path: url(#box)"/></g>
<text style="fill: var(--tts-ink, #1f2328)">α &lt; β</text>
</svg>"""


@pytest.fixture
def root():
    return ElementTree.fromstring(svg.inline(PICTURE, label='A "curve" & more', prefix="p1-"))


def test_what_it_shows_is_said(root):
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'A "curve" & more'


def test_ids_are_unique_where_they_are_used_and_gone_where_they_are_not(root):
    assert [element.get("id") for element in root.iter() if element.get("id")] == ["p1-1", "p1-2"]
    first, second = root.iter(f"{svg.SVG}use")
    assert first.attrib == {"href": "#p1-1"}
    assert second.attrib == {"href": "#p1-1", "clip-path": "url(#p1-2)", "style": "clip-path: url(#p1-2)"}


def test_the_rest_stays(root):
    assert root.get("viewBox") == "0 0 9 9"
    assert root.find(f"{svg.SVG}text").text == "α < β"
    assert root.find(f"{svg.SVG}text").get("style") == "fill: var(--tts-ink, #1f2328)"


def test_the_result_is_html_without_prefixes():
    assert ":" not in svg.inline(PICTURE, label="", prefix="").split(">")[0].replace("http://", "")


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        ("<svg", "not SVG"),
        ("<p>text</p>", "its root is 'p'"),
        (PICTURE.replace("<defs>", "<style>*{}</style><defs>"), "would style the whole page"),
    ],
)
def test_what_is_no_picture_for_a_page(picture, reason):
    with pytest.raises(ValueError, match=reason):
        svg.inline(picture, label="", prefix="")


def test_a_color_is_no_reference():
    picture = '<svg xmlns="http://www.w3.org/2000/svg"><rect id="a" fill="#ff0000"/><use href="#a"/></svg>'
    assert 'fill="#ff0000"' in svg.inline(picture, label="x", prefix="p")
