import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from strategies import covariances
from theory_tools import simulated

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory import finite
from ttsbook.theory.stability import longest_stride_excess, preconditioned, upper_width


def approximate(function, *arguments, **options):
    """Call an approximation outside of where it is good."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", theory.ValidityWarning)
        return function(*arguments, **options)


def turned_task(dim=30, n=60, noise_variance=0.0):
    """Preconditioner and test covariance that do not commute."""
    train = covariance.power_law(dim, 0.7, trace=dim)
    test = covariance.rotate(covariance.power_law(dim, 0.3, trace=dim), rng=np.random.default_rng(0))
    return theory.preconditioner(Task(train, n, noise_variance=noise_variance)), test


def marchenko_pastur(power, ratio, g):
    """Integral of (1 - x/g)^power over the Marchenko–Pastur law with ratio d/m, atom at zero included."""
    low, high = (1 - np.sqrt(ratio)) ** 2, (1 + np.sqrt(ratio)) ** 2

    def integrand(angle):  # x = middle + half cos(angle) takes the square roots away
        x = (low + high) / 2 + (high - low) / 2 * np.cos(angle)
        return (1 - x / g) ** power * ((high - low) / 2 * np.sin(angle)) ** 2 / (2 * np.pi * ratio * x)

    return quad(integrand, 0, np.pi, epsabs=1e-13, limit=200)[0] + max(0.0, 1 - 1 / ratio)


def exact_two_steps(dim, m, g):
    """E tr (I - S/g)^4 for S = XXᵀ/m, from the moments of a real Wishart matrix."""
    d = dim
    moments = [
        d,
        d,
        d * (d + m + 1) / m,
        d * (m**2 + d**2 + 3 * m * d + 3 * m + 3 * d + 4) / m**2,
        d
        * (m**3 + 6 * m**2 * d + 6 * m * d**2 + d**3 + 6 * m**2 + 17 * m * d + 6 * d**2 + 21 * m + 21 * d + 20)
        / m**3,
    ]
    return sum(c * (-1 / g) ** j * moment for j, (c, moment) in enumerate(zip([1, 4, 6, 4, 1], moments, strict=True)))


@pytest.mark.parametrize(("dim", "m"), [(40, 100), (40, 40), (40, 15)])
def test_isotropic_errors_are_integrals_over_the_marchenko_pastur_law(dim, m):
    g = 1 + (dim + 1) / 80
    errors = approximate(theory.cot_error, np.eye(dim) / g, np.eye(dim), m, 12)
    expected = [marchenko_pastur(2 * k, dim / m, g) for k in range(13)]
    assert errors / dim == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("noise_variance", [0.0, 0.5])
@pytest.mark.parametrize("m", [12, 90])
def test_the_gap_of_one_step_is_exact(m, noise_variance):
    P, test = turned_task(noise_variance=noise_variance)
    gap = theory.cot_error_gap(P, test, m, 1, noise_variance=noise_variance)[1]
    limit = approximate(theory.cot_error, P, test, m, 1, noise_variance=noise_variance)[1]
    exact = theory.direct_error(P, test, m, noise_variance=noise_variance)
    assert gap > 1e-3
    assert gap == pytest.approx(exact / limit - 1, rel=1e-4)


def test_the_gap_of_one_isotropic_step_in_closed_form():
    gap = theory.cot_error_gap(np.eye(50) / 1.3, np.eye(50), 200, 1)[1]
    assert gap == pytest.approx(1 / (50 + 200 * 0.3**2), rel=1e-4)


def test_what_the_gap_leaves_of_two_steps_falls_with_the_square_of_the_size():
    left = []
    for dim in (20, 40, 80):
        arguments = (np.eye(dim) / 1.4, np.eye(dim), 3 * dim, 2)
        limit, gap = approximate(theory.cot_error, *arguments)[2], theory.cot_error_gap(*arguments)[2]
        left.append(exact_two_steps(dim, 3 * dim, 1.4) / (limit * (1 + gap)) - 1)
    assert left[0] / left[1] == pytest.approx(4, rel=0.1)
    assert left[1] / left[2] == pytest.approx(4, rel=0.05)


def test_the_gap_falls_like_one_over_d_at_fixed_ratios():
    gaps = [theory.cot_error_gap(np.eye(d) / 1.5, np.eye(d), 4 * d, 10) for d in (25, 50, 100)]
    assert gaps[0] == pytest.approx(2 * gaps[1], rel=1e-4)
    assert gaps[1] == pytest.approx(2 * gaps[2], rel=1e-4)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("m", "noise_variance", "caution"), [(200, 0.0, 1.4), (200, 0.5, 1.4), (15, 0.2, 4)])
def test_the_corrected_error_agrees_with_simulation(m, noise_variance, caution):
    P, test = turned_task(noise_variance=noise_variance)
    P = P / caution  # away from divergence
    arguments = (P, test, m, 4)
    gap = theory.cot_error_gap(*arguments, noise_variance=noise_variance)
    corrected = approximate(theory.cot_error, *arguments, noise_variance=noise_variance, corrected=True)
    plain = approximate(theory.cot_error, *arguments, noise_variance=noise_variance)
    thought = simulated(*arguments, samples=20_000, noise_variance=noise_variance)
    low, high = thought.band()
    assert corrected[0] == pytest.approx(30)
    assert (low[1:] * (1 - 2 * gap[1:] ** 2) <= corrected[1:]).all()
    assert (corrected[1:] <= high[1:] * (1 + 2 * gap[1:] ** 2)).all()
    assert plain[1] < low[1]  # the simulation sees the gap
    assert ((high - low)[1:] < 0.05 * thought.mean[1:]).all()


def test_endless_prompts_are_exact():
    P, test = turned_task()
    assert np.array_equal(theory.cot_error(P, test, None, 6), theory.cot_error_limit(P, test, 6))
    assert np.array_equal(theory.cot_error_gap(P, test, None, 6), np.zeros(7))
    assert theory.cot_error(P, test, 10**9, 6) == pytest.approx(theory.cot_error_limit(P, test, 6), rel=1e-6)


def test_examples_that_vanish_teach_nothing():
    assert theory.cot_error(np.eye(2), np.zeros((2, 2)), 5, 2).tolist() == [2.0, 2.0, 2.0]


@settings(max_examples=25)
@given(covariances(), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_nothing_changes_when_all_is_turned(cov, m, seed):
    rng = np.random.default_rng(seed)
    P = theory.preconditioner(Task(covariance.isotropic(len(cov)) + cov, 30))
    turn = np.linalg.qr(rng.standard_normal(cov.shape))[0]
    there = approximate(theory.cot_error, P, cov, m, 5)
    turned = [turn @ matrix @ turn.T for matrix in (P, cov)]
    assert there == pytest.approx(approximate(theory.cot_error, *[(a + a.T) / 2 for a in turned], m, 5), rel=1e-6)


def test_a_large_gap_warns_and_a_small_one_does_not():
    P = theory.preconditioner(Task(covariance.isotropic(20), 400))
    with pytest.warns(theory.ValidityWarning, match="by an estimated"):
        theory.cot_error(P, np.eye(20), 40, 10)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theory.cot_error(P, np.eye(20), 2000, 1)


def test_a_correction_counts_as_good_further_on():
    P = theory.preconditioner(Task(covariance.isotropic(100), 200))
    gap = theory.cot_error_gap(P, np.eye(100), 400, 15)[-1]
    assert gap > 0.05 > 2 * gap**2
    with pytest.warns(theory.ValidityWarning):
        theory.cot_error(P, np.eye(100), 400, 15)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theory.cot_error(P, np.eye(100), 400, 15, corrected=True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.cot_error(np.array([[1.0, 0.1], [0, 1]]), np.eye(2), 5, 1), "P must be symmetric"),
        (lambda: theory.cot_error(np.diag([1.0, 0.0]), np.eye(2), 5, 1), "P must be positive definite"),
        (lambda: theory.cot_error(np.eye(2), np.eye(2), 0, 1), "test_length .* got 0"),
        (lambda: theory.cot_error(np.eye(2), np.eye(2), 5, -1), "steps .* got -1"),
        (lambda: theory.cot_error_gap(np.eye(2), np.eye(2), 5, 1, noise_variance=-1), "noise_variance .* got -1"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_beyond_float64_the_error_is_inf_and_both_warnings_stay():
    P = 9 * np.eye(5)
    with pytest.warns(theory.ValidityWarning):
        short = theory.cot_error(P, np.eye(5), 5, 20)
    with pytest.warns(theory.ValidityWarning), pytest.warns(theory.DivergenceWarning):
        long = theory.cot_error(P, np.eye(5), 5, 400)
    assert long[:21] == pytest.approx(short)
    first = np.flatnonzero(np.isinf(long))[0]
    assert np.isinf(long[first:]).all() and np.isfinite(long[:first]).all()
    assert theory.best_depth(1e7 * np.eye(5), np.eye(5), test_length=20).steps == 0


def test_a_correction_that_rounding_hides_makes_no_error_infinite():
    with pytest.warns(theory.ValidityWarning):
        errors = theory.cot_error(np.eye(100) / 1.505, np.eye(100), 2000, 150, corrected=True)
    assert np.isfinite(errors).all() and errors[-1] < 1e-60


def literal_recursion(P, test, m, steps, noise_variance):
    """The recursion of the appendix, term by term: sums over all pairs of earlier steps."""
    root = covariance.square_root(P)
    s, U = np.linalg.eigh(root @ test @ root)
    A, B = U.T @ P @ U, U.T @ np.linalg.inv(P) @ U
    phi, r, q = np.ones((steps + 1, len(s))), np.zeros(steps + 1), np.eye(1, steps + 1)[0]
    z, seen, N = np.zeros((steps + 1, steps + 1, len(s))), np.zeros((steps + 1,) * 2), np.zeros((steps + 1,) * 2)
    for k in range(steps + 1):
        if k:
            r[k] = (s * phi[k - 1]).sum() / m
            q[k] = -sum(r[j] * q[k - j] for j in range(1, k + 1))
        if k < steps:
            phi[k + 1] = phi[k] - s * sum(q[k - j] * phi[j] for j in range(k + 1))
    T = np.array([[q[a - b] if a >= b else 0.0 for b in range(steps + 1)] for a in range(steps + 1)])
    for k in range(steps + 1):
        for j in range(k + 1):
            pairs = [(a, b) for a in range(k) for b in range(j)]
            z[k, j] = s / m * sum(phi[k - 1 - a] * phi[j - 1 - b] * N[a, b] for a, b in pairs)
            seen[k, j] = seen[j, k] = (s * (phi[k] * phi[j] * np.diag(B) + z[k, j])).sum()
        part = T[: k + 1, : k + 1]
        N[: k + 1, : k + 1] = part @ (seen[: k + 1, : k + 1] + noise_variance) @ part.T
    return np.array([phi[k] @ (A * B) @ phi[k] + np.diag(A) @ z[k, k] for k in range(steps + 1)])


@pytest.mark.parametrize(("m", "noise_variance", "caution"), [(90, 0.0, 1), (90, 0.7, 1), (5, 0.0, 3), (5, 2.0, 8)])
def test_the_recursion_agrees_with_its_sums(m, noise_variance, caution):
    P, test = turned_task(dim=12, n=30, noise_variance=noise_variance)
    found = approximate(theory.cot_error, P / caution, test, m, 10, noise_variance=noise_variance)
    assert found == pytest.approx(literal_recursion(P / caution, test, m, 10, noise_variance), rel=1e-10)


@pytest.mark.parametrize("corrected", [False, True])
def test_without_thinking_the_error_is_exactly_d(corrected):
    P, test = turned_task(noise_variance=0.5)
    assert approximate(theory.cot_error, P, test, 37, 3, noise_variance=0.5, corrected=corrected)[0] == 30


def test_rare_divergence_warns_where_the_gap_is_small():
    """The mean is carried by some three in a hundred prompts; the approximation follows the median."""
    cov = np.diag(np.linspace(0.3, 2, 12) ** 2)
    P = theory.preconditioner(Task(cov, 60, noise_variance=1.0))
    with pytest.warns(theory.ValidityWarning, match="a few prompts with long strides carry the mean"):
        corrected = theory.cot_error(P, cov, 40, 10, noise_variance=1.0, corrected=True)
    thought = simulated(P, cov, 40, 10, samples=20_000, noise_variance=1.0)
    assert 0.01 < thought.divergence_probability < 0.05
    assert corrected[10] == pytest.approx(thought.median[10], rel=0.1)
    assert thought.mean[10] > 2 * corrected[10]


def test_where_no_prompt_is_rare_the_corrected_mean_is_right_and_nothing_warns():
    rng = np.random.default_rng(0)
    half = rng.standard_normal((8, 8))
    task = Task(half @ half.T / 8 + 0.2 * np.eye(8), 60, noise_variance=0.5)
    P = theory.preconditioner(task)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        corrected = theory.cot_error(P, task, 60, 10, corrected=True)
        theory.cot_error(P, task, 60, 1, corrected=True)
    thought = simulated(P, task.cov, 60, 10, samples=20_000, noise_variance=0.5)
    assert corrected == pytest.approx(thought.mean, rel=0.04)


@pytest.mark.parametrize(
    ("n", "d", "m"),
    [(60, 8, 60), *(pytest.param(*one, marks=pytest.mark.exhaustive) for one in [(40, 20, 40), (100, 20, 60)])],
)
def test_the_longest_strides_add_what_the_mean_lies_above_the_approximation(n, d, m):
    task = Task(covariance.power_law(d, 0.7, trace=d), n)
    P = theory.preconditioner(task)
    corrected = approximate(theory.cot_error, P, task, m, 10, corrected=True)
    excess = longest_stride_excess(preconditioned(P, task.cov)[0], 1 / m, 10)
    gap = simulated(P, task.cov, m, 10, samples=40_000).mean - corrected
    assert 0.5 < excess[10] / gap[10] < 4


@pytest.mark.parametrize(("train", "m"), [(np.ones(40), 120), (np.array([8.0] + 39 * [1.0]), 200)])
def test_the_largest_stride_varies_by_the_width_of_its_edge(train, m):
    """Where all skills are alike, and where one stands out."""
    cov = np.diag(train)
    drawn = np.linalg.eigvalsh(covariance.sample_empirical(cov, m, samples=4000, rng=np.random.default_rng(0)))[:, -1]
    assert upper_width(np.sort(train), 1 / m) == pytest.approx(drawn.std(), rel=0.15)


def test_mean_answers_are_those_of_sampled_prompts():
    rng = np.random.default_rng(5)
    cov = covariance.rotate(covariance.power_law(60, 0.7, trace=60), rng=rng)
    turned = covariance.rotate(covariance.power_law(60, 0.4, trace=60), rng=rng)
    P = theory.preconditioner(Task(cov, 60))
    found, m = finite.mean_answers(P, turned, 240, 3), 240
    answers = np.zeros((4, 60, 60))
    for S in covariance.sample_empirical(turned, m, samples=400, rng=rng):
        T = np.eye(60) - P @ S
        answers += [np.eye(60) - np.linalg.matrix_power(T, k) for k in range(4)]
    assert np.linalg.norm(found - answers / 400) <= 0.03 * np.linalg.norm(found)  # mostly of few prompts
    assert np.trace(found - answers / 400, axis1=1, axis2=2) == pytest.approx(0, abs=0.004 * 60)
    endless = np.eye(60) - np.linalg.matrix_power(np.eye(60) - P @ turned, 3)
    assert finite.mean_answers(P, turned, None, 3)[3] == pytest.approx(endless, abs=1e-12)
    assert np.trace(endless - found[3]) > 0.01 * 60
