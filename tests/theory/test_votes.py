"""The mean of several answers: its closed form against chains that run."""

import numpy as np
import pytest

from ttsbook import theory
from ttsbook.data import covariance

DIM, M = 4, 6
COV = covariance.power_law(DIM, 0.8, trace=DIM)
P = np.diag([0.3, 0.5, 0.7, 0.9])


def test_it_is_the_error_of_the_mean_of_chains_that_run():
    """Summed over unit weights, and over noise on one label of one prompt at a time."""
    x = np.random.default_rng(0).standard_normal((3, M, DIM)) @ np.sqrt(COV)
    S = x.swapaxes(1, 2) @ x / M
    found = theory.vote_error(P, S, M, np.arange(6), noise_variance=0.7)
    total = np.zeros(6)
    units = [(w, np.zeros((3, M)), 1.0) for w in np.eye(DIM)]
    units += [(np.zeros(DIM), noise.reshape(3, M), 0.7) for noise in np.eye(3 * M)]
    for w, noise, weight in units:
        answers = np.zeros((3, DIM))
        for k in range(6):
            total[k] += weight * np.square(answers.mean(axis=0) - w).sum()
            gaps = x @ w + noise - np.einsum("vmd,vd->vm", x, answers)
            answers = answers + np.einsum("vmd,vm->vd", x, gaps) / M @ P
    assert found == pytest.approx(total, rel=1e-12)


def test_one_vote_is_one_answer_and_equal_prompts_share_their_bias():
    S = covariance.sample_empirical(COV, 20, samples=1, rng=np.random.default_rng(1))
    one = theory.noisy_error(P, S[0], 20, [0, 3, 9], noise_variance=2.0)
    assert theory.vote_error(P, S, 20, [0, 3, 9], noise_variance=2.0) == pytest.approx(one, rel=1e-12)
    bias = theory.noisy_error(P, S[0], 20, [0, 3, 9], noise_variance=0.0)
    many = theory.vote_error(P, np.repeat(S, 8, axis=0), 20, [0, 3, 9], noise_variance=2.0)
    assert many == pytest.approx(bias + (one - bias) / 8, rel=1e-12)


def test_a_vote_among_chains_that_diverge_diverges():
    with pytest.warns(theory.DivergenceWarning) as warned:
        found = theory.vote_error(3 * np.eye(DIM), np.stack([np.eye(DIM)] * 2), 9, [10, 2000], noise_variance=0.0)
    assert found.tolist() == [DIM * 2.0**20, np.inf]
    assert len(warned) == 1


def test_one_matrix_is_no_vote():
    with pytest.raises(ValueError, match="S must hold several prompts"):
        theory.vote_error(P, np.eye(DIM), 9, [1], noise_variance=0.0)
