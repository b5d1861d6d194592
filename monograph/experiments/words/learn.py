"""Training of a character transformer on a mixture of texts."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional

from monograph.experiments.results import Settings
from monograph.experiments.words.model import Characters, CharacterTransformer, near, sight
from monograph.experiments.words.traces import CHARACTERS, Document

ROW = 256
"""Characters of a row, which holds whole documents."""
CODES = {character: number for number, character in enumerate(CHARACTERS)}


class Batch(NamedTuple):
    r"""Documents in rows.

    Attributes
    ----------
    characters
        Numbers of the characters.
    documents
        Which document each character is of; -1 for none.
    counts
        Which characters' predictions are part of the loss.

    Examples
    --------
    >>> packed(lambda rng: Document("S1=1=", [True] * 5), np.random.default_rng(0), 256).counts.sum().item()
    255
    """

    characters: Characters
    documents: Characters
    counts: torch.Tensor


def packed(draw: Callable[[np.random.Generator], Document], rng: np.random.Generator, tokens: int) -> Batch:
    """Draw documents into the first row that has room, until one finds none.

    Parameters
    ----------
    draw
        What draws a document.
    rng
        Source of randomness.
    tokens
        Characters of all rows.
    """
    rows = tokens // ROW
    characters, documents = np.zeros((rows, ROW), dtype=np.int64), np.full((rows, ROW), -1)
    counts, used = np.zeros((rows, ROW), dtype=bool), np.zeros(rows, dtype=np.int64)
    for number in range(tokens):
        text, counted = draw(rng)
        with_room = np.flatnonzero(used + len(text) <= ROW)
        if not len(with_room):
            break
        row, start = with_room[0], used[with_room[0]]
        place = slice(start, start + len(text))
        characters[row, place] = [CODES[character] for character in text]
        documents[row, place], counts[row, place] = number, counted
        used[row] += len(text)
    return Batch(*(torch.from_numpy(array) for array in (characters, documents, counts)))


def learn(
    model: CharacterTransformer,
    draw: Callable[[np.random.Generator], Document],
    rng: np.random.Generator,
    settings: Settings,
    tokens: int,
) -> Iterator[tuple[int, float]]:
    """Train a model in place, and yield the number of updates done with the loss, after each.

    AdamW, the step size after its rise along half a cosine down to a twentieth.

    Parameters
    ----------
    model
        Model with its weights of the moment.
    draw
        What draws a document.
    rng
        Source of randomness.
    settings
        Of the training: "updates", "step_size", "warm_up".
    tokens
        Characters of an update.
    """
    updates, warm_up = settings["updates"], settings["warm_up"]
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), weight_decay=0.01)
    for update in range(updates):
        share = max(0, update - warm_up) / (updates - warm_up)
        factor = min(1, (update + 1) / warm_up) * (0.05 + 0.95 * (1 + math.cos(math.pi * share)) / 2)
        for group in optimizer.param_groups:
            group["lr"] = settings["step_size"] * factor
        batch = packed(draw, rng, tokens)
        mask = sight(batch.documents, None) if model.window is None else near(batch.documents, model.window)
        logits, _ = model(batch.characters, mask)
        counted = batch.counts[:, 1:]
        loss = functional.cross_entropy(logits[:, :-1][counted], batch.characters[:, 1:][counted])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        yield update + 1, loss.item()
