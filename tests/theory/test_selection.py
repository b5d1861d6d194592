import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Mixture, Task
from ttsbook.theory import selection


def pool(rng, dim, count, *, rotated=True, lengths=(5, 200)):
    """Tasks with random spectra, directions and prompt lengths."""
    covs = [covariance.power_law(dim, rng.uniform(0, 1.5), trace=dim * rng.uniform(0.5, 1.5)) for _ in range(count)]
    covs = [covariance.rotate(cov, rng=rng) for cov in covs] if rotated else covs
    return [Task(cov, int(rng.integers(*lengths))) for cov in covs]


def program(covs, target, weights):
    mean = sum(weight * cov for weight, cov in zip(weights, covs, strict=True))
    return np.square(np.eye(len(target)) - np.linalg.inv(target) @ mean).sum()


def grid(count, parts):
    """Every mixture whose weights are multiples of 1/parts."""
    for cuts in itertools.combinations(range(parts + count - 1), count - 1):
        yield np.diff([-1, *cuts, parts + count - 1]) / parts - 1 / parts


def independent_error(tasks, weights, target, steps):
    """Error at m = ∞ through theory, not through selection."""
    P = theory.preconditioner(Mixture(tasks, weights))
    return theory.cot_error_limit(P, target, steps)[steps]


@given(st.integers(1, 12), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_the_quadratic_program_meets_its_conditions_of_optimality(count, dim, seed):
    rng = np.random.default_rng(seed)
    tasks, target = pool(rng, dim, count), pool(rng, dim, 1)[0].cov
    chosen = selection.quadratic_program([task.cov for task in tasks], target)
    columns = np.stack([(np.eye(dim) - np.linalg.inv(target) @ task.cov).ravel() for task in tasks])
    slopes = columns @ (chosen.weights @ columns)  # half the gradient; its mean over the mixture is the value
    scale = np.square(columns).sum(axis=1).max()
    assert chosen.weights.sum() == pytest.approx(1) and (chosen.weights >= 0).all()
    assert chosen.error == pytest.approx(chosen.weights @ slopes, abs=1e-12 * scale)
    assert (slopes >= chosen.error - 1e-9 * scale).all()


def test_the_quadratic_program_agrees_with_another_solver():
    rng = np.random.default_rng(1)
    for _ in range(10):
        covs = [task.cov for task in pool(rng, 6, 5)]
        target = pool(rng, 6, 1)[0].cov
        other = minimize(
            lambda weights, covs=covs, target=target: program(covs, target, weights),
            np.full(5, 0.2),
            method="SLSQP",
            bounds=[(0, 1)] * 5,
            constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1},
            options={"ftol": 1e-14},
        )
        chosen = selection.quadratic_program(covs, target)
        assert chosen.error == pytest.approx(program(covs, target, chosen.weights), rel=1e-10)
        assert chosen.error <= other.fun * (1 + 1e-9)
        assert chosen.error == pytest.approx(other.fun, rel=1e-6)


def test_the_quadratic_program_in_closed_form():
    target = np.diag([2.0, 1.0])
    near, far = np.diag([1.0, 1.0]), np.diag([4.0, 1.5])  # I - target^-1 cov = diag(1/2, 0), diag(-1, -1/2)
    chosen = selection.quadratic_program([near, far], target)
    t = (0.25 + 0.5) / (0.25 + 2 * 0.5 + 1.25)  # (|a|² - ab) / |a - b|²
    assert chosen.weights == pytest.approx([1 - t, t], abs=1e-12)
    assert selection.quadratic_program([far, target, near], target).weights.tolist() == [0, 1, 0]


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_quadratic_program_does_not_depend_on_the_unit(scale):
    rng = np.random.default_rng(5)
    covs = [task.cov for task in pool(rng, 5, 4)]
    target = pool(rng, 5, 1)[0].cov
    scaled = selection.quadratic_program([scale * cov for cov in covs], scale * target)
    assert scaled.weights == pytest.approx(selection.quadratic_program(covs, target).weights, abs=1e-10)


