import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import covariances, lengths

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import dynamics

TURNED = covariance.rotate(covariance.power_law(4, 0.9, trace=4), rng=np.random.default_rng(0))


@pytest.mark.parametrize("noise_variance", [0.0, 0.4])
@pytest.mark.parametrize("c", [1.0, -2.0])
def test_descent_is_what_matrix_arithmetic_gives(c, noise_variance):
    """Gradient descent on the matrix itself, in a basis that is not the skills'."""
    task = Task(TURNED, 9, noise_variance=noise_variance)
    gamma, target = theory.gamma(TURNED, 9, noise_variance=noise_variance), theory.preconditioner(task)
    step_size = 0.7 * dynamics.largest_step(task, c=c)
    course = dynamics.descent(task, 12, step_size=step_size, c=c)
    V31 = np.zeros((4, 4))
    for t in range(13):
        P = -c * V31
        loss = theory.direct_error(P, TURNED, 9, noise_variance=noise_variance) / 2
        assert course.loss[t] == pytest.approx(loss, rel=1e-12)
        distance = np.linalg.norm(P - target) / np.linalg.norm(target)
        assert course.preconditioner_error[t] == pytest.approx(distance, rel=1e-9, abs=1e-14)
        V31 = V31 - step_size * (-c) * (P @ TURNED @ gamma - TURNED)


@given(covariances(), lengths, st.floats(0.1, 5))
def test_descent_converges_below_the_largest_step_alone(cov, n, c):
    task = Task(cov, n)
    limit = dynamics.largest_step(task, c=c)
    below, beyond = (dynamics.descent(task, 500, step_size=share * limit, c=c) for share in (0.99, 1.01))
    assert (np.diff(below.loss) <= 1e-12).all() and (np.diff(below.preconditioner_error) <= 1e-12).all()
    assert beyond.loss[-1] > beyond.loss[250]


@given(covariances(), lengths, st.floats(0.5, 5))
def test_the_flow_keeps_its_conserved_quantity_and_ends_at_the_preconditioner(cov, n, c):
    """At the end V31 = -P/|W24|, so W24² - ||P||²/W24² must still be c²."""
    task = Task(cov, n)
    r = dynamics.drift(task, c=c)
    W24 = c / r
    norm = np.linalg.norm(theory.preconditioner(task))
    assert W24**2 - norm**2 / W24**2 == pytest.approx(c**2, rel=1e-6, abs=1e-9)
    assert 0 < r < 1


def test_the_flow_ends_where_small_steps_end():
    task, c, step = Task(TURNED, 9), 1.3, 2e-3
    gamma = theory.gamma(TURNED, 9)
    V31, W24 = np.zeros((4, 4)), -c
    for _ in range(40_000):
        slope = W24 * V31 @ TURNED @ gamma - TURNED
        V31, W24 = V31 - step * W24 * slope, W24 - step * (V31 * slope).sum()
    assert -c / W24 == pytest.approx(dynamics.drift(task, c=c), rel=1e-3)


@pytest.mark.parametrize("cov", [np.eye(3), covariance.power_law(3, 1.0, trace=3)])
def test_regression_on_finite_prompts_errs_as_predicted(cov):
    rng, task, count = np.random.default_rng(0), Task(cov, 8), 60
    constant, spread = dynamics.finite_prompts_error(task, samples=100_000, rng=rng)
    P, distances = theory.preconditioner(task), []
    for _ in range(3000):
        S, w = covariance.sample_empirical(cov, 8, samples=count, rng=rng), rng.standard_normal((count, 3))
        solution, *_ = np.linalg.lstsq(np.einsum("nij,nj->ni", S, w), w, rcond=None)
        distances.append(np.linalg.norm(solution.T - P) ** 2)
    assert spread < 0.02 * constant
    assert constant / (count - 3 - 1) == pytest.approx(np.mean(distances), rel=0.1)


@pytest.mark.parametrize("steps", [2, 5])
@pytest.mark.parametrize("cov", [np.eye(4), TURNED])
def test_thinking_with_a_layer_of_finite_prompts_errs_as_predicted(cov, steps):
    """Each layer learns by regression; the part of its error linear in the noise has mean zero and is left out."""
    rng, task, count = np.random.default_rng(1), Task(cov, 8), 2000
    excess, spread = dynamics.finite_prompts_excess(task, steps, samples=20_000, rng=rng)
    P, found = theory.preconditioner(task), []
    T = np.eye(4) - P @ cov
    error, slope = np.square(np.linalg.matrix_power(T, steps)).sum(), np.linalg.matrix_power(T, 2 * steps - 1)
    for _ in range(200):
        S, w = covariance.sample_empirical(cov, 8, samples=count, rng=rng), rng.standard_normal((count, 4))
        u = np.einsum("nij,nj->ni", S, w)
        learned = np.linalg.lstsq(u, w, rcond=None)[0].T
        linear = -2 * steps * np.trace(slope @ (w - u @ P).T @ u @ P) / count
        found.append(np.square(np.linalg.matrix_power(np.eye(4) - learned @ cov, steps)).sum() - error - linear)
    margin = 4 * np.std(found) / np.sqrt(len(found))
    assert 4 * spread < 0.1 * excess
    assert margin < 0.25 * excess * error / count
    assert abs(np.mean(found) - excess * error / count) < margin


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dynamics.largest_step(Task(np.diag([1.0, 0.0]), 5)), "cov must be positive definite"),
        (lambda: dynamics.largest_step(Task(np.eye(2), 5), c=0.0), "c must not be zero, got 0.0"),
        (lambda: dynamics.descent(Task(np.eye(2), 5), -1, step_size=0.1), "updates .* got -1"),
        (lambda: dynamics.descent(Task(np.eye(2), 5), 1, step_size=0.0), "step_size must be positive, got 0.0"),
        (
            lambda: dynamics.finite_prompts_error(
                Task(np.eye(2), 5, noise_variance=1.0), samples=9, rng=np.random.default_rng()
            ),
            "task must have no label noise, got the variance 1",
        ),
        (
            lambda: dynamics.finite_prompts_excess(
                Task(np.eye(2), 5, noise_variance=1.0), 1, samples=9, rng=np.random.default_rng()
            ),
            "task must have no label noise, got the variance 1",
        ),
        (
            lambda: dynamics.finite_prompts_excess(Task(np.eye(2), 5), 0, samples=9, rng=np.random.default_rng()),
            "steps must be",
        ),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.unchecked
def test_whole_numbers_of_numpy_do_not_wrap_around():
    task = Task(covariance.isotropic(5), 20)
    assert dynamics.drift(task, c=np.int64(100_000)) == dynamics.drift(task, c=100_000.0)
    assert dynamics.largest_step(task, c=np.int16(200)) == dynamics.largest_step(task, c=200.0)
