"""Pictures without what no reader can see: digits, points and groups that change no pixel."""

import math
import re

SVG = "{http://www.w3.org/2000/svg}"
TOLERANCE = 0.05  # units of the picture; about a fifteenth of a pixel
DIGITS = 1

NUMBER = re.compile(r"-?\d*\.?\d+(?:e[-+]?\d+)?")
COMMAND = re.compile(rf"([A-DF-Za-df-z])((?:[\s,]*{NUMBER.pattern})*)")
NO_TURN = re.compile(r"rotate\(-?0(\.0*)?( [^)]*)?\)\s*")
PLACES = ("x", "y", "width", "height", "transform")
GRID = re.compile(r"fill: none.*--tts-grid|^stroke: var\(--tts-ink, #\w+\); stroke-width: 0\.[68]$")
MARK = re.compile(r"M0 0[hv]-?[\d.]+")  # of an axis
STROKE = re.compile(r"M(-?[\d.]+) ?(-?[\d.]+)([hv])(-?[\d.]+)")  # a straight one, from where it begins
POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0}


def reduce(root):
    """Make a picture small, in place, without changing how it looks.

    Coordinates are rounded, points on a straight line dropped, paths written relative to
    their last point, and groups without attributes replaced by what they hold.

    Parameters
    ----------
    root : xml.etree.ElementTree.Element
        The ``svg`` element.
    """
    for element in root.iter():
        if element.tag not in (f"{SVG}text", f"{SVG}tspan"):
            element.text = None
        element.tail = None
        if "d" in element.attrib:
            element.set("d", short_path(element.get("d")))
        if element is not root:
            _shorten_places(element)
    _unwrap(root)
    _merge_marks(root)


def short_path(path):
    """Return path data that draw the same line with fewer characters.

    Parameters
    ----------
    path : str
        Data of absolute commands M, L, Q, C and Z; others are returned as they are.

    Returns
    -------
    str

    Examples
    --------
    >>> short_path("M 50.697701 204.599018  L 60 204.6 L 298.399997 204.599018 L 298.4 3.00024 z ")
    'M50.7 204.6h247.7v-201.6z'
    """
    found = COMMAND.findall(path)
    if any(name not in {*POINTS, "z"} for name, _ in found):
        return path
    commands = [(name.upper(), _pairs(numbers)) for name, numbers in found]
    written, here, start = [], (0, 0), (0, 0)
    for name, points in _merge_lines(commands):
        if name == "L":
            points = straighten([_unround(here), *points])[1:]
        for group in _groups(points, POINTS[name]):
            ends = [tuple(round(value * 10**DIGITS) for value in point) for point in group]
            if name == "L" and ends == [here]:
                continue
            written.append(_written(name, here, ends))
            here = ends[-1]
            start = here if name == "M" else start
        if name == "Z":
            written.append("z")
            here = start
    return _join(written)