@pytest.mark.parametrize(("steps", "test_length"), [(1, None), (4, None), (30, None), (1, 15), (3, 15)])
def test_the_gradient_agrees_with_finite_differences(steps, test_length):
    rng = np.random.default_rng(steps)
    tasks, target = pool(rng, 5, 4), pool(rng, 5, 1)[0].cov
    objective = selection.MixtureError(tasks, target, steps, test_length=test_length, samples=7)
    for weights in (np.full(4, 0.25), np.array([0.1, 0.6, 0.05, 0.25])):
        value, gradient = objective.log_rate(weights)
        for index, step in enumerate(1e-6 * np.eye(4)):
            slope = (objective.log_rate(weights + step)[0] - objective.log_rate(weights - step)[0]) / 2e-6
            assert gradient[index] == pytest.approx(slope, abs=1e-7)
        assert objective.error(weights) == pytest.approx(np.exp(2 * steps * value))


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_the_objective_is_the_error_of_the_trained_layer(dim, count, steps, seed):
    rng = np.random.default_rng(seed)
    tasks, target = pool(rng, dim, count), pool(rng, dim, 1)[0].cov
    weights = rng.dirichlet(np.ones(count))
    P = theory.preconditioner(Mixture(tasks, weights))
    exact = selection.MixtureError(tasks, target, steps).error(weights)
    assert exact == pytest.approx(theory.cot_error_limit(P, target, steps)[steps], rel=1e-7)
    one = selection.MixtureError(tasks, target, 1, test_length=9).error(weights)
    assert one == pytest.approx(theory.direct_error(P, target, 9), rel=1e-7)


def test_the_objective_on_simulated_prompts_is_their_mean():
    rng = np.random.default_rng(4)
    tasks, target = pool(rng, 4, 3), pool(rng, 4, 1)[0].cov
    weights = np.array([0.2, 0.5, 0.3])
    P = theory.preconditioner(Mixture(tasks, weights))
    simulated = theory.simulate_cot_error(P, target, 40, 5, samples=50, rng=np.random.default_rng(8))
    objective = selection.MixtureError(tasks, target, 5, test_length=40, samples=50, rng=np.random.default_rng(8))
    assert objective.error(weights) == pytest.approx(simulated.mean[5])


def test_endless_growth_is_infinite_without_a_warning():
    tasks = [Task(np.diag([1.0, 0.1]), 100)]
    assert selection.MixtureError(tasks, np.eye(2), 1000).error(np.ones(1)) == np.inf


@pytest.mark.parametrize(("count", "steps", "seed"), [(2, 1, 0), (2, 10, 1), (3, 1, 2), (3, 4, 3), (3, 20, 4)])
def test_no_mixture_on_a_grid_is_better(count, steps, seed):
    rng = np.random.default_rng(seed)
    tasks, target = pool(rng, 10, count), pool(rng, 10, 1)[0].cov
    chosen = selection.optimal_mixture(tasks, target, steps)
    errors = [independent_error(tasks, weights, target, steps) for weights in grid(count, 40)]
    assert chosen.error == pytest.approx(independent_error(tasks, chosen.weights, target, steps), rel=1e-7)
    assert chosen.error <= min(errors) * (1 + 1e-9)


@pytest.mark.parametrize("steps", [1, 3])
def test_no_mixture_on_a_grid_is_better_at_a_finite_test_length(steps):
    rng = np.random.default_rng(7)
    tasks, target = pool(rng, 10, 3), pool(rng, 10, 1)[0].cov
    chosen = selection.optimal_mixture(tasks, target, steps, test_length=60)
    errors = []
    for weights in grid(3, 20):
        P = theory.preconditioner(Mixture(tasks, weights))
        thought = theory.simulate_cot_error(P, target, 60, steps, samples=64, rng=np.random.default_rng(0))
        errors.append(theory.direct_error(P, target, 60) if steps == 1 else thought.mean[steps])
    assert chosen.error <= min(errors) * (1 + 1e-9)
    assert chosen.error == pytest.approx(min(errors), rel=0.02)  # the nearest of the grid is near


def by_softmax(objective, count, starts, rng):
    """The least error that L-BFGS finds over softmax coordinates, with numerical gradients."""

    def value(logits):
        weights = np.exp(logits - logits.max())
        return objective.log_rate(weights / weights.sum())[0]

    logs = [minimize(value, rng.standard_normal(count), method="L-BFGS-B").fun for _ in range(starts)]
    return np.exp(2 * objective.steps * min(logs))


