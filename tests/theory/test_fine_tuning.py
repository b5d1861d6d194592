import numpy as np
import pytest

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import fine_tuning
from ttsbook.theory.fine_tuning import FineTuning

RNG = np.random.default_rng(0)
SKEWED = Task(covariance.rotate(covariance.power_law(5, 0.8, trace=5), rng=RNG), 12)
LOW = Task(np.diag([1.5, 0.5, 0.0, 0.0]), 9)
START = np.eye(4) + 0.2 * RNG.standard_normal((4, 4))


def drawn(task, count, rng):
    """Prompts made of examples: weights, and what a first step sees."""
    x = rng.standard_normal((count, task.prompt_length, task.dim)) @ task.root
    w = rng.standard_normal((count, task.dim))
    return w, np.einsum("bni,bnj,bj->bi", x, x, w) / task.prompt_length


def test_pairs_have_the_law_of_those_made_of_examples():
    """Means of products, also of the fourth order, by two routes."""
    fast = fine_tuning.sample_pairs(SKEWED, 100_000, rng=np.random.default_rng(1))
    slow = drawn(SKEWED, 100_000, np.random.default_rng(2))
    for power in (lambda w, u: w[:, :, None] * u[:, None], lambda w, u: u[:, :, None] * u[:, None]):
        for square in (lambda part: part, np.square):
            one, other = (square(power(*pair)) for pair in (fast, slow))
            error = np.sqrt((one.var(axis=0) + other.var(axis=0)) / len(one))
            assert (np.abs(one.mean(axis=0) - other.mean(axis=0)) < 4.5 * error).all()


@pytest.mark.parametrize("count", [2, 4, 30])
@pytest.mark.parametrize("task", [LOW, Task(np.diag([1.0, 0.7, 0.4, 0.1]), 9)])
def test_gradient_descent_ends_at_the_minimum_norm_solution(count, task):
    """By plain descent on the loss of the chain's steps, and only below the largest step."""
    w, seen = fine_tuning.sample_pairs(task, count, rng=np.random.default_rng(3))
    rate, depth = 0.4, 3
    found = fine_tuning.minimum_norm(START, w, seen, rate=rate)
    largest = fine_tuning.largest_step(seen, rate=rate, depth=depth)
    weights = [(1 - rate) ** i for i in range(depth)]

    def descend(P, step, updates):
        for _ in range(updates):
            gap = sum(part * (part * (rate * w - seen @ P.T)).T @ seen for part in weights)
            P = P + step * gap / count
        return P

    values = np.linalg.eigvalsh(seen.T @ seen)
    least = values[values > 1e-10 * values[-1]][0]
    updates = 50
    left = np.linalg.norm(descend(START, largest / 2, updates) - found)
    assert left <= (1 - least / values[-1]) ** updates * np.linalg.norm(START - found) * (1 + 1e-9)
    assert np.linalg.norm(descend(START, 1.05 * largest, 400) - found) > np.linalg.norm(START - found)


@pytest.mark.parametrize("count", [2, 3, 30])
def test_the_solution_is_the_least_squares_solution_nearest_to_the_start(count):
    w, seen = fine_tuning.sample_pairs(LOW, count, rng=np.random.default_rng(4))
    found = fine_tuning.minimum_norm(START, w, seen, rate=0.7)
    change, *_ = np.linalg.lstsq(seen, 0.7 * w - seen @ START.T, rcond=1e-10)
    assert np.allclose(found, START + change.T, rtol=1e-8, atol=1e-8)


def test_many_prompts_teach_the_limit():
    tuning = FineTuning(START, LOW, 0.6)
    w, seen = fine_tuning.sample_pairs(LOW, 400_000, rng=np.random.default_rng(5))
    found = fine_tuning.minimum_norm(START, w, seen, rate=0.6)
    assert np.allclose(found, tuning.limit, atol=0.02)
    full = FineTuning(np.zeros((5, 5)), SKEWED, 0.5).limit
    assert np.allclose(full, 0.5 * theory.preconditioner(SKEWED))


@pytest.mark.parametrize("interference", [0.0, 0.2])
@pytest.mark.parametrize("count", [30, 80, 140, 300])
def test_the_error_of_the_direct_answer_is_that_of_fine_tuned_layers(interference, count):
    """At d = 100, on average over draws of the prompts; r = 0.2 also with skills of start and test turned."""
    rng = np.random.default_rng(6)
    hard = np.arange(100) < 50
    task = Task(np.diag(np.where(hard, 1.0, interference)), 150)
    test = np.diag(np.where(hard, 1.0, 0.6))
    start = np.diag(np.where(hard, 3.0, 1.2))
    if interference:
        test, start = (covariance.rotate(matrix, rng=rng) for matrix in (test, start))
    errors = []
    for _ in range(8):
        P = fine_tuning.minimum_norm(start, *fine_tuning.sample_pairs(task, count, rng=rng), rate=0.8)
        errors.append(theory.direct_error(P, test, 80))
    expected = FineTuning(start, task, 0.8).direct_error(count, Task(test, 80), 80)
    assert np.mean(errors) == pytest.approx(expected, rel=0.08)


@pytest.mark.parametrize(("rate", "flat"), [(1.0, False), (0.4, False), (1.0, True)])
def test_chains_converge_beyond_the_critical_count(rate, flat):
    task = Task(np.diag(np.linspace(0.4, 1.6, 150)), 150)
    test = np.eye(150) if flat else task.cov
    tuning, rng = FineTuning(np.eye(150), task, rate), np.random.default_rng(7)
    critical = tuning.critical_count(test)

    def radius(count):
        found = []
        for _ in range(5):
            P = fine_tuning.minimum_norm(np.eye(150), *fine_tuning.sample_pairs(task, count, rng=rng), rate=rate)
            found.append(np.abs(1 - np.linalg.eigvals(P @ test)).max())
        return np.median(found)

    assert radius(round(0.75 * critical)) > 1 > radius(round(1.4 * critical))


def test_the_critical_count_has_a_closed_form_without_a_shift():
    cov = np.diag([2.0, 1.0, 0.5])
    expected = 3 + (3 + 3.5 * (0.5 + 1 + 2)) / 7
    assert FineTuning(np.eye(3), Task(cov, 7), 0.5).critical_count(cov) == pytest.approx(expected)
    assert FineTuning(3 * np.eye(3), Task(np.diag([1.0, 1.0, 0.0]), 7), 0.5).critical_count(np.eye(3)) == np.inf


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: FineTuning(np.eye(2), LOW, 1.0), "dimension"),
        (lambda: FineTuning(START, LOW, 0.0), "rate must be positive"),
        (lambda: FineTuning(START, Task(np.eye(4), 5, noise_variance=1.0), 1.0), "no label noise"),
        (lambda: FineTuning(START, LOW, 1.0).direct_error(0, np.eye(4), None), "count"),
        (lambda: FineTuning(START, LOW, 1.0).critical_count(np.ones((4, 4))), "correlate"),
        (
            lambda: FineTuning(START, LOW, 1.0).direct_error(1, Task(np.eye(4), 5, noise_variance=1.0), 5),
            "no label noise",
        ),
        (lambda: fine_tuning.minimum_norm(START, np.ones((3, 5)), np.ones((3, 5)), rate=1.0), "shape"),
        (lambda: fine_tuning.largest_step(np.zeros((2, 2)), rate=1.0, depth=1), "not zero"),
        (lambda: fine_tuning.sample_pairs(Task(np.eye(2), 5, noise_variance=1.0), 3, rng=RNG), "no label noise"),
    ],
)
@pytest.mark.unchecked
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
