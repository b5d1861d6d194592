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
    old, new = ElementTree.fromstring(old), ElementTree.fromstring(new)
    box = [float(x) for x in _NUMBER.findall(old.get("viewBox", ""))]
    return _same_element(old, new, tolerance=TOLERANCE * max(box, default=0))


def _same_element(old, new, *, tolerance):
    """Whether two SVG elements agree, with all that they contain."""
    return (
        (old.tag, old.text, old.tail) == (new.tag, new.text, new.tail)
        and old.keys() == new.keys()
        and all(
            _same_coordinates(old.get(key), new.get(key), tolerance)
            if key in _GEOMETRY
            else old.get(key) == new.get(key)
            for key in old.attrib
        )
        and len(old) == len(new)
        and all(_same_element(*pair, tolerance=tolerance) for pair in zip(old, new, strict=True))
    )


def _same_coordinates(old, new, tolerance):
    """Whether two lists of coordinates, such as a path, agree."""
    numbers = _NUMBER.findall(old), _NUMBER.findall(new)
    return _NUMBER.split(old) == _NUMBER.split(new) and all(
        abs(float(a) - float(b)) <= tolerance for a, b in zip(*numbers, strict=True)
    )


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