@pytest.mark.parametrize("seed", range(4))
def test_another_optimizer_finds_no_better_mixture(seed):
    rng = np.random.default_rng(seed)
    tasks, target = pool(rng, 10, 5), pool(rng, 10, 1)[0].cov
    chosen = selection.optimal_mixture(tasks, target, 6)
    assert chosen.error <= by_softmax(selection.MixtureError(tasks, target, 6), 5, 8, rng) * (1 + 1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_the_best_mixture_meets_its_conditions_of_optimality(seed):
    rng = np.random.default_rng(seed)
    tasks, target = pool(rng, 20, 12, rotated=seed % 2 == 0), covariance.power_law(20, 0.7, trace=20)
    steps = [1, 3, 20][seed % 3]
    weights = selection.optimal_mixture(tasks, target, steps).weights
    slopes = selection.MixtureError(tasks, target, steps).log_rate(weights)[1]
    assert weights @ slopes == pytest.approx(0, abs=1e-10)  # a common factor of the weights changes nothing
    assert (slopes > -1e-5).all() and np.abs(weights * slopes).max() < 1e-5


@pytest.mark.parametrize("steps", [1, 5])
def test_a_task_that_is_the_target_may_still_be_improved_but_never_hurts(steps):
    rng = np.random.default_rng(3)
    target = covariance.power_law(10, 0.8, trace=10)
    tasks = [*pool(rng, 10, 3), Task(target, 40)]
    chosen = selection.optimal_mixture(tasks, target, steps)
    assert chosen.error <= independent_error(tasks, np.eye(4)[3], target, steps) * (1 + 1e-9)


def test_tasks_that_each_cover_half_are_mixed():
    halves = [np.diag([1.0] * 5 + [0.0] * 5), np.diag([0.0] * 5 + [1.0] * 5)]
    chosen = selection.optimal_mixture([Task(cov, 30) for cov in halves], np.eye(10), 3)
    assert (chosen.weights > 1e-7).all()  # both keep some weight: without it a half is never learned
    assert chosen.error < 1e-1


def test_the_answer_is_the_same_in_every_call():
    rng = np.random.default_rng(3)
    tasks, target = pool(rng, 5, 3), pool(rng, 5, 1)[0].cov
    one, two = (selection.optimal_mixture(tasks, target, 3, test_length=20) for _ in range(2))
    assert one.weights.tolist() == two.weights.tolist() and one.error == two.error


TASK = Task(np.eye(2), 5)
BAD_CALLS = [
    (lambda: selection.quadratic_program([], np.eye(2)), "covs must hold at least one covariance, got none"),
    (lambda: selection.quadratic_program([np.eye(3)], np.eye(2)), "target_cov has 2, covs\\[0\\] has 3"),
    (lambda: selection.quadratic_program([-np.eye(2)], np.eye(2)), "covs\\[0\\] must be positive semi-definite"),
    (lambda: selection.quadratic_program([np.eye(2)], np.diag([1.0, 0])), "target_cov must be positive definite"),
    (lambda: selection.optimal_mixture([], np.eye(2), 1), "tasks must hold at least one Task"),
    (lambda: selection.optimal_mixture([TASK], np.eye(3), 1), "target_cov has 3, tasks\\[0\\] has 2"),
    (lambda: selection.optimal_mixture([TASK], np.eye(2), 0), "steps must be an integer of at least 1, got 0"),
    (lambda: selection.optimal_mixture([TASK], np.eye(2), 1, test_length=0), "test_length .* got 0"),
    (lambda: selection.optimal_mixture([TASK], np.eye(2), 2, test_length=9, samples=0), "samples .* got 0"),
    (lambda: selection.optimal_mixture([Task(np.diag([1.0, 0]), 5)], np.eye(2), 1), "mean covariance .* least eigen"),
    (lambda: selection.optimal_mixture([TASK], np.eye(2) * np.nan, 1), "target_cov must be finite"),
]


@pytest.mark.parametrize(("call", "message"), BAD_CALLS)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.unchecked
def test_a_pool_of_something_else_is_refused():
    with pytest.raises(TypeError, match="tasks\\[1\\] must be a ttsbook.data.tasks.Task, got 3"):
        selection.optimal_mixture([TASK, 3], np.eye(2), 1)
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator, got 5"):
        selection.optimal_mixture([TASK], np.eye(2), 2, test_length=9, rng=5)


def test_selection_does_not_import_torch():
    code = "import sys, ttsbook.theory.selection; print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False"]


@pytest.mark.parametrize("weights", [[1.0], [0.5, 0.25, 0.25], [1.5, -0.5]])
def test_error_refuses_weights_that_are_none(weights):
    pool = [Task(np.eye(2), 8), Task(np.diag([1.0, 0.5]), 8)]
    with pytest.raises(ValueError, match="weights must be 2 numbers"):
        selection.MixtureError(pool, np.eye(2), 1).error(weights)


def test_a_task_stands_for_its_covariance_and_its_label_noise_averages_out_on_endless_prompts():
    rng = np.random.default_rng(2)
    tasks, target = pool(rng, 4, 3), pool(rng, 4, 1)[0].cov
    noisy = Task(target, 7, noise_variance=3.0)
    covs = [task.cov for task in tasks]
    assert selection.quadratic_program(tasks, noisy).error == selection.quadratic_program(covs, target).error
    assert selection.optimal_mixture(tasks, noisy, 3).error == selection.optimal_mixture(tasks, target, 3).error
