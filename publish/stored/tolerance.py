"""Equality up to the last digits, which depend on the processor."""

import math
import re
from xml.etree import ElementTree

TOLERANCE = 1e-3

# Attributes of SVG elements that hold coordinates or lengths.
_GEOMETRY = {"d", "points", "transform", "viewBox", "width", "height", "r", "rx", "ry"}
_GEOMETRY |= {"x", "y", "x1", "y1", "x2", "y2", "cx", "cy"}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def same_picture(old, new):
    """Whether two SVG texts show the same.

    Coordinates and lengths agree up to `TOLERANCE` of the larger side of the picture,
    everything else, its text included, exactly.
    """
    (exact, numbers), (new_exact, new_numbers) = _taken_apart(old), _taken_apart(new)
    box = [float(x) for x in _NUMBER.findall(ElementTree.fromstring(old).get("viewBox", ""))]
    tolerance = TOLERANCE * max(box, default=0)
    return exact == new_exact and all(abs(a - b) <= tolerance for a, b in zip(numbers, new_numbers, strict=True))


def _taken_apart(picture):
    """Return what must agree exactly of a picture, and its coordinates and lengths."""
    exact, numbers = [], []
    for element in ElementTree.fromstring(picture).iter():
        exact.append((element.tag, element.text, element.tail, len(element)))
        for key, value in sorted(element.items()):
            exact.append((key, _NUMBER.split(value) if key in _GEOMETRY else value))
            numbers += map(float, _NUMBER.findall(value)) if key in _GEOMETRY else ()
    return exact, numbers


def same_state(old, new):
    """Whether two values of a widget's state agree.

    Numbers agree up to `TOLERANCE` of the larger one, and in a list of numbers up to
    `TOLERANCE` of its largest; everything else exactly.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same_state(old[k], new[k]) for k in old)
    if isinstance(old, list) and isinstance(new, list):
        if len(old) == len(new) and all(map(_is_number, [*old, *new])):
            scale = TOLERANCE * max(map(abs, old), default=0)
            return all(math.isclose(a, b, abs_tol=scale) for a, b in zip(old, new, strict=True))
        return len(old) == len(new) and all(map(same_state, old, new))
    if _is_number(old) and _is_number(new):
        return math.isclose(old, new, rel_tol=TOLERANCE)
    return old == new


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)
