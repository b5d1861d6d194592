import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from strategies import covariances

from ttsbook.data import covariance

NOT_COVARIANCES = {
    "square": np.ones((2, 3)),
    "symmetric": np.array([[1.0, 0.5], [0.0, 1.0]]),
    "positive semi-definite": np.diag([1.0, -0.1]),
    "finite": np.diag([1.0, np.nan]),
}
TAKE_A_COVARIANCE = {
    "rotate": lambda cov: covariance.rotate(cov, rng=np.random.default_rng(0)),
    "skills": covariance.skills,
    "hardness": covariance.hardness,
    "square_root": covariance.square_root,
    "sample_empirical": lambda cov: covariance.sample_empirical(cov, 5, samples=1, rng=np.random.default_rng(0)),
}


@given(st.integers(1, 30), st.floats(0, 3), st.floats(0.1, 50))
def test_power_law_has_its_ratios_and_its_trace(dim, exponent, trace):
    strengths = np.diag(covariance.power_law(dim, exponent, trace=trace))
    assert strengths.sum() == pytest.approx(trace)
    ranks = np.arange(1, dim + 1)
    assert np.allclose(np.log(strengths / strengths[0]), -exponent * np.log(ranks))


def test_power_law_without_trace_starts_at_one():
    assert covariance.power_law(7, 1.3)[0, 0] == 1.0
    assert np.array_equal(covariance.power_law(7, 0.0), covariance.isotropic(7))


@given(covariances())
def test_skills_rebuild_the_covariance(cov):
    strengths, directions = covariance.skills(cov)
    assert (np.diff(strengths) <= 0).all()
    assert np.allclose((directions * strengths) @ directions.T, cov)


@given(covariances(), st.integers(0, 2**32 - 1))
def test_rotate_keeps_strengths_and_symmetry(cov, seed):
    rotated = covariance.rotate(cov, rng=np.random.default_rng(seed))
    assert np.array_equal(rotated, rotated.T)
    assert np.allclose(np.linalg.eigvalsh(rotated), np.linalg.eigvalsh(cov))


def test_rotate_is_uniform():
    """The squared first coordinate of a Haar direction in d dimensions is Beta(1/2, (d - 1)/2)."""
    rng = np.random.default_rng(1)
    top = np.diag([1.0, 0.0, 0.0, 0.0])
    squares = [covariance.rotate(top, rng=rng)[0, 0] for _ in range(2000)]
    assert stats.kstest(squares, stats.beta(0.5, 1.5).cdf).pvalue > 0.001


@given(covariances())
def test_hardness_is_at_least_the_dimension_and_free_of_scale(cov):
    hardness = covariance.hardness(cov)
    assert hardness >= len(cov) * (1 - 1e-9)
    assert covariance.hardness(3 * cov) == pytest.approx(hardness)


def test_hardness_of_a_zero_eigenvalue_is_said_to_be_infinite():
    with pytest.raises(ValueError, match="least eigenvalue .* zero to rounding"):
        covariance.hardness(np.diag([1.0, 0.0]))


@given(covariances())
def test_square_root_squares_to_the_covariance(cov):
    root = covariance.square_root(cov)
    assert np.allclose(root, root.T)
    assert np.allclose(root @ root, cov)


@pytest.mark.parametrize("length", [2, 4, 5, 40])
def test_sample_empirical_agrees_with_long_prompts(length):
    """Every entry of E[S], E[S²] and the law of one entry agree with examples drawn one by one."""
    rng = np.random.default_rng(length)
    cov = covariance.rotate(covariance.power_law(4, 1.0), rng=rng)
    samples = 20_000
    bartlett = covariance.sample_empirical(cov, length, samples=samples, rng=rng)
    x = rng.multivariate_normal(np.zeros(4), cov, size=(samples, length))
    direct = np.einsum("smi,smj->sij", x, x) / length
    for moment in (lambda s: s, lambda s: s @ s):
        one, other = moment(bartlett), moment(direct)
        gap = one.mean(axis=0) - other.mean(axis=0)
        spread = np.sqrt((one.var(axis=0) + other.var(axis=0)) / samples)
        assert (np.abs(gap) < 4.5 * spread).all()
    assert stats.ks_2samp(bartlett[:, 0, 1], direct[:, 0, 1]).pvalue > 0.001


@given(covariances(max_dim=5), st.integers(1, 8))
def test_sample_empirical_has_the_rank_of_the_prompt(cov, length):
    drawn = covariance.sample_empirical(cov, length, samples=3, rng=np.random.default_rng(0))
    assert drawn.shape == (3, *cov.shape)
    ranks = np.linalg.matrix_rank(drawn, tol=1e-12, hermitian=True)
    assert (ranks <= min(length, len(cov))).all()
    assert (np.linalg.eigvalsh(drawn) > -1e-12).all()


@pytest.mark.parametrize("function", TAKE_A_COVARIANCE)
@pytest.mark.parametrize("problem", NOT_COVARIANCES)
def test_what_is_no_covariance_is_refused_by_name(function, problem):
    with pytest.raises(ValueError, match=f"cov must be .*{problem}"):
        TAKE_A_COVARIANCE[function](NOT_COVARIANCES[problem])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: covariance.isotropic(0), "dim must be an integer of at least 1, got 0"),
        (lambda: covariance.isotropic(2.5), "dim must be an integer .* got 2.5"),
        (lambda: covariance.isotropic(True), "dim must be an integer .* got True"),
        (lambda: covariance.power_law(3, -1.0), "exponent must be a finite number of at least 0, got -1.0"),
        (lambda: covariance.power_law(3, float("nan")), "exponent .* got nan"),
        (lambda: covariance.power_law(3, 1.0, trace=0.0), "trace must be positive, got 0.0"),
        (lambda: covariance.sample_empirical(np.eye(2), 0, samples=1, rng=np.random.default_rng()), "length .* got 0"),
        (lambda: covariance.sample_empirical(np.eye(2), 1, samples=0, rng=np.random.default_rng()), "samples .* got 0"),
    ],
)
@pytest.mark.unchecked
def test_numbers_out_of_range_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_prompt_may_be_longer_than_any_integer_of_64_bits():
    drawn = covariance.sample_empirical(np.eye(3), 10**19, samples=2, rng=np.random.default_rng(0))
    assert np.allclose(drawn, np.eye(3), rtol=0, atol=1e-8)


@pytest.mark.unchecked
def test_global_random_state_is_refused():
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
        covariance.rotate(np.eye(2), rng=np.random)


def test_no_skill_of_a_few_examples_has_a_negative_strength():
    few = covariance.sample_empirical(np.eye(20), 5, samples=1, rng=np.random.default_rng(0))[0]
    assert (covariance.skills(few).strengths >= 0).all()
