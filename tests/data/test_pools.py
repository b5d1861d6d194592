import numpy as np
import pytest

from ttsbook.data import covariance, pools
from ttsbook.theory import selection


def test_a_pool_holds_the_four_kinds_in_order():
    tasks = pools.random_pool(20, rng=np.random.default_rng(0), each=3)
    ranks = [np.linalg.matrix_rank(task.cov) for task in tasks]
    assert ranks == [4] * 6 + [20] * 6
    for task, exponent in zip(tasks, [0.2] * 3 + [0.8] * 3 + [0.2] * 3 + [0.8] * 3, strict=True):
        strengths = covariance.skills(task.cov).strengths[: np.linalg.matrix_rank(task.cov)]
        assert strengths == pytest.approx(np.arange(1, len(strengths) + 1) ** -exponent)
        assert 20 <= task.prompt_length <= 400


@pytest.mark.parametrize("turned", [False, True])
def test_a_pool_has_the_trace_and_the_skills_that_were_asked_for(turned):
    tasks = pools.random_pool(10, rng=np.random.default_rng(1), trace=10, turned=turned)
    assert [np.trace(task.cov) for task in tasks] == pytest.approx([10] * 8)
    off = max(np.abs(task.cov - np.diag(np.diag(task.cov))).max() for task in tasks)
    assert (off > 0.1) == turned


def test_blind_spots_make_up_for_each_other():
    target = covariance.power_law(20, 0.8, trace=20)
    covs = pools.blind_spots(target, 4, 0.2)
    ratios = np.array([np.diag(cov) / np.diag(target) for cov in covs])
    assert [np.trace(cov) for cov in covs] == pytest.approx([20] * 4)
    assert (ratios.min(axis=1) / ratios.max(axis=1)) == pytest.approx([0.2] * 4)
    assert (ratios.argmin(axis=0) == np.arange(20) % 4).all()
    assert selection.quadratic_program(covs, target).error < 1e-20


def test_qualities_do_not_depend_on_the_axes():
    target = covariance.power_law(12, 0.5)
    covs = [covariance.power_law(12, exponent) for exponent in (0.2, 1.0)]
    turn = np.linalg.qr(np.random.default_rng(2).standard_normal((12, 12)))[0]
    turned = [turn @ cov @ turn.T for cov in (*covs, target)]
    plain = pools.qualities(covs, target)
    assert pools.qualities(turned[:2], turned[2]) == pytest.approx(plain)
    assert plain[1] == pytest.approx(1)
    assert plain[2] == pytest.approx(np.mean([covariance.hardness(cov) for cov in covs]))


def test_even_mixtures():
    mixture = pools.even([np.eye(3)] * 4, 7)
    assert mixture.weights.tolist() == [0.25] * 4
    assert [task.prompt_length for task in mixture.tasks] == [7] * 4


RNG = np.random.default_rng(0)
BAD_CALLS = [
    (lambda: pools.random_pool(4, rng=RNG), "dim must be an integer of at least 5, got 4"),
    (lambda: pools.random_pool(10, rng=RNG, each=0), "each must be an integer of at least 1, got 0"),
    (lambda: pools.blind_spots(np.ones((2, 2)), 2, 0.5), "target_cov must be diagonal"),
    (lambda: pools.blind_spots(np.eye(2), 2, 0), "weakness must be positive, got 0"),
    (lambda: pools.blind_spots(np.eye(2), 0, 0.5), "groups must be an integer of at least 1, got 0"),
    (lambda: pools.qualities([np.diag([1.0, 0])], np.eye(2)), "cov must be positive definite"),
]


@pytest.mark.parametrize(("call", "message"), BAD_CALLS)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_an_empty_pool_is_refused_by_name():
    with pytest.raises(ValueError, match="covs must hold at least one covariance"):
        pools.qualities([], np.eye(2))
    with pytest.raises(ValueError, match="at least one Task"):
        pools.even([], 4)
