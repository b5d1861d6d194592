import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import covariances, lengths

from ttsbook import covariance, theory


@given(covariances(), st.floats(0.01, 100), lengths)
def test_matched_strides_are_those_of_the_skills(cov, scale, n):
    found = theory.strides(np.linalg.inv(theory.gamma(cov, n)), cov)
    costs = 1 + np.trace(cov) / np.linalg.eigvalsh(cov)
    assert np.allclose(found, n / (n + costs))
    assert np.allclose(theory.strides(np.linalg.inv(theory.gamma(cov, n)), scale * cov), scale * found)


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
    ],
)
def test_bad_examples_are_refused(examples, message):
    with pytest.raises(ValueError, match=message):
        theory.largest_stride(np.eye(2), examples)


def test_a_preconditioner_that_is_not_definite_is_refused():
    with pytest.raises(ValueError, match="P must be positive definite"):
        theory.largest_stride(np.diag([1.0, 0.0]), np.ones((4, 2)))
    with pytest.raises(ValueError, match="P must be symmetric"):
        theory.strides([[1.0, 1.0], [0.0, 1.0]], np.eye(2))


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