def straighten(points):
    """Drop the points of a line from which it does not depart by more than the tolerance.

    Parameters
    ----------
    points : list of tuple of float

    Returns
    -------
    list of tuple of float
        The ends and what lies between them, after Douglas and Peucker.
    """
    kept, open_parts = {0, len(points) - 1}, [(0, len(points) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        between = range(first + 1, last)
        far = max(between, key=lambda i: _distance(points[i], points[first], points[last]), default=None)
        if far is not None and _distance(points[far], points[first], points[last]) > TOLERANCE:
            kept.add(far)
            open_parts += [(first, far), (far, last)]
    return [points[i] for i in sorted(kept)]


def _distance(point, start, end):
    """Distance of a point from a segment."""
    (px, py), (sx, sy), (ex, ey) = point, start, end
    dx, dy = ex - sx, ey - sy
    length = dx * dx + dy * dy
    along = min(1, max(0, ((px - sx) * dx + (py - sy) * dy) / length)) if length else 0
    return math.hypot(px - sx - along * dx, py - sy - along * dy)


def _pairs(numbers):
    values = [float(number) for number in NUMBER.findall(numbers)]
    return list(zip(values[::2], values[1::2], strict=True))


def _groups(points, size):
    return [points[i : i + size] for i in range(0, len(points), size)] if size else []


def _merge_lines(commands):
    """Join lines that follow each other, so that points between them can be dropped."""
    merged = []
    for name, points in commands:
        if name == "L" and merged and merged[-1][0] == "L":
            merged[-1][1].extend(points)
        else:
            merged.append((name, list(points)))
    return merged


def _unround(point):
    return tuple(value / 10**DIGITS for value in point)


def _written(name, here, ends):
    """One command in its shortest form; all but M relative to the last point."""
    if name == "M":
        return "M" + _numbers(ends[0])
    (x, y), *_ = deltas = [(px - here[0], py - here[1]) for px, py in ends]
    if name == "L" and y == 0:
        return "h" + _number(x)
    if name == "L" and x == 0:
        return "v" + _number(y)
    return name.lower() + _numbers([value for delta in deltas for value in delta])


def _join(commands):
    """Put commands one after the other, leaving out a letter that repeats the last one."""
    text, last = "", ""
    for command in commands:
        if command[0] == last and last in "lqchv":
            text += command[1:] if command[1] == "-" else " " + command[1:]
        else:
            text += command
        last = command[0]
    return text


def _number(tenths):
    return re.sub(r"^(-?)0\.", r"\1.", f"{tenths / 10**DIGITS:.{DIGITS}f}".removesuffix("." + "0" * DIGITS))


def _numbers(values):
    return re.sub(" (?=-)", "", " ".join(map(_number, values)))


def _shorten_places(element):
    for name in PLACES:
        if value := element.get(name):
            value = NO_TURN.sub("", value) if name == "transform" else value
            value = NUMBER.sub(lambda m: f"{round(float(m[0]), DIGITS):g}", value)
            if value:
                element.set(name, value)
            else:
                del element.attrib[name]


def _unwrap(element):
    """Replace groups without attributes by their children, and drop definitions of nothing."""
    children = []
    for child in element:
        _unwrap(child)
        if child.tag == f"{SVG}g" and not child.attrib:
            children.extend(child)
        elif len(child) or child.tag != f"{SVG}defs":
            children.append(child)
    element[:] = children


def _merge_marks(root):
    """Draw lines of the grid that look alike as one path, and marks on an axis as well."""
    shapes = {f"#{path.get('id')}": path for path in root.iter(f"{SVG}path") if path.get("id")}
    for parent in list(root.iter()):
        alike, kept = {}, []
        for child in parent:
            child = _mark_as_path(child, shapes)
            looks = tuple(item for item in child.items() if item[0] != "d")
            if child.tag == f"{SVG}path" and not child.get("id") and GRID.search(child.get("style", "")):
                if looks in alike:
                    alike[looks].set("d", alike[looks].get("d") + child.get("d"))
                    continue
                alike[looks] = child
            kept.append(child)
        parent[:] = kept
        for path in alike.values():
            path.set("d", chained(path.get("d")))
    used = {value for element in root.iter() for value in element.attrib.values()}
    for definitions in root.iter(f"{SVG}defs"):
        gone = [p for p in definitions if p.tag == f"{SVG}path" and f"#{p.get('id')}" not in used]
        for path in gone:
            definitions.remove(path)
    _unwrap(root)


def chained(path):
    """Let straight strokes of a path begin relative to the end of the last one, where that is shorter.

    Parameters
    ----------
    path : str
        Path data; others than such strokes are returned as they are.

    Returns
    -------
    str

    Examples
    --------
    >>> chained("M53.7 204.6h-2M53.7 201h-2M53.7 197.9h-2")
    'M53.7 204.6h-2m2-3.6h-2m2-3.1h-2'
    """
    if STROKE.sub("", path):
        return path
    text, here = "", None
    for numbers in STROKE.findall(path):
        x, y, length = (round(float(number) * 10**DIGITS) for number in (numbers[0], numbers[1], numbers[3]))
        begins = ["M" + _numbers([x, y])]
        if here is not None:
            begins.append("m" + _numbers([x - here[0], y - here[1]]))
        text += min(begins, key=len)
        text += numbers[2] + _number(length)
        here = (x + length, y) if numbers[2] == "h" else (x, y + length)
    return text


def _mark_as_path(use, shapes):
    """Return the path that a `use` of a simple mark draws, or what is given."""
    shape = shapes.get(use.get("href"))
    if use.tag != f"{SVG}use" or shape is None or not MARK.fullmatch(shape.get("d", "")):
        return use
    path = use.makeelement(f"{SVG}path", {})
    path.set("d", f"M{use.get('x', '0')} {use.get('y', '0')}{shape.get('d').removeprefix('M0 0')}")
    path.set("style", shape.get("style", ""))
    return path
