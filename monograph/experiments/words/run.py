"""Runs of the experiment `words`."""

import base64
import copy
from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import torch

from monograph.experiments.results import Run, Settings, significant
from monograph.experiments.runner import Experiment
from monograph.experiments.words import kept, plan
from monograph.experiments.words.learn import learn
from monograph.experiments.words.model import CharacterTransformer
from monograph.experiments.words.think import Thoughts, next_lines, think
from monograph.experiments.words.traces import MIXTURES, Pair, chain, problems

Trained: TypeAlias = tuple[str, CharacterTransformer, list[float]]
"""Name of a model, the model, and its losses."""


def measure(settings: Settings, *, sight: str, seed: int) -> Run:
    """Train the base model of a seed and all that go on from it, and force each one's thinking."""
    outcome: dict[str, Run] = {}
    shown = seed == 0 and sight == str(plan.WINDOW)
    for name, model, losses in _trained(settings, sight, seed):
        rounded = copy.deepcopy(model).half().float()  # as it is kept
        outcome[name] = {
            "loss": _means(losses),
            **_tested(rounded, settings, shown=seed == 0 and sight == str(plan.WINDOW)),
        }
        if name in settings["kept"] and shown:
            kept.save(name, rounded)
    return {"models": outcome}


def _trained(settings: Settings, sight: str, seed: int) -> Iterator[Trained]:
    """Train the models of a seed, each from its own source of randomness, and yield each as it is to be tested."""
    shape = (settings[name] for name in ("width", "heads", "layers"))
    window = None if sight == "all" else int(sight)
    base = CharacterTransformer(*shape, window=window, generator=torch.Generator().manual_seed(seed))
    done = {}
    for name in ("base", *settings["sights"][sight]["tuned"]):
        done[name] = copy.deepcopy(done.get("base", base))
        how = settings["base" if name == "base" else "tuned"]
        draw, rng = MIXTURES[name], np.random.default_rng([seed, *name.encode()])
        losses = [loss for _, loss in learn(done[name], draw, rng, how, settings["tokens"])]
        yield name, done[name], losses
    doses = settings["sights"][sight]["doses"]
    for name, begin in plan.SMALL.items() if doses else ():
        model, losses = copy.deepcopy(done[begin]), []
        draw, rng = MIXTURES["misaligned"], np.random.default_rng([seed, *name.encode()])
        for update, loss in learn(model, draw, rng, settings["small"], settings["tokens"]):
            losses.append(loss)
            if update in doses:
                yield f"{name} {update}", model, losses


def _tested(model: CharacterTransformer, settings: Settings, *, shown: bool) -> Run:
    """Force the model to think, and say what came of it."""
    asked = problems(settings["problems"])
    thoughts = think(model, asked, settings["budget"])
    right = thoughts.right(asked)
    long = [pair for pair in asked if len(chain(pair)) > 13]
    outcome: Run = {
        "right": base64.b64encode(np.packbits(right).tobytes()).decode(),
        "chosen": thoughts.chosen.tolist(),
        "next_lines": next_lines(model, long).tolist(),
        "own_lines": _own_lines(thoughts, asked),
    }
    if shown:
        every = settings["problems"]
        places = [first + place for first in range(0, len(asked), every) for place in range(settings["shown"])]
        outcome["traces"] = ["|".join(thoughts.lines[place]) for place in places]
        outcome["answers"] = ["|".join(thoughts.answers[place]) for place in places]
    return outcome


def _own_lines(thoughts: Thoughts, asked: list[Pair]) -> list[int]:
    """Count lines that follow from the line before as the model wrote it, of those that problems of the target need."""
    right = total = 0
    for pair, lines in zip(asked, thoughts.lines, strict=True):
        need = len(chain(pair)) - 1
        if plan.TARGET[0] <= need <= plan.TARGET[1]:
            told = [pair, *(_read(line) for line in lines[:need])]
            right += sum(a is not None and b is not None and _follows(a, b) for a, b in pairwise(told))
            total += need
    return [right, total]


def _read(line: str) -> Pair | None:
    """Two numbers of a line, if it is one."""
    a, comma, b = line[:3], line[3], line[4:]
    return (int(a), int(b)) if comma == "," and (a + b).isdigit() else None


def _follows(line: Pair, after: Pair) -> bool:
    """Say whether a line is what a subtraction makes of the one before."""
    a, b = line
    return a != b and after == ((a - b, b) if a > b else (a, b - a))


def _means(losses: list[float]) -> list[float]:
    """Mean losses of twenty stretches of a training, or of its updates if they are fewer."""
    return significant([np.mean(part) for part in np.array_split(losses, min(20, len(losses)))], 4)


EXPERIMENT = Experiment("words", (plan.__doc__ or "").split("\n")[0], plan.PRESETS, plan.runs, measure)
