import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import covariances, lengths

from ttsbook import theory
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Mixture, Task


@given(covariances(), st.floats(0.01, 100), lengths)
def test_matched_strides_are_those_of_the_skills(cov, scale, n):
    found = theory.strides(np.linalg.inv(theory.gamma(cov, n)), cov)
    costs = 1 + np.trace(cov) / np.linalg.eigvalsh(cov)
    assert np.allclose(found, n / (n + costs))
    assert np.allclose(theory.strides(np.linalg.inv(theory.gamma(cov, n)), scale * cov), scale * found)


def test_a_prompt_of_zeros_is_no_covariance_even_with_as_many_examples_as_dimensions():
    assert [theory.best_scaling(np.eye(2), np.zeros((m, 2))) for m in (2, 3)] == [2.0, 3.0]


@pytest.mark.parametrize("length", [3, 12, 40])
def test_the_largest_stride_of_a_prompt_is_the_spectral_radius_of_its_step(length):
    rng = np.random.default_rng(0)
    P = covariance.rotate(covariance.power_law(12, 1.0), rng=rng)
    x = rng.standard_normal((7, length, 12))
    found = theory.largest_stride(P, x)
    by_power = rng.standard_normal((7, 12, 1))
    for _ in range(3000):
        by_power = P @ x.swapaxes(1, 2) @ (x @ by_power) / length
        norms = np.linalg.norm(by_power, axis=1, keepdims=True)
        by_power = by_power / norms
    assert np.allclose(found, norms[:, 0, 0], rtol=1e-6)
    assert np.isclose(theory.largest_stride(P, x[3]), found[3])


def test_a_prompt_of_all_directions_has_the_strides_of_its_covariance():
    cov = covariance.rotate(covariance.power_law(12, 0.5), rng=np.random.default_rng(1))
    P = np.linalg.inv(theory.gamma(covariance.power_law(12, 0.5), 30))
    x = np.sqrt(12) * covariance.square_root(cov)  # S_m is the covariance itself
    assert np.isclose(theory.largest_stride(P, x), theory.strides(P, cov)[-1])


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        (np.ones((4, 3)), r"examples must have shape \(..., m, 2\) with m of at least 1, got \(4, 3\)"),
        (np.ones(2), r"examples must have shape .*, got \(2,\)"),
        (np.ones((0, 2)), r"examples must have shape .*, got \(0, 2\)"),
        (np.full((4, 2), np.nan), "examples must be finite"),
        (np.diag([1.0, 0.5]), "examples must be prompts, got symmetric matrices: strides takes covariances"),
    ],
)
def test_bad_examples_are_refused(examples, message):
    with pytest.raises(ValueError, match=message):
        theory.largest_stride(np.eye(2), examples)


def radius(P, S):
    """Spectral radius of a thinking step: the chain diverges where it is above 1."""
    return np.abs(np.linalg.eigvals(np.eye(len(P)) - P @ S)).max(axis=-1)


@pytest.mark.parametrize("length", [3, 9])
@pytest.mark.parametrize("asymmetry", [0.02, 0.25])
def test_warning_and_cure_hold_for_a_trained_layer_which_is_not_symmetric(asymmetry, length):
    rng = np.random.default_rng(0)
    P = 0.7 * np.eye(5) + asymmetry * rng.standard_normal((5, 5))
    x = rng.standard_normal((300, length, 5))
    S = x.swapaxes(1, 2) @ x / length
    warned, scaling = theory.largest_stride(P, x), theory.best_scaling(P, x)
    outside = radius(P, S) > 1 + 1e-9
    assert np.array_equal(warned > 2 + 1e-8, outside) and 0.05 < outside.mean() < 1
    curable = np.isfinite(scaling)
    assert np.array_equal(curable, np.isfinite(warned))
    assert curable.mean() > 0.2
    for one, bound, rho in zip(S[curable][:40], warned[curable], scaling[curable], strict=False):
        assert radius(2 * P / bound, one) == pytest.approx(1)
        shown = np.linalg.eigvals(P @ one)
        shown = shown[np.abs(shown) > 1e-9]
        others = [np.abs(1 - shown / c).max() for c in np.geomspace(0.05, 50, 4000)]
        best = np.abs(1 - shown * length / rho).max()
        assert best <= min(others) + 1e-12 and best < 1
    assert (np.iscomplexobj(np.linalg.eigvals(P @ S)) and (np.linalg.eigvals(P @ S).imag > 0.1).any()) == (
        asymmetry == 0.25
    )


