"""Forced thinking: a model writes line after line, and after each one it is asked for its answer."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Int

from monograph.experiments.words.learn import CODES
from monograph.experiments.words.model import Cache, CharacterTransformer, sight
from monograph.experiments.words.traces import CHARACTERS, LINE, LONGEST, Pair, chain, written


class Thoughts(NamedTuple):
    """What a model wrote when forced, for each problem.

    Attributes
    ----------
    lines
        The lines, as many as forced, as text.
    answers
        The answer demanded after 0, 1, ... lines, as text.
    chosen
        After how many lines the model would have stopped by itself; one more than were forced, if never.

    Examples
    --------
    >>> Thoughts([["012,012"]], [["004", "012"]], np.array([1])).answers[0][1]
    '012'
    """

    lines: list[list[str]]
    answers: list[list[str]]
    chosen: Int[np.ndarray, " problems"]

    def right(self, problems: list[Pair]) -> Bool[np.ndarray, "problems budgets"]:
        """Say for each problem and each number of lines whether the answer is right.

        Parameters
        ----------
        problems
            The problems.
        """
        truths = [f"{chain(pair)[-1][0]:03}" for pair in problems]
        return np.array([[answer == truth for answer in own] for own, truth in zip(self.answers, truths, strict=True)])


class _Writer:
    """Texts under way, one for each problem, with what the model keeps of them."""

    def __init__(self, model: CharacterTransformer, texts: list[str]) -> None:
        start = torch.tensor([[CODES[character] for character in text] for text in texts])
        self.model, self.length = model, start.shape[1]
        logits, self.past = model(start, sight(torch.zeros_like(start), model.window))
        self.logits = logits[:, -1]

    def say(self, characters: torch.Tensor) -> None:
        """Append a character to each text."""
        logits, self.past = self.model(characters[:, None], past=self.past, start=self.length)
        self.logits, self.length = logits[:, -1], self.length + 1

    def force(self, character: str) -> None:
        """Append the same character to all texts."""
        self.say(torch.full((len(self.logits),), CODES[character]))

    def write(self, count: int) -> list[str]:
        """Append the likeliest characters, and return them."""
        said: list[torch.Tensor] = []
        for _ in range(count):
            said.append(self.logits.argmax(dim=1))
            self.say(said[-1])
        return ["".join(CHARACTERS[code] for code in row) for row in torch.stack(said, dim=1).tolist()]

    def answer(self) -> list[str]:
        """Demand the answer, then go back to where the texts were."""
        back: tuple[torch.Tensor, Cache, int] = self.logits, self.past, self.length
        self.force("=")
        answers = self.write(3)
        self.logits, self.past, self.length = back
        return answers


@torch.no_grad()
def think(model: CharacterTransformer, problems: list[Pair], budget: int) -> Thoughts:
    """Force lines, and demand the answer before the first and after each.

    Parameters
    ----------
    model
        Model.
    problems
        Pairs of numbers.
    budget
        Number of lines.
    """
    writer = _Writer(model, ["G" + written(pair) for pair in problems])
    lines, answers = [], [writer.answer()]
    chosen = np.full(len(problems), budget + 1)
    for number in range(budget):
        writer.force(">")
        lines.append(writer.write(LINE - 1))
        answers.append(writer.answer())
        stops = (writer.logits.argmax(dim=1) == CODES["="]).numpy()
        chosen[stops & (chosen > budget)] = number + 1
    return Thoughts(
        [list(row) for row in zip(*lines, strict=True)], [list(row) for row in zip(*answers, strict=True)], chosen
    )


@torch.no_grad()
def next_lines(model: CharacterTransformer, problems: list[Pair]) -> Int[np.ndarray, "2 lines"]:
    """Count, for each line of the true chains, how often the model writes it next, and how often it was asked.

    Parameters
    ----------
    model
        Model.
    problems
        Pairs of numbers.
    """
    texts = [">".join(written(pair) for pair in chain(problem)) for problem in problems]
    longest = LINE * (LONGEST + 1) - 1
    codes = torch.tensor([[CODES[c] for c in text.ljust(longest, "\n")] for text in texts])
    codes = torch.cat([torch.full((len(codes), 1), CODES["G"]), codes], dim=1)
    logits, _ = model(codes, sight(torch.zeros_like(codes), model.window))
    hits = (logits[:, :-1].argmax(dim=2) == codes[:, 1:]).numpy()
    needs = np.array([len(chain(problem)) - 1 for problem in problems])
    counts = np.zeros((2, LONGEST), dtype=np.int64)
    for line in range(LONGEST):
        asked = needs > line
        start = LINE * (line + 1)  # hits[:, start] is the prediction of the first digit, after the sign >
        counts[:, line] = hits[asked, start : start + LINE - 1].all(axis=1).sum(), asked.sum()
    return counts
