"""The character transformer that writes on the page: its logits and its traces are those of PyTorch."""

import numpy as np
import pytest
import torch
from in_node import evaluated

from monograph.experiments.words import kept, plan
from monograph.experiments.words.model import sight
from monograph.experiments.words.traces import CHARACTERS
from monograph.widgets import ThinkingInWords
from monograph.widgets.shipped_words import packed, traces

READ = """
    import { readText, thinkInWords } from "JAVASCRIPT/character_model.js";
    import { unpacked } from "JAVASCRIPT/gpt.js";
    const { sizes, window, ...config } = given.shape;
    const gpt = { config, tensors: unpacked(given.text, sizes) };
    const logits = given.texts.map((text) => Array.from(readText(gpt, window, text).logits));
    console.log(JSON.stringify([logits, given.pairs.map((pair) => thinkInWords(gpt, window, pair, 26))]));
"""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.exhaustive][: name != "aligned"]) for name in plan.PRESETS["cpu"]["kept"]],
)
def test_the_page_expects_and_writes_what_pytorch_does(name):
    shape, weights = packed()
    texts = ["G084,036", "G084,036>048,036>012,036>012,0", "P016,342>036,242>076,1", "G999,001>998,001=0"]
    pairs, stored = traces()
    chosen = [0, 13, 22, 39]
    given = {"shape": shape, "text": weights[name], "texts": texts, "pairs": [pairs[place] for place in chosen]}
    logits, thoughts = evaluated(READ, given)
    model = kept.load(name).double()
    for text, found in zip(texts, logits, strict=True):
        codes = torch.tensor([[CHARACTERS.index(character) for character in text]])
        with torch.no_grad():
            expected, _ = model(codes, sight(torch.zeros_like(codes), model.window))
        assert np.abs(np.array(found) - expected[0, -1].numpy()).max() < 1e-4
        assert np.ptp(found) > 5
    for place, told in zip(chosen, thoughts, strict=True):
        assert ("|".join(told["lines"]), "|".join(told["answers"]), told["chosen"]) == stored[name][place]


def test_the_still_picture_shows_the_numbers_and_the_answers_of_the_trace():
    widget = ThinkingInWords(trained="waiting", problem=0, first=84, second=36, lines=4)
    first, second, answers = (line.get_ydata() for line in widget.still().figure.axes[0].lines[:3])
    assert first.tolist() == [84, 48, 12, 12, 12] and second.tolist() == [36, 36, 36, 24, 12]
    assert answers[-1] == 12 and widget.answers()[4] == "012"


def test_a_pair_of_ones_own_asks_for_a_model_whose_weights_are_there():
    assert set(packed()[1]) == {"aligned", "waiting"}
    assert "not on this page" in ThinkingInWords._esm
