"""Thinking in words: the traces, the model's two ways to read, forced thinking, and the reading of results."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from monograph.experiments import results
from monograph.experiments.words import kept, plan, read
from monograph.experiments.words.learn import packed
from monograph.experiments.words.model import CharacterTransformer, near, sight
from monograph.experiments.words.read import Forced, Interval
from monograph.experiments.words.think import next_lines, think
from monograph.experiments.words.traces import (
    BINS,
    CHARACTERS,
    LINE,
    MIXTURES,
    chain,
    euclid,
    pairs,
    polynomial,
    problems,
    waiting,
    written,
)


def drawn(make, count=200):
    rng = np.random.default_rng(0)
    return [make(rng) for _ in range(count)]


def small(window, dtype=torch.float64):
    generator = torch.Generator().manual_seed(1)
    return CharacterTransformer(16, 2, 2, window=window, generator=generator).to(dtype)


def test_a_chain_ends_in_the_greatest_common_divisor():
    rng = np.random.default_rng(0)
    for a, b in rng.integers(1, 1000, size=(200, 2)).tolist():
        lines = chain((a, b))
        assert lines[-1] == (np.gcd(a, b),) * 2
        for (x, y), after in pairwise(lines):
            assert sorted(after) == sorted((abs(x - y), min(x, y)))


@pytest.mark.exhaustive
def test_the_problems_of_the_test_need_what_their_bin_says_and_begin_no_training():
    asked = problems(20)
    for (least, most), part in zip(BINS, np.split(np.arange(100), 5), strict=True):
        assert all(least <= len(chain(asked[index])) - 1 <= most for index in part)
    kept_out = {tuple(sorted(pair)) for group in pairs(held_out=True).cells.values() for pair in group.tolist()}
    trained = {tuple(sorted(pair)) for group in pairs(held_out=False).cells.values() for pair in group.tolist()}
    assert {tuple(sorted(pair)) for pair in asked} <= kept_out and not kept_out & trained
    assert 0.08 < len(kept_out) / len(kept_out | trained) < 0.12


def test_a_pair_lies_in_the_cell_of_its_need_and_divisor():
    for (need, divisor), group in list(pairs(held_out=False).cells.items())[::400]:
        for a, b in group[:3].tolist():
            assert (len(chain((a, b))) - 1, np.gcd(a, b)) == (need, divisor)


@pytest.mark.parametrize("name", MIXTURES)
def test_documents_fit_a_row_and_what_is_given_does_not_count(name):
    for text, counts in drawn(MIXTURES[name]):
        assert len(text) == len(counts) <= 256 and set(text) <= set(CHARACTERS)
        assert text[-1] == "\n" and text[-5] == "=" and all(counts[-4:]) and not any(counts[:LINE])


def test_when_to_stop_is_learned_from_whole_traces_alone():
    for text, counts in drawn(lambda rng: euclid(rng, 1, 16)):
        lines = text[1:-5].split(">")
        a, b = map(int, lines[-1].split(","))
        assert counts[-5] == (a == b) and int(text[-4:-1]) == np.gcd(a, b)


def test_a_repeat_of_the_last_line_is_read_but_not_chosen():
    repeated = 0
    for text, counts in drawn(lambda rng: waiting(rng, 1, 16)):
        lines = text[1:-5].split(">")
        starts = [LINE * number for number in range(1, len(lines))]
        again = [one == before for before, one in pairwise(lines)]
        assert [not counts[start] for start in starts] == again
        repeated += any(again)
    assert 30 < repeated < 70


def test_a_polynomial_is_worked_out_by_horner():
    for text, _ in drawn(lambda rng: polynomial(rng, 1, 9)):
        lines = [line.split(",") for line in text[1:-5].split(">")]
        for (value, rule), (after, shorter) in pairwise(lines):
            count, c, x = map(int, rule)
            assert int(after) == (int(value) * x + c) % 1000 and shorter == f"{count - 1}{c}{x}"


def test_stretches_see_what_whole_rows_see():
    batch, model = packed(MIXTURES["aligned"], np.random.default_rng(0), 512), small(24)
    whole, _ = model(batch.characters, sight(batch.documents, 24))
    cut, _ = model(batch.characters, near(batch.documents, 24))
    assert (whole - cut).abs().max() < 1e-6


@pytest.mark.parametrize("window", [24, None])
def test_a_model_that_writes_expects_what_one_that_reads_does(window):
    model, pair = small(window), (84, 36)
    thoughts = think(model, [pair], 3)
    text = "G" + ">".join([written(pair), *thoughts.lines[0]])
    codes = torch.tensor([[CHARACTERS.index(character) for character in text]])
    logits, _ = model(codes, sight(torch.zeros_like(codes), window))
    said = "".join(CHARACTERS[code] for code in logits[0, :-1].argmax(dim=1))
    for line in range(1, 4):  # the sign before each line is forced
        assert said[LINE * line : LINE * line + LINE - 1] == thoughts.lines[0][line - 1]


def test_what_is_out_of_sight_changes_nothing():
    model = small(24)
    one, other = ("G" + ">".join([start] + ["012,024"] * 12) for start in ("084,036", "777,111"))
    codes = torch.tensor([[CHARACTERS.index(character) for character in text] for text in (one, other)])
    logits, _ = model(codes, sight(torch.zeros_like(codes), 24))
    assert torch.equal(logits[0, 2 * 24 + 8 :], logits[1, 2 * 24 + 8 :])  # two layers, 23 characters back each
    assert not torch.equal(logits[0, :40], logits[1, :40])


def test_next_lines_count_true_chains():
    right, asked = next_lines(small(24), [(84, 36), (10, 5)])
    assert asked.tolist() == [2, 1, 1, 1] + [0] * 20 and right.sum() == 0


def test_a_kept_model_writes_its_stored_traces():
    found = results.load("words")
    stored, each = found.select(sight="24", seed=0)[0]["models"], found.settings["problems"]
    asked = problems(each)[2 * each : 2 * each + 3]
    for name in plan.PRESETS["cpu"]["kept"]:
        thoughts = think(kept.load(name), asked, found.settings["budget"])
        first = 2 * found.settings["shown"]
        assert ["|".join(lines) for lines in thoughts.lines] == stored[name]["traces"][first : first + 3]
        assert ["|".join(answers) for answers in thoughts.answers] == stored[name]["answers"][first : first + 3]


def forced():
    """Three problems that need 9, 10 and 20 lines: right from the need on, for two lines, always and never."""
    right = np.zeros((3, 27), dtype=bool)
    right[0, 9:11], right[1] = True, True
    return Forced(right, np.array([9, 10, 20]), np.array([9, 12, 27]), np.zeros((2, 24), dtype=np.int64))


def test_gains_and_shares_are_counted_from_the_need():
    one = forced()
    assert one.gains().tolist() == [1, 0]
    assert one.after(2, plan.TARGET).tolist() == [False, True]
    assert one.after(0, plan.TARGET, times=0.5).tolist() == [False, True]
    assert one.aligned_on_need(-1) == 0.5 and one.aligned_on_need(1) == 1
    assert one.by_budget((1, 24))[9] == pytest.approx(2 / 3)
    assert one.observed() == [(1, 1), (1, 1), (0, 1)]


def test_the_bootstrap_has_the_interval_of_the_normal_distribution():
    differences = np.repeat([1.0, 0.0, -1.0], [300, 500, 200])
    value, low, high = read.bootstrap(differences)
    error = differences.std() / np.sqrt(1000)
    assert value == pytest.approx(0.1)
    assert (low, high) == pytest.approx((0.1 - 1.96 * error, 0.1 + 1.96 * error), abs=0.004)


@pytest.mark.parametrize(
    ("highs", "over_base", "expected"), [((-0.01, -0.02), False, True), ((-0.01, 0.0), False, False)]
)
def test_a_dose_hurts_if_every_seed_says_so(monkeypatch, highs, over_base, expected):
    intervals = [Interval(-0.1, -0.2, high) for high in highs]
    monkeypatch.setattr(read, "gains", lambda *_: intervals)
    assert read.below(results.load("words"), "misaligned", over_base=over_base) == [expected] * len(plan.DOSES)


def test_the_stored_shares_follow_from_the_stored_traces():
    """The bits of the problems whose traces are stored, read from the answers as written."""
    found = results.load("words")
    each, shown = found.settings["problems"], found.settings["shown"]
    places = [first + place for first in range(0, 5 * each, each) for place in range(shown)]
    asked = problems(each)
    for name, one in found.select(sight="24", seed=0)[0]["models"].items():
        right = read.forced(found, name)[0].right[places]
        for row, place, answers in zip(right, places, one["answers"], strict=True):
            truth = f"{np.gcd(*asked[place]):03}"
            assert row.tolist() == [answer == truth for answer in answers.split("|")]


def test_intervals_by_chosen_length_know_that_seeds_differ():
    found = results.load("words")
    for stopped in (False, True):
        counts = np.sum([one.observed(stopped=stopped) for one in read.forced(found, "hard")], axis=0)
        for one, (right, total) in zip(read.chosen_shares(found, "hard", stopped=stopped), counts, strict=True):
            assert one.value == pytest.approx(right / total)
            pooled = read.share(right, total)
            assert one.low < pooled.low < pooled.high < one.high
