"""Shipped GPTs as a page can run them: half precision, as text."""

import ast
import base64
from collections.abc import Mapping
from typing import Any

from monograph.experiments.gpt2 import plan


def packed(name: str) -> tuple[dict[str, Any], str]:
    """Shape of a shipped model with the sizes of its tensors, and the tensors in half precision, as base64.

    Parameters
    ----------
    name
        Such as "live distances".

    Examples
    --------
    >>> shape, text = packed("live distances")
    >>> shape["dim"], shape["layers"], len(text) > 100_000
    (5, 1, True)
    """
    import safetensors.numpy  # only here: no other widget needs it

    path = plan.shipped_path(name)
    tensors = safetensors.numpy.load_file(path)
    with safetensors.safe_open(path, "np") as file:
        config = {key: ast.literal_eval(value) for key, value in ast.literal_eval(file.metadata()["config"]).items()}
    kept = {key.removeprefix("model."): value for key, value in tensors.items() if key != "generator"}
    text = base64.b64encode(b"".join(value.astype("<f2").tobytes() for value in kept.values())).decode()
    shape = {key: config[key] for key in ("dim", "width", "layers", "heads")}
    return shape | {"sizes": [[key, value.size] for key, value in kept.items()]}, text


def delivered(models: Mapping[str, str]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Shapes of two shipped models, and their tensors as the traits of a widget, each of which its shape names.

    Parameters
    ----------
    models
        Names of the models, by what the widget calls them.

    Examples
    --------
    >>> shapes, texts = delivered({"one": "live distances", "two": "deep skewed"})
    >>> [(key, shape["dim"], shape["weights"]) for key, shape in shapes.items()]
    [('one', 5, 'weights'), ('two', 10, 'skewed_weights')]
    """
    shapes, texts = {}, {}
    for (key, name), trait in zip(models.items(), ("weights", "skewed_weights"), strict=True):
        shape, texts[trait] = packed(name)
        shapes[key] = shape | {"weights": trait}
    return shapes, texts
