"""What the controls of a widget can be set to, in words that a page without Python understands."""

import math
from typing import Any

import traitlets


def describe(trait: traitlets.TraitType[Any, Any], value: Any) -> dict[str, Any]:
    """Describe one trait that a control sets: `start` and `kind`, and where they apply what limits it.

    These are `least` and `most`, `options`, `size` of a list, and `none` for a number that may be missing.

    Parameters
    ----------
    trait
        A number, a list of numbers, or one of several texts.
    value
        Its first value.

    Examples
    --------
    >>> describe(traitlets.Int(min=1, allow_none=True), 40)
    {'start': 40, 'kind': 'whole', 'least': 1, 'none': True}
    """
    if isinstance(trait, traitlets.Enum):
        return {"start": value, "kind": "text", "options": list(trait.values or ())}
    if isinstance(trait, traitlets.List):
        return describe(trait._trait, None) | {"start": list(value), "size": len(value)}
    if not isinstance(trait, (traitlets.Int, traitlets.Float)):
        raise TypeError(f"trait must be a number, a list of numbers or one of several texts, got {trait!r}")
    described = {"start": value, "kind": "whole" if isinstance(trait, traitlets.Int) else "number"}
    bounds = {"least": trait.min, "most": trait.max}
    finite = {name: bound for name, bound in bounds.items() if bound is not None and math.isfinite(bound)}
    return described | finite | ({"none": True} if trait.allow_none else {})
