import itertools
import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.site import svg, svg_size

SVG = f'<svg xmlns="{svg.SVG.strip("{}")}" width="9.99pt">'


def reduced(content):
    root = ElementTree.fromstring(f"{SVG}{content}</svg>")
    svg_size.reduce(root)
    return ElementTree.tostring(root, encoding="unicode")


def drawn(path):
    """End points of a short path, read by rules of its own: absolute M, relative h, l, v."""
    points, x, y = [], 0.0, 0.0
    for name, numbers in svg_size.COMMAND.findall(path):
        values = [float(number) for number in svg_size.NUMBER.findall(numbers)]
        if name == "M":
            x, y = values
            points.append((x, y))
            continue
        for i in range(0, len(values), 2 if name == "l" else 1):
            x += values[i] if name in "hl" else 0
            y += {"h": 0, "v": values[i], "l": values[min(i + 1, len(values) - 1)]}[name]
            points.append((x, y))
    return points


def distance(point, line):
    """Distance of a point from a line of many points, by trying many places on it."""
    places = [
        (a[0] + t / 200 * (b[0] - a[0]), a[1] + t / 200 * (b[1] - a[1]))
        for a, b in zip(line, line[1:] or line, strict=False)
        for t in range(201)
    ]
    return min(math.dist(point, place) for place in places)


points = st.tuples(st.floats(-20, 20), st.floats(-20, 20))


@given(st.lists(points, min_size=2, max_size=8))
def test_a_short_path_stays_beside_the_long_one(line):
    path = "M " + " L ".join(f"{x:.6f} {y:.6f}" for x, y in line)
    short = drawn(svg_size.short_path(path))
    assert len(short) <= len(line)
    # Half a digit in each direction, the tolerance, and the grid on which the distance is looked for.
    allowed = svg_size.TOLERANCE + 0.05 * math.sqrt(2) + 60 / 400
    assert max(distance(point, short) for point in line) < allowed
    assert max(distance(point, line) for point in short) < allowed


def test_points_on_a_curve_are_fewer_and_the_curve_is_the_same():
    curve = [(i / 10, 50 * math.sin(i / 200)) for i in range(1000)]
    short = svg_size.straighten(curve)
    assert short[0] == curve[0] and short[-1] == curve[-1]
    assert len(short) < 60  # of 1000
    for (x0, y0), (x1, y1) in itertools.pairwise(short):
        for x, y in curve:
            if x0 <= x <= x1:
                assert abs(y - (y0 + (x - x0) / (x1 - x0) * (y1 - y0))) < 0.15


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("M 0 0  L 0 3.5  ", "M0 0v3.5"),
        ("M 0.04 0 L 0.3 0.4 z M 5 5 L 7 8 L 9 8", "M0 0l.3 .4zM5 5l2 3h2"),
        ("M 10 10 C 10 11 12 13 14 15 C 16 17 18 19 20 21 z", "M10 10c0 1 2 3 4 5 2 2 4 4 6 6z"),
        ("M 1 1 L 1.01 1.01", "M1 1"),
        ("m 0 0 l 3.14159 1", "m 0 0 l 3.14159 1"),
        ("M 0 0 A 1 1 0 0 0 2 2", "M 0 0 A 1 1 0 0 0 2 2"),
        ("M 0 0 L 1e-05 3.00024", "M0 0v3"),
    ],
)
def test_short_paths(path, short):
    assert svg_size.short_path(path) == short


def test_what_holds_nothing_goes_and_words_stay():
    words = '<text x="1.23456" y="2" transform="rotate(-0 1 2)">  a &lt; b </text>'
    assert reduced(f"<g>\n <g><defs>\n</defs>{words}</g></g>") == f'{SVG}<text x="1.2" y="2">  a &lt; b </text></svg>'


def test_groups_with_attributes_and_turned_words_stay():
    group = '<g clip-path="url(#a)"><text transform="rotate(-90 10.2 103.8)">a</text></g>'
    assert reduced(f"<g>{group.replace('10.2 ', '10.218756 ')}</g>") == f"{SVG}{group}</svg>"


def test_lines_of_the_grid_and_marks_of_an_axis_become_one_path_each():
    grid, ink = "fill: none; stroke: var(--tts-grid, #d8dee4)", "stroke: var(--tts-ink, #1f2328); stroke-width: 0.8"
    lines = "".join(f'<path d="M {x} 0 L {x} 9" style="{grid}"/><use href="#t" x="{x}" y="9"/>' for x in (1, 2))
    tick = f'<defs><path id="t" d="M 0 0 L 0 3.5" style="{ink}"/></defs>'
    expected = f'<path d="M1 0v9M2 0v9" style="{grid}"/><path d="M1 9v3.5M2 9v3.5" style="{ink}"/>'
    assert reduced(tick + lines).replace(" />", "/>") == f"{SVG}{expected}</svg>"


def test_lines_of_data_are_drawn_one_by_one():
    line = '<path d="M1 0v9" style="fill: none; stroke: var(--tts-1, #0068a5)"/>'
    assert reduced(line * 2).replace(" />", "/>") == f"{SVG}{line * 2}</svg>"
