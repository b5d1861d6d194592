import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ttsbook import theory
from ttsbook.data import covariance, spectra
from ttsbook.data.tasks import Task


@given(st.integers(2, 30), st.floats(1, 1e4))
def test_extreme_tasks_have_the_hardness_asked_for_and_trace_d(dim, more):
    for make in (spectra.one_weak, spectra.one_strong):
        cov = make(dim, dim * more)
        assert covariance.hardness(cov) == pytest.approx(dim * more)
        assert np.trace(cov) == pytest.approx(dim)
        assert (np.diff(np.diag(cov)) <= 1e-9).all()


def test_all_skills_but_one_are_alike():
    assert len(np.unique(np.diag(spectra.one_weak(10, 50))[:-1])) == 1
    assert len(np.unique(np.diag(spectra.one_strong(10, 50))[1:])) == 1
    assert np.allclose(spectra.one_weak(10, 10), np.eye(10))
    assert np.allclose(spectra.one_strong(10, 10), np.eye(10))


def test_random_spectra_come_from_the_families_in_turn():
    drawn = spectra.random_spectra(20, 40, rng=np.random.default_rng(0))
    assert drawn.shape == (40, 20)
    assert (drawn > 0).all()
    assert (np.diff(drawn, axis=1) <= 0).all()
    slopes = np.log(drawn[::4, 1:] / drawn[::4, :1]) / np.log(np.arange(2, 21))
    assert np.allclose(slopes, slopes[:, :1])  # power laws
    assert all(len(np.unique(row)) == 2 for row in drawn[2::4])  # two groups
    again = spectra.random_spectra(20, 40, rng=np.random.default_rng(0))
    assert (drawn == again).all()


def test_measures_agree_with_those_of_one_covariance():
    drawn = spectra.random_spectra(10, 8, rng=np.random.default_rng(1))
    found = spectra.measures(drawn)
    for row, strengths in enumerate(drawn):
        cov = np.diag(strengths)
        costs = theory.skill_costs(cov)
        assert found["hardness"][row] == pytest.approx(covariance.hardness(cov))
        assert found["condition number"][row] == pytest.approx(np.linalg.cond(cov))
        assert found["1 / least strength"][row] == pytest.approx(np.linalg.norm(np.linalg.inv(cov), 2))
        assert found["mean cost"][row] == pytest.approx(costs.mean())
        assert found["harmonic mean cost"][row] == pytest.approx(10 / (1 / costs).sum())


@pytest.mark.parametrize(("n", "m"), [(30, 30), (30, 8), (30, None)])
def test_rank_correlations_are_those_of_ranks(n, m):
    drawn = spectra.random_spectra(10, 60, rng=np.random.default_rng(2))
    errors = [theory.direct_error(theory.preconditioner(Task(np.diag(one), n)), np.diag(one), m) for one in drawn]
    ranks = np.argsort(np.argsort(errors))
    for name, values in spectra.measures(drawn).items():
        expected = np.corrcoef(np.argsort(np.argsort(values)), ranks)[0, 1]
        assert spectra.rank_correlations(drawn, n, m)[name] == pytest.approx(expected)


def test_a_unit_changes_the_least_strength_alone():
    drawn = spectra.random_spectra(10, 40, rng=np.random.default_rng(3))
    units = 10 ** np.random.default_rng(4).uniform(-1, 1, size=(40, 1))
    same, other = spectra.rank_correlations(drawn, 20, 20), spectra.rank_correlations(units * drawn, 20, 20)
    assert {name for name in same if same[name] != pytest.approx(other[name])} == {"1 / least strength"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: spectra.one_weak(1, 5.0), "dim must be an integer of at least 2, got 1"),
        (lambda: spectra.one_weak(4, 3.9), "hardness must be a finite number of at least 4, got 3.9"),
        (lambda: spectra.one_strong(4, np.inf), "hardness .* got inf"),
        (lambda: spectra.random_spectra(4, 0, rng=np.random.default_rng(0)), "samples .* got 0"),
        (lambda: spectra.measures([[1.0, 0.0]]), "strengths must be a table of positive finite numbers"),
        (lambda: spectra.measures([1.0, 2.0]), "strengths must be a table"),
        (lambda: spectra.rank_correlations([[1.0, 2.0]], 5, 5), "strengths must hold at least two tasks, got 1"),
        (
            lambda: spectra.rank_correlations(np.ones((2, 2)), 0, 5),
            "train_length must be .* got 0",
        ),
        (lambda: spectra.rank_correlations(np.ones((2, 2)), 5, 0), "test_length must be .* got 0"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.unchecked
def test_a_seed_is_no_source_of_randomness():
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator, got 0 of type int"):
        spectra.random_spectra(4, 1, rng=0)


def test_what_differs_by_rounding_alone_is_a_tie():
    """Three tasks of one hardness in different units: ranks follow the other two, not the last digit."""
    tasks = np.array([np.diag(spectra.one_weak(20, 200.0) * unit) for unit in (1, 3, 0.1, 7, 0.3)])
    tasks = np.vstack([tasks, np.diag(spectra.one_weak(20, 400.0)), np.diag(spectra.one_weak(20, 100.0))])
    assert spectra.rank_correlations(tasks, 50, 50)["hardness"] == pytest.approx(1)
