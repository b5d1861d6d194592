"""Shipped GPTs as a page can run them: half precision, as text."""

import ast
import base64
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
