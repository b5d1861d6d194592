import math
import warnings

import numpy as np
import pytest
from theory_tools import matched, simulated

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import simulation


@pytest.mark.parametrize("m", [3, 8, 60])
def test_simulation_starts_at_d_and_agrees_with_the_direct_error(m):
    cov = covariance.rotate(covariance.power_law(5, 0.8), rng=np.random.default_rng(1))
    P, _ = matched(cov, 20)
    thought = simulated(P, cov, m, 1, samples=20_000)
    low, high = thought.band()
    assert thought.mean[0] == low[0] == high[0] == 5.0
    assert low[1] < theory.direct_error(P, cov, m) < high[1]
    assert high[1] - low[1] < 0.1 * thought.mean[1]


@pytest.mark.parametrize("noise_variance", [0.0, 0.5])
def test_simulation_agrees_with_thinking_on_drawn_weights(noise_variance):
    """An independent route: draw x, w and noise, run the recursion on w itself."""
    rng = np.random.default_rng(7)
    cov, m, steps, samples = covariance.power_law(4, 1.0), 12, 5, 40_000
    P = theory.preconditioner(Task(cov, 10, noise_variance=noise_variance)) @ np.diag([1.0, 0.9, 1.1, 1.0])
    x = rng.multivariate_normal(np.zeros(4), cov, size=(samples, m))
    w = rng.standard_normal((samples, 4))
    y = np.einsum("smi,si->sm", x, w) + math.sqrt(noise_variance) * rng.standard_normal((samples, m))
    answer, squares = np.zeros_like(w), [(w**2).sum(axis=1)]
    for _ in range(steps):
        residual = y - np.einsum("smi,si->sm", x, answer)
        answer = answer + np.einsum("smi,sm->si", x, residual) / m @ P.T
        squares.append(((answer - w) ** 2).sum(axis=1))
    squares = np.array(squares)
    thought = simulated(P, cov, m, steps, samples=samples, noise_variance=noise_variance)
    spread = np.hypot(squares.std(axis=1) / math.sqrt(samples), thought.standard_error)
    assert (np.abs(squares.mean(axis=1) - thought.mean) < 4.5 * spread).all()


def test_simulation_of_long_prompts_tends_to_the_limit():
    cov = covariance.power_law(6, 1.0)
    P, _ = matched(cov, 50)
    thought = simulated(P, cov, 10**9, 5, samples=10)
    assert np.allclose(thought.mean, theory.cot_error_limit(P, cov, 5), rtol=1e-2)
    assert thought.divergence_probability == 0.0


def test_fewer_examples_than_dimensions_leave_what_they_do_not_show():
    P, _ = matched(np.eye(8), 4)
    thought = simulated(P, np.eye(8), 3, 400, samples=200)
    assert thought.median[-1] == pytest.approx(5.0, rel=1e-6)


def test_the_share_of_diverging_prompts_agrees_with_the_largest_eigenvalue():
    P, _ = matched(np.eye(10), 1000)
    drawn = covariance.sample_empirical(np.eye(10), 40, samples=4000, rng=np.random.default_rng(0))
    expected = (np.linalg.eigvalsh(P @ drawn)[:, -1] > 2).mean()
    thought = simulated(P, np.eye(10), 40, 1, samples=4000)
    assert 0.1 < expected < 0.9
    assert thought.divergence_probability == expected
    skewed = simulated(P + 1e-12 * np.triu(np.ones((10, 10)), 1), np.eye(10), 40, 1, samples=4000)
    assert skewed.divergence_probability == expected


def test_simulation_does_not_depend_on_how_it_is_cut_into_chunks(monkeypatch):
    P, _ = matched(np.eye(3), 10)
    whole = simulated(P, np.eye(3), 10, 4, samples=500)
    monkeypatch.setattr(simulation, "CHUNK_BYTES", 72 * 500)
    assert np.array_equal(whole.mean, simulated(P, np.eye(3), 10, 4, samples=500).mean)
    monkeypatch.setattr(simulation, "CHUNK_BYTES", 72 * 7)
    cut = simulated(P, np.eye(3), 10, 4, samples=500)
    assert (np.abs(cut.mean - whole.mean) <= 4.5 * np.hypot(cut.standard_error, whole.standard_error)).all()


def test_a_diverging_chain_is_inf_never_nan_and_warns_once():
    with pytest.warns(theory.DivergenceWarning) as caught:
        limit = theory.cot_error_limit(1e200 * np.eye(2), np.eye(2), 6)
    assert len(caught) == 1
    assert limit[0] == 2 and np.isinf(limit[1:]).all()
    with pytest.warns(theory.DivergenceWarning) as caught:
        thought = simulated(1e100 * np.eye(3), np.eye(3), 5, 6, samples=20, noise_variance=1.0)
    assert len(caught) == 1
    for values in (thought.mean, thought.median, thought.standard_error):
        assert not np.isnan(values).any()
        assert np.isinf(values[-1])
    assert thought.divergence_probability == 1.0


def test_a_chain_that_stays_in_range_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert theory.cot_error_limit(3 * np.eye(2), np.eye(2), 20)[-1] == 2.0 * 2**40


def test_an_error_beyond_float64_has_a_band_without_bounds():
    with pytest.warns(theory.DivergenceWarning):
        found = theory.simulate_cot_error(1e100 * np.eye(2), np.eye(2), 5, 4, samples=10, rng=np.random.default_rng(0))
    low, high = found.band()
    assert low[-1] == 0 and high[-1] == np.inf and not np.isnan([low, high]).any()
    with pytest.raises(ValueError, match=r"confidence must lie between 0 and 1, got 1\.0"):
        found.band(1.0)