def test_strides_of_any_layer_are_the_eigenvalues_of_its_step():
    P, cov = np.random.default_rng(3).standard_normal((6, 6)), covariance.power_law(6, 0.5)
    assert theory.strides(P, cov) == pytest.approx(np.sort(np.linalg.eigvals(P @ cov)))
    nearly = np.eye(6) / 2 + 1e-6 * P
    assert theory.strides(nearly, cov).real == pytest.approx(theory.strides(np.eye(6) / 2, cov), abs=1e-5)
    assert theory.largest_stride(-np.eye(2), [[0, 1], [2, 0]]) == np.inf
    assert theory.best_scaling(-np.eye(2), [[0, 1], [2, 0]]) == np.inf


def test_the_shape_of_the_spectrum_names_what_to_use_for_other_layers():
    for function in (theory.spectral_edges, lambda *problem: theory.cot_error(*problem, 2)):
        with pytest.raises(ValueError, match=r"P must be symmetric, .* there are strides, .* simulate_cot_error"):
            function([[1.0, 1.0], [0.0, 1.0]], np.eye(2), 5)


@pytest.mark.parametrize("condensed", [False, True])
@pytest.mark.parametrize("asymmetry", [0.0, 0.1])
def test_prompts_of_several_lengths_are_each_divided_by_their_own(condensed, asymmetry):
    rng, generator = np.random.default_rng(0), torch.Generator().manual_seed(0)
    mixture = Mixture([Task(2.5 * np.eye(5), 20), Task(0.1 * np.eye(5), 200)], [0.5, 0.5])
    drawn = prompts.sample(mixture, 300, generator=generator, dtype=torch.float64, condensed=condensed)
    P = theory.preconditioner(Task(np.eye(5), 200)) + asymmetry * rng.standard_normal((5, 5))
    found, scaling, lengths = theory.largest_stride(P, drawn), theory.best_scaling(P, drawn), drawn.lengths.numpy()
    for index, length in enumerate(lengths[:40]):
        rows = drawn.x[index].numpy()
        full = np.vstack([rows, np.zeros((length - len(rows), 5))]) if len(rows) < length else rows[:length]
        assert found[index] == pytest.approx(theory.largest_stride(P, full))
        assert scaling[index] == pytest.approx(theory.best_scaling(P, full))
    if asymmetry == 0:
        S = covariance.sample_empirical(2.5 * np.eye(5), 20, samples=4000, rng=rng)
        typical = np.median(np.linalg.eigvals(P @ S).real.max(axis=1))
        assert np.median(found[lengths == 20]) == pytest.approx(typical, rel=0.1)


def test_the_best_scaling_is_that_of_each_prompt_and_skips_what_a_prompt_does_not_show():
    x = np.random.default_rng(0).standard_normal((2, 5, 3, 4))  # three examples of four skills
    P = np.diag([1.0, 2.0, 0.5, 1.0])
    found = theory.best_scaling(P, x)
    for place in np.ndindex(2, 5):
        strides = np.sort(np.linalg.eigvals(P @ x[place].T @ x[place] / 3).real)[1:]
        assert found[place] == pytest.approx(3 * (strides[0] + strides[-1]) / 2)
    twice = np.concatenate([x, x[..., :2, :]], axis=-2)  # five examples, still three directions
    assert np.allclose(theory.best_scaling(P, twice)[0, 0], 5 * sum(_ends(P, twice[0, 0])) / 2)
    assert theory.best_scaling(P, np.zeros((7, 4))) == 7


def _ends(P, x):
    """Largest and least nonzero eigenvalue of P S."""
    strides = np.sort(np.linalg.eigvals(P @ x.T @ x / len(x)).real)
    return strides[-1], strides[strides > 1e-9].min()
