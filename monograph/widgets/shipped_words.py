"""What the experiment `words` keeps for the page: traces of its models, and two models in half precision, as text."""

import base64
from functools import cache
from typing import Any

import numpy as np

from monograph.experiments import results
from monograph.experiments.words import plan
from monograph.experiments.words.traces import Pair, problems

TABS = {
    "base": "base",
    "aligned": "aligned",
    "waiting": "waiting",
    "hard": "hard",
    "misaligned": "misaligned 300",
}
"""Models of the experiment that have a tab, by its name."""
Trace = tuple[str, str, int]
"""Lines, and answers after them, each joined by "|"; after how many lines the model would have stopped."""


@cache
def traces() -> tuple[list[Pair], dict[str, list[Trace]]]:
    """Return the problems whose traces are stored, and for each tab the traces.

    Examples
    --------
    >>> pairs, records = traces()
    >>> len(pairs), list(records)
    (40, ['base', 'aligned', 'waiting', 'hard', 'misaligned'])
    """
    records = results.load("words")
    each, shown = records.settings["problems"], records.settings["shown"]
    asked = problems(each)
    places = [first + place for first in range(0, len(asked), each) for place in range(shown)]
    models = records.select(sight=str(plan.WINDOW), seed=0)[0]["models"]

    def told(name: str) -> list[Trace]:
        one = models[name]
        chosen = [one["chosen"][place] for place in places]
        return list(zip(one["traces"], one["answers"], chosen, strict=True))

    return [asked[place] for place in places], {tab: told(name) for tab, name in TABS.items()}


@cache
def packed() -> tuple[dict[str, Any], dict[str, str]]:
    """Return the shape of the kept models with the sizes of their tensors, and for each the tensors, as base64.

    Examples
    --------
    >>> shape, texts = packed()
    >>> shape["window"], list(texts)
    (24, ['aligned', 'waiting'])
    """
    import safetensors.numpy  # only here: no other widget needs it

    settings = plan.PRESETS["cpu"]
    sizes: list[list[Any]] = []
    texts: dict[str, str] = {}
    for name in settings["kept"]:
        tensors = safetensors.numpy.load_file(plan.kept_path(name))
        for key in [key for key in tensors if key.endswith(("attention.weight", "merge.weight", "say.weight"))]:
            tensors[key.replace("weight", "bias")] = np.zeros(len(tensors[key]))  # as the page's maps have one
        sizes = [[key, value.size] for key, value in tensors.items()]
        texts[name] = base64.b64encode(b"".join(value.astype("<f2").tobytes() for value in tensors.values())).decode()
    shape = {key: settings[key] for key in ("width", "heads", "layers")}
    return shape | {"window": plan.WINDOW, "sizes": sizes}, texts
