"""Random numbers in the browser: their bits against a second program, their laws against those of SciPy."""

import numpy as np
import pytest
from in_node import evaluated
from scipy import stats

SAMPLES, RARE = 100_000, 1e-4  # a level that no right program misses at the seeds that are drawn here
DRAW = """
    import { Random } from "JAVASCRIPT/random.js";
    const values = ([method, ...parameters]) => {
        const random = new Random(given.seed);
        return Array.from({ length: given.count }, () => random[method](...parameters));
    };
    console.log(JSON.stringify(given.calls.map(values)));
"""
LAWS = {
    ("uniform",): stats.uniform(),
    ("normal",): stats.norm(),
    ("gamma", 0.3): stats.gamma(0.3),
    ("gamma", 1.0): stats.gamma(1.0),
    ("chiSquare", 1): stats.chi2(1),
    ("chiSquare", 3): stats.chi2(3),
    ("chiSquare", 40): stats.chi2(40),
    ("chiSquare", 1e12): stats.norm(1e12, np.sqrt(2e12)),
}


def drawn(*calls, seed=5, count=SAMPLES):
    return np.array(evaluated(DRAW, {"seed": seed, "count": count, "calls": calls}))


def rotated(word, by):
    return (word << by | word >> (32 - by)) % 2**32


def xoshiro(seed, count):
    """Follow the generator with Python's whole numbers, which have no end, cut to 32 bits."""
    state, counter, found = [seed % 2**32, seed >> 32, 0x9E3779B9, 0x243F6A88], 0, []
    for word in [0, 1, 2, 3, 0, 1, 2, 3]:
        counter = (counter + 0x9E3779B9 + state[word]) % 2**32
        mixed = (counter ^ counter >> 16) * 0x21F0AAAD % 2**32
        mixed = (mixed ^ mixed >> 15) * 0x735A2D97 % 2**32
        state[word] = mixed ^ mixed >> 15
    for _ in range(count):
        a, b, c, d = state
        found.append(rotated(b * 5 % 2**32, 7) * 9 % 2**32)
        c, d = c ^ a, d ^ b
        state = [a ^ d, b ^ c, c ^ b << 9 & 0xFFFFFFFF, rotated(d, 11)]
    return found


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**32, 2**53 - 1])
def test_the_bits_are_those_of_xoshiro(seed):
    assert (drawn(["bits"], seed=seed, count=50)[0] % 2**32).tolist() == xoshiro(seed, 50)


def test_every_part_of_a_seed_counts():
    starts = {tuple(drawn(["bits"], seed=seed, count=2)[0]) for seed in (0, 1, 2, 2**31, 2**32, 2**32 + 1, 2**52)}
    assert len(starts) == 7


def test_numbers_have_their_laws():
    for (call, law), values in zip(LAWS.items(), drawn(*LAWS), strict=True):
        assert stats.kstest(values, law.cdf).pvalue > RARE, call


@pytest.mark.exhaustive
def test_the_ends_of_the_normal_law_are_as_long_as_they_should_be():
    (values,) = drawn(["normal"], count=2_000_000)
    for sign in (-1, 1):
        beyond = sign * values[sign * values > 3.442619855899]
        assert stats.binomtest(len(beyond), len(values), stats.norm.sf(3.442619855899)).pvalue > RARE
        conditional = stats.truncnorm(3.442619855899, np.inf)
        assert stats.kstest(beyond, conditional.cdf).pvalue > RARE
    assert stats.kstest(np.abs(values), stats.halfnorm.cdf).pvalue > RARE


def test_neighbors_are_independent():
    for values in drawn(["normal"], ["uniform"], ["chiSquare", 1]):
        ranks = stats.rankdata(values)
        for lag in (1, 2, 3):
            assert stats.pearsonr(ranks[:-lag], ranks[lag:]).pvalue > RARE
            assert stats.pearsonr(values[:-lag] ** 2, values[lag:] ** 2).pvalue > RARE


@pytest.mark.exhaustive
def test_a_wrong_law_would_be_seen():
    for (call, law), values in zip(LAWS.items(), drawn(*LAWS), strict=True):
        assert stats.kstest(values, lambda x, law=law: law.cdf(x) ** 1.03).pvalue < RARE, call
